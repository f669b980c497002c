"""Every table on one page, in screen order: what a field is called, means and allows."""

import json
import time
from datetime import date, timedelta

from peewee import BlobField, Check, DoubleField, IntegerField, TextField, fn

import fields
from database import BESIDE, among, aside, now, once, today, write
from fields import Choice, Code, Day, Link, LongText, Moment, Money, Nip, Points, Score, Text, Whole, YesNo
from rating import due
from tables import Record, Table, climb
from values import N_, nip_scheme


class Unit(Record):
    """An organisational unit (OPD, bidang, kecamatan, puskesmas, school) in one tree."""

    noun = N_("Unit")
    names = ("code", "name")
    called = "{name}"
    upward = "parent"
    code = Code(N_("Kode"), unique=True, max_length=40, example="DINKES")
    name = Text(N_("Nama"), max_length=150, index=True, example="Dinas Kesehatan")
    kind = Choice(N_("Jenis"), "unit_kinds", default="LAINNYA")
    parent = Link("self", N_("Induk"), null=True, help_text=N_("Unit yang membawahi unit ini"))
    active = YesNo(N_("Aktif"), default=True)
    verified = YesNo(
        N_("Terverifikasi"), default=True, help_text=N_("Nama dan kedudukannya sudah dipastikan")
    )

    @classmethod
    def branches(cls, root=None):
        """{id of a unit: id of the child of `root` (of any topmost unit) under which it lies, or itself}."""
        parents = dict(cls.select(cls.id, cls.parent).tuples())
        tops = {root} if root else {key for key, parent in parents.items() if parent is None}
        ends = {key for key, parent in parents.items() if key in tops or parent in tops}
        return {key: next((unit for unit in climb(key, parents.get) if unit in ends), key) for key in parents}

    @staticmethod
    def rules(row):
        if row.id and row.parent == row.id:
            yield "parent", N_("Unit tidak dapat menjadi induk dirinya sendiri")


class Employee(Record):
    """A civil servant; birth date, gender and appointment come from the NIP."""

    noun = N_("Pegawai")
    names = ("nip", "name")
    called = "{name} ({nip})"
    upward = "supervisor"

    nip = Nip(N_("NIP"), unique=True, help_text=N_("18 angka, disimpan sebagai teks"), part=N_("Identitas"))
    name = Text(N_("Nama"), max_length=120, index=True, example="Siti Aminah")
    unit = Link(Unit, N_("Unit"))
    position = Text(
        N_("Jabatan"), max_length=150, null=True, example="Perawat Ahli Pertama", part=N_("Jabatan")
    )
    position_type = Choice(N_("Jenis Jabatan"), "position_types", default="PELAKSANA")
    jf_level = Choice(N_("Jenjang"), "jf_levels", null=True, help_text=N_("Hanya untuk jabatan fungsional"))
    grade = Choice(
        N_("Golongan"),
        "golongan",
        null=True,
        refusal=N_("“%(value)s” bukan golongan; tulis seperti III/a atau IX"),
    )
    status = Choice(N_("Status"), "employee_statuses", default="PNS")
    supervisor = Link(
        "self", N_("Atasan"), null=True, help_text=N_("Atasan langsung: pejabat penilai kinerja")
    )
    email = Code(N_("Email"), "email", max_length=120, null=True, part=N_("Kontak dan keadaan"))
    phone = Code(N_("Telepon"), "phone", max_length=30, null=True)
    active = YesNo(N_("Aktif"), default=True)
    job_class = Whole(N_("Kelas Jabatan"), 1, 17, null=True)

    @classmethod
    def unassessed(cls, period):
        """The condition of active people whose supervisor has not judged both aspects in a period (by id).

        Their ids are asked once a request, for a start page counts, lists and groups them.
        """
        words = Assessment.select(Assessment.employee).where(
            Assessment.period == period, Assessment.source == "supervisor"
        )
        work = fn.COUNT(Assessment.work_level) + fn.COUNT(Assessment.work_score)
        behaviour = fn.COUNT(Assessment.behaviour_level) + fn.COUNT(Assessment.behaviour_score)
        judged = words.group_by(Assessment.employee).having(work > 0, behaviour > 0).alias("judged")
        word = judged.select_from(judged.c.employee_id).where(judged.c.employee_id == cls.id)
        exempt = Exemption.covering(period)
        left = cls.select(cls.id).where(cls.active, ~fn.EXISTS(word), cls.id.not_in(exempt))
        return among(cls.id, once(f"unassessed {period}", lambda: [key for (key,) in left.tuples()]))

    @staticmethod
    def rules(row):
        servant = row.status in ("PNS", "CPNS")
        if row.jf_level and row.position_type != "FUNGSIONAL":
            yield "jf_level", N_("Jenjang hanya untuk Jenis Jabatan Fungsional; kosongkan atau ubah")
        if row.grade and row.status and ("/" in row.grade) != servant:
            yield "grade", N_("Golongan tidak sesuai Status: PNS memakai I/a-IV/e, PPPK memakai I-XVII")
        if row.id and row.supervisor == row.id:
            yield "supervisor", N_("Pegawai tidak dapat menjadi atasan dirinya sendiri")
        if row.nip and servant and nip_scheme(row.nip) != "PNS":
            yield "status", N_("NIP ini berpola PPPK, tetapi Status-nya PNS")


