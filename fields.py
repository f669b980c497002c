"""The field types of the domain: each says once how people write a value and what it allows."""

import csv
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
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

from rating import half_up

SEED = Path(__file__).parent / "seed_data"
INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])
NIP = re.compile(r"\d{18}", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def N_(text):
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text


class Invalid(ValueError):
    """A value that cannot be taken, said in the user's words (translatable: template and params)."""

    hint = None  # a further Invalid that says what may have been meant
    mangled = False

    def __init__(self, template, **params):
        self.template, self.params = template, params
        super().__init__(template % params if params else template)

    def __str__(self):
        return f"{super().__str__()}. {self.hint}" if self.hint else super().__str__()

    @property
    def near(self):
        """The value that may have been meant, as text that can be written in its place."""
        return self.params.get("near") or (self.hint.near if self.hint else "")

    @property
    def general(self):
        """The parameters without this very value."""
        return self.params | {name: N_("nilai") for name in ("value", "near") if name in self.params}

    @property
    def cause(self):
        """The problem without this very value, so that many rows can be told at once."""
        return self.template % self.general if self.params else self.template


class Mangled(Invalid):
    """A NIP that a spreadsheet turned into a number: `heads` are the 15 digits left of it, the likeliest first."""

    def __init__(self, value):
        self.mangled = True
        self.heads = ()
        if isinstance(value, str):  # a number that was made text again
            self.heads = (value[:15],)
            super().__init__(N_("NIP %(value)s: %(why)s"), value=value, why=NO_SEQUENCE)
            return
        if isinstance(value, int | float) and 1e17 <= value < 1e18:  # known to within 16
            near, low = round(int(value), -3), int(value) - 16
            self.heads = tuple(dict.fromkeys(str(n)[:15] for n in (near if near - low <= 32 else low, low)))
        super().__init__(
            N_("NIP terbaca sebagai angka sehingga tiga angka terakhirnya hilang; "
               "ubah sel menjadi Teks lalu ketik ulang 18 angka")
        )  # fmt: skip


NO_SEQUENCE = N_("nomor urut 000 tidak ada; mungkin Excel telah mengubahnya")
RUINED = re.compile(r"\d([.,]\d+)?E\+?(1[5-9]|[2-9]\d|\d{3})", re.ASCII | re.IGNORECASE)


def squeeze(text):
    """The text as a key: full width folded, invisible characters out, white space single."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(INVISIBLE).split())


def alike(text):
    """The text as two people might write it alike: no case, no `/ . - _ ( )`, single spaces."""
    return " ".join(re.sub(r"[/.\-_()]", " ", squeeze(text).casefold()).split())


def as_text(value):
    """A workbook's cell as the text that a person sees in it."""
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%d-%m-%Y")
    if isinstance(value, date):
        return value.strftime("%d-%m-%Y")
    return str(value)


def written(value):
    """A cell of free text or of a code: a number of 16 digits and more has lost its last ones."""
    number = isinstance(value, int | float) and not -1e15 < value < 1e15
    if number or (isinstance(value, str) and RUINED.fullmatch(value.strip())):
        raise Invalid(
            N_("terbaca sebagai angka sehingga angka ke-16 dan seterusnya hilang; "
               "ubah sel menjadi Teks lalu ketik ulang")
        )  # fmt: skip
    return as_text(value)


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


def number(value, like="87,5"):
    """A finite Decimal from a cell or from text with at most one comma or point; `like` shows how to write it."""
    if isinstance(value, date):
        words = N_("%(value)s adalah tanggal, bukan angka; ubah format sel menjadi Angka lalu ketik nilainya")
        raise Invalid(words, value=as_text(value))
    if isinstance(value, bool):
        raise Invalid(N_("%(value)s bukan angka"), value=as_text(value))
    if isinstance(value, int | float):
        if value != value or abs(value) > 1e15:
            raise Invalid(N_("%(value)s bukan angka"), value=value)
        return Decimal(f"{value:.15g}")  # Excel shows 15 digits: 87.30000000000001 is 87.3
    text = squeeze(str(value))
    if not re.fullmatch(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", text, re.ASCII):
        raise Invalid(N_("“%(value)s” bukan angka; tulis seperti %(like)s"), value=text, like=like)
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise Invalid(N_("“%(value)s” bukan angka; tulis seperti %(like)s"), value=text, like=like) from None


class Text(CharField):
    """One line of free text."""

    confidential = False

    def __init__(self, *args, confidential=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.confidential = confidential

    def parse(self, value):
        text = " ".join(CONTROL.sub("", unicodedata.normalize("NFC", written(value))).split())
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
        text = CONTROL.sub("", unicodedata.normalize("NFC", written(value)))
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(text) > self.max_length:
            raise Invalid(N_("lebih dari %(most)s huruf"), most=self.max_length)
        return text or None

    show = Text.show


class Code(Text):
    """A natural key of letters, digits, points and hyphens."""

    def parse(self, value):
        text = squeeze(written(value))
        if text and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/-]*", text):
            raise Invalid(N_("“%(value)s” bukan kode; pakai huruf, angka, titik, dan garis"), value=text)
        return super().parse(text)


class PeriodCode(Code):
    """A period: 2026 (a year), 2026-TW3 (a quarter) or 2026-09 (a month)."""

    def parse(self, value):
        text = squeeze(as_text(value)).upper()
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
        """Text of 18 digits; spaces, points, hyphens and an apostrophe are dropped.

        A number is refused: Excel keeps 15 digits of it, so its last three are lost.
        Source: DOMAIN 8.1 (structure), PNS and PPPK schemes by digits 13-14.
        """
        if isinstance(value, int | float | date):
            raise Mangled(value)
        text = str(value)
        if not NIP.fullmatch(text):  # else there is nothing to clean: most of a large file
            text = re.sub(r"[\s.\-'’]", "", squeeze(text))
            if not text:
                return None
            if re.fullmatch(r"\d[\d.,]*[eE][+]?\d+", squeeze(str(value)).replace(" ", "")):
                raise Mangled(float(squeeze(str(value)).replace(" ", "").replace(",", ".")))
            if not NIP.fullmatch(text):
                raise Invalid(N_("NIP “%(value)s” tidak terdiri atas 18 angka"), value=text)
        problem = nip_problem(text)
        if problem:
            raise (
                Mangled(text)
                if problem == NO_SEQUENCE
                else Invalid(N_("NIP %(value)s: %(why)s"), value=text, why=problem)
            )
        return text

    def show(self, value):
        return value or ""


def nip_problem(nip):
    """What is wrong with the structure of 18 digits, in words, or None."""
    try:
        born = nip_birth(nip)
    except ValueError:
        return N_("delapan angka pertama bukan tanggal lahir")
    year, scheme = int(nip[8:12]), int(nip[12:14])
    if not 18 <= year - born.year <= 70 or born.year < 1900:
        return N_("umur saat pengangkatan tidak masuk akal")
    if not (1 <= scheme <= 12 or scheme >= 21):
        return N_("angka ke-13 dan ke-14 bukan bulan pengangkatan (PNS) atau nomor kontrak (PPPK)")
    if nip[14] not in "12":
        return N_("angka ke-15 (jenis kelamin) harus 1 atau 2")
    if nip[15:] == "000":
        return NO_SEQUENCE
    return None


def nip_birth(nip):
    return date(int(nip[:4]), int(nip[4:6]), int(nip[6:8]))


def nip_gender(nip):
    return "L" if nip[14] == "1" else "P"


def nip_scheme(nip):
    return "PNS" if int(nip[12:14]) <= 12 else "PPPK"


class Score(Ranged, DecimalField):
    """A score from 0 to 120 with two decimals (PP 30/2019 caps achievement at 120)."""

    low, high = 0, 120

    def __init__(self, *args, **kwargs):
        super().__init__(*args, max_digits=5, decimal_places=2, **kwargs)

    def parse(self, value):
        if isinstance(value, str) and not squeeze(value):
            return None
        score = number(value)
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
        if isinstance(value, str) and not squeeze(value):
            return None
        points = number(value)
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
        if isinstance(value, str) and not squeeze(value):
            return None
        whole = number(value, like="8")
        if isinstance(value, str) and re.fullmatch(r"\d+[.,]\d{3}", squeeze(value)):
            digits = re.sub(r"\D", "", squeeze(value))
            raise Invalid(N_("“%(value)s” meragukan; tulis tanpa titik: %(near)s"), value=value, near=digits)
        if whole != whole.to_integral_value():
            raise Invalid(N_("%(value)s bukan bilangan bulat"), value=str(whole).replace(".", ","))
        return int(self.within(whole, str(whole)))

    show = Text.show


RUPIAH = re.compile(r"(?:rp\.? ?)?(\d{1,3}(?:\.\d{3})+|\d+)(?:,(?:0+|-))?", re.ASCII | re.IGNORECASE)


class Money(Ranged, BigIntegerField):
    """An amount in whole rupiah, also as `Rp 1.500.000`, `1500000,00` or `1.500.000,-`."""

    low, high = 0, 999_999_999_999

    def parse(self, value):
        if isinstance(value, str):
            text = squeeze(value)
            if not text:
                return None
            if found := RUPIAH.fullmatch(text):
                value = found[1].replace(".", "")
        amount = number(value, like="1.500.000")
        if amount != amount.to_integral_value():
            words = N_("%(value)s bukan rupiah penuh; tulis seperti %(like)s")
            raise Invalid(words, value=str(amount).replace(".", ","), like="1.500.000")
        return int(self.within(amount, str(amount)))

    show = Text.show


class YesNo(BooleanField):
    """Ya or Tidak; anything that is neither is refused."""

    words = {
        "ya": True, "yes": True, "1": True, "true": True, "benar": True, "aktif": True,
        "tidak": False, "no": False, "0": False, "false": False, "salah": False,
    }  # fmt: skip

    def parse(self, value):
        text = alike(as_text(value))
        if not text:
            return None
        if text not in self.words:
            raise Invalid(N_("“%(value)s” bukan Ya atau Tidak"), value=as_text(value))
        return self.words[text]

    def show(self, value):
        return "" if value is None else "Ya" if value else "Tidak"


MONTHS = {
    name: number
    for number, names in enumerate((
        "januari jan january", "februari feb pebruari february", "maret mar march", "april apr", "mei may",
        "juni jun june", "juli jul july", "agustus agu ags agt aug august", "september sep sept",
        "oktober okt oct october", "november nov nop nopember", "desember des dec december",
    ), 1)
    for name in names.split()
}  # fmt: skip
WORDED = re.compile(r"(?:[a-z]+, ?)?(\d{1,2})[ -]([a-z]+)\.?[ -](\d{4})", re.ASCII | re.IGNORECASE)


class Day(DateField):
    """A date, written dd-mm-yyyy, yyyy-mm-dd or 13 Maret 2026."""

    def parse(self, value):
        if isinstance(value, date):
            return self.plausible(value.date() if isinstance(value, datetime) else value)
        text = squeeze(as_text(value))
        if not text:
            return None
        worded = WORDED.fullmatch(text)
        if worded and (month := MONTHS.get(worded[2].casefold())):
            text = f"{worded[1]}-{month}-{worded[3]}"
        layout = "%Y-%m-%d" if re.match(r"\d{4}-", text) else "%d-%m-%Y"
        try:
            if not re.fullmatch(r"\d{1,4}-\d{1,2}-\d{1,4}", text, re.ASCII):
                raise ValueError
            day = datetime.strptime(text, layout).date()
        except ValueError:
            raise Invalid(N_("“%(value)s” bukan tanggal; tulis seperti 31-12-2026"), value=text) from None
        return self.plausible(day)

    @staticmethod
    def plausible(day):
        if not 1900 <= day.year <= 2200:
            raise Invalid(N_("tahun %(value)s tidak masuk akal"), value=day.year)
        return day

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
        self.known = {alike(code): code for code in self.labels}
        self.known |= {alike(label): code for code, label in self.choices}
        self.known |= {alike(alias): code for alias, code in self.aliases.items()}

    def bind(self, model, name, set_attribute=True):
        super().bind(model, name, set_attribute)
        if self.checked:
            listed = ", ".join(f"'{code}'" for code in self.labels)
            rule = f'"{self.column_name}" IN ({listed})'
            self.constraints = [*(self.constraints or []), Check(rule)]

    def parse(self, value):
        text = squeeze(as_text(value))
        if not text:
            return None
        code = self.known.get(alike(text))
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
        text = squeeze(as_text(value)).replace(".", "/").replace(" ", "")
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
        text = super().parse(squeeze(written(value)))
        if text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
            raise Invalid(N_("“%(value)s” bukan alamat surel"), value=text)
        return text


class Phone(Text):
    """A telephone number: digits, spaces, hyphens and a leading plus."""

    def parse(self, value):
        text = super().parse(squeeze(written(value)))
        if text and not re.fullmatch(r"\+?[\d\s()-]{5,25}", text, re.ASCII):
            raise Invalid(N_("“%(value)s” bukan nomor telepon"), value=text)
        return text


class Link(ForeignKeyField):
    """A reference that the database keeps: what is referred to cannot be deleted."""

    def __init__(self, model, **kwargs):
        kwargs.setdefault("on_delete", "RESTRICT")
        super().__init__(model, backref="+", **kwargs)
