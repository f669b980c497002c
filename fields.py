"""The field types of the domain: each says once how people write a value and what it allows."""

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    DecimalField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from nip import read_nip
from rating import half_up
from values import CONTROL, N_, Invalid, as_text, clean_key, compare_key, read_day, read_number

SEED = Path(__file__).parent / "seed_data"


@cache
def codes(name):
    """The rows of a code list in `seed_data/`, as dictionaries."""
    with open(SEED / f"{name}.csv", encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def code_choices(name):
    return tuple((row["code"], row["name"]) for row in codes(name))


def code_aliases(name):
    return {alias: row["code"] for row in codes(name) for alias in row["aliases"].split("|") if alias}


class Ranged:
    """A number between two limits, which the database checks too."""

    def bind(self, model, name, set_attribute=True):
        super().bind(model, name, set_attribute)
        rule = f'"{self.column_name}" BETWEEN {self.low} AND {self.high}'
        self.constraints = [*(self.constraints or []), Check(rule)]

    def within(self, number, shown):
        if not self.low <= number <= self.high:
            raise Invalid(N_("%(value)s di luar %(low)s-%(high)s"), value=shown, low=self.low, high=self.high)
        return number


class Text(CharField):
    """One line of free text."""

    confidential = False

    def __init__(self, *args, confidential=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.confidential = confidential

    def parse(self, value):
        text = " ".join(CONTROL.sub("", unicodedata.normalize("NFC", as_text(value))).split())
        if len(text) > self.max_length:
            raise Invalid(N_("lebih dari %(most)s huruf"), most=self.max_length)
        return text or None

    def show(self, value):
        return "" if value is None else str(value)


class LongText(TextField):
    """Several lines of free text."""

    confidential = False
    max_length = 20_000

    def parse(self, value):
        text = CONTROL.sub("", unicodedata.normalize("NFC", as_text(value)))
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(text) > self.max_length:
            raise Invalid(N_("lebih dari %(most)s huruf"), most=self.max_length)
        return text or None

    show = Text.show


class Code(Text):
    """A natural key of letters, digits, points and hyphens."""

    def parse(self, value):
        text = clean_key(as_text(value))
        if text and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/-]*", text):
            raise Invalid(N_("“%(value)s” bukan kode; pakai huruf, angka, titik, dan garis"), value=text)
        return super().parse(text)


class PeriodCode(Code):
    """A period: 2026 (a year), 2026-TW3 (a quarter) or 2026-09 (a month)."""

    def parse(self, value):
        text = clean_key(as_text(value)).upper()
        if text and not re.fullmatch(r"20\d\d(-TW[1-4]|-(0[1-9]|1[0-2]))?", text, re.ASCII):
            raise Invalid(
                N_("“%(value)s” bukan periode; tulis seperti 2026-TW3, 2026-09, atau 2026"),
                value=text,
            )
        return text or None


class Nip(CharField):
    """The 18 digits that name a civil servant: birth, appointment, gender and sequence."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 18)
        super().__init__(*args, **kwargs)

    def parse(self, value):
        return read_nip(value)

    def show(self, value):
        return value or ""


class Score(Ranged, DecimalField):
    """A score from 0 to 120 with two decimals (PP 30/2019 caps achievement at 120)."""

    low, high = 0, 120

    def __init__(self, *args, **kwargs):
        super().__init__(*args, max_digits=5, decimal_places=2, **kwargs)

    def parse(self, value):
        if isinstance(value, str) and not clean_key(value):
            return None
        score = read_number(value)
        shown = str(score).replace(".", ",")
        self.within(score, shown)
        if score != half_up(score):
            raise Invalid(
                N_("%(value)s lebih dari dua angka di belakang koma; bulatkan menjadi %(near)s"),
                value=shown, near=str(half_up(score)).replace(".", ","),
            )  # fmt: skip
        return half_up(score)

    def show(self, value):
        if value is None:
            return ""
        text = f"{half_up(value):f}"
        return text.rstrip("0").rstrip(".").replace(".", ",")


class Points(DecimalField):
    """Credit points or a weight: two decimals, computed or set by HR."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, max_digits=7, decimal_places=2, **kwargs)

    def parse(self, value):
        if isinstance(value, str) and not clean_key(value):
            return None
        points = read_number(value)
        if not 0 <= points < 100_000:
            raise Invalid(N_("%(value)s di luar %(low)s-%(high)s"), value=points, low=0, high=99_999)
        return half_up(points)

    show = Score.show


class Whole(Ranged, IntegerField):
    """A whole number between two limits."""

    def __init__(self, low=0, high=2_000_000_000, **kwargs):
        super().__init__(**kwargs)
        self.low, self.high = low, high

    def parse(self, value):
        if isinstance(value, str) and not clean_key(value):
            return None
        whole = read_number(value)
        if isinstance(value, str) and re.fullmatch(r"\d+[.,]\d{3}", clean_key(value)):
            digits = re.sub(r"\D", "", clean_key(value))
            raise Invalid(N_("“%(value)s” meragukan; tulis tanpa titik: %(near)s"), value=value, near=digits)
        if whole != whole.to_integral_value():
            raise Invalid(N_("%(value)s bukan bilangan bulat"), value=str(whole).replace(".", ","))
        return int(self.within(whole, str(whole)))

    show = Text.show


class Money(Ranged, BigIntegerField):
    """An amount in whole rupiah."""

    low, high = 0, 999_999_999_999

    parse = Whole.parse
    show = Text.show


class YesNo(BooleanField):
    """Ya or Tidak; anything that is neither is refused."""

    words = {
        "ya": True, "yes": True, "1": True, "true": True, "benar": True, "aktif": True,
        "tidak": False, "no": False, "0": False, "false": False, "salah": False,
    }  # fmt: skip

    def parse(self, value):
        text = compare_key(as_text(value))
        if not text:
            return None
        if text not in self.words:
            raise Invalid(N_("“%(value)s” bukan Ya atau Tidak"), value=as_text(value))
        return self.words[text]

    def show(self, value):
        return "" if value is None else "Ya" if value else "Tidak"


class Day(DateField):
    """A date, written dd-mm-yyyy, yyyy-mm-dd or 13 Maret 2026."""

    def parse(self, value):
        return read_day(value)

    def show(self, value):
        return value.strftime("%d-%m-%Y") if value else ""


class Moment(DateTimeField):
    """A point in time, kept in UTC without a zone; pages show it in Asia/Makassar."""


class Choice(CharField):
    """One of a few codes, written by their labels or by an alias."""

    def __init__(self, *args, choices, aliases=(), checked=True, **kwargs):
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, choices=tuple(choices), **kwargs)
        self.aliases, self.checked = dict(aliases), checked
        self.labels = dict(self.choices)
        self.known = {compare_key(code): code for code in self.labels}
        self.known |= {compare_key(label): code for code, label in self.choices}
        self.known |= {compare_key(alias): code for alias, code in self.aliases.items()}

    def bind(self, model, name, set_attribute=True):
        super().bind(model, name, set_attribute)
        if self.checked:
            listed = ", ".join(f"'{code}'" for code in self.labels)
            rule = f'"{self.column_name}" IN ({listed})'
            self.constraints = [*(self.constraints or []), Check(rule)]

    def parse(self, value):
        text = clean_key(as_text(value))
        if not text:
            return None
        code = self.known.get(compare_key(text))
        if code is None:
            raise Invalid(
                N_("“%(value)s” tidak dikenal; pilih salah satu: %(known)s"),
                value=text, known=", ".join(list(self.labels.values())[:12]),
            )  # fmt: skip
        return code

    def show(self, value):
        return self.labels.get(value, value or "")