class User(Record):
    """An account; `epoch` is raised to end every session of it."""

    noun = N_("Akun")
    names = ("username",)
    called = "{username}"

    username = Code(N_("Nama Akun"), unique=True, max_length=60, part=N_("Akun"))
    password = Text(max_length=255, default="")
    role = Choice(N_("Peran"), "roles")
    employee = Link(Employee, N_("Pegawai"), null=True, part=N_("Siapa dan lingkupnya"))
    unit = Link(
        Unit,
        N_("Unit"),
        null=True,
        help_text=N_("Akun atasan dan petugas melihat unit ini dan semua unit di bawahnya"),
    )
    active = YesNo(N_("Aktif"), default=True, part=N_("Keadaan"))
    must_change_password = YesNo(N_("Harus Ganti Sandi"), default=True)
    epoch = IntegerField(default=1)

    def leaves_nobody(self):
        """Whether, saved like this, no active admin would be left where there was one."""
        admins = User.select().where(User.role == "admin", User.active).limit(2)
        return not (self.role == "admin" and self.active) and [user.id for user in admins] == [self.id]

    is_active = property(lambda self: self.active)  # this and the next two are what Flask-Login asks for
    is_authenticated, is_anonymous = True, False

    def get_id(self):
        return f"{self.id}.{self.epoch}"

    METHOD = "scrypt:32768:8:3"  # OWASP's floor (N=2^15, r=8, p=3)

    @classmethod
    def hashed(cls, password):
        from werkzeug.security import generate_password_hash  # brings a web server

        return generate_password_hash(password, method=cls.METHOD)

    def renew(self, password, temporary):
        """Set another password, not saved yet; every session of the old one ends."""
        self.password, self.must_change_password = self.hashed(password), temporary
        self.epoch += 1

    def verify(self, password):
        from werkzeug.security import check_password_hash

        return check_password_hash(self.password, password)

    @classmethod
    def of_session(cls, token):
        """The account of a session's "id.epoch", unless it was ended or deactivated."""
        number, _, epoch = token.partition(".")
        if not (number.isdigit() and epoch.isdigit()):
            return None
        return cls.get_or_none(id=int(number), epoch=int(epoch), active=True)

    @staticmethod
    def rules(row):
        if row.role == "supervisor" and not row.unit:
            yield "unit", N_("Akun atasan memerlukan unit; tanpa unit tidak ada yang dapat dilihat")


class Throttle(Table):
    """Failed tries of a key (an account's name), counted before the password is hashed."""

    MOST, WAIT = 5, 900  # tries, and seconds after the last of them

    key = Text(unique=True, max_length=120)
    tries = IntegerField(default=0)
    until = DoubleField(default=0)

    class Meta:
        database = aside

    @classmethod
    def count(cls, key):
        """Count a try; returns the seconds to wait when there were too many, else 0."""
        key, moment = key[:120], time.time()
        with write(aside):
            # one that ends far later than it can is of a clock that was wrong; hosts differ by seconds
            cls.delete().where((cls.until <= moment) | (cls.until > moment + 2 * cls.WAIT)).execute()
            row = cls.get_or_none(cls.key == key) or cls(key=key)
            if row.tries >= cls.MOST:
                return int(row.until - moment) + 1
            row.tries, row.until = row.tries + 1, moment + cls.WAIT
            row.save()
        return 0

    @classmethod
    def forget(cls, key):
        with write(aside):
            cls.delete().where(cls.key == key[:120]).execute()


