"""Until which age an office is held."""

AGES = {"UT": 65, "MA": 60, "JPT_PRATAMA": 60}  # ahli utama, ahli madya, head of an OPD
TEACHER, OTHERS = 60, 58


def retirement_age(position_type, jf_level=None, teaches=False):
    """Years of age at which a civil servant retires (batas usia pensiun).

    `position_type` and `jf_level` are the codes of Employee. Source: DOMAIN 8 (BUP).
    """
    age = AGES.get(jf_level) or AGES.get(position_type) or OTHERS
    return max(age, TEACHER) if teaches else age
