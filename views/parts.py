"""For developers: every part that pages are made of, on one page, with made-up values."""

from flask_admin import BaseView, expose
from flask_babel import gettext

from database import now
from forms import LoginForm
from models import Assessment, Change, Rating, User
from rating import MATRIX
from views.history import Line
from views.panels import CardOnPage as Card
from views.panels import PanelOnPage as Panel
from views.session import me
from views.shown import TONES, badge


class PartsView(BaseView):
    def is_accessible(self):
        return me() is not None and me().role == "admin"

    @expose("/")
    def index(self):
        labels = Rating.predicate.labels | Assessment.work_level.labels
        predicates = Rating.predicate.choices
        rows = [(gettext(label), n) for (_, label), n in zip(predicates, (9, 25, 4, 2, 1), strict=True)]
        head, tones = (gettext("Predikat"), gettext("Pegawai")), tuple(TONES[code] for code, _ in predicates)
        form = LoginForm(formdata=None)
        form.password.errors = [gettext("Nama akun atau sandi salah")]
        told = [("Skor Perilaku", "87,5", "90"), ("Catatan", "", "Sudah dibicarakan")]
        line = Line(Change(at=now()), gettext("Diubah"), gettext("formulir"), "", told)
        return self.render(
            "admin/parts.html", form=form, matrix=MATRIX, says=lambda code: gettext(labels[code]), line=line,
            badges=[badge(field, code) for field in (Rating.predicate, Rating.state, User.role) for code in field.labels],
            cards=[Card("Pegawai", 1204, "#kartu"), Card("Belum dinilai", 3, tone="warn"), Card("Selesai", 9, tone="good")],
            panels=[
                Panel("shares", "Panel: bagian dari seluruhnya", head, rows, "#panel", bar=(1,)),
                Panel("progress", "Panel: kemajuan", ("Unit", "Sudah", "Semua"), [("Dinas A", 3, 4)], bar=(1, 2)),
                Panel("trend", "Panel: dari waktu ke waktu", (head[0], "2026-TW1", "2026-TW2"),
                      [(*row, row[1] + 2) for row in rows], tones=tones),
                Panel("empty", "Panel: kosong", head, empty="Kalimat yang menyebut apa yang dapat dilakukan."),
            ],
        )  # fmt: skip
