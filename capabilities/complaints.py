"""Citizens' complaints: their clocks, their way to an answer, and the steps that the reporter may read."""

import audit
from access import ALL, DESK, NOTHING, is_desk, table, through, under
from database import among, moment, now, once, today
from excel.sheet import Sheet
from flows import Flow, Move, the_day
from models import Clocks, Complaint, ComplaintEvent
from panels import Named, Panel, Tally, Where, referring
from values import N_


def not_about(column):
    """Who a complaint is about neither handles it nor reads who reported."""
    mine = Complaint.select(Complaint.id)
    return lambda user: column.not_in(mine.where(Complaint.employee == user.employee_id))


def what_came_in(user):
    """What is not an officer's to change; the class and the unit neither where she is of one."""
    if user.role != "officer":
        return ()
    fixed = {"received_on", "channel", "employee", "subject", "body", "satisfaction"}
    return fixed | {"classification", "unit"} if user.unit_id else fixed


table(
    Complaint, read="admin hr officer", create=DESK, update="admin hr officer", upload=DESK,
    look="admin hr officer", handle="admin hr officer", answer="admin hr officer",
    sees={"officer": under(Complaint.unit)}, apart=not_about(Complaint.id), locked=what_came_in,
)  # fmt: skip
table(
    ComplaintEvent, read="admin hr officer", sees={"officer": through(ComplaintEvent.complaint, Complaint)},
    apart=not_about(ComplaintEvent.complaint),
)  # fmt: skip


def ends_after(days=None):
    """The end of a clock that begins with its move: the policy's days (without a name of the row's own class) later."""
    return lambda row, taken: once("clocks", Clocks).after(taken.on, days or row.classification)


def desk_alone(user):
    """The desk and officers without a unit, who serve all units."""
    return ALL if is_desk(user) or not user.unit_id else NOTHING


desk_alone.words = N_("kepegawaian dan petugas tanpa unit")


STEP_WORDS = {
    "received": N_("Pengaduan Saudara telah kami terima dan dicatat."),
    "verified": N_("Pengaduan telah diverifikasi dan dinyatakan lengkap."),
    "disposed": N_("Pengaduan diteruskan kepada unit yang berwenang."),
    "in_progress": N_("Unit terkait sedang menindaklanjuti pengaduan."),
    "closed": N_("Pengaduan dinyatakan selesai."),
}


def step(row, day, text):
    """A step of a complaint that its reporter may read: a text, else our words for its state."""
    at = now() if day == today() else moment(day, 9)  # what is entered later counts from that morning
    return ComplaintEvent(complaint=row, at=at, state=row.state, text=text or STEP_WORDS.get(row.state, ""))


def tell(taken):
    """Every move of a complaint is a step, in the words that it asks for."""
    asked = next((name for name in ("response", "reason") if name in taken.move.asks), None)
    steps = [step(row, taken.on, asked and getattr(row, asked)) for row in taken.rows]
    audit.create(steps, user=taken.user, upload=taken.upload)


@audit.follow(Complaint)
def received(wrote):
    """A complaint begins with a step."""
    if wrote.action == "create":
        rows = Complaint.select().where(among(Complaint.id, [key for key, *_ in wrote.rows]))
        steps = [step(row, row.received_on, row.response) for row in rows]
        audit.create(steps, user=wrote.user, upload=wrote.upload)


