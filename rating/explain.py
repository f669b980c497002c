"""A rating's stored explanation as sentences: "Mengapa predikat ini?" """

import re

from values import N_, codes

from . import BELOW, PERCENT, credit_of

LISTS = ("levels", "predicates", "sources", "jf_levels")
WORDS = {row["code"]: row["name"] for row in codes("choices") if row["list"] in LISTS}
WORDS |= {"work": N_("Hasil Kerja"), "behaviour": N_("Perilaku")}


def reasons(row, translate=str):
    """Why a rating is what it is, as sentences in the order in which they follow; none without an explanation.

    `translate` gives a template or a word in the reader's language. Sources give their mean and count
    only. Levels and predicate other than those of the explanation come from the decision on an objection.
    """

    def in_words(value):
        text = str(value)
        return translate(WORDS[text]) if text in WORDS else re.sub(r"^(\d+)\.(\d+)$", r"\1,\2", text)

    why = row.why
    if "cell" not in why:
        return []
    found = [*_of_aspect("work", why), *_of_aspect("behaviour", why), *_of_predicate(row, why)]
    return [translate(words) % {name: in_words(v) for name, v in values.items()} for words, values in found]


def _of_aspect(name, why):
    """The sentences of one aspect: its level and where that comes from, then what each source said."""
    aspect, edges = why["aspects"][name], why["thresholds"]
    weighed = aspect["basis"] == "score"
    words = N_("%(aspect)s: %(level)s, rating yang diberikan atasan.")
    if weighed:
        words = N_("%(aspect)s: %(level)s, saran dari skor %(score)s (Diatas Ekspektasi mulai %(above)s, "
                   "Sesuai Ekspektasi mulai %(meets)s).")  # fmt: skip
    yield words, {"aspect": name, **aspect, "above": edges["above_from"], "meets": edges["meets_from"]}
    if "against" in aspect:
        words = N_("Skor atasan sendiri mengusulkan %(suggested)s; yang berlaku rating yang diberikannya.")
        yield words, {"suggested": aspect["against"]}
    for source, given in aspect["sources"].items():
        if given["mean"] is None:
            words = N_("%(source)s: %(count)s penilaian, belum dihitung karena kurang dari %(least)s.")
        elif given["used"] and weighed:
            words = N_("%(source)s: rata-rata %(mean)s dari %(count)s penilaian, bobot %(weight)s%%.")
        else:
            words = N_("%(source)s: rata-rata %(mean)s dari %(count)s penilaian, hanya bahan pertimbangan.")
        yield words, {"source": source, **given, "least": why["minima"].get(source)}


def _of_predicate(row, why):
    """The sentences of the cell and of a decision on it, then of the credit points and the rules in force."""
    names, credit = ("work", "behaviour", "predicate"), why["credit"]
    cell, now = (*why["cell"], why["predicate"]), (row.work_level, row.behaviour_level, row.predicate)
    decided = cell[:2] != now[:2]
    if credit and decided:
        points = credit_of(credit["jenjang"], row.predicate, credit["months"])
        credit |= {"percent": PERCENT[row.predicate], "points": points}
    was, now = ({"law": why["law"], **dict(zip(names, x, strict=True))} for x in (cell, now))
    since = {"since": "-".join(reversed(why["valid_from"].split("-"))), "source": why["source"]}
    sentences = (
        (why.get("by_desk"), {}, N_("Nilai atasan dicatat kepegawaian atas nama penilai.")),
        (True, was, N_("Hasil kerja %(work)s dan perilaku %(behaviour)s memberi predikat %(predicate)s (%(law)s).")),
        (decided, now, N_("Menurut keputusan atas keberatan: hasil kerja %(work)s, perilaku %(behaviour)s, predikat %(predicate)s.")),
        (row.behaviour_level == BELOW, {}, N_(
            "Perilaku Dibawah Ekspektasi selalu memberi predikat Kurang/Misconduct atau Sangat Kurang, apa pun hasil kerjanya.")),
        (why.get("credit_elsewhere"), {}, N_(
            "Angka kredit masa ini dihitung dari predikat periode lain (tahunan atau bagiannya), tidak dua kali.")),
        (credit, credit, N_(
            "Angka kredit %(points)s: koefisien %(jenjang)s %(coefficient)s x %(percent)s%% x %(months)s/12 bulan.")),
        (True, since, N_("Bobot dan batas menurut kebijakan yang berlaku mulai %(since)s: %(source)s.")),
        (not why["ratified"], {}, N_("Bobot dan batas itu belum disahkan Perbup.")),
    )  # fmt: skip
    return [(words, values) for holds, values, words in sentences if holds]