class SignIn(Table):
    """Who signed in or out, or was refused, by the name that was typed: kept beside, so that nobody waits at the door."""

    noun = N_("Riwayat Masuk")
    called = "{name}"
    KEPT = timedelta(days=400)  # ours, no law's: a year, and time to ask about it

    at = Moment(N_("Waktu"), default=now, index=True)
    name = Text(N_("Nama Akun"), max_length=250)
    user = Whole(N_("Nomor Akun"), null=True)
    what = Choice(N_("Kejadian"), "sign_ins")

    class Meta:
        database = aside

    @classmethod
    def note(cls, what, name, user):
        """Keep a line about an account (by its id, None: there is none); those that were kept long enough go."""
        with write(aside):
            cls.delete().where(cls.at < now() - cls.KEPT).execute()
            cls.create(what=what, name=name[:250] or "-", user=user)


class Beat(Table):
    """When a background worker, busy or not, last told that it lives: one row."""

    EVERY = 5  # seconds
    at = DoubleField()

    class Meta:
        database = aside

    @classmethod
    def tell(cls):
        with write(aside):
            row = cls.insert(id=1, at=time.time())
            row.on_conflict(conflict_target=[cls.id], preserve=[cls.at]).execute()


class Policy(Record):
    """The dated rules as data; the newest whose `valid_from` has come is in force."""

    noun = N_("Aturan")
    called = "{valid_from}"
    valid_from = Day(N_("Berlaku Mulai"), unique=True, part=N_("Dasar"))
    source = Text(N_("Dasar Hukum"), max_length=250)
    ratified = YesNo(
        N_("Disahkan Perbup"),
        default=False,
        help_text=N_("Nilai bawaan yang belum dikuatkan Perbup ditandai “belum disahkan Perbup”"),
    )
    weight_supervisor = Whole(N_("Bobot Atasan"), 0, 100, default=60, part=N_("Bobot dan jumlah penilai"))
    weight_peer = Whole(N_("Bobot Rekan"), 0, 100, default=20)
    weight_subordinate = Whole(N_("Bobot Bawahan"), 0, 100, default=20)
    min_supervisor = Whole(N_("Minimal Atasan"), 1, 100, default=1)
    min_peer = Whole(N_("Minimal Rekan"), 1, 100, default=3)
    min_subordinate = Whole(N_("Minimal Bawahan"), 1, 100, default=3)
    above_from = Score(N_("Batas Diatas Ekspektasi"), default=110, part=N_("Batas skor"))
    meets_from = Score(N_("Batas Sesuai Ekspektasi"), default=90)
    share_productivity = Whole(N_("TPP: Produktivitas (%)"), 0, 100, default=60, part=N_("TPP"))
    share_discipline = Whole(N_("TPP: Disiplin (%)"), 0, 100, default=40)
    pct_very_good = Whole(N_("TPP: Sangat Baik (%)"), 0, 200, default=100)
    pct_good = Whole(N_("TPP: Baik (%)"), 0, 200, default=100)
    pct_needs_improvement = Whole(N_("TPP: Butuh Perbaikan (%)"), 0, 200, default=75)
    pct_poor = Whole(N_("TPP: Kurang (%)"), 0, 200, default=50)
    pct_very_poor = Whole(N_("TPP: Sangat Kurang (%)"), 0, 200, default=25)
    days_deliver = Whole(N_("Hari Penyerahan"), 0, 365, default=14, part=N_("Tenggat penilaian (hari kerja)"))
    days_return = Whole(N_("Hari Pengembalian"), 0, 365, default=14)
    days_object = Whole(N_("Hari Keberatan"), 0, 365, default=14)
    days_decide = Whole(N_("Hari Keputusan Keberatan"), 0, 365, default=7)
    days_verify = Whole(
        N_("Hari Verifikasi Pengaduan"), 0, 365, default=3, part=N_("Tenggat pengaduan (hari kerja)")
    )
    days_respond = Whole(N_("Hari Tindak Lanjut Pertama"), 0, 365, default=5)
    days_reply = Whole(N_("Hari Balasan Pelapor"), 0, 365, default=10)
    days_information = Whole(N_("Hari Permintaan Informasi"), 0, 365, default=5)
    days_aspiration = Whole(N_("Hari Aspirasi"), 0, 365, default=14)
    days_complaint = Whole(N_("Hari Pengaduan"), 0, 365, default=14)
    days_inspection = Whole(N_("Hari Pengaduan Pengawasan"), 0, 365, default=60)
    days_files = Whole(
        N_("Hari Simpan Berkas"), 0, 3650, default=90,
        help_text=N_("Sesudah itu berkas unggahan dihapus; hitungan dan sidik jarinya tetap"),
        part=N_("Penyimpanan (hari kalender)"),
    )  # fmt: skip
    distribution_min_people = Whole(
        N_("Distribusi: Minimal Orang"), 1, 1000, default=5, part=N_("Pedoman distribusi")
    )
    distribution_most_max = Whole(N_("Distribusi: Terbanyak (%)"), 0, 100, default=70)
    distribution_low_min = Whole(N_("Distribusi: Rendah Minimal (%)"), 0, 100, default=60)
    distribution_top_max = Whole(N_("Distribusi: Sangat Baik Maksimal (%)"), 0, 100, default=10)
    distribution_next_min = Whole(N_("Distribusi: Berikutnya Minimal (%)"), 0, 100, default=10)

    class Meta:
        constraints = [Check('"meets_from" <= "above_from"')]

    @classmethod
    def on(cls, day, policies=None):
        """The policy in force on a date, of these or all, newest first; the first one for any date before it."""
        policies = policies or cls.select().order_by(cls.valid_from.desc())
        return next((policy for policy in policies if policy.valid_from <= day), policies[-1])

    @staticmethod
    def rules(row):
        if None not in (row.above_from, row.meets_from) and row.meets_from > row.above_from:
            yield "meets_from", N_("Batas Sesuai tidak boleh di atas batas Diatas Ekspektasi")


