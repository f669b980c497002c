"""The sheets that people exchange with us: one constant each, derived from the models."""

from dataclasses import dataclass
from functools import cached_property

from peewee import Field, ForeignKeyField

from fields import N_, Predicate, alike
from models import (
    Assessment,
    Award,
    Complaint,
    Employee,
    Objection,
    Period,
    Rating,
    Training,
    Unit,
    Upload,
    User,
)


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its header, the model's field behind it, and how a reference is written."""

    header: str
    path: str  # "work_score", or "employee.name" for a value that is only printed
    field: Field  # the field that parses and shows a cell (of a reference: its natural key)
    name: str = ""  # the model's field that is written; empty for a column that is only printed
    reference: Field | None = None  # the foreign key, where the cell holds a natural key
    needed: bool = False  # the file is refused without this column

    @property
    def help(self):
        source = self.reference or self.field
        return source.help_text or ""


@dataclass(frozen=True)
class Part:
    """What an export shows of a table: a page's name and title, and its columns."""

    name: str
    title: str
    model: type
    columns: tuple


class Sheet:
    """A sheet of one model: columns from its fields that have words, in model order.

    `key` names the fields that identify a row; `references` says by which natural key, and under
    which header, a foreign key is written; `printed` adds (header, path, after) columns that are
    informative; `without` leaves fields out; `optional` key fields may be left blank; `computed`
    fields are printed and never read; `either` lists sets of fields of which a file needs one;
    `verified` columns are compared with what we know if a file has them, and never written;
    `automatic` ones are filled by a formula of the template, and ignored when read.
    """

    def __init__(self, name, model, *, key, references=(), printed=(), without=(), optional=(),
                 computed=(), either=(), verified=(), automatic=(), imports=True):  # fmt: skip
        self.name, self.model, self.title, self.key = name, model, model.noun, key
        self.references, self.printed, self.without = dict(references), printed, without
        self.optional, self.computed, self.imports = optional, computed, imports
        self.either, self.verified, self.automatic = either, verified, automatic

    @cached_property
    def columns(self):
        fields = [f for f in self.model.spoken() if f.name not in self.without]
        columns = []
        for field in fields:
            columns.append(self._column(field))
            columns += [self._printed(*p[:2]) for p in self.printed if p[2] == field.name]
        return tuple(columns)

    def _column(self, field):
        written = "" if field.name in self.computed else field.name
        if isinstance(field, ForeignKeyField):
            header, by = self.references[field.name]
            return Column(header, f"{field.name}.{by.name}", by, written, field, self._needed(field))
        return Column(field.verbose_name, field.name, field, written, None, self._needed(field))

    def _needed(self, field):
        if field.name in self.optional or field.name in self.computed or not self.imports:
            return False
        return field.name in self.key or not (field.null or field.default is not None)

    def _printed(self, header, path):
        field = self.model
        for step in path.split("."):
            field = field.rel_model if isinstance(field, ForeignKeyField) else field
            field = field._meta.fields[step]
        return Column(header, path, field)

    def only(self, names):
        """The Part with the columns of these fields, in their order; the whole sheet where none is known.

        A name is a field's ("employee": NIP and Nama) or a path ("employee.name"), of everything of
        the table that may be exported; names that are neither are left out.
        """
        pool = {column.path: column for column in (*ExportSheet(self.model).columns, *self.columns)}
        chosen = {
            path: column
            for name in names
            for path, column in pool.items()
            if path == name or path.startswith(f"{name}.")
        }
        return Part(self.name, self.title, self.model, tuple(chosen.values()) or self.columns)

    @cached_property
    def by_name(self):
        """{field name: column} of the columns that are written."""
        return {c.name: c for c in self.columns if c.name}

    @cached_property
    def known(self):
        """{header as people write it alike: column} of everything a file may bring."""
        return {alike(c.header): c for c in (*self.columns, *self.verified, *self.automatic)}

    @cached_property
    def synonyms(self):
        """{title as people write it alike: column} of the other names that people give to columns."""
        return {alike(text): c for c in self.columns for text in SYNONYMS.get(c.header, ())}

    @cached_property
    def own(self):
        """The written columns that refer to rows of this very sheet (Induk, NIP Atasan)."""
        return tuple(c for c in self.by_name.values() if c.reference and c.reference.rel_model is self.model)


