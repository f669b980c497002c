"""Pages of ratings beside their sheet: totals of each predikat, and the shape in which SIASN takes them."""

from collections import Counter
from decimal import Decimal
from operator import attrgetter

from peewee import Field

from fields import Day, Points, Predicate, Text, Whole
from models import Employee, Period, Rating, Unit
from rating import SIASN_LEVEL, SIASN_PREDICATE, half_up

from .sheets import Column, Part

TOTALS = Part(
    "totals", "Ringkasan", Rating,
    (
        Column(Rating.period.verbose_name, "period.code", Text()),
        Column(Rating.predicate.verbose_name, "predicate", Text()),
        Column("Jumlah", "count", Whole()),
        Column("Bagian (%)", "share", Points()),
    ),
)  # fmt: skip


# What a unit's recap shows of each rating.
RECAP = Part(
    "recap", "Rekap", Rating,
    (
        Column("NIP", "employee.nip", Employee.nip),
        Column(Employee.name.verbose_name, "employee.name", Employee.name),
        Column(Employee.position.verbose_name, "employee.position", Employee.position),
        Column(Rating.unit.verbose_name, "unit.name", Unit.name),
        *(
            Column(field.verbose_name, field.name, field)
            for field in (Rating.work_level, Rating.behaviour_level, Rating.predicate, Rating.state)
        ),
    ),
)  # fmt: skip


class Totals:
    """How many ratings of each predikat pass by in each period, and their share of the period."""

    def __init__(self, sheet):
        paths = [column.path for column in sheet.columns]
        self.period = paths.index("period.code") if "period.code" in paths else None
        self.predicate = paths.index("predicate")
        self.counts = Counter()

    @staticmethod
    def fit(sheet):
        """Whether a sheet has ratings to count, under their names."""
        return sheet.model is Rating and any(isinstance(column.field, Predicate) for column in sheet.columns)

    def counting(self, rows):
        """The same rows; they are counted on their way."""
        for row in rows:
            self.counts[None if self.period is None else row[self.period], row[self.predicate]] += 1
            yield row

    def rows(self):
        """(period, predikat, count, share) of what was counted so far, each period with its sum."""
        for period in sorted({period for period, _ in self.counts}, key=str):
            found = {code: self.counts[period, code] for code in Rating.predicate.labels}
            total = sum(found.values())
            for code, count in found.items():
                share = half_up(Decimal(100 * count) / total)
                yield period, Rating.predicate.labels[code], count, share
            yield period, "Jumlah", total, Decimal(100)


class Derived(Field):
    """What an export makes of a stored value; nothing of nothing."""

    def __init__(self, source, make):
        super().__init__()
        self.source, self.make = source, make

    def python_value(self, value):
        value = self.source.python_value(value)
        return None if value is None else self.make(value)


MONTHS = {"monthly": 1, "quarterly": 2}  # SIASN's periodikId; a year has none


def _from(header, path, source, make):
    return Column(header, path, Derived(source, make))


# The fields of SIASN's /kinerjaperiodik/save and /skp22/save, under their names there; dates are
# dd-mm-yyyy texts. Source: DOMAIN 1.2 (codes: 1 is the best), 11.
SIASN = Part(
    "siasn", "SIASN", Rating,
    (
        Column("nip", "employee.nip", Employee.nip),
        Column("nama", "employee.name", Employee.name),
        _from("tahun", "period.ends_on", Period.ends_on, attrgetter("year")),
        _from("periodikId", "period.kind", Period.kind, MONTHS.get),
        _from("bulanMulaiPenilaian", "period.starts_on", Period.starts_on, attrgetter("month")),
        _from("tahunMulaiPenilaian", "period.starts_on", Period.starts_on, attrgetter("year")),
        _from("bulanSelesaiPenilaian", "period.ends_on", Period.ends_on, attrgetter("month")),
        _from("tahunSelesaiPenilaian", "period.ends_on", Period.ends_on, attrgetter("year")),
        _from("periodeAwal", "period.starts_on", Period.starts_on, Day().show),
        _from("periodeAkhir", "period.ends_on", Period.ends_on, Day().show),
        _from("hasilKinerjaNilai", "work_level", Rating.work_level, SIASN_LEVEL.get),
        _from("perilakuKerjaNilai", "behaviour_level", Rating.behaviour_level, SIASN_LEVEL.get),
        _from("kuadranKinerjaNilai", "predicate", Rating.predicate, SIASN_PREDICATE.get),
        Column("penilaiNipNrp", "rater.nip", Employee.nip),
        Column("penilaiNama", "rater.name", Employee.name),
        Column("penilaiJabatan", "rater.position", Employee.position),
        Column("penilaiGolongan", "rater.grade", Employee.grade),
        Column("penilaiUnorNama", "rater.unit.name", Unit.name),
        _from("statusPenilai", "rater.nip", Employee.nip, lambda nip: "ASN"),
    ),
)  # fmt: skip
