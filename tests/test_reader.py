"""Who sees what: each way by which a reader learned more than she may, closed."""

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO

import pytest
from click.testing import CliRunner

import commands
import migrations
import serving
from capabilities import SHEETS
from capabilities.assessments import ASSESSMENTS
from database import connect, db, now
from excel.check.plan import check
from excel.check.review import report, review_of
from excel.check.validate import Context
from excel.out.export import export
from excel.read import guarded
from excel.read.guarded import turn
from excel.read.parse import parse
from excel.write.apply import apply, undo
from forms import too_common
from models import Assessment, Change, Complaint, Employee, Policy, Setting, SignIn, Upload, User
from seed_data.demo import seed_demo
from tests.cast import SCORES, deliver
from tests.make import (
    PASSWORD,
    make_assessment,
    make_complaint,
    make_employee,
    make_period,
    make_rating,
    make_unit,
    make_user,
    xlsx,
)  # fmt: skip
from views.files import TooMany, quota


@pytest.fixture
def office(rows):
    """An open quarter, a head with her account, one of her people and a peer of hers."""
    period, unit = make_period(), make_unit("A")
    head = make_employee(unit=unit, name="Kepala")
    staff = make_employee(unit=unit, supervisor=head, name="Staf")
    peer = make_employee(unit=unit, supervisor=head, name="Rekan")
    return period, make_user("supervisor", unit=unit, employee=head), staff, peer


# ------------------------------------------------------------------ hidden sources


def seen(user, period, line):
    """Everything that an account learns of a file of one row, without the words of the row itself."""
    plan = check(ASSESSMENTS, xlsx(SCORES, line), Context(user, period))
    review = review_of(plan)
    pages = [review.page(kind, 0) for kind in ("all", "new", "changed", "warning", "same")]
    return report(plan), review.head, pages


def stored_as(kind, staff, period, peer):
    """A peer's row in one of the states that a supervisor may not tell apart."""
    values = {"none": None, "asked": {"work_level": None, "behaviour_level": None},
              "answered": {"work_score": 73, "behaviour_score": 73}, "equal": {"work_score": 81, "behaviour_score": 81,
              "work_level": None, "behaviour_level": None}}[kind]  # fmt: skip
    if values is not None:
        make_assessment(staff, period, source="peer", assessor=peer, **values)


@pytest.mark.parametrize("scores", [(81, 81), (None, None), ("HAPUS", 81)])
def test_a_supervisor_cannot_tell_whether_a_peer_has_answered(scores, office):
    period, user, staff, peer = office
    told = []
    for kind in ("none", "asked", "answered", "equal"):
        Assessment.delete().execute()
        stored_as(kind, staff, period, peer)
        told.append(seen(user, period, (staff.nip, "Rekan", peer.nip, *scores)))
    assert told[1:] == told[:1] * 3
    assert "selalu terhitung baru" in told[0][0]["warnings"][0]["message"]
    assert (told[0][0]["new"], told[0][0]["changed"], told[0][0]["same"]) == (1, 0, 0)


def test_what_was_undone_gives_no_right_to_read(office):
    period, user, staff, peer = office
    make_assessment(staff, period, source="peer", assessor=peer, work_score="107.50", behaviour_score=90)
    line = (staff.nip, "Rekan", peer.nip, 81, 81)
    for _ in range(2):
        plan, upload = deliver(user, period, line)
        assert plan.counts == {"new": 1, "changed": 0, "same": 0, "conflict": 0}
        assert "107,5" not in str(seen(user, period, line))
        assert undo(upload, user) == (1, [])
    assert float(Assessment.get().work_score) == 107.5


def test_the_answer_of_a_peer_stays_and_a_request_is_filled_in(office):
    period, user, staff, peer = office
    other = make_employee(unit=staff.unit)
    answered = make_assessment(staff, period, source="peer", assessor=peer, work_score=73)
    asked = make_assessment(
        staff, period, source="peer", assessor=other, work_level=None, behaviour_level=None
    )
    _, upload = deliver(
        user, period, (staff.nip, "Rekan", peer.nip, 81, 81), (staff.nip, "Rekan", other.nip, 82, 82)
    )
    scores = [Assessment.get_by_id(row.id).work_score for row in (answered, asked)]
    assert scores == [73, 82]
    assert (Upload.get().new, undo(upload, user)) == (2, (2, []))
    assert Assessment.get_by_id(asked.id).work_score is None


def test_an_undo_does_not_tell_that_a_peer_answered_since(office):
    period, user, staff, peer = office
    _, upload = deliver(user, period, (staff.nip, "Rekan", peer.nip, 81, 81))
    Assessment.update(work_score=60, version=2).execute()
    assert undo(upload, user) == (1, [])
    assert Assessment.get().work_score == 60