class Period(Record):
    """A month, quarter or year that is assessed; closed, nothing of it changes."""

    noun = N_("Periode")
    names = ("code", "name")
    called = "{name}"

    code = Code(N_("Kode"), "period", unique=True, max_length=12)
    name = Text(N_("Nama"), max_length=80, example="Triwulan III 2026")
    kind = Choice(N_("Jenis"), "period_kinds")
    starts_on = Day(N_("Mulai"))
    ends_on = Day(N_("Selesai"), after="starts_on")
    state = Choice(N_("Status"), "period_states", default="open")
    reason = LongText(N_("Alasan"), null=True)

    @staticmethod
    def span(code):
        """(kind, first day, last day) of a period's code."""
        year, _, part = code.partition("-")
        first, months = (3 * int(part[2]) - 2, 3) if part[:2] == "TW" else (int(part), 1) if part else (1, 12)
        last = date(int(year) + (first + months > 12), (first + months - 1) % 12 + 1, 1) - timedelta(days=1)
        return {1: "monthly", 3: "quarterly", 12: "annual"}[months], date(int(year), first, 1), last

    @classmethod
    def ids(cls, state):
        """The ids of the periods in a state, as a sub-select."""
        return cls.select(cls.id).where(cls.state == state)

    @classmethod
    def current(cls):
        """The open period that began last, or None."""
        return cls.select().where(cls.state == "open").order_by(cls.starts_on.desc(), cls.id).first()

    @staticmethod
    def rules(row):
        if row.code and (row.kind, row.starts_on, row.ends_on) != Period.span(row.code):
            words = N_(
                "Jenis, Mulai, dan Selesai harus sesuai Kode: 2026-TW3 berarti Triwulan, 01-07-2026 sampai 30-09-2026"
            )
            yield "code", words


