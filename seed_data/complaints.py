"""The demo's complaints: citizens' words, clocks in working days, and the steps that they may read."""

from datetime import date, datetime, time, timedelta

from code_lists import codes
from models import Complaint, ComplaintEvent
from seed_data import insert
from seed_data.people import texts

BEGIN, LAST = date(2026, 1, 5), date(2026, 9, 30)
STATES = {  # share of each state, the oldest complaints first
    "closed": 40, "rejected": 5, "not_ours": 5, "answered": 14, "reopened": 3, "need_info": 5,
    "in_progress": 12, "disposed": 6, "verified": 5, "received": 5,
}  # fmt: skip
WAY = ("received", "verified", "disposed", "in_progress", "answered", "closed")
SIDEWAYS = {  # the states after the ones of WAY that a complaint went through
    "rejected": ("received", "rejected"), "not_ours": ("received", "not_ours"),
    "need_info": ("received", "verified", "need_info"), "reopened": (*WAY, "reopened"),
}  # fmt: skip
SAID = {
    "received": "Pengaduan Saudara telah kami terima dan dicatat.",
    "verified": "Pengaduan telah diverifikasi dan dinyatakan lengkap.",
    "disposed": "Pengaduan diteruskan kepada unit yang berwenang.",
    "in_progress": "Unit terkait sedang menindaklanjuti pengaduan.",
    "answered": "Tanggapan telah disampaikan.",
    "closed": "Pengaduan dinyatakan selesai.",
    "rejected": "Pengaduan tidak dapat diproses karena tidak disertai keterangan yang dapat diperiksa.",
    "not_ours": "Hal yang dilaporkan berada di luar kewenangan pemerintah kabupaten.",
    "need_info": "Mohon melengkapi waktu dan tempat kejadian.",
    "reopened": "Pengaduan dibuka kembali karena masalah belum teratasi.",
}
CLASSES = (  # the first class with a word that the subject begins with
    ("information", ("Permintaan",)), ("aspiration", ("Usulan", "Apresiasi")),
    ("inspection", ("Dugaan", "Pungutan", "Kendaraan dinas", "Bantuan sosial")),
)  # fmt: skip
DAYS = {"information": "days_information", "aspiration": "days_aspiration", "complaint": "days_complaint",
        "inspection": "days_inspection"}  # fmt: skip
UNITS = (  # whom a subject is about: words in it, and how the unit's code begins
    (("pasien", "Obat", "Dokter", "imunisasi", "kesehatan"), ("PKM.", "RSUD")),
    (("Guru", "kegiatan sekolah"), ("SMPN", "SDN")), (("KTP", "akta", "pindah"), ("DUKCAPIL",)),
    (("Jalan", "Drainase", "Air bersih"), ("DPUPR",)), (("Sampah",), ("DLH",)), (("Parkir", "Lampu"), ("DISHUB",)),
    (("Izin", "Pelayanan Perizinan"), ("DPMPTSP",)), (("bibit",), ("DISTAN",)), (("Bantuan sosial",), ("DINSOS",)),
    (("pelaku usaha",), ("DISDAG",)),
)  # fmt: skip
COLUMNS = ("ticket", "received_on", "channel", "classification", "unit", "employee", "reporter", "subject",
           "body", "state", "verify_due", "respond_due", "close_due", "answered_on", "closed_on", "response",
           "substantiated", "satisfaction")  # fmt: skip