def test_the_form_does_not_tell_whether_a_peer_has_answered_either(office, sign_in, post):
    period, user, staff, peer = office
    client, told, left = sign_in(user), [], []
    for kind in ("none", "asked", "answered"):
        Assessment.delete().execute()
        stored_as(kind, staff, period, peer)
        fields = {"employee": staff.id, "period": period.id, "source": "peer", "assessor": peer.id,
                  "work_score": "81", "_continue_editing": "y"}  # fmt: skip
        answer = post(client, "/admin/assessment/new/", fields)
        with client.session_transaction() as session:
            told.append((answer.status_code, answer.location, session.pop("_flashes")))
        left.append(int(Assessment.get().work_score))
    assert told[1:] == told[:1] * 2
    assert left == [81, 81, 73]


def test_no_row_is_made_a_hidden_one_by_an_edit(office, sign_in, post):
    period, user, staff, peer = office
    row = make_assessment(staff, period, assessor=peer)
    fields = {"employee": staff.id, "period": period.id, "source": "peer", "assessor": peer.id, "version": 1}
    post(sign_in(user), f"/admin/assessment/edit/?id={row.id}", fields)
    assert Assessment.get().source == "supervisor"


def test_the_desk_still_sees_what_it_changes(office):
    period, _, staff, peer = office
    make_assessment(staff, period, source="peer", assessor=peer, work_score=73)
    plan, _ = deliver(make_user("hr"), period, (staff.nip, "Rekan", peer.nip, 81, 81))
    assert (plan.counts["changed"], plan.counts["new"], Assessment.get().work_score) == (1, 0, 81)


# ------------------------------------------------------------------ demo accounts


