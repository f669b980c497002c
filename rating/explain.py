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
    if why.get("credit_elsewhere"):
        words = N_(
            "Angka kredit masa ini dihitung dari predikat periode lain (tahunan atau bagiannya), tidak dua kali."
        )
        lines.append((words, {}))
    if why["credit"]:
        lines.append(_credit(why["credit"], label))
    return lines + _policy(why)


def _comma(number):
    return number.replace(".", ",")


def _level(name, aspect, thresholds, label):
    params = {"aspect": name, "level": label(aspect["level"])}
    if aspect["basis"] == "level":
        return N_("%(aspect)s: %(level)s, rating yang diberikan atasan."), params
    params |= {"score": _comma(aspect["score"]), "above": _comma(thresholds["above_from"])}
    params |= {"meets": _comma(thresholds["meets_from"])}
    words = N_("%(aspect)s: %(level)s, saran dari skor %(score)s (Diatas Ekspektasi mulai %(above)s, "
               "Sesuai Ekspektasi mulai %(meets)s).")  # fmt: skip
    return words, params


def _source(source, given, weighed, why, label):
    params = {"source": label(source), "count": given["count"]}
    if given["mean"] is None:
        params["least"] = why["minima"][source]
        return N_("%(source)s: %(count)s penilaian, belum dihitung karena kurang dari %(least)s."), params
    params["mean"] = _comma(given["mean"])
    if not (given["used"] and weighed):
        words = N_("%(source)s: rata-rata %(mean)s dari %(count)s penilaian, hanya bahan pertimbangan.")
        return words, params
    params["weight"] = _comma(given["weight"])
    return N_("%(source)s: rata-rata %(mean)s dari %(count)s penilaian, bobot %(weight)s%%."), params


def _cell(why, label):
    work, behaviour = map(label, why["cell"])
    words = N_("Hasil kerja %(work)s dan perilaku %(behaviour)s memberi predikat %(predicate)s (%(law)s).")
    params = {"work": work, "behaviour": behaviour, "predicate": label(why["predicate"]), "law": why["law"]}
    return words, params


def _credit(credit, label):
    words = N_(
        "Angka kredit %(points)s: koefisien %(jenjang)s %(coefficient)s x %(percent)s%% x %(months)s/12 bulan."
    )
    said = {name: _comma(credit[name]) for name in ("points", "coefficient")}
    return words, {**credit, **said, "jenjang": label(credit["jenjang"])}


def _policy(why):
    year, month, day = why["valid_from"].split("-")
    words = N_("Bobot dan batas menurut kebijakan yang berlaku mulai %(since)s: %(source)s.")
    lines = [(words, {"since": f"{day}-{month}-{year}", "source": why["source"]})]
    if not why["ratified"]:
        lines.append((N_("Bobot dan batas itu belum disahkan Perbup."), {}))
    return lines