HANDLE, ANSWER = {"verb": "handle", "who": desk_alone, "then": tell}, {"verb": "answer", "then": tell}
FLOW = Flow(Complaint, (
    Move("verify", N_("Verifikasi"), N_("Diverifikasi"), ("received", "reopened"), "verified", **HANDLE),
    Move("forward", N_("Teruskan"), N_("Diteruskan"),
         ("received", "verified", "disposed", "need_info", "reopened"), "disposed", **HANDLE,
         offers=("unit",), needs=lambda rows, user: ("unit",) if any(row.unit_id is None for row in rows) else (),
         sets={"respond_due": ends_after("respond")}),
    Move("start", N_("Mulai proses"), N_("Diproses"), ("verified", "disposed", "need_info", "reopened"),
         "in_progress", **ANSWER),
    Move("ask", N_("Minta informasi"), N_("Informasi diminta"),
         ("received", "verified", "disposed", "in_progress", "reopened"), "need_info", **ANSWER,
         asks=("reason",)),
    Move("answer", N_("Tanggapi"), N_("Ditanggapi"),
         ("verified", "disposed", "in_progress", "need_info", "reopened", "answered"), "answered", **ANSWER,
         asks=("response",), offers=("substantiated",), sets={"answered_on": the_day, "reply_due": ends_after("reply")}),
    Move("close", N_("Selesaikan"), N_("Diselesaikan"), ("answered",), "closed", **HANDLE,
         sets={"closed_on": the_day}, guard=lambda row: None if row.response else N_("belum ada tanggapan")),
    Move("reject", N_("Tolak"), N_("Ditolak"), ("received", "verified", "need_info"), "rejected", **HANDLE,
         asks=("response",)),
    Move("redirect", N_("Bukan kewenangan"), N_("Dinyatakan bukan kewenangan"), ("received", "verified"),
         "not_ours", **HANDLE, asks=("response",)),
    Move("reopen", N_("Buka kembali"), N_("Dibuka kembali"), ("answered", "closed", "rejected", "not_ours"),
         "reopened", **HANDLE, asks=("reason",), sets={"closed_on": None, "close_due": ends_after()}),
))  # fmt: skip


class ComplaintSheet(Sheet):
    """Clocks follow receipt and class, and a new complaint without a ticket is numbered."""

    derived = ("verify_due", "respond_due", "close_due")
    derived_from = ("received_on", "classification")

    def derive(self, values):
        """When it must be verified, first responded to and closed (DOMAIN 7.1)."""
        clocks, received_on = once("clocks", Clocks), values["received_on"]
        verify = clocks.after(received_on, "verify")
        return {
            "verify_due": verify,
            "respond_due": clocks.after(verify, "respond"),
            "close_due": clocks.after(received_on, values["classification"]),
        }

    def number(self, rows):
        """Tickets of the year of receipt: ADU-2026-00001."""
        tickets = [values.get("ticket") or "" for values in rows]
        last = {}
        for values in rows:
            if values.get("ticket") is None:
                year = values["received_on"].year
                last[year] = (last.get(year) or Complaint.last_number(year, tickets)) + 1
                values["ticket"] = Complaint.numbered(year, last[year])


COMPLAINTS = ComplaintSheet(
    "complaints", Complaint, references={"employee": N_("NIP Terlapor")},
    without=("reporter", "verify_due", "respond_due", "answered_on", "closed_on", "reply_due", "reason"),
    optional=("ticket",), computed=("close_due",), dated="received_on",
)  # fmt: skip


STILL_OPEN = Named(
    Complaint, N_("Masih terbuka"), "status_open", lambda user: Complaint.state.in_(Complaint.OPEN)
)
IS_OPEN = (Where(STILL_OPEN, "1"),)
OVERDUE = (*IS_OPEN, Where(Complaint.close_due, today, "smaller than"))
UNVERIFIED = (Where(Complaint.state, "received"), Where(Complaint.verify_due, today, "smaller than"))
ON_PAGES = (
    Complaint, STILL_OPEN,
    Tally(N_("Pengaduan terbuka"), Complaint, IS_OPEN, roles="hr officer"),
    Tally(N_("Lewat tenggat"), Complaint, OVERDUE, roles="hr officer", waits=True),
    Tally(N_("Pengaduan lewat tenggat"), Complaint, OVERDUE, panel="late"),
    Tally(N_("Pengaduan belum diverifikasi pada waktunya"), Complaint, UNVERIFIED, panel="late"),
    Panel(key="complaints", title=N_("Paling mendesak"), roles="officer", model=Complaint, filters=IS_OPEN,
          order=(Complaint.close_due, Complaint.id), columns=("ticket", "subject", "close_due"), empty=N_("Tidak ada pengaduan terbuka."), fresh=True),
    referring(ComplaintEvent.complaint, "at", "state", "text"),
    referring(Complaint.employee, "ticket", "subject", "state"),
    referring(Complaint.unit, "ticket", "subject", "close_due", "state", below=True),
)  # fmt: skip