@pytest.fixture
def run(database, database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("KINERJA_INSTANCE", str(tmp_path))
    monkeypatch.setattr(serving, "serve", lambda *_: None)

    def call(*args):
        answer = CliRunner().invoke(commands.main, args)
        db.connect(reuse_if_open=True)
        return answer

    return call


def test_demo_makes_no_account_in_production(run, monkeypatch):
    monkeypatch.setenv("KINERJA_ENV", "production")
    monkeypatch.setenv("SECRET_KEY", "x")
    answer = run("demo")
    assert (answer.exit_code, User.select().count(), Employee.select().count()) == (2, 0, 0)
    assert "mamuju-kinerja" not in answer.output


@pytest.mark.parametrize("seeded", [False, True])
def test_demo_makes_no_account_beside_people_that_the_seed_did_not_make(seeded, run):
    if seeded:
        seed_demo(5)
    make_employee()
    answer = run("demo")
    assert (answer.exit_code, User.select().count()) == (2, 0)
    assert "mamuju-kinerja" not in answer.output


def test_demo_still_serves_its_own_people(run):
    seed_demo(20)
    assert run("demo").exit_code == 0
    make_employee()  # somebody plays with it
    assert (run("demo").exit_code, User.select().count()) == (0, 5)


# ------------------------------------------------------------------ files

COMPLAINT = ("Nomor Tiket", "Tanggal Diterima", "Kanal", "Klasifikasi", "NIP Terlapor", "Perihal", "Uraian")
PATHS = ("file", "annotated", "")


def complaint_about(nip, ticket=None):
    return xlsx(COMPLAINT, (ticket, date(2026, 3, 13), "Web", "Pengaduan", nip, "Perihal", "Kenari"))


def kept(user, data, state="checked", name="aduan.xlsx"):
    return Upload.create(sheet="complaints", filename=name, user=user, data=data, sha256="x", state=state)


@pytest.mark.parametrize("how", ["text", "number", "zeros", "stored", "unreadable"])
def test_who_is_complained_about_gets_neither_file_nor_review(how, rows, sign_in, post):
    person = make_employee()
    sender, herself, colleague = make_user("hr"), make_user("hr", employee=person), make_user("hr")
    nip, ticket = {"number": float(person.nip), "zeros": f"{person.nip[:15]}000"}.get(how, person.nip), None
    if how == "stored":
        nip, ticket = None, make_complaint(employee=person).ticket
    data = b"PK\3\4 broken" if how == "unreadable" else complaint_about(nip, ticket)
    upload = kept(sender, data)
    for path in PATHS:
        url = f"/admin/upload/{upload.id}/{path}"
        answer = sign_in(herself).get(url)
        assert answer.status_code == 403, path
        assert "Kenari" not in answer.get_data(as_text=True)
        if how != "unreadable":
            assert [sign_in(u).get(url).status_code for u in (sender, colleague)] == [200, 200]
    for path, fields in (("apply", {}), ("edit", {}), ("edit", {"ask": "2"})):
        assert post(sign_in(herself), f"/admin/upload/{upload.id}/{path}", fields).status_code == 403


def test_who_is_complained_about_gets_no_file_that_was_applied(rows, sign_in):
    person = make_employee()
    herself = make_user("hr", employee=person)
    upload = kept(make_user("hr"), complaint_about(None))
    apply(upload_with_plan(upload), None)
    assert sign_in(herself).get(f"/admin/upload/{upload.id}/file").status_code == 200
    Complaint.update(employee=person).execute()
    assert sign_in(herself).get(f"/admin/upload/{upload.id}/file").status_code == 403


def upload_with_plan(upload):
    sheet = SHEETS[upload.sheet]
    upload.fingerprint = check(sheet, bytes(upload.data), Context()).fingerprint
    upload.save()
    return upload


def test_who_sent_a_file_may_have_it_back(rows, sign_in):
    person = make_employee()
    herself = make_user("hr", employee=person)
    upload = kept(herself, complaint_about(person.nip))
    assert sign_in(herself).get(f"/admin/upload/{upload.id}/file").status_code == 200


def test_files_are_dropped_after_a_set_time_and_what_is_known_of_them_stays(rows, sign_in):
    hr, days = make_user("hr"), Policy.get().days_files
    old, young = (kept(hr, complaint_about(None), "applied") for _ in range(2))
    Upload.update(at=now() - timedelta(days=days + 1), new=7).where(Upload.id == old.id).execute()
    Upload.update(at=now() - timedelta(days=days - 1)).where(Upload.id == young.id).execute()
    Upload.forget_old()
    old, young = Upload.get_by_id(old.id), Upload.get_by_id(young.id)
    assert (bytes(old.data), old.sha256, old.new, len(young.data) > 0) == (b"", "x", 7, True)
    page = sign_in(hr).get(f"/admin/upload/{old.id}/file", follow_redirects=True).get_data(as_text=True)
    assert "sudah dihapus" in page
    assert "Unduh berkas asli" not in page


@pytest.mark.parametrize(("name", "data", "expected"), [
    ("gaji.exe", xlsx(("a",)), "gaji.xlsx"), ("n.html", b"NIP,Nama\n1,2\n", "n.csv"), ("n", b"\xd0\xcf\x11\xe0", "n.xls"),
    ("n.xlsx.bat", xlsx(("a",)), "n.xlsx.xlsx"),
])  # fmt: skip
def test_a_downloaded_upload_has_the_ending_of_its_content(name, data, expected, rows, sign_in):
    hr = make_user("hr")
    upload = kept(hr, data, name=name)
    answer = sign_in(hr).get(f"/admin/upload/{upload.id}/file")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={expected}"


@pytest.mark.parametrize("row", ["[" * 100_000, "9" * 5000, "", "2.0", "-2"])
@pytest.mark.parametrize("choice", ["skip", "take", "ask"])
def test_a_deep_or_broken_decision_is_a_400(choice, row, office, sign_in, post):
    _, user, staff, _ = office
    upload = Upload.create(sheet="assessments", filename="n.xlsx", user=user, sha256="x",
                           data=xlsx(("Periode", *SCORES), ("2026-TW3", staff.nip, "Atasan", None, 1, 1)))  # fmt: skip
    assert post(sign_in(user), f"/admin/upload/{upload.id}/edit", {choice: row}).status_code == 400


def test_a_correction_that_no_database_holds_is_taken_without_it(office, sign_in, post):
    _, user, staff, _ = office
    upload = Upload.create(sheet="assessments", filename="n.xlsx", user=user, sha256="x",
                           data=xlsx(("Periode", *SCORES), ("2026-TW3", staff.nip, "Atasan", None, 1, 1)))  # fmt: skip
    fields = {"cell:2:NIP": "1\x002"}
    assert post(sign_in(user), f"/admin/upload/{upload.id}/edit", fields).status_code == 302
    assert '"12"' in Upload.get().edits


# ------------------------------------------------------------------ accounts


@pytest.mark.parametrize("change", [{"role": "hr"}, {"active": "0"}])
def test_the_last_admin_stays_one(change, rows, sign_in, post):
    admin = make_user("admin")
    make_user("admin", active=False)
    client = sign_in(admin)
    fields = {
        "username": admin.username,
        "role": "admin",
        "active": "1",
        "must_change_password": "0",
        "version": 1,
    }
    post(client, f"/admin/user/edit/?id={admin.id}", fields | change)
    row = User.get_by_id(admin.id)
    assert (row.role, row.active) == ("admin", True)
    make_user("admin")
    post(client, f"/admin/user/edit/?id={admin.id}", fields | change)
    row = User.get_by_id(admin.id)
    assert (row.role, row.active) != ("admin", True)


@pytest.mark.parametrize("password", [
    "mamujumamuju12", "kabupaten2026", "asdfghjkl123", "1qaz2wsx3edc", "qazwsxedcrfv", "poiuytrewq99", "0987654321ab",
    "kudakudakuda", "kuda-kuda-kuda", "lautlautlaut1", "abcabcabcabc", "M4mujuBKPP2026", "p@ssw0rd-2026", "Siti Aminah 12",
    "demo-admin-12", "majene-majene", "abcdefghijklm",
])  # fmt: skip
def test_weak_passwords_are_known(password):
    assert too_common(password, "Kabupaten Majene", "demo-admin", "Siti Aminah")


@pytest.mark.parametrize("password", [
    "perahu sandeq biru", "bismillah menanam kakao", "rahasia ikan terbang", "Siti menanam kakao", "kuda-laut-biru-42",
    "x7#kQ9!mZ2vPw", "mamuju kota di tepi pantai", "pulang ke tanimbar",
])  # fmt: skip
def test_a_long_phrase_is_not_refused_for_one_common_word(password):
    assert not too_common(password, "Kabupaten Majene", "demo-admin", "Siti Aminah")


def test_a_new_password_without_the_names_of_place_and_account(app, rows, sign_in, post):
    person = make_employee(name="Hasnawati Rampeang")
    client = sign_in(make_user("hr", employee=person))
    for new in ("hasnawati2026", "rampeang-12345", "Mamuju-Mamuju"):
        fields = {"old": PASSWORD, "new": new, "repeat": new}
        assert "terlalu mudah ditebak" in post(client, "/password", fields).get_data(as_text=True)


@pytest.mark.skipif(os.name != "posix", reason="only there are such rights")
def test_the_database_file_is_its_owners_alone(tmp_path):
    place = tmp_path / "private.db"
    place.touch(0o644)
    connect(f"sqlite:///{place}")
    with db.connection_context():
        migrations.upgrade()
        Policy.update(source="x").execute()
        assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("private.db*")} == {0o600}


