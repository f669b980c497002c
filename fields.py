"""The field types of the domain: each says once how people write a value and what it allows."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

import peewee
from peewee import Check

from rating import half_up
from values import CONTROL, N_, Invalid, as_text, clean_key, codes, compare_key, read_nip

LISTED = 12  # labels that are named one by one


class Look:
    """What a field looks like where people meet it: forms, filters, pages and sheets ask it.

    A type says what differs, and one field, by an argument of the same name, what differs for it alone.
    """

    label = ""  # what screens call it, where that is not `verbose_name`, its header in sheets
    confidential = False  # whether lists, sheets and the trail leave it out
    widget = "line"  # of a form: a line, an area, or a choice of the options
    keyboard = {}  # what a phone offers for typing it
    comparisons = "text"  # of a filter: text, number, day, moment, choice or reference
    said_as = "text"  # in list, page, message and trail: text, word, day, moment, number, money or reference
    options = ()  # (code, label) of what can be chosen
    number_format, width = "@", 14  # of its column in a workbook
    check = None  # of a workbook's cells: (kind, lowest, highest, what to fill in)
    hint = example = ""  # in a template
    part = ""  # the heading that begins with it, in forms and details
    made_with = {}  # of its column in the database
    checked = False  # whether the database keeps its `rule` too

    def __init__(self, verbose_name=None, *args, **said):
        for name in [name for name in said if hasattr(type(self), name)]:
            setattr(self, name, said.pop(name))
        super().__init__(*args, verbose_name=verbose_name, **self.made_with | said)
        self.label = self.label or verbose_name

    def bind(self, model, name, set_attribute=True):
        super().bind(model, name, set_attribute)
        if self.checked:
            self.constraints = [*(self.constraints or []), Check(self.rule(f'"{self.column_name}"'))]

    def show(self, value):
        """The value as text that `parse` reads again."""
        return "" if value is None else str(value)


RUINED = re.compile(r"\d([.,]\d+)?E\+?(1[5-9]|[2-9]\d|\d{3})", re.ASCII | re.IGNORECASE)  # by a spreadsheet


class Text(Look, peewee.CharField):
    """One line of free text; with a `pattern`, a code of that form, in `capitals` or not, which `refusal` names."""

    pattern, refusal, capitals = None, N_("“%(value)s” tidak berbentuk seperti yang diminta"), False

    @property
    def width(self):
        return min(40, max(14, self.max_length // 4))

    def parse(self, value):
        number = isinstance(value, int | float) and not -1e15 < value < 1e15
        if number or (isinstance(value, str) and RUINED.fullmatch(value.strip())):
            raise Invalid(
                N_("terbaca sebagai angka sehingga angka ke-16 dan seterusnya hilang; "
                   "ubah sel menjadi Teks lalu ketik ulang")
            )  # fmt: skip
        text = self.tidy(CONTROL.sub("", unicodedata.normalize("NFC", as_text(value))))
        if len(text) > self.max_length:
            raise Invalid(N_("lebih dari %(most)s huruf"), most=self.max_length)
        return text or None

    def tidy(self, text):
        if not self.pattern:
            return " ".join(text.split())
        text = clean_key(text).upper() if self.capitals else clean_key(text)
        if text and not re.fullmatch(self.pattern, text, re.ASCII):
            raise Invalid(self.refusal, value=text)
        return text


class LongText(Look, peewee.TextField):
    """Several lines of free text."""

    widget, width, max_length = "area", 50, 20_000
    parse = Text.parse

    def tidy(self, text):
        return text.replace("\r\n", "\n").replace("\r", "\n").strip()


FORMS = {  # of a Code: what is special to its field
    "key": {
        "pattern": r"[A-Za-z0-9][A-Za-z0-9._/-]*",
        "refusal": N_("“%(value)s” bukan kode; pakai huruf, angka, titik, dan garis"),
    },
    "period": {
        "pattern": r"20\d\d(-TW[1-4]|-(0[1-9]|1[0-2]))?",
        "refusal": N_("“%(value)s” bukan periode; tulis seperti 2026-TW3, 2026-09, atau 2026"),
        "example": "2026-TW3",
        "capitals": True,
    },
    "email": {
        "pattern": r"[^@\s]+@[^@\s]+\.[^@\s]+",
        "refusal": N_("“%(value)s” bukan alamat surel"),
        "keyboard": {"inputmode": "email"},
        "example": "siti.aminah@mamujukab.go.id",
    },
    "phone": {
        "pattern": r"\+?[\d\s()-]{5,25}",
        "refusal": N_("“%(value)s” bukan nomor telepon"),
        "keyboard": {"inputmode": "tel"},
        "example": "0812 3456 7890",
    },
}


class Code(Text):
    """A text of a form: a natural key, a period's code (2026, 2026-TW3, 2026-09), an address or a number of a phone."""

    def __init__(self, verbose_name=None, form="key", **said):
        super().__init__(verbose_name, **FORMS[form] | said)


