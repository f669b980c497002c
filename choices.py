"""The field types with a few codes to choose from: the law's levels, predicates, grades and code lists."""

import peewee

from code_lists import codes
from fields import Look
from values import N_, Invalid, as_text, clean_key, compare_key

LISTED = 12  # labels that are named one by one


class Choice(Look, peewee.CharField):
    """One of a few codes, written by their labels or by an alias."""

    widget, comparisons, said_as = "choice", "choice", "word"

    def __init__(self, *args, choices, aliases=(), checked=True, **kwargs):
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, choices=tuple(choices), **kwargs)
        self.aliases, self.checked = dict(aliases), checked
        self.labels = dict(self.choices)
        self.known = {compare_key(code): code for code in self.labels}
        self.known |= {compare_key(label): code for code, label in self.choices}
        self.known |= {compare_key(alias): code for alias, code in self.aliases.items()}

    def rule(self, column):
        listed = ", ".join(f"'{code}'" for code in self.labels)
        return f"{column} IN ({listed})"

    def parse(self, value):
        text = clean_key(as_text(value))
        if not text:
            return None
        code = self.known.get(compare_key(text))
        if code is None:
            words = N_("“%(value)s” tidak dikenal; pilih salah satu: %(known)s")
            raise Invalid(words, value=text, known=", ".join(list(self.labels.values())[:LISTED]))
        return code

    def show(self, value):
        return self.labels.get(value, value or "")

    @property
    def options(self):
        return self.choices

    @property
    def hint(self):
        return "Pilihan: " + ", ".join(self.labels.values()) if len(self.labels) <= LISTED else ""


class Listed(Choice):
    """One of a code list of the law, kept as a CSV file in `seed_data/`, where HR may add to it."""

    def __init__(self, verbose_name, listed, **kwargs):
        rows = codes(listed)
        aliases = {text: row["code"] for row in rows for text in row.get("aliases", "").split("|") if text}
        choices = [(row["code"], row["name"]) for row in rows]
        super().__init__(verbose_name, choices=choices, aliases=aliases, checked=False, **kwargs)


class Level(Choice):
    """A rating of one aspect against the expectation (PermenPANRB 6/2022 p.97-102)."""

    CHOICES = (
        ("ABOVE", N_("Diatas Ekspektasi")),
        ("MEETS", N_("Sesuai Ekspektasi")),
        ("BELOW", N_("Dibawah Ekspektasi")),
    )
    WORDS = {
        "ABOVE": ("diatas", "di atas", "atas", "de"),
        "MEETS": ("sesuai", "se"),
        "BELOW": ("dibawah", "di bawah", "bawah", "be"),
    }

    def __init__(self, *args, **kwargs):
        aliases = {
            f"{word}{tail}": code
            for code, words in self.WORDS.items()
            for word in words
            for tail in ("", " ekspektasi", " espektasi")
        }
        super().__init__(*args, choices=self.CHOICES, aliases=aliases, **kwargs)


class Predicate(Choice):
    """The predikat of a period (PermenPANRB 6/2022 p.99)."""

    CHOICES = (
        ("VERY_GOOD", N_("Sangat Baik")),
        ("GOOD", N_("Baik")),
        ("NEEDS_IMPROVEMENT", N_("Butuh Perbaikan")),
        ("POOR", N_("Kurang/Misconduct")),
        ("VERY_POOR", N_("Sangat Kurang")),
    )
    ALIASES = dict.fromkeys(("Cukup", "Cukup/Butuh Perbaikan"), "NEEDS_IMPROVEMENT")
    ALIASES |= dict.fromkeys(("Kurang", "Kurang (Misconduct)", "Misconduct"), "POOR")

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
