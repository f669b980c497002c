"""The people of the demo: who works where, as what and under whom, the same for the same dice."""

import re
from collections import Counter
from itertools import accumulate
from typing import NamedTuple

from code_lists import codes
from models import Employee

DOMAIN = "mamuju.example"
YEAR = 2026


class Place(NamedTuple):
    """A unit, as the demo needs it."""

    id: int
    code: str
    name: str
    kind: str
    parent: int | None


class Post(NamedTuple):
    """What somebody does."""

    position: str
    position_type: str
    jf_level: str | None = None
    status: str = "PNS"


class Person(NamedTuple):
    """An employee: the columns of the table in order, without those that all share."""

    id: int
    nip: str
    name: str
    unit: int
    position: str
    position_type: str
    jf_level: str | None
    grade: str
    status: str
    supervisor: int | None
    email: str | None
    phone: str | None
    job_class: int

    @property
    def teaches(self):
        return self.position.startswith("Guru")


def texts(kind):
    """The sentences of one kind in `demo_texts.csv`."""
    return [row["text"] for row in codes("demo_texts") if row["kind"] == kind]


# ------------------------------------------------------------------ how many where

WEIGHTS = {"SEKOLAH": 20, "PUSKESMAS": 30, "RUMAH_SAKIT": 40, "BIDANG": 6, "BAGIAN": 6, "KECAMATAN": 8,
           "KELURAHAN": 4, "PEMKAB": 1}  # fmt: skip
SMALL = ("DP3A", "DKP", "DPPKB", "DISPAR", "DISPUSIP", "KESBANGPOL", "DISKAN", "DINSOS")
FIRST = ("BKPP", "DISDIKPORA", "DINKES", "RSUD", "DUKCAPIL", "DPUPR", "SATPOLPP")
PEOPLE_A_UNIT = 4  # fewer people fill fewer units, or every unit would be a head without staff