class Exemption(Record):
    """A time in which somebody is not rated, and why (PermenPANRB 6/2022 p.66)."""

    noun = N_("Pengecualian")
    called = "{employee} {reason}"
    unique = ("employee", "starts_on")

    employee = Link(Employee, N_("Pegawai"), index=False)
    reason = Choice(N_("Alasan"), "exemption_reasons")
    starts_on = Day(N_("Mulai"))
    ends_on = Day(N_("Selesai"), null=True, after="starts_on", help_text=N_("Kosong bila belum berakhir"))

    @classmethod
    def covering(cls, period):
        """The exemptions that last a whole period (its id, or a sub-select)."""
        lasting = cls.ends_on.is_null() | (cls.ends_on >= Period.ends_on)
        whole = (cls.starts_on <= Period.starts_on) & lasting & (Period.id == period)
        return cls.select(cls.employee).join(Period, on=whole)


class UnitResult(Record):
    """A unit's organisation result in a period (PermenPANRB 6/2022 p.92)."""

    noun = N_("Capaian Organisasi")
    called = "{unit} {period}"
    unique = ("unit", "period")

    unit = Link(Unit, N_("Unit"), index=False)
    period = Link(Period, N_("Periode"))
    result = Choice(N_("Capaian Organisasi"), "unit_results")
    note = LongText(N_("Catatan"), null=True, example="Enam dari tujuh sasaran tercapai")


class Assessment(Record):
    """What one source says of one employee in one period; without scores it is a request."""

    noun = N_("Nilai")
    called = "{employee} {period} {source}"
    frozen_with_period = True
    unique = ("employee", "period", "source", "assessor")
    indexed = ("period", "source")
    empty_is_one = {"assessor": "assessment_without_assessor"}

    employee = Link(Employee, N_("Pegawai"), index=False, part=N_("Siapa dan kapan"))
    period = Link(Period, N_("Periode"), index=False)
    source = Choice(N_("Sumber"), "sources", default="supervisor")
    assessor = Link(Employee, N_("Penilai"), null=True)
    work_score = Score(N_("Skor Hasil Kerja"), null=True, help_text=N_("0-120"), part=N_("Nilai"))
    behaviour_score = Score(N_("Skor Perilaku"), null=True, help_text=N_("0-120"))
    work_level = Choice(N_("Rating Hasil Kerja"), "levels", null=True,
        help_text=N_("Diatas: sebagian besar hasil melampaui ekspektasi dan tidak ada hasil utama "
                     "di bawahnya; Sesuai: sebagian besar sesuai; Dibawah: sebagian besar di bawah"),
    )  # fmt: skip
    behaviour_level = Choice(N_("Rating Perilaku"), "levels", null=True,
        help_text=N_("Diatas: konsisten menjalankan nilai BerAKHLAK dan menjaganya pada orang lain; "
                     "Sesuai: konsisten; Dibawah: belum konsisten"),
    )  # fmt: skip
    note = LongText(N_("Catatan"), null=True, example="Laporan stunting selesai sebelum target")
    by_desk = YesNo(
        N_("Dicatat Kepegawaian"), default=False, help_text=N_("Dicatat kepegawaian atas nama penilai")
    )

    @classmethod
    def unanswered(cls):
        """The condition of a request: neither a score nor a level is given."""
        levels = cls.work_level.is_null() & cls.behaviour_level.is_null()
        return levels & cls.work_score.is_null() & cls.behaviour_score.is_null()

    @staticmethod
    def rules(row):
        herself, about_herself = row.assessor == row.employee, row.source == "self"
        if row.assessor and herself and not about_herself:
            yield "assessor", N_("Pegawai hanya dapat menilai dirinya dengan Sumber Diri")
        if row.assessor and about_herself and not herself:
            yield "assessor", N_("Sumber Diri hanya dapat diisi oleh pegawai itu sendiri")


