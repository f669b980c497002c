"""How people write keys, cells and NIPs, a refusal in their words, and the code lists of the law."""

import csv
import re
import unicodedata
from datetime import date
from functools import cache, cached_property
from pathlib import Path

SEED = Path(__file__).parent / "seed_data"

INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def N_(text):
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text


class Invalid(ValueError):
    """A value that cannot be taken, said in the user's words (translatable: template and params)."""

    hint = None  # a further Invalid that says what may have been meant

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
    def mangled(self):
        """Whether it is of a NIP that a spreadsheet made a number: its `heads` are the likeliest first 15 digits."""
        return "heads" in self.params

    @property
    def general(self):
        """The parameters without this very value."""
        return self.params | {name: N_("nilai") for name in ("value", "near") if name in self.params}

    @cached_property
    def cause(self):
        """The problem without this very value, so that many rows can be told at once."""
        return self.template % self.general if self.params else self.template


@cache
def codes(name):
    """The rows of a code list in `seed_data/`, as dictionaries."""
    with open(SEED / f"{name}.csv", encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def clean_key(text):
    """The text as a key: full width folded, invisible characters out, white space single."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(INVISIBLE).split())


def compare_key(text):
    """The text as two people might write it alike: no case, no `/ . - _ ( )`, single spaces."""
    return " ".join(re.sub(r"[/.\-_()]", " ", clean_key(text).casefold()).split())


def as_text(value):
    """A workbook's cell as the text that a person sees in it."""
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.strftime("%d-%m-%Y") if isinstance(value, date) else str(value)


NIP = re.compile(r"\d{18}", re.ASCII)
NO_SEQUENCE = N_("nomor urut 000 tidak ada; mungkin Excel telah mengubahnya")
AS_NUMBER = N_(
    "NIP terbaca sebagai angka sehingga tiga angka terakhirnya hilang; ubah sel menjadi Teks lalu ketik ulang 18 angka"
)


def _heads(number):
    """What the first 15 digits of a number may have been, the likeliest first: one of 18 is known to within 16."""
    if isinstance(number, date) or not 1e17 <= number < 1e18:
        return ()
    near, low = round(int(number), -3), int(number) - 16
    return tuple(dict.fromkeys(str(n)[:15] for n in (near if near - low <= 32 else low, low)))


def read_nip(value):
    """Text of 18 digits, or None; spaces, points, hyphens and an apostrophe are dropped.

    A number is refused: Excel keeps 15 digits of it, so its last three are lost.
    Source: DOMAIN 8.1 (structure), PNS and PPPK schemes by digits 13-14.
    """
    if isinstance(value, int | float | date):
        raise Invalid(AS_NUMBER, heads=_heads(value))
    text = str(value)
    if not NIP.fullmatch(text):  # else there is nothing to clean: most of a large file
        packed = clean_key(text).replace(" ", "")
        if re.fullmatch(r"\d+([.,]\d*)?e\+?\d+", packed, re.IGNORECASE):
            raise Invalid(AS_NUMBER, heads=_heads(float(packed.replace(",", "."))))
        text = re.sub(r"[\s.\-'’]", "", packed)
        if not text:
            return None
        if not NIP.fullmatch(text):
            raise Invalid(N_("NIP “%(value)s” tidak terdiri atas 18 angka"), value=text)
    if problem := _nip_problem(text):
        heads = {"heads": (text[:15],)} if problem == NO_SEQUENCE else {}
        raise Invalid(N_("NIP %(value)s: %(why)s"), value=text, why=problem, **heads)
    return text


def _nip_problem(nip):
    """What is wrong with the structure of 18 digits, in words, or None."""
    try:
        born = date(int(nip[:4]), int(nip[4:6]), int(nip[6:8]))
    except ValueError:
        return N_("delapan angka pertama bukan tanggal lahir")
    year, scheme = int(nip[8:12]), int(nip[12:14])
    if not 18 <= year - born.year <= 70 or born.year < 1900:
        return N_("umur saat pengangkatan tidak masuk akal")
    if not (1 <= scheme <= 12 or scheme >= 21):
        return N_("angka ke-13 dan ke-14 bukan bulan pengangkatan (PNS) atau nomor kontrak (PPPK)")
    if nip[14] not in "12":
        return N_("angka ke-15 (jenis kelamin) harus 1 atau 2")
    return NO_SEQUENCE if nip[15:] == "000" else None


def nip_scheme(nip):
    """PNS or PPPK."""
    return "PNS" if int(nip[12:14]) <= 12 else "PPPK"