# ------------------------------------------------------------------ the trail


def lines(*actions):
    query = Change.select().where(Change.action.in_(actions)).order_by(Change.id)
    return [(c.action, c.table, c.label, c.user and c.user.username) for c in query]


def test_refused_sign_ins_and_sign_outs_are_kept_for_a_time_and_only_the_desk_reads_them(
    app, rows, sign_in, post
):
    user = make_user("hr", username="siti")
    SignIn.create(at=now() - SignIn.KEPT - timedelta(days=1), what="sign_in", name="dahulu kala")
    for name in ("siti", "tidak ada"):
        post(app.test_client(), "/login", {"username": name, "password": "sandi-yang-salah"})
    post(sign_in(user), "/logout")
    assert [(s.what, s.name, s.user) for s in SignIn.select().order_by(SignIn.id)] == [
        ("refused", "siti", user.id), ("refused", "tidak ada", None), ("sign_out", "siti", user.id),
    ]  # fmt: skip
    assert Change.select().count() == 0
    for role, code in (("hr", 200), ("admin", 200), ("supervisor", 403), ("employee", 403), ("officer", 403)):
        client = sign_in(role=role, unit=make_unit())
        answers = [client.get(f"/admin/sign_in/{path}", buffered=True) for path in ("", "export/csv/")]
        assert [answer.status_code for answer in answers] == [code] * 2
        assert all(("tidak ada" in a.get_data(as_text=True)) == (code == 200) for a in answers)
    assert "Riwayat Masuk" in sign_in(role="admin").get("/admin/").get_data(as_text=True)


def test_the_trail_keeps_every_export(rows, sign_in, post, tmp_path):
    person = make_employee()
    make_rating(person, make_period())
    hr = make_user("hr", username="siti")
    client = sign_in(hr)
    for url in ("employee/export/csv/", "rating/export/siasn/", f"rating/recap/?unit={person.unit.code}"):
        assert client.get(f"/admin/{url}", buffered=True).status_code == 200
    answer = post(client, "/admin/employee/action/", {"action": "export", "rowid": person.id}, buffered=True)
    assert answer.status_code == 200
    export(SHEETS["employees"], tmp_path / "x.csv")
    told = lines("export")
    assert [(table, who) for _, table, _, who in told] == [
        ("employee", "siti"), ("rating", "siti"), ("rating", "siti"), ("employee", "siti"), ("employee", None)
    ]  # fmt: skip
    assert all(label.endswith(": 1") for _, _, label, _ in told)
    assert client.get("/admin/change/").status_code == 200


