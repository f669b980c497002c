"""What strangers made: an archive is looked at before anything of it is parsed, and opened in a process of its own.

A workbook is a zip of XML. Refused are archives that declare or hold too much, that lie about it,
that two programs could read differently, and XML that declares entities. Source: SECURITY 5,
PERFORMANCE, Workbooks.
"""

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore

from values import N_, Invalid

UNPACKED = 160 << 20  # bytes that a workbook may declare in all
ENTRIES, RATIO, SMALL = 2_000, 50, 10 << 20  # real tables are packed ten to twenty times
CHUNK, OVERLAP = 1 << 20, 32
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
# without these no cell is an error, or a formula that may not have been computed: most files
FAULTS, ODS_FAULTS = (b't="e"', b"<f>", b"<f ", b"<f/", b":f>", b":f "), (b'value-type="error"',)
UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
CHILD = Path(__file__).with_name("child.py")
WAIT = 30  # seconds
READING = BoundedSemaphore(2)  # of the four threads that `serve` gives a process
IN_LINE = BoundedSemaphore(3)  # those that read or wait for it: one thread is always left for pages

REFUSALS = {
    "password": N_("Berkas terkunci kata sandi; simpan lagi tanpa kata sandi"),
    "broken": N_("Berkas rusak atau bukan Excel; buka lalu simpan lagi sebagai .xlsx"),
    "rows": N_("Berkas lebih dari 200.000 baris; bagi menjadi beberapa berkas"),
    "columns": N_("Berkas lebih dari 200 kolom; hapus kolom yang tidak dipakai"),
    "heavy": N_("Berkas terlalu besar setelah dibuka; salin barisnya ke templat baru lalu unggah lagi"),
    "errors": N_("Berkas memuat sel galat (seperti #N/A); perbaiki sel itu lalu unggah lagi"),
    "entities": N_("Berkas memuat perintah XML yang tidak wajar; buka lalu simpan lagi sebagai .xlsx"),
    "other": N_("Berkas ini bukan buku kerja Excel; simpan sebagai .xlsx lalu unggah lagi"),
    "binary": N_("Berkas .xlsb tidak dibaca; buka di Excel lalu simpan sebagai .xlsx"),
    "polyglot": N_("Berkas memuat data lain selain buku kerja; buka lalu simpan lagi sebagai .xlsx"),
}


class Unreadable(Invalid):
    """The file as a whole cannot be taken; the message names the way out."""


def refusal(kind):
    """The Unreadable of a reason."""
    return Unreadable(REFUSALS[kind])


def archive(data):
    """The archive that a file is; None for .xls and .csv. Raises Unreadable where it is broken."""
    try:
        return zipfile.ZipFile(io.BytesIO(data)) if data.startswith(b"PK\3\4") else None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        raise refusal("broken") from None


def ending(data):
    """The ending that belongs to a file's content, whatever its sender called it. Raises Unreadable."""
    if not (book := archive(data)):
        return "xls" if data.startswith(b"\xd0\xcf\x11\xe0") else "csv"
    names = book.namelist()
    return "ods" if "content.xml" in names else "xlsm" if "xl/vbaProject.bin" in names else "xlsx"


def inspect(data):
    """Look at the bytes of a workbook; the names of the parts in which cells may be faulty. Raises Unreadable."""
    if not (book := archive(data)):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise refusal("password")
        return []
    entries = book.infolist()
    heavy = [e for e in entries if e.file_size > SMALL and e.file_size > RATIO * max(e.compress_size, 1)]
    if heavy or len(entries) > ENTRIES or sum(e.file_size for e in entries) > UNPACKED:
        raise refusal("heavy")
    _is_one_archive(data, book, entries)
    _is_workbook({entry.filename: entry for entry in entries}, data)
    parts = [entry for entry in entries if entry.filename.lower().endswith((".xml", ".rels", ".vml"))]
    faults = [entry.filename for entry in parts if _may_be_faulty(data, entry)]
    if "content.xml" in faults:  # the cells of an .ods are not numbered, so the file is refused
        raise refusal("errors")
    return faults