class Rating(Record):
    """The predikat of an employee in a period, with everything it was computed from."""

    noun = N_("Predikat")
    called = "{employee} {period}"
    frozen_with_period = True
    unique, indexed = ("employee", "period"), ("period", "predicate")

    class Meta:
        indexes = ((("unit", "period", "predicate"), False),)  # as the panels of a unit's head count

    UNSETTLED = ("suggested", "confirmed")  # what rests on assessments that may still change

    employee = Link(Employee, N_("Pegawai"), index=False, part=N_("Siapa dan kapan"))
    unit = Link(Unit, N_("Unit"), index=False, help_text=N_("Unit pada periode itu"))
    period = Link(Period, N_("Periode"), index=False)
    rater = Link(Employee, N_("Penilai"), null=True)
    work_score = Score(N_("Skor Hasil Kerja"), null=True, part=N_("Hasil"))
    behaviour_score = Score(N_("Skor Perilaku"), null=True)
    work_level = Choice(N_("Rating Hasil Kerja"), "levels")
    behaviour_level = Choice(N_("Rating Perilaku"), "levels")
    predicate = Choice(N_("Predikat"), "predicates")
    state = Choice(N_("Status"), "rating_states", default="suggested", part=N_("Status"))
    basis_changed = YesNo(
        N_("Dasar Berubah"),
        default=False,
        help_text=N_("Nilai, atasan, status, jenjang, atau aturan berubah sejak predikat ini dihitung"),
    )
    credit = Points(N_("Angka Kredit"), null=True)
    confirmed_on = Day(N_("Dikonfirmasi Tanggal"), null=True)
    final_on = Day(N_("Final Tanggal"), null=True)
    delivered_on = Day(N_("Diserahkan Tanggal"), null=True)
    acknowledged_on = Day(N_("Diterima Tanggal"), null=True)
    explanation = TextField(default="{}")
    reason = LongText(N_("Alasan"), null=True)
    note = LongText(N_("Catatan"), null=True)

    @property
    def why(self):
        """The stored explanation: inputs, policy and matrix cell."""
        return json.loads(self.explanation)


class Objection(Record):
    """An employee's objection to her rating and what became of it."""

    noun = N_("Keberatan")
    called = "{rating}"

    rating = Link(Rating, N_("Penilaian Akhir"), unique=True)
    filed_on = Day(N_("Diajukan Tanggal"))
    reason = LongText(N_("Alasan Keberatan"))
    answer = LongText(N_("Penjelasan Penilai"), null=True)
    decision = Choice(N_("Keputusan"), "objection_decisions", null=True)
    due_on = Day(N_("Batas Keputusan"), null=True, due=True)
    decided_on = Day(N_("Diputus Tanggal"), null=True)


class Training(Record):
    noun = N_("Pelatihan")
    called = "{title} - {employee}"
    unique = ("employee", "title", "starts_on")

    employee = Link(Employee, N_("Pegawai"), index=False, part=N_("Pelatihan"))
    title = Text(N_("Judul"), max_length=200, example="Pelatihan Pelayanan Prima")
    kind = Choice(N_("Jenis"), "training_kinds")
    provider = Text(N_("Penyelenggara"), max_length=150, null=True, example="BPSDM Sulawesi Barat")
    starts_on = Day(N_("Mulai"), index=True, part=N_("Waktu dan JP"))
    ends_on = Day(N_("Selesai"), null=True, after="starts_on")
    hours = Whole(N_("JP"), 0, 2000, default=0, help_text=N_("1 JP = 45 menit"))
    certificate_no = Text(
        N_("No Sertifikat"), label=N_("Nomor Sertifikat"), max_length=100, null=True, example="421/BPSDM/2026",
        part=N_("Bukti dan hasil"),
    )  # fmt: skip
    certificate_file = Text(max_length=100, null=True)
    state = Choice(N_("Status"), "training_states", default="proposed")
    outcome = LongText(N_("Hasil"), null=True)
    reason = LongText(N_("Alasan"), null=True)


class Award(Record):
    noun = N_("Penghargaan")
    called = "{title} - {employee}"
    frozen_with_period = True
    unique = ("employee", "title", "granted_on")
    empty_is_one = {"granted_on": "award_without_date"}

    employee = Link(Employee, N_("Pegawai"), index=False, part=N_("Penghargaan"))
    kind = Choice(N_("Jenis"), "award_kinds")
    title = Text(N_("Judul"), max_length=200, example="Satyalancana Karya Satya X Tahun")
    granted_on = Day(N_("Tanggal SK"), null=True, part=N_("Surat keputusan"))
    decree_no = Text(N_("Nomor SK"), max_length=100, null=True, example="800/125/2026")
    level = Choice(N_("Tingkat"), "award_levels", null=True, part=N_("Rincian"))
    amount = Money(N_("Nominal"), null=True, help_text=N_("Rupiah, seperti 1.500.000"))
    period = Link(Period, N_("Periode"), null=True)
    state = Choice(N_("Status"), "award_states", default="proposed")
    reason = LongText(N_("Alasan"), null=True)


