"""A rating's stored explanation as sentences: "Mengapa predikat ini?" """

from values import N_

from .matrix import BELOW, PERCENT, credit_of


def reasons(why, decided, label=str):
    """The sentences, in order, as (template, params) pairs, from an explanation as stored.

    `decided` are the work level, behaviour level and predicate that the rating has: others than those of
    the explanation come from the decision on an objection. `label` gives the words of a code (level,
    predicate, source, jenjang, aspect); without it the codes stay. An empty explanation gives no
    sentence. Sources give their mean and count only.
    """
    if "cell" not in why:
        return []
    aspects = [line for name in why["aspects"] for line in _of_aspect(name, why, label)]
    return [*aspects, *_of_predicate(why, decided, label)]


def _comma(number):
    return number.replace(".", ",")


def _of_aspect(name, why, label):
    """The sentences of one aspect: its level and where that comes from, then what each source said."""
    aspect, edges = why["aspects"][name], why["thresholds"]
    params = {"aspect": label(name), "level": label(aspect["level"])}
    weighed = aspect["basis"] != "level"
    if weighed:
        params |= {
            "score": _comma(aspect["score"]),
            "above": _comma(edges["above_from"]),
            "meets": _comma(edges["meets_from"]),
        }
        yield N_("%(aspect)s: %(level)s, saran dari skor %(score)s (Diatas Ekspektasi mulai %(above)s, "
                 "Sesuai Ekspektasi mulai %(meets)s)."), params  # fmt: skip
    else:
        yield N_("%(aspect)s: %(level)s, rating yang diberikan atasan."), params
    if aspect.get("against"):
        words = N_("Skor atasan sendiri mengusulkan %(suggested)s; yang berlaku rating yang diberikannya.")
        yield words, {"suggested": label(aspect["against"])}
    for source, given in aspect["sources"].items():
        params = {"source": label(source), "count": given["count"]}
        if given["mean"] is None:
            words = N_("%(source)s: %(count)s penilaian, belum dihitung karena kurang dari %(least)s.")
            params["least"] = why["minima"][source]
        elif given["used"] and weighed:
            words = N_("%(source)s: rata-rata %(mean)s dari %(count)s penilaian, bobot %(weight)s%%.")
            params |= {"mean": _comma(given["mean"]), "weight": _comma(given["weight"])}
        else:
            words = N_("%(source)s: rata-rata %(mean)s dari %(count)s penilaian, hanya bahan pertimbangan.")
            params["mean"] = _comma(given["mean"])
        yield words, params


def _of_predicate(why, decided, label):
    """The sentences of the cell and of a decision on it, then of the credit points and the rules in force."""
    credit, (_, behaviour, predicate) = why["credit"], decided

    def named(*codes):
        return dict(zip(("work", "behaviour", "predicate"), map(label, codes), strict=True))

    if why.get("by_desk"):
        yield N_("Nilai atasan dicatat kepegawaian atas nama penilai."), {}
    words = N_("Hasil kerja %(work)s dan perilaku %(behaviour)s memberi predikat %(predicate)s (%(law)s).")
    yield words, {"law": why["law"], **named(*why["cell"], why["predicate"])}
    if why["cell"] != [*decided[:2]]:
        yield N_("Menurut keputusan atas keberatan: hasil kerja %(work)s, perilaku %(behaviour)s, "
                 "predikat %(predicate)s."), named(*decided)  # fmt: skip
        points = credit and credit_of(credit["jenjang"], predicate, credit["months"])
        credit = credit and credit | {"percent": PERCENT[predicate], "points": str(points)}
    if behaviour == BELOW:
        yield N_("Perilaku Dibawah Ekspektasi selalu memberi predikat Kurang/Misconduct "
                 "atau Sangat Kurang, apa pun hasil kerjanya."), {}  # fmt: skip
    if why.get("credit_elsewhere"):
        yield N_("Angka kredit masa ini dihitung dari predikat periode lain (tahunan atau bagiannya), "
                 "tidak dua kali."), {}  # fmt: skip
    if credit:
        numbers = {name: _comma(credit[name]) for name in ("points", "coefficient")}
        yield N_("Angka kredit %(points)s: koefisien %(jenjang)s %(coefficient)s x %(percent)s%% "
                 "x %(months)s/12 bulan."), credit | numbers | {"jenjang": label(credit["jenjang"])}  # fmt: skip
    words = N_("Bobot dan batas menurut kebijakan yang berlaku mulai %(since)s: %(source)s.")
    yield words, {"since": "-".join(reversed(why["valid_from"].split("-"))), "source": why["source"]}
    if not why["ratified"]:
        yield N_("Bobot dan batas itu belum disahkan Perbup."), {}