def _is_one_archive(data, book, entries):
    """Nothing before, between, over or behind the entries that another program could read."""
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or not entries:
        raise refusal("polyglot" if entries else "broken")
    if any(entry.flag_bits & 1 for entry in entries):
        raise refusal("password")
    if any(entry.compress_type not in PLAIN for entry in entries):
        raise refusal("broken")
    if book.comment or data.rfind(b"PK\5\6") + 22 != len(data):
        raise refusal("polyglot")
    places = sorted((entry.header_offset, _start(data, entry) + entry.compress_size) for entry in entries)
    edges = [0, *(stop for _, stop in places)]
    if places[0][0] != 0 or any(start < edge for (start, _), edge in zip(places, edges, strict=False)):
        raise refusal("polyglot")


def _start(data, entry):
    """Where an entry's packed bytes begin; its own header must name it as the directory does."""
    begin, encoding = entry.header_offset + 30, "utf-8" if entry.flag_bits & 0x800 else "cp437"
    head = data[entry.header_offset : begin]
    if len(head) < 30 or head[:4] != b"PK\3\4":
        raise refusal("broken")
    name, extra = struct.unpack("<HH", head[26:30])
    if data[begin : begin + name] != entry.orig_filename.encode(encoding):
        raise refusal("polyglot")
    return begin + name + extra


def _is_workbook(entries, data):
    """A workbook that we read, and not locked; `entries` by name."""
    if "xl/workbook.xml" in entries:
        return
    if "xl/workbook.bin" in entries:
        raise refusal("binary")
    if "content.xml" not in entries or b"opendocument.spreadsheet" not in data[:200]:
        raise refusal("other")
    manifest = entries.get("META-INF/manifest.xml")
    if manifest and any(b"encryption-data" in chunk for chunk in _unpacked(data, manifest)):
        raise refusal("password")


def _may_be_faulty(data, entry):
    """Whether cells may be faulty; it must be XML in one plain encoding, without declarations of its own, and no
    longer than it says."""
    size, tail, found = 0, b"", False
    marks = ODS_FAULTS if entry.filename == "content.xml" else FAULTS
    for chunk in _unpacked(data, entry):
        if not size and chunk.startswith(UTF16):
            raise refusal("entities")
        size += len(chunk)
        if size > entry.file_size:
            raise refusal("heavy")
        seen = tail + chunk
        if any(mark in seen for mark in DECLARED):
            raise refusal("entities")
        found = found or any(mark in seen for mark in marks)
        tail = chunk[-OVERLAP:]
    return found


def _unpacked(data, entry):
    """The bytes of an entry, a piece at a time: however much it holds, no more is kept."""
    start = _start(data, entry)
    packed = memoryview(data)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + CHUNK]) for at in range(0, len(packed), CHUNK))
        return
    inflate, rest = zlib.decompressobj(-15), bytes(packed)
    try:
        while rest and not inflate.eof:
            yield inflate.decompress(rest, CHUNK)
            rest = inflate.unconsumed_tail
    except zlib.error:
        raise refusal("broken") from None


class Busy(Exception):
    """This process reads as many files at once as it may; try again shortly."""


@contextmanager
def turn():
    """Wait for the turn to read a file. Raises Busy where too many wait already."""
    if not IN_LINE.acquire(blocking=False):
        raise Busy()
    try:
        with READING:
            yield
    finally:
        IN_LINE.release()


def guarded(task, data):
    """What the guarded child makes of bytes: read, or marked. Raises Unreadable where it fails, and Busy."""
    command, order = [sys.executable, "-I", str(CHILD)], json.dumps(task).encode() + b"\n" + data
    try:
        with turn():
            child = subprocess.run(command, input=order, capture_output=True, timeout=WAIT, check=False)  # noqa: S603 - our own script
    except subprocess.TimeoutExpired:
        raise refusal("heavy") from None
    if child.returncode:
        raise refusal("heavy" if child.returncode < 0 else "broken")
    return child.stdout