def test_only_the_desk_teaches_the_whole_office(office, sign_in, post):
    period, user, staff, _ = office
    data = xlsx(("NIP", "Kinerja", "Sikap"), (staff.nip, 88, 90))
    titles = {"title:Kinerja": "Skor Hasil Kerja", "title:Sikap": "Skor Perilaku"}
    for who, taught in (
        (user, None),
        (make_user("hr"), {"kinerja": "Skor Hasil Kerja", "sikap": "Skor Perilaku"}),
    ):
        upload = Upload.create(
            sheet="assessments", filename="n.xlsx", user=who, period=period, data=data, sha256="x"
        )
        client = sign_in(who)
        post(client, f"/admin/upload/{upload.id}/edit", titles)
        assert "Simpan 1 baris" in client.get(f"/admin/upload/{upload.id}/").get_data(as_text=True)
        assert Setting.read(None, "titles:assessments") == taught
    ((action, table, label, _),) = [line for line in lines("update") if line[1] == "setting"]
    assert "kinerja" in label
    assert sign_in(who).get("/admin/change/").status_code == 200


# ------------------------------------------------------------------ quotas


def send(client, post, data):
    return post(client, "/admin/import/assessments/", {"file": (BytesIO(data), "n.xlsx")},
                content_type="multipart/form-data")  # fmt: skip


def test_the_fourth_file_that_is_being_checked_waits(office, sign_in, post, monkeypatch):
    _, user, staff, _ = office
    monkeypatch.setattr("views.files.is_large", lambda data: True)
    data = xlsx(("Periode", *SCORES), ("2026-TW3", staff.nip, "Atasan", None, 80, 80))
    client = sign_in(user)
    assert [send(client, post, data).status_code for _ in range(3)] == [302] * 3
    answer = send(client, post, data)
    assert (answer.status_code, answer.headers["Retry-After"], Upload.select().count()) == (429, "10", 3)
    assert "masih diperiksa" in answer.get_data(as_text=True)
    assert send(sign_in(role="hr"), post, data).status_code == 302
    Upload.update(state="checked").execute()
    assert send(client, post, data).status_code == 302


def test_small_files_count_while_they_are_checked(office):
    _, user, *_ = office
    with quota(user), quota(user), quota(user), pytest.raises(TooMany), quota(user):
        pass
    with quota(user):
        pass


def test_parsing_leaves_a_thread_for_pages(office, sign_in, post):
    _, user, staff, _ = office
    data = xlsx(("Periode", *SCORES), ("2026-TW3", staff.nip, "Atasan", None, 80, 80))
    client = sign_in(user)
    address = send(client, post, data).location
    with turn(), turn(), ThreadPoolExecutor() as pool:
        waiting = pool.submit(parse, data, ASSESSMENTS)
        while guarded.IN_LINE._value:
            time.sleep(0.01)
        assert client.get(address).status_code == 200  # its review is kept
        Upload.update(draft=None).execute()
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
        assert client.get("/healthz").status_code == 200
        assert send(client, post, data).status_code == 302
        assert Upload.select().order_by(Upload.id.desc()).get().state == "queued"
        guarded.READING.release()
        assert waiting.result().rows
        guarded.READING.acquire()


# ------------------------------------------------------------------ who may not


@pytest.mark.parametrize("path", ["edit/?id=1", "new/", "edit/", "delete/"])
@pytest.mark.parametrize(("role", "table"), [
    ("supervisor", "policy"), ("supervisor", "employee"), ("employee", "policy"), ("officer", "holiday"),
    ("hr", "upload"), ("hr", "change"), ("admin", "sign_in"),
])  # fmt: skip
def test_who_may_not_gets_403_and_no_redirect(path, role, table, rows, sign_in, post):
    client = sign_in(role=role, unit=make_unit("A"))
    if path != "delete/":
        assert client.get(f"/admin/{table}/{path}").status_code == 403
    assert post(client, f"/admin/{table}/{path}", {"id": 1}).status_code == 403


def test_an_action_that_she_may_not_take_is_403(rows, sign_in, post):
    user = make_user("employee", employee=make_employee())
    for action in ("compute", "delete", "entah"):
        answer = post(sign_in(user), "/admin/assessment/action/", {"action": action, "rowid": 1})
        assert answer.status_code == 403
