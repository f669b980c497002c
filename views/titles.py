"""What each table is called on the screen."""

from fields import N_
from models import (
    Assessment,
    Award,
    Change,
    Complaint,
    ComplaintEvent,
    Employee,
    Holiday,
    Objection,
    Period,
    Policy,
    Rating,
    Training,
    Unit,
    UnitResult,
    Upload,
    User,
)  # fmt: skip

TITLES = {
    Employee: N_("Pegawai"), Unit: N_("Unit"), User: N_("Akun"),
    Assessment: N_("Nilai"), Rating: N_("Predikat"), Period: N_("Periode"),
    UnitResult: N_("Capaian Organisasi"), Objection: N_("Keberatan"),
    Training: N_("Pelatihan"), Award: N_("Penghargaan"),
    Complaint: N_("Pengaduan"), ComplaintEvent: N_("Riwayat Pengaduan"),
    Upload: N_("Unggahan"), Policy: N_("Aturan"), Holiday: N_("Hari Libur"), Change: N_("Jejak Perubahan"),
}  # fmt: skip