class Complaint(Record):
    """A citizen's complaint, with its clocks; the reporter is confidential."""

    noun = N_("Pengaduan")
    names = ("ticket", "subject")
    called = "{ticket}"
    OPEN = ("received", "verified", "disposed", "in_progress", "need_info", "reopened")

    ticket = Code(
        N_("Nomor Tiket"), unique=True, max_length=20, example="ADU-2026-00042", part=N_("Penerimaan")
    )
    received_on = Day(N_("Tanggal Diterima"), default=today)
    channel = Choice(N_("Kanal"), "channels", default="web")
    classification = Choice(N_("Klasifikasi"), "complaint_classes", default="complaint", column_name="class")
    unit = Link(Unit, N_("Unit"), null=True, part=N_("Tentang siapa"))
    employee = Link(Employee, N_("Terlapor"), null=True)
    reporter = Text(N_("Pelapor"), max_length=200, null=True, confidential=True, part=N_("Isi pengaduan"))
    subject = Text(N_("Perihal"), max_length=200, example="Antrean puskesmas lama")
    body = LongText(N_("Uraian"), example="Pasien menunggu tiga jam di loket pada 2 Maret 2026")
    attachment = Text(max_length=100, null=True)
    state = Choice(N_("Status"), "complaint_states", default="received", part=N_("Penanganan"))
    verify_due = Day(N_("Batas Verifikasi"), null=True, due=True)
    respond_due = Day(N_("Batas Tindak Lanjut"), null=True, due=True)
    close_due = Day(N_("Tenggat"), null=True, due=True)
    answered_on = Day(N_("Ditanggapi Tanggal"), null=True)
    closed_on = Day(N_("Selesai Tanggal"), null=True)
    response = LongText(
        N_("Tanggapan"), null=True, example="Loket kedua dibuka mulai 9 Maret 2026", part=N_("Tanggapan")
    )
    substantiated = YesNo(N_("Terbukti"), null=True)
    reply_due = Day(N_("Batas Balasan Pelapor"), null=True, due=True)
    reason = LongText(N_("Alasan"), null=True)
    satisfaction = Whole(N_("Kepuasan"), 1, 5, null=True, help_text=N_("1-5"))
    pin_hash = Text(max_length=255, null=True)

    @classmethod
    def last_number(cls, year, tickets=()):
        """The highest running number among the tickets of a year, stored ones and these."""
        head = f"ADU-{year}-"
        stored = cls.select(cls.ticket).where(cls.ticket.startswith(head)).tuples()
        numbers = [t.removeprefix(head) for t in (*(t for (t,) in stored), *tickets) if t.startswith(head)]
        return max((int(n) for n in numbers if n.isdecimal() and len(n) <= 6), default=0)

    @staticmethod
    def numbered(year, number):
        return f"ADU-{year}-{number:05d}"


class ComplaintEvent(Record):
    """A step of a complaint that its reporter may read."""

    noun = N_("Riwayat Pengaduan")
    called = "{complaint} {at}"
    complaint = Link(Complaint, N_("Pengaduan"))
    at = Moment(N_("Waktu"), default=now)
    state = Choice(N_("Status"), "complaint_states")
    text = LongText(N_("Keterangan"), null=True)


class Holiday(Record):
    """A day that is no working day: national holiday or collective leave."""

    noun = N_("Hari Libur")
    called = "{name}"

    date = Day(N_("Tanggal"), unique=True)
    name = Text(N_("Nama"), max_length=120, example="Hari Kemerdekaan RI")
    kind = Choice(N_("Jenis"), "holiday_kinds", default="NATIONAL")


class Clocks:
    """Due dates in working days, under the policy of their day; policies and holidays are read once for many dates."""

    def __init__(self):
        self.policies = list(Policy.select().order_by(Policy.valid_from.desc()))
        self.holidays = {day for (day,) in Holiday.select(Holiday.date).tuples()}

    @property
    def years(self):
        """The years whose holidays are entered: a due date in another year may turn out later."""
        return {day.year for day in self.holidays}

    def after(self, day, name):
        """The date that the policy of a day gives: so many working days after it, as `days_<name>` says."""
        return due(day, getattr(Policy.on(day, self.policies), f"days_{name}"), self.holidays)


