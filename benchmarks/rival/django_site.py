"""The rival: the same tables in Django, its admin, and django-import-export at its best."""

import tempfile

import django
from django.conf import settings

PLACE = tempfile.TemporaryDirectory()
DJANGO = "django.contrib"
settings.configure(
    SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], USE_TZ=True, STATIC_URL="/static/",
    INSTALLED_APPS=[*(f"{DJANGO}.{app}" for app in ("admin", "auth", "contenttypes", "sessions", "messages")),
                    "import_export", "benchmarks.rival"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", f"{DJANGO}.sessions.middleware.SessionMiddleware",
                "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
                f"{DJANGO}.auth.middleware.AuthenticationMiddleware",
                f"{DJANGO}.messages.middleware.MessageMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
        "context_processors": ["django.template.context_processors.request",
                               f"{DJANGO}.auth.context_processors.auth",
                               f"{DJANGO}.messages.context_processors.messages"]}}],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{PLACE.name}/rival.db"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    IMPORT_EXPORT_SKIP_ADMIN_LOG=True,  # its only trail, a row for each
)  # fmt: skip
django.setup()

from django.contrib import admin  # noqa: E402 - Django wants its settings first
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from import_export import fields, resources, widgets  # noqa: E402
from import_export.admin import ImportMixin  # noqa: E402
from import_export.formats.base_formats import XLSX  # noqa: E402
from import_export.instance_loaders import BaseInstanceLoader  # noqa: E402

SOURCES = {"Atasan": "supervisor", "Rekan": "peer", "Bawahan": "subordinate"}
LEVELS = {"Diatas Ekspektasi": "ABOVE", "Sesuai Ekspektasi": "MEETS", "Dibawah Ekspektasi": "BELOW"}


class Table(models.Model):
    class Meta:
        abstract = True
        app_label = "rival"


class Employee(Table):
    nip = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=120)
    jenjang = models.CharField(max_length=2, null=True)  # noqa: DJ001 - as ours
    supervisor = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    def __str__(self):
        return f"{self.nip} {self.name}"


class Period(Table):
    code = models.CharField(max_length=12, unique=True)
    starts_on = models.DateField()

    def __str__(self):
        return self.code


def code(labels, **options):
    choices = [(value, label) for label, value in labels.items()]
    return models.CharField(max_length=20, choices=choices, **options)


def score():
    return models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)


class Assessment(Table):
    employee = models.ForeignKey(Employee, models.PROTECT, related_name="+")
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")
    source = code(SOURCES)
    assessor = models.ForeignKey(Employee, models.PROTECT, null=True, related_name="+")
    work_score, behaviour_score = score(), score()
    work_level, behaviour_level = (code(LEVELS, null=True, blank=True) for _ in range(2))
    note = models.TextField(null=True, blank=True)  # noqa: DJ001 - as ours

    class Meta:
        app_label = "rival"
        unique_together = ("employee", "period", "source", "assessor")


class Rating(Table):
    employee = models.ForeignKey(Employee, models.PROTECT, related_name="+")
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")
    rater = models.ForeignKey(Employee, models.PROTECT, null=True, related_name="+")
    work_score, behaviour_score = score(), score()
    work_level, behaviour_level = code(LEVELS), code(LEVELS)
    predicate = models.CharField(max_length=20, db_index=True)
    credit = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    state = models.CharField(max_length=12, default="suggested")

    class Meta:
        app_label = "rival"
        unique_together = ("employee", "period")


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
        found = super().clean(value, row, **kwargs)
        if found is not None and not 0 <= found <= 120:
            raise ValueError(f"{found} is outside 0-120")
        return found


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


@admin.register(Assessment)
class AssessmentAdmin(ImportMixin, admin.ModelAdmin):
    resource_classes = (Assessments,)
    import_formats = (XLSX,)
    list_display = (
        "employee", "period", "source", "assessor", "work_score", "behaviour_score", "work_level", "behaviour_level",
    )  # fmt: skip
    list_select_related = ("employee", "period", "assessor")
    list_filter = ("period", "source", "work_level", "behaviour_level")
    list_per_page = 100
    search_fields = ("employee__name", "employee__nip")
    raw_id_fields = ("employee", "assessor")


urlpatterns = [path("admin/", admin.site.urls)]


def opened():
    """An empty database with its tables, and a browser that the administrator has signed in with."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Employee, Period, Assessment, Rating):
            editor.create_model(model)
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client