def headcounts(places, count):
    """{place: people} in tree order: a few units for a few people, all of them by weight for many."""
    order = {place.id: number for number, place in enumerate(places)}
    chosen = sorted(places, key=_turns(places).get)[: max(1, count // PEOPLE_A_UNIT)]
    chosen.sort(key=lambda place: order[place.id])
    weights = [_weight(place) for place in chosen]
    spare, total = count - len(chosen), sum(weights)
    ends = [spare * reached // total for reached in accumulate(weights)]
    return {
        place: 1 + end - start for place, start, end in zip(chosen, [0, *ends[:-1]], ends, strict=True)
    }  # fmt: skip


def _turns(places):
    """{place: turn} in which units fill up: a parent before its children, no branch before all others."""
    turns, served, number = {}, Counter(), 0
    by_id = {place.id: place for place in places}
    for place in sorted(places, key=lambda p: FIRST.index(p.code) if p.code in FIRST else len(FIRST)):
        if place.parent is None:
            turns[place] = -1
        elif by_id[place.parent].parent is None:
            turns[place], number = number, number + 1
    for place in places:
        if place not in turns:
            kin = (place.parent, place.kind, place.code[:2])  # SMP and SD take turns
            turns[place] = turns[by_id[place.parent]] + 1 + 3 * served[kin]
            served[kin] += 1
    return turns


def _weight(place):
    weight = WEIGHTS.get(place.kind, 2)
    if place.code == "RSUD.YANMED":
        return 60
    return weight // 2 if place.code.split(".")[0] in SMALL else weight


# ------------------------------------------------------------------ who is what

TITLES = {row["extra"]: row["text"] for row in codes("demo_texts") if row["kind"] == "position_struktural"}
SKILL = {row["text"]: row["extra"] for row in codes("demo_texts") if row["kind"] == "position_fungsional"}
CLERKS = texts("position_pelaksana")
HEALTH = ("Dokter", "Dokter Gigi", "Apoteker", "Bidan", "Perawat", "Terapis Gigi dan Mulut", "Asisten Apoteker",
          "Perekam Medis", "Pranata Laboratorium Kesehatan", "Nutrisionis", "Tenaga Sanitasi Lingkungan")  # fmt: skip
ORDER = ("Polisi Pamong Praja", "Pemadam Kebakaran")
ELSEWHERE = (*HEALTH, *ORDER, "Guru", "Pengawas Sekolah", "Penguji Kendaraan Bermotor", "Penyuluh Pertanian")
OFFICE = tuple(post for post in SKILL if post not in ELSEWHERE)

HEADS = {"KECAMATAN": "ADMINISTRATOR", "BAGIAN": "ADMINISTRATOR", "BIDANG": "ADMINISTRATOR",
         "KELURAHAN": "PENGAWAS", "SEKSI": "PENGAWAS", "UPTD": "PENGAWAS", "LAINNYA": "PENGAWAS",
         "PUSKESMAS": "FUNGSIONAL", "SEKOLAH": "FUNGSIONAL"}  # fmt: skip
SPECIAL = {"MAMUJU": "Sekretaris Daerah", "SETDA": "Asisten Administrasi Umum"}
DEPUTIES = {
    "PEMKAB": (("Staf Ahli Bupati", "JPT_PRATAMA"),) * 9,
    "BAGIAN": (
        ("Kepala Subbagian Umum dan Kepegawaian", "PENGAWAS"),
        ("Kepala Subbagian Keuangan", "PENGAWAS"),
    ),
    "KECAMATAN": (("Sekretaris Kecamatan", "ADMINISTRATOR"), ("Kepala Seksi Pemerintahan", "PENGAWAS")),
    "KELURAHAN": (("Sekretaris Kelurahan", "PENGAWAS"),),
}
LEVELS = {
    "KETERAMPILAN": {"PM": 5, "TR": 45, "MH": 32, "PY": 18},
    "KEAHLIAN": {"PT": 50, "MU": 35, "MA": 14, "UT": 1},
}
JUNIOR = {"KETERAMPILAN": "TR", "KEAHLIAN": "PT"}
STATUSES = {"PNS": 68, "CPNS": 3, "PPPK": 22, "PPPK_PARUH_WAKTU": 7}


def head_post(place):
    """The post of a unit's head, named after the unit."""
    kind = HEADS.get(place.kind, "JPT_PRATAMA")
    return Post(_head_title(place), kind, "MA" if kind == "FUNGSIONAL" else None)


def _head_title(place):
    word, _, rest = place.name.partition(" ")
    title = TITLES.get(place.kind, "Kepala Unit")
    if place.code in SPECIAL:
        return SPECIAL[place.code]
    if word == "Inspektur":
        return place.name
    if word == "Sekretariat":
        return f"Sekretaris {rest}"
    if place.kind == "SEKOLAH":
        return f"Kepala {place.name}"
    if place.kind in ("KECAMATAN", "KELURAHAN", "INSPEKTORAT") or title.endswith(word):
        return f"{title} {rest}".strip()
    return f"{title} {place.name}"


def staff_post(place, number, wanted, dice):
    """The post of a unit's n-th member; `wanted` holds the jenjang that nobody has yet."""
    deputies = DEPUTIES.get(place.kind, ())
    if number < len(deputies):
        return Post(*deputies[number])
    pool, share = _pool(place)
    if dice.random() >= share:
        return Post(dice.choice(CLERKS), "PELAKSANA", None, _pick(STATUSES, dice))
    if wanted:
        level = wanted.pop()
        skill = next(skill for skill, levels in LEVELS.items() if level in levels)
        fitting = [p for p in pool if SKILL[p] == skill] or [p for p in OFFICE if SKILL[p] == skill]
        return _functional(dice.choice(fitting), level, "PNS")
    post, status = dice.choice(pool), _pick(STATUSES, dice)
    senior = status == "PNS" or (status == "PPPK" and dice.random() < 0.25)
    level = _pick(LEVELS[SKILL[post]], dice) if senior else JUNIOR[SKILL[post]]
    return _functional(post, level, status)


def _pool(place):
    """The functional posts of a unit and the share of people in them."""
    if place.kind == "SEKOLAH":
        return ("Guru",), 0.88
    if place.kind in ("PUSKESMAS", "RUMAH_SAKIT") or place.code == "RSUD.YANMED":
        return HEALTH, 0.85
    if place.code.startswith("SATPOLPP."):
        return ORDER, 0.6
    if place.code == "DISTAN.LUH":
        return ("Penyuluh Pertanian",), 0.8
    return OFFICE, 0.35


def _functional(post, level, status):
    return Post(f"{post} {dict(Employee.JENJANG)[level]}", "FUNGSIONAL", level, status)


def _pick(weights, dice):
    return dice.choices(list(weights), weights.values())[0]


# ------------------------------------------------------------------ pay grade, years, number

LADDER = [row["code"] for row in codes("golongan") if row["scheme"] == "PNS"]
GRADES = {  # of PNS by position type or jenjang
    "JPT_PRATAMA": ("IV/b", "IV/c", "IV/d"), "ADMINISTRATOR": ("III/d", "IV/a", "IV/b"),
    "PENGAWAS": ("III/c", "III/d"), "PM": ("II/a", "II/b"), "TR": ("II/c", "II/d"), "MH": ("III/a", "III/b"),
    "PY": ("III/c", "III/d"), "PT": ("III/a", "III/b"), "MU": ("III/c", "III/d"),
    "MA": ("IV/a", "IV/b", "IV/c"), "UT": ("IV/d", "IV/e"),
    "PELAKSANA": ("I/c", "I/d", "II/a", "II/b", "II/c", "II/d", "III/a", "III/b", "III/c", "III/d"),
}  # fmt: skip
BEGINNERS = {"TR": ("II/c",), "PT": ("III/a",), "PELAKSANA": ("II/a", "II/c", "III/a")}  # CPNS
CONTRACTS = {  # golongan of PPPK (DOMAIN 8.2)
    "PM": ("V",), "TR": ("VII",), "MH": ("IX",), "PY": ("XI",), "PT": ("IX", "X"), "MU": ("XI",),
    "MA": ("XIII",), "UT": ("XVI",), "PELAKSANA": ("I", "IV", "V", "V", "VII", "IX"),
}  # fmt: skip
SCALES = {"PNS": GRADES, "CPNS": BEGINNERS}
CLASSES = {"JPT_PRATAMA": 14, "ADMINISTRATOR": 12, "PENGAWAS": 9, "PELAKSANA": 6,
           "PM": 5, "TR": 6, "MH": 7, "PY": 8, "PT": 8, "MU": 9, "MA": 11, "UT": 13}  # fmt: skip


def _hired(status, grade, dice):
    """(year, digits 13-14 of the NIP, age): a PNS climbs a grade in about four years."""
    if status == "CPNS":
        return YEAR - 1, dice.randint(3, 6), dice.randint(22, 32)
    if status != "PNS":
        year = YEAR - 1 if status == "PPPK_PARUH_WAKTU" else dice.randint(YEAR - 5, YEAR - 1)
        return year, 22 if year < YEAR - 2 else 21, dice.randint(23, 48)
    step = LADDER.index(grade)
    entry = max(start for start in (0, 4, 8) if start <= step)
    years = 4 * (step - entry) + dice.randint(2, 5)
    return YEAR - years, dice.randint(1, 12), dice.randint(20, max(21, min(30, 58 - years)))


class Registry:
    """Names, numbers and addresses that nobody else has."""

    def __init__(self, dice):
        self.dice, self.taken = dice, Counter()
        self.first = {g: [r["text"] for r in codes("names") if r["gender"] == g] for g in "LP"}
        self.last = [row["text"] for row in codes("names") if row["kind"] == "last"]

    def identity(self, status, grade):
        """(nip, name, email, phone) of somebody new."""
        dice, gender = self.dice, self.dice.choice("LP")
        year, digits, age = _hired(status, grade, dice)
        born = f"{year - age}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}"
        stem = f"{born}{year}{digits:02d}{'LP'.index(gender) + 1}"
        name = f"{dice.choice(self.first[gender])} {dice.choice(self.last)}"
        return f"{stem}{self._number(stem):03d}", name, self._email(name), self._phone()

    def _number(self, key):
        self.taken[key] += 1
        return self.taken[key]

    def _email(self, name):
        if self.dice.random() < 0.1:
            return None
        stem = ".".join(re.findall("[a-z]+", name.lower().replace("'", "")))
        number = self._number(stem)
        return f"{stem}{number if number > 1 else ''}@{DOMAIN}"

    def _phone(self):
        return f"0812-0000-{self.dice.randint(0, 9999):04d}" if self.dice.random() < 0.85 else None


def make_people(places, ids, dice):
    """A person for every id: in each unit a head, who answers to the head of the nearest unit above.

    `places` are in tree order, so whoever is somebody's supervisor comes before her.
    """
    registry, keys, heads, people = Registry(dice), iter(ids), {}, []
    wanted = [code for code, _ in reversed(Employee.JENJANG)]
    for place, size in headcounts(places, len(ids)).items():
        above = heads.get(place.parent)
        chief = _person(next(keys), place, above, head_post(place), registry)
        heads[place.id] = chief.id
        posts = (staff_post(place, number, wanted, dice) for number in range(size - 1))
        people += [chief, *(_person(next(keys), place, chief.id, post, registry) for post in posts)]
    return people


def _person(key, place, supervisor, post, registry):
    rung = post.jf_level or post.position_type
    grade = registry.dice.choice(SCALES.get(post.status, CONTRACTS)[rung])
    nip, name, email, phone = registry.identity(post.status, grade)
    return Person(
        key, nip, name, place.id, post.position, post.position_type, post.jf_level, grade, post.status,
        supervisor, email, phone, CLASSES[rung],
    )  # fmt: skip
