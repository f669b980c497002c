"""What is special to one sheet: whom a blank cell means, what is computed, what is verified."""

import access
from fields import N_
from rating import predicate_of

REQUESTED = ("peer", "subordinate", "observation", "self")  # an assessor may be asked for these
SAID = ("work_score", "behaviour_score", "work_level", "behaviour_level", "note")


def assessment_defaults(row, checked):
    """Fill in Periode, Sumber and NIP Penilai where they are blank, and judge the assessor.

    Source: DESIGN, Contracts, Sheets.
    """
    values, period = row.values, checked.context.period
    if "period" not in values:
        if period is None:
            return checked.fail(row, "period", N_("kosong; isi kolom ini atau pilih periode saat mengunggah"))
        values["period"] = period.id
    source = values.setdefault("source", "supervisor")
    employee = values["employee"]
    supervisor = checked.known["employee"][employee][3]
    usual = {"supervisor": supervisor, "self": employee}.get(source)
    if "assessor" not in values:
        values["assessor"], row.defaulted = usual, True
    elif _unusual(source, values["assessor"], supervisor):
        checked.warn(row, "assessor", N_("bukan atasan langsung yang tercatat; periksa sebelum disimpan"))
    return None


def _unusual(source, assessor, supervisor):
    if source == "public":
        return assessor is not None
    return source == "supervisor" and None not in (assessor, supervisor) and assessor != supervisor


def own_rating(values, user):
    """(field, message) where an account would rate its own person, or None."""
    if not access.may_rate(user, values["employee"], values["source"]):
        return "employee", N_("Anda tidak dapat menilai diri sendiri")


def stored_assessment(key, stored):
    """The stored row that a blank NIP Penilai means: that without an assessor, else the usual one's."""
    employee, period, source, _ = key
    return stored.get((employee, period, source, None)) or stored.get(key)


def unfilled(row):
    """Whether a new assessment says nothing and asks nobody, as in a template not yet filled in."""
    asks = row.values["source"] in REQUESTED and row.values["assessor"]
    return not asks and all(row.values.get(name) is None for name in SAID)


def predicate_agrees(values, predicate):
    """What is wrong with a Predikat beside two levels, or None (DOMAIN 1.3, 11)."""
    levels = values.get("work_level"), values.get("behaviour_level")
    if None in levels or predicate_of(*levels) == predicate:
        return None
    return predicate_of(*levels)