class Level(Choice):
    """A rating of one aspect against the expectation (PermenPANRB 6/2022 p.97-102)."""

    CHOICES = (
        ("ABOVE", N_("Diatas Ekspektasi")),
        ("MEETS", N_("Sesuai Ekspektasi")),
        ("BELOW", N_("Dibawah Ekspektasi")),
    )
    WORDS = {"ABOVE": ("diatas", "di atas", "atas"), "MEETS": ("sesuai",),
             "BELOW": ("dibawah", "di bawah", "bawah")}  # fmt: skip
    SHORT = {"DE": "ABOVE", "SE": "MEETS", "BE": "BELOW"}

    def __init__(self, *args, **kwargs):
        aliases = {
            f"{word} {tail}".strip(): code
            for code, words in self.WORDS.items()
            for word in words
            for tail in ("", "ekspektasi", "espektasi")
        }
        super().__init__(*args, choices=self.CHOICES, aliases=aliases | self.SHORT, **kwargs)


class Predicate(Choice):
    """The predikat of a period (PermenPANRB 6/2022 p.99)."""

    CHOICES = (
        ("VERY_GOOD", N_("Sangat Baik")),
        ("GOOD", N_("Baik")),
        ("NEEDS_IMPROVEMENT", N_("Butuh Perbaikan")),
        ("POOR", N_("Kurang/Misconduct")),
        ("VERY_POOR", N_("Sangat Kurang")),
    )
    ALIASES = {"Cukup": "NEEDS_IMPROVEMENT", "Cukup/Butuh Perbaikan": "NEEDS_IMPROVEMENT",
               "Kurang": "POOR", "Kurang (Misconduct)": "POOR", "Misconduct": "POOR"}  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, choices=self.CHOICES, aliases=self.ALIASES, **kwargs)


class Grade(Choice):
    """Golongan: I/a to IV/e for PNS, I to XVII for PPPK; written with its slash or point."""

    def __init__(self, *args, **kwargs):
        grades = tuple((row["code"], row["code"]) for row in codes("golongan"))
        super().__init__(*args, choices=grades, checked=False, **kwargs)
        self.known = {code.casefold(): code for code, _ in grades}

    def parse(self, value):
        text = clean_key(as_text(value)).replace(".", "/").replace(" ", "")
        code = self.known.get(text.casefold())
        if text and code is None:
            raise Invalid(N_("“%(value)s” bukan golongan; tulis seperti III/a atau IX"), value=text)
        return code


class Status(Choice):
    """The kind of civil servant."""

    CHOICES = (
        ("PNS", "PNS"),
        ("CPNS", "CPNS"),
        ("PPPK", "PPPK"),
        ("PPPK_PARUH_WAKTU", "PPPK Paruh Waktu"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, choices=self.CHOICES, **kwargs)


class Email(Text):
    """An e-mail address."""

    def parse(self, value):
        text = super().parse(clean_key(as_text(value)))
        if text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
            raise Invalid(N_("“%(value)s” bukan alamat surel"), value=text)
        return text


class Phone(Text):
    """A telephone number: digits, spaces, hyphens and a leading plus."""

    def parse(self, value):
        text = super().parse(clean_key(as_text(value)))
        if text and not re.fullmatch(r"\+?[\d\s()-]{5,25}", text, re.ASCII):
            raise Invalid(N_("“%(value)s” bukan nomor telepon"), value=text)
        return text


class Link(ForeignKeyField):
    """A reference that the database keeps: what is referred to cannot be deleted."""

    def __init__(self, model, **kwargs):
        kwargs.setdefault("on_delete", "RESTRICT")
        super().__init__(model, backref="+", **kwargs)
