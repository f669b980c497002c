"""Until which age an office is held."""

AGES = {"UT": 65, "MA": 60, "JPT_PRATAMA": 60}  # ahli utama, ahli madya, head of an OPD; all others:
OTHERS = 58


def retirement_age(position_type, jf_level=None):
    """Years of age at which a civil servant retires (batas usia pensiun).

    `position_type` and `jf_level` are the codes of Employee. Teachers and lecturers, who stay
    longer in some posts, are not told apart. Source: DOMAIN 8 (BUP).
    """
    return AGES.get(jf_level) or AGES.get(position_type) or OTHERS
