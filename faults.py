"""What a machine refuses, in one sentence: a database that does not answer, a closed folder, a full disk."""

import re

from peewee import DatabaseError, DataError, IntegrityError, InterfaceError, ProgrammingError

FAULTS = (OSError, DatabaseError, InterfaceError)
OURS = (BrokenPipeError, DataError, IntegrityError, ProgrammingError)  # who left, and faults of the code
CAUSES = {  # what systems and drivers say, and what it means
    "password|authentication|pg_hba": "Server basis data menolak nama atau sandi akunnya; periksa DATABASE_URL",
    r'(database|role) ".*" does not exist': "Server tidak mengenal nama basis data atau akunnya; periksa DATABASE_URL",
    "connect|resolve|starting up|shutting down|too many": "Server basis data tidak dapat dihubungi",
    "unable to open": "Basis data belum ada (jalankan init) atau foldernya tidak dapat ditulisi",
    "permission|read-?only|not permitted": "Tidak dapat dibuka atau ditulisi; periksa folder dan hak aksesnya",
    r"no space|disk|quota|too large": "Ruang disk habis atau disk rusak",
    "locked": "Basis data sedang dipakai proses lain",
    "not a database|malformed": "Berkas ini bukan basis data, atau rusak",
    "no such file|not a directory|is a directory|exists": "Berkas atau folder ini tidak ada, atau jenisnya lain",
}


def said(fault):
    """A fault of `FAULTS` in one sentence with the system's own words; one that is of our making is raised again."""
    meant, error = "", fault
    while error and not meant:  # a transaction that cannot even be taken back hides the reason
        words, error = str(error).partition("\n")[0], error.__context__
        meant = next((cause for sign, cause in CAUSES.items() if re.search(sign, words, re.IGNORECASE)), "")
    if isinstance(fault, OURS) and not (meant and "permission" in words):
        raise fault
    return f"{meant or 'Basis data atau berkas tidak dapat dipakai'} ({words})"