class Setting(Table):
    """A value that an account keeps for itself, or (without one) the office for everybody, as JSON."""

    unique = ("user", "key")
    empty_is_one = {"user": "setting_of_office"}
    user = Link(User, null=True, index=False)  # led by the composite index
    key = Text(max_length=120)
    value = TextField(default="null")

    @classmethod
    def read(cls, user, key, default=None):
        """The kept value of an account (None: of the office), or the default."""
        row = cls.get_or_none((cls.user == user) & (cls.key == key))
        return json.loads(row.value) if row else default

    @classmethod
    def keep(cls, user, key, value):
        with write():
            row = cls.get_or_none((cls.user == user) & (cls.key == key)) or cls(user=user, key=key)
            row.value = json.dumps(value, ensure_ascii=False)
            row.save()
        return row


class Upload(Table):
    """An uploaded workbook: its bytes, who and when, what the plan said, and how far it got."""

    noun = N_("Unggahan")
    names = ("filename",)
    called = "#{id} {filename}"

    sheet = fields.Titled(N_("Lembar"), labels={}, max_length=40)
    filename = Text(N_("Berkas"), max_length=200)
    user = Link(User, N_("Oleh"), null=True)
    at = Moment(N_("Waktu"), default=now)
    period = Link(Period, N_("Periode"), null=True)
    state = Choice(N_("Status"), "upload_states", default="checked")
    rows = Whole(N_("Baris"), default=0)
    new = Whole(N_("Baru"), default=0)
    changed = Whole(N_("Berubah"), default=0)
    same = Whole(N_("Sama"), default=0)
    conflict = Whole(N_("Bentrok"), default=0)
    wrong = Whole(N_("Salah"), default=0)
    data = BlobField()
    sha256 = Text(max_length=64)
    fingerprint = Text(max_length=64, null=True)
    done = IntegerField(default=0)
    total = IntegerField(default=0)
    beat = DoubleField(null=True)
    undone_at = Moment(null=True)
    edits = TextField(null=True)  # what was decided in the review, as JSON
    draft = BlobField(null=True)  # the packed review

    WAITS = timedelta(hours=24)  # for somebody to apply it
    apart = property(lambda self: bool(self.draft and self.total))  # whether a background job made the review

    @classmethod
    def forget_old(cls):
        """Drop what nobody applied within a day, and the files that were kept long enough; what is known of them stays."""
        cls.delete().where(cls.state == "checked", cls.at < now() - cls.WAITS).execute()
        kept = now() - timedelta(days=Policy.on(today()).days_files)
        done = cls.state.in_(("applied", "undone", "failed")) & (cls.at < kept) & (fn.LENGTH(cls.data) > 0)
        cls.update(data=b"", draft=None, edits=None).where(done).execute()


class Change(Table):
    """The audit trail: who changed what, when, through which upload, from what to what."""

    noun = N_("Jejak Perubahan")
    called = "{label}"
    indexed = ("table", "key")

    at = Moment(N_("Waktu"), default=now, index=True)
    user = Link(User, N_("Oleh"), null=True)
    upload = Link(Upload, N_("Unggahan"), null=True)
    action = Choice(N_("Tindakan"), "actions")
    move = Text(max_length=40, null=True)  # the move of a state, where one made the change
    table = fields.Titled(N_("Tabel"), labels={}, max_length=40)
    key = Whole(N_("Nomor"))
    label = Text(N_("Data"), max_length=250)
    before = LongText(N_("Sebelum"), null=True)
    after = LongText(N_("Sesudah"), null=True)


MODELS = (
    Unit, Employee, User, Throttle, SignIn, Beat, Policy, Period, Exemption, UnitResult, Assessment, Rating,
    Objection, Training, Award, Complaint, ComplaintEvent, Holiday, Setting, Upload, Change,
)  # fmt: skip
Change.table.labels |= {model._meta.table_name: model.noun for model in MODELS if model.noun}
BESIDE += (model for model in MODELS if model._meta.database is aside)