class Nip(Text):
    """The 18 digits that name a civil servant: birth, appointment, gender and sequence."""

    made_with = {"max_length": 18}
    keyboard = {"inputmode": "numeric", "data-nip": "", "autocomplete": "off"}
    width, example = 21, "198609262015051001"
    check = ("textLength", 18, 21, "Isi NIP 18 angka; sel harus berformat Teks")
    parse = staticmethod(read_nip)


def comma(number):
    """A number as Indonesian writes it: 87,5."""
    return str(number).replace(".", ",")


class Number(Look):
    """A number between two limits, which the database checks too where it is `checked`."""

    comparisons = said_as = "number"
    checked, kind, like = True, "decimal", "87,5"

    def rule(self, column):
        return f"{column} BETWEEN {self.low} AND {self.high}"

    @property
    def check(self):
        return self.kind, self.low, self.high, f"Isi angka {self.low}-{self.high}"

    def parse(self, value):
        """The number of a cell, or of text with at most one comma or point."""
        if isinstance(value, date):
            words = N_(
                "%(value)s adalah tanggal, bukan angka; ubah format sel menjadi Angka lalu ketik nilainya"
            )
            raise Invalid(words, value=as_text(value))
        if isinstance(value, int | float):
            if isinstance(value, bool) or not abs(value) <= 1e15:  # nan is not, either
                raise Invalid(N_("%(value)s bukan angka"), value=as_text(value))
            number = Decimal(f"{value:.15g}")  # Excel shows 15 digits: 87.30000000000001 is 87.3
        else:
            text = clean_key(str(value))
            if not text:
                return None
            if not re.fullmatch(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", text, re.ASCII):
                words = N_("“%(value)s” bukan angka; tulis seperti %(like)s")
                raise Invalid(words, value=text, like=self.like)
            number = Decimal(text.replace(",", "."))
        if not self.low <= number <= self.high:
            words = N_("%(value)s di luar %(low)s-%(high)s")
            raise Invalid(words, value=comma(number), low=self.low, high=self.high)
        return self.exact(number, value)


class Score(Number, peewee.DecimalField):
    """A score from 0 to 120 with two decimals (PP 30/2019 caps achievement at 120)."""

    low, high = 0, 120
    made_with = {"max_digits": 5, "decimal_places": 2}
    keyboard = {"inputmode": "decimal"}
    number_format, example = "0.00", "87,5"

    def exact(self, number, value):
        if number != half_up(number):
            words = N_("%(value)s lebih dari dua angka di belakang koma; bulatkan menjadi %(near)s")
            raise Invalid(words, value=comma(number), near=comma(half_up(number)))
        return half_up(number)

    def show(self, value):
        return "" if value is None else comma(f"{half_up(value):f}".rstrip("0").rstrip("."))


class Points(Score):
    """Credit points or a weight: two decimals, computed or set by HR."""

    high, checked, example = 99_999, False, ""
    made_with = {"max_digits": 7, "decimal_places": 2}

    def exact(self, number, value):
        return half_up(number)


class Whole(Number, peewee.IntegerField):
    """A whole number; between two limits, if they are given, which the database checks then."""

    low, high, checked = 0, 2_000_000_000, False
    kind, keyboard, like = "whole", {"inputmode": "numeric"}, "8"
    number_format, example = "0", "4"
    fraction = N_("%(value)s bukan bilangan bulat")

    def __init__(self, verbose_name=None, low=0, high=None, **said):
        limits = {"low": low, "high": high, "checked": True} if high else {}
        super().__init__(verbose_name, **limits | said)

    def exact(self, number, value):
        if isinstance(value, str) and re.fullmatch(r"\d+[.,]\d{3}", clean_key(value)):
            digits = re.sub(r"\D", "", clean_key(value))
            raise Invalid(N_("“%(value)s” meragukan; tulis tanpa titik: %(near)s"), value=value, near=digits)
        if number != number.to_integral_value():
            raise Invalid(self.fraction, value=comma(number), like=self.like)
        return int(number)


RUPIAH = re.compile(r"(?:rp\.? ?)?(\d{1,3}(?:\.\d{3})+|\d+)(?:,(?:0+|-))?", re.ASCII | re.IGNORECASE)


class Money(Whole):
    """An amount in whole rupiah, also as `Rp 1.500.000`, `1500000,00` or `1.500.000,-`."""

    field_type = "BIGINT"
    high, checked, like = 999_999_999_999, True, "1.500.000"
    number_format, said_as, example = "#,##0", "money", "1500000"
    fraction = N_("%(value)s bukan rupiah penuh; tulis seperti %(like)s")

    def parse(self, value):
        found = isinstance(value, str) and RUPIAH.fullmatch(clean_key(value))
        return super().parse(found[1].replace(".", "") if found else value)


class Choice(Look, peewee.CharField):
    """One of a list of codes, written by code, label or alias.

    The database keeps the lists of `seed_data/choices.csv` too; a list with a file of its own may grow.
    """

    widget, comparisons, said_as = "choice", "choice", "word"
    made_with = {"max_length": 40}
    refusal = N_("“%(value)s” tidak dikenal; pilih salah satu: %(known)s")

    def __init__(self, verbose_name, listed, **said):
        rows = [row for row in codes("choices") if row["list"] == listed]
        self.checked, rows = bool(rows), rows or codes(listed)
        self.labels = {row["code"]: row.get("name") or row["code"] for row in rows}
        self.options = tuple(self.labels.items())
        self.known = {}
        for row in rows:
            words = row["code"], self.labels[row["code"]], *filter(None, row.get("aliases", "").split("|"))
            self.known |= dict.fromkeys(map(compare_key, words), row["code"])
        if len(self.labels) <= LISTED:
            self.hint = "Pilihan: " + ", ".join(self.labels.values())
        super().__init__(verbose_name, choices=self.options, **said)

    def rule(self, column):
        listed = ", ".join(f"'{code}'" for code in self.labels)
        return f"{column} IN ({listed})"

    def parse(self, value):
        text = clean_key(as_text(value))
        code = self.known.get(compare_key(text))
        if text and code is None:
            known = ", ".join([*self.labels.values()][:LISTED])
            raise Invalid(self.refusal, value=text, known=known)
        return code

    def show(self, value):
        return self.labels.get(value, value or "")


class Titled(Text):
    """The name of a sheet or table of ours, which people read as its word: `labels` gets each where it is declared."""

    comparisons, said_as, refusal, labels = "choice", "word", Choice.refusal, {}
    options = property(lambda self: tuple(self.labels.items()))
    known = property(lambda self: {compare_key(name): name for name in self.labels})
    parse, show = Choice.parse, Choice.show


class YesNo(Look, peewee.BooleanField):
    """Ya or Tidak; anything that is neither is refused."""

    widget, comparisons, said_as = "choice", "choice", "word"
    options = (("1", N_("Ya")), ("0", N_("Tidak")))
    labels = {True: "Ya", False: "Tidak"}
    known = dict.fromkeys(["ya", "yes", "1", "true", "benar", "aktif"], True)
    known |= dict.fromkeys(["tidak", "no", "0", "false", "salah"], False)
    refusal = N_("“%(value)s” bukan Ya atau Tidak")
    parse, show = Choice.parse, Choice.show


MONTHS = {name: n for n, row in enumerate(codes("months"), 1) for name in row["names"].split()}
WORDED = re.compile(r"(?:[a-z]+, ?)?(\d{1,2})[ -]([a-z]+)\.?[ -](\d{4})", re.ASCII | re.IGNORECASE)


class Day(Look, peewee.DateField):
    """A date, written dd-mm-yyyy, yyyy-mm-dd or 13 Maret 2026."""

    due = False  # whether a clock in working days ends on it
    after = ""  # the day, by its name, before which it may not be
    comparisons = said_as = "day"
    number_format, example, hint = "dd-mm-yyyy", "31-12-2026", "Tanggal, misalnya 31-12-2026"
    check = ("date", 1, 109_574, "Isi tanggal seperti 31-12-2026")

    def bind(self, model, name, set_attribute=True):
        super().bind(model, name, set_attribute)
        if self.after:
            order = Check(f'"{self.after}" <= "{self.column_name}"')
            model._meta.constraints = [*(model._meta.constraints or ()), order]

    def parse(self, value):
        day = value.date() if isinstance(value, datetime) else value
        if not isinstance(value, date):
            text = clean_key(as_text(value))
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
        if not 1900 <= day.year <= 2200:
            raise Invalid(N_("tahun %(value)s tidak masuk akal"), value=day.year)
        return day

    def show(self, value):
        return value.strftime("%d-%m-%Y") if value else ""


class Moment(Look, peewee.DateTimeField):
    """A point in time, kept in UTC without a zone; pages show it in Asia/Makassar."""

    comparisons = said_as = "moment"
    number_format = "dd-mm-yyyy hh:mm"


class Link(Look, peewee.ForeignKeyField):
    """A reference that the database keeps: what is referred to cannot be deleted."""

    comparisons = said_as = "reference"

    def __init__(self, model, verbose_name=None, **said):
        super().__init__(verbose_name, model, backref="+", on_delete="RESTRICT", **said)
