"""django-import-export's preview and apply of the same file: `theirs.py FILE COUNT`, in its own venv."""

import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import django
from django.conf import settings

from benchmarks.memory import peak

PLACE = tempfile.TemporaryDirectory()
settings.configure(
    INSTALLED_APPS=["import_export"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{PLACE.name}/rival.db"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import connection, models  # noqa: E402 - Django wants its settings first
from import_export import fields, resources, widgets  # noqa: E402
from import_export.formats.base_formats import XLSX  # noqa: E402
from import_export.instance_loaders import BaseInstanceLoader  # noqa: E402

SOURCES = {"Atasan": "supervisor", "Rekan": "peer", "Bawahan": "subordinate"}
LEVELS = {"Diatas Ekspektasi": "ABOVE", "Sesuai Ekspektasi": "MEETS", "Dibawah Ekspektasi": "BELOW"}


class Employee(models.Model):
    nip = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        app_label = "rival"


class Period(models.Model):
    code = models.CharField(max_length=12, unique=True)
    starts_on = models.DateField()

    class Meta:
        app_label = "rival"


class Assessment(models.Model):
    employee = models.ForeignKey(Employee, models.PROTECT, related_name="+")
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")
    source = models.CharField(max_length=20)
    assessor = models.ForeignKey(Employee, models.PROTECT, null=True, related_name="+")
    work_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    behaviour_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    work_level = models.CharField(max_length=10, null=True)  # noqa: DJ001 - as ours
    behaviour_level = models.CharField(max_length=10, null=True)  # noqa: DJ001 - as ours
    note = models.TextField(null=True)  # noqa: DJ001 - as ours

    class Meta:
        app_label = "rival"
        unique_together = ("employee", "period", "source", "assessor")


class Cached(widgets.ForeignKeyWidget):
    """A reference by its natural key, from one query for all of them."""

    known = None

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        if self.known is None:
            self.known = {getattr(one, self.field): one for one in self.model.objects.all()}
        return self.known[value]


class Score(widgets.DecimalWidget):
    def clean(self, value, row=None, **kwargs):
        score = super().clean(value, row, **kwargs)
        if score is not None and not 0 <= score <= 120:
            raise ValueError(f"{score} is outside 0-120")
        return score


class Word(widgets.CharWidget):
    def __init__(self, codes):
        super().__init__()
        self.codes = codes

    def clean(self, value, row=None, **kwargs):
        return self.codes[value] if value else None


class Stored(BaseInstanceLoader):
    """The rows there are, from one query; the library's own cached loader takes one key field only."""

    def __init__(self, resource, dataset=None):
        super().__init__(resource, dataset)
        self.rows = {
            (a.employee_id, a.period_id, a.source, a.assessor_id): a for a in Assessment.objects.all()
        }

    def get_instance(self, row):
        key = [self.resource.fields[name].clean(row) for name in self.resource.get_import_id_fields()]
        return self.rows.get(tuple(getattr(part, "id", part) for part in key))


def column(attribute, header, widget=None):
    return fields.Field(attribute=attribute, column_name=header, widget=widget or widgets.CharWidget())


class Assessments(resources.ModelResource):
    employee = column("employee", "NIP", Cached(Employee, "nip"))
    period = column("period", "Periode", Cached(Period, "code"))
    source = column("source", "Sumber", Word(SOURCES))
    assessor = column("assessor", "NIP Penilai", Cached(Employee, "nip"))
    work_score = column("work_score", "Skor Hasil Kerja", Score())
    behaviour_score = column("behaviour_score", "Skor Perilaku", Score())
    work_level = column("work_level", "Rating Hasil Kerja", Word(LEVELS))
    behaviour_level = column("behaviour_level", "Rating Perilaku", Word(LEVELS))
    note = column("note", "Catatan")

    class Meta:
        model = Assessment
        import_id_fields = ("employee", "period", "source", "assessor")
        instance_loader_class = Stored
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True
        use_transactions = True


def main(file, count):
    with connection.schema_editor() as editor:
        for model in (Employee, Period, Assessment):
            editor.create_model(model)
    data = file.read_bytes()
    Period.objects.create(code="2020-TW1", starts_on=date(2020, 1, 1))
    nips = {nip for row in XLSX().create_dataset(data).dict for nip in (row["NIP"], row["NIP Penilai"])}
    Employee.objects.bulk_create([Employee(nip=nip, name=nip) for nip in nips], batch_size=1000)
    start = time.perf_counter()
    with peak() as most:
        for dry_run in (True, False):
            dataset = XLSX().create_dataset(data)
            result = Assessments().import_data(dataset, dry_run=dry_run, raise_errors=True)
    took = time.perf_counter() - start
    if result.totals["new"] != count or Assessment.objects.count() != count:
        raise AssertionError("not every row was stored")
    print(json.dumps({"seconds": took, "peak": most[0]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
