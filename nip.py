"""The 18 digits of a NIP: birth, appointment, gender and sequence, and what a spreadsheet makes of them."""

import re
from datetime import date

from values import N_, Invalid, clean_key

NIP = re.compile(r"\d{18}", re.ASCII)
NO_SEQUENCE = N_("nomor urut 000 tidak ada; mungkin Excel telah mengubahnya")


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
        words = N_(
            "NIP terbaca sebagai angka sehingga tiga angka terakhirnya hilang; ubah sel menjadi Teks lalu ketik ulang 18 angka"
        )
        super().__init__(words)


def read_nip(value):
    """Text of 18 digits, or None; spaces, points, hyphens and an apostrophe are dropped.

    A number is refused: Excel keeps 15 digits of it, so its last three are lost.
    Source: DOMAIN 8.1 (structure), PNS and PPPK schemes by digits 13-14.
    """
    if isinstance(value, int | float | date):
        raise Mangled(value)
    text = str(value)
    if not NIP.fullmatch(text):  # else there is nothing to clean: most of a large file
        text = _cleaned(text)
        if not text:
            return None
    problem = nip_problem(text)
    if problem == NO_SEQUENCE:
        raise Mangled(text)
    if problem:
        raise Invalid(N_("NIP %(value)s: %(why)s"), value=text, why=problem)
    return text


def _cleaned(written):
    """The digits of a NIP that is written with something between them; empty where nothing is."""
    packed = clean_key(written).replace(" ", "")
    text = re.sub(r"[\s.\-'’]", "", packed)
    if re.fullmatch(r"\d[\d.,]*[eE][+]?\d+", packed):
        raise Mangled(float(packed.replace(",", ".")))
    if text and not NIP.fullmatch(text):
        raise Invalid(N_("NIP “%(value)s” tidak terdiri atas 18 angka"), value=text)
    return text


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
    """The date of birth; ValueError where the first eight digits are none."""
    return date(int(nip[:4]), int(nip[4:6]), int(nip[6:8]))


def nip_gender(nip):
    """L or P."""
    return "L" if nip[14] == "1" else "P"


def nip_scheme(nip):
    """PNS or PPPK."""
    return "PNS" if int(nip[12:14]) <= 12 else "PPPK"