# What offices write in place of our headers; where a file has both, the header itself counts.
SYNONYMS = {
    "NIP": ("NIP Pegawai", "NIP/NI PPPK", "NIP/NIPPPK", "NIP ASN", "NIP Baru", "NIP Lengkap", "Nomor Induk Pegawai", "No NIP"),
    "Nama": ("Nama Pegawai", "Nama Lengkap", "Nama ASN", "Nama dan Gelar"),
    "Kode": ("Kode Unit", "Kode OPD", "Kode Unit Kerja"),
    "Kode Unit": ("Unit", "Unit Kerja", "Kode Unit Kerja", "Kode OPD", "OPD", "Unit Organisasi"),
    "Induk": ("Unit Induk", "Kode Induk", "Atasan Unit"),
    "Jabatan": ("Nama Jabatan",),
    "Golongan": ("Gol", "Gol. Ruang", "Golongan Ruang", "Pangkat/Gol", "Pangkat/Golongan"),
    "Status": ("Status Pegawai", "Status Kepegawaian"),
    "NIP Atasan": ("NIP Atasan Langsung", "NIP Pejabat Penilai"),
    "Email": ("Surel", "E-mail", "Alamat Email"),
    "Telepon": ("No HP", "Nomor HP", "No. Telepon", "Nomor Telepon", "HP/WA"),
    "NIP Penilai": ("NIP Pejabat Penilai", "NIP Atasan", "NIP Atasan Langsung"),
    "Periode": ("Periode Penilaian", "Kode Periode"),
    "Skor Hasil Kerja": ("Skor Hasil", "Nilai Hasil", "Nilai Hasil Kerja", "Skor Kinerja"),
    "Skor Perilaku": ("Skor Perilaku Kerja", "Nilai Perilaku", "Nilai Perilaku Kerja"),
    "Rating Hasil Kerja": ("Rating Hasil", "Rating Kinerja", "Predikat Hasil Kerja"),
    "Rating Perilaku": ("Rating Perilaku Kerja", "Predikat Perilaku", "Predikat Perilaku Kerja"),
    "Judul": ("Nama Pelatihan", "Judul Pelatihan", "Nama Diklat", "Nama Penghargaan"),
    "Jenis": ("Jenis Pelatihan", "Jenis Diklat", "Jenis Penghargaan", "Jenis Unit"),
    "Penyelenggara": ("Instansi Penyelenggara", "Lembaga"),
    "Mulai": ("Tanggal Mulai", "Tgl Mulai"),
    "Selesai": ("Tanggal Selesai", "Tgl Selesai"),
    "JP": ("Jam Pelajaran", "Jumlah JP", "Durasi (JP)"),
    "No Sertifikat": ("Nomor Sertifikat",),
    "Nomor SK": ("No SK",),
    "Tanggal SK": ("Tgl SK", "TMT SK"),
    "Tanggal Diterima": ("Tgl Diterima", "Tanggal Pengaduan"),
    "Uraian": ("Isi Pengaduan", "Isi Laporan"),
    "Perihal": ("Judul Pengaduan", "Judul Laporan"),
}  # fmt: skip

PERSON = ("NIP", Employee.nip)
NAME = (N_("Nama"), "employee.name", "employee")

UNITS = Sheet(
    "units", Unit, key=("code",),
    references={"parent": (N_("Induk"), Unit.code)},
)  # fmt: skip

EMPLOYEES = Sheet(
    "employees", Employee, key=("nip",),
    references={"unit": (N_("Kode Unit"), Unit.code), "supervisor": (N_("NIP Atasan"), Employee.nip)},
    without=("job_class",),  # comes with the allowances
)  # fmt: skip

ASSESSMENTS = Sheet(
    "assessments", Assessment, key=("employee", "period", "source", "assessor"),
    references={"employee": PERSON, "period": (N_("Periode"), Period.code),
                "assessor": (N_("NIP Penilai"), Employee.nip)},
    printed=(NAME,), optional=("period", "source", "assessor"),
    either=(("work_score", "work_level"), ("behaviour_score", "behaviour_level")),
    verified=(Column(N_("Predikat"), "predicate", Predicate()),),
    automatic=(Column(N_("Predikat (otomatis)"), "automatic", Predicate()),),
)  # fmt: skip

TRAININGS = Sheet(
    "trainings", Training, key=("employee", "title", "starts_on"),
    references={"employee": PERSON}, printed=(NAME,), without=("state", "outcome"),
)  # fmt: skip

AWARDS = Sheet(
    "awards", Award, key=("employee", "title", "granted_on"),
    references={"employee": PERSON, "period": (N_("Periode"), Period.code)},
    printed=(NAME,), without=("state",), optional=("granted_on",),
)  # fmt: skip

COMPLAINTS = Sheet(
    "complaints", Complaint, key=("ticket",),
    references={"unit": (N_("Kode Unit"), Unit.code), "employee": (N_("NIP Terlapor"), Employee.nip)},
    without=("reporter", "verify_due", "respond_due", "answered_on", "closed_on"),
    optional=("ticket",), computed=("close_due",),
)  # fmt: skip

RATINGS = Sheet(
    "ratings", Rating, key=("employee", "period"), imports=False,
    references={"employee": PERSON, "unit": (N_("Kode Unit"), Unit.code),
                "period": (N_("Periode"), Period.code)},
    printed=(NAME, (N_("Unit"), "unit.name", "unit")),
    without=("rater", "confirmed_on", "final_on", "delivered_on", "acknowledged_on", "note"),
)  # fmt: skip

SHEETS = {
    sheet.name: sheet for sheet in (UNITS, EMPLOYEES, ASSESSMENTS, TRAININGS, AWARDS, COMPLAINTS, RATINGS)
}

# How a row of a table is named in a cell of another table's export.
NATURAL = {
    Unit: "code", Employee: "nip", Period: "code", User: "username", Complaint: "ticket",
    Upload: "filename", Rating: "employee.nip", Objection: "rating.employee.nip",
}  # fmt: skip


def sheet_for(model):
    """The sheet of a table: a declared one, or an export of every field that is for people.

    Foreign keys are written by their natural key under the field's own label; confidential
    fields never leave.
    """
    return next((s for s in SHEETS.values() if s.model is model), None) or ExportSheet(model)


class ExportSheet(Sheet):
    """A sheet that nobody reads back, derived from a table that has no declared one."""

    def __init__(self, model):
        hidden = tuple(f.name for f in model.spoken() if getattr(f, "confidential", False))
        super().__init__(model._meta.table_name, model, key=(), without=hidden, imports=False)

    def _column(self, field):
        if not isinstance(field, ForeignKeyField):
            return Column(field.verbose_name, field.name, field)
        path = f"{field.name}.{NATURAL[field.rel_model]}"
        return Column(field.verbose_name, path, self._printed("", path).field)
