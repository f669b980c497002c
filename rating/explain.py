"""A rating's stored explanation as sentences: "Mengapa predikat ini?" """

from .matrix import BELOW


def N_(text):
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text


def reasons(why, label=str):
    """The sentences, in order, as (template, params) pairs, from an explanation as stored.

    `label` gives the words of a code (level, predicate, source, jenjang, aspect); without it the
    codes stay. An empty explanation gives no sentence. Sources give their mean and count only.
    """
    if "cell" not in why:
        return []
    lines = []
    for name, aspect in why["aspects"].items():
        lines.append(_level(label(name), aspect, why["thresholds"], label))
        if aspect.get("against"):
            words = N_(
                "Skor atasan sendiri mengusulkan %(suggested)s; yang berlaku rating yang diberikannya."
            )
            lines.append((words, {"suggested": label(aspect["against"])}))
        weighed = aspect["basis"] != "level"
        lines += [_source(source, given, weighed, why, label) for source, given in aspect["sources"].items()]
    if why.get("by_desk"):
        lines.append((N_("Nilai atasan dicatat kepegawaian atas nama penilai."), {}))
    lines.append(_cell(why, label))
    if why["cell"][1] == BELOW:
        lines.append((N_("Perilaku Dibawah Ekspektasi selalu memberi predikat Kurang/Misconduct "
                         "atau Sangat Kurang, apa pun hasil kerjanya."), {}))  # fmt: skip
    if why["credit"]:
        lines.append(_credit(why["credit"], label))
    return lines + _policy(why)


def _comma(number):
    return number.replace(".", ",")


def _level(name, aspect, thresholds, label):
    params = {"aspect": name, "level": label(aspect["level"])}
    if aspect["basis"] == "level":
        return N_("%(aspect)s: %(level)s, rating yang diberikan atasan."), params
    params |= {
        "score": _comma(aspect["score"]),
        "above": _comma(thresholds["above_from"]),
        "meets": _comma(thresholds["meets_from"]),
    }
    return (
        N_("%(aspect)s: %(level)s, saran dari skor %(score)s (Diatas Ekspektasi mulai %(above)s, "
           "Sesuai Ekspektasi mulai %(meets)s)."), params,
    )  # fmt: skip


def _source(source, given, weighed, why, label):
    params = {"source": label(source), "count": given["count"]}
    if given["mean"] is None:
        params["least"] = why["minima"][source]
        return (N_("%(source)s: %(count)s penilaian, belum dihitung karena kurang dari %(least)s."), params)
    params["mean"] = _comma(given["mean"])
    if not (given["used"] and weighed):
        return (
            N_("%(source)s: rata-rata %(mean)s dari %(count)s penilaian, hanya bahan pertimbangan."),
            params,
        )
    params["weight"] = _comma(given["weight"])
    return (N_("%(source)s: rata-rata %(mean)s dari %(count)s penilaian, bobot %(weight)s%%."), params)


def _cell(why, label):
    work, behaviour = why["cell"]
    return (
        N_("Hasil kerja %(work)s dan perilaku %(behaviour)s memberi predikat %(predicate)s (%(law)s)."),
        {
            "work": label(work),
            "behaviour": label(behaviour),
            "predicate": label(why["predicate"]),
            "law": why["law"],
        },
    )


def _credit(credit, label):
    return (
        N_(
            "Angka kredit %(points)s: koefisien %(jenjang)s %(coefficient)s x %(percent)s%% "
            "x %(months)s/12 bulan."
        ),
        {
            "points": _comma(credit["points"]),
            "jenjang": label(credit["jenjang"]),
            "coefficient": _comma(credit["coefficient"]),
            "percent": credit["percent"],
            "months": credit["months"],
        },
    )


def _policy(why):
    year, month, day = why["valid_from"].split("-")
    lines = [
        (
            N_("Bobot dan batas menurut kebijakan yang berlaku mulai %(since)s: %(source)s."),
            {"since": f"{day}-{month}-{year}", "source": why["source"]},
        )
    ]
    if not why["ratified"]:
        lines.append((N_("Bobot dan batas itu belum disahkan Perbup."), {}))
    return lines