class Desk:
    """Where complaints arrive: the units with their people, the clocks and the citizens' names."""

    def __init__(self, places, people, clock):
        staff = {}
        for person in people:
            staff.setdefault(person.unit, []).append(person.id)
        self.staff, self.clock, self.dice = staff, clock, clock.dice
        self.places = [place for place in places if place.id in staff]
        self.first = [row["text"] for row in codes("names") if row["kind"] == "first"]
        self.last = [row["text"] for row in codes("names") if row["kind"] == "last"]
        self.answers = texts("complaint_answer")

    def complaint(self, number, day, state, subject, body):
        """(row of COLUMNS, events) of one complaint."""
        policy, after, group = self.clock.policy, self.clock.after, class_of(subject)
        verify = after(day, policy.days_verify)
        steps = self._steps(day, state, group)
        unit = None if state in ("received", "verified", "not_ours") else self._unit(subject)
        closed = None if state == "reopened" else steps.get("closed")
        row = (
            f"ADU-2026-{number:05d}", day, self.dice.choice(CHANNELS), group, unit, self._accused(unit, group),
            self._reporter(), subject, body, state, verify, after(verify, policy.days_respond),
            after(day, getattr(policy, DAYS[group])), steps.get("answered"), closed,
            *self._outcome(group, state, steps),
        )  # fmt: skip
        return row, [(_moment(when, n), step, SAID[step]) for n, (step, when) in enumerate(steps.items())]

    def _outcome(self, group, state, steps):
        """(response, substantiated, satisfaction): only what has been examined can be substantiated."""
        dice = self.dice
        if "answered" not in steps:
            return (SAID[state] if state in ("rejected", "not_ours") else None), None, None
        proven = dice.random() < 0.55 if group in ("complaint", "inspection") else None
        words = UNPROVEN if proven is False else ANSWERS[group]
        response = dice.choice([answer for answer in self.answers if answer.startswith(words)])
        return response, proven, dice.randint(1, 5) if "closed" in steps and dice.random() < 0.7 else None

    def _steps(self, day, state, group):
        """{state: date} of the way that a complaint went, mostly within its clocks."""
        soon, policy = self.clock.soon, self.clock.policy
        answer = min(12, getattr(policy, DAYS[group]) + 1)
        pace = {"received": 0, "disposed": 1, "verified": policy.days_verify, "in_progress": 2,
                "answered": answer, "closed": policy.days_reply}  # fmt: skip
        steps = {}
        for step in SIDEWAYS.get(state) or WAY[: WAY.index(state) + 1]:
            day = soon(day, pace.get(step, 3)) if pace.get(step, 3) else day
            steps[step] = day
        return steps

    def _unit(self, subject):
        starts = next((heads for words, heads in UNITS if any(word in subject for word in words)), ())
        fitting = [place for place in self.places if place.code.startswith(starts)] if starts else self.places
        return self.dice.choice(fitting or self.places).id

    def _accused(self, unit, group):
        blamed = unit and group in ("complaint", "inspection") and self.dice.random() < 0.4
        return self.dice.choice(self.staff[unit]) if blamed else None

    def _reporter(self):
        if self.dice.random() < 0.2:
            return None
        return f"{self.dice.choice(self.first)} {self.dice.choice(self.last)}"


CHANNELS = [code for code, _ in Complaint.CHANNELS]
ANSWERS = {  # how an answer to a class begins
    "information": ("Informasi", "Persyaratan"), "aspiration": ("Usulan",),
    "complaint": ("Terima kasih", "Kami mohon", "Laporan", "Perbaikan"),
    "inspection": ("Petugas yang", "Laporan"),
}  # fmt: skip
UNPROVEN = ("Kami telah memverifikasi",)


def class_of(subject):
    """The class of a demo complaint, from the words that its subject begins with."""
    return next((group for group, words in CLASSES if subject.startswith(words)), "complaint")


def _moment(day, number):
    """A time in office hours of Mamuju, as UTC; later for a later step of the same day."""
    return datetime.combine(day, time(1)) + timedelta(minutes=47 * number)


def _subjects(dice):
    """The (subject, body) pairs in any order, but one of each class at its head."""
    pairs = [(row["text"], row["extra"]) for row in codes("demo_texts") if row["kind"] == "complaint_subject"]
    dice.shuffle(pairs)
    heads = {class_of(pair[0]): pair for pair in pairs}.values()
    return [*heads, *(pair for pair in pairs if pair not in heads)]


def seed_complaints(places, people, count, clock):
    """Insert complaints of January to September 2026 with their events, every state and class among them."""
    desk, dice = Desk(places, people, clock), clock.dice
    days = sorted(BEGIN + timedelta(days=dice.randrange((LAST - BEGIN).days + 1)) for _ in range(count))
    order, subjects, rows, events = list(STATES), _subjects(dice), [], []
    states = order + dice.choices(order, STATES.values(), k=count)
    states = sorted(states[:count], key=lambda state: order.index(state) // 3 + 1.5 * dice.random())
    for number, (day, state) in enumerate(zip(days, states, strict=True), 1):
        row, steps = desk.complaint(number, day, state, *subjects[number % len(subjects)])
        rows.append(row)
        events.append(steps)
    ids = insert(Complaint, COLUMNS, rows)
    told = [(key, *step) for key, steps in zip(ids, events, strict=True) for step in steps]
    insert(ComplaintEvent, ("complaint", "at", "state", "text"), told)
