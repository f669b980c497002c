"""The environment, strictly parsed: what differs between machines."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent
NAMES = {
    "DATABASE_URL", "SECRET_KEY", "KINERJA_ENV", "KINERJA_HOSTS", "KINERJA_HTTPS", "KINERJA_INSTANCE",
    "KINERJA_LIMITS", "KINERJA_LOGO", "KINERJA_OFFICE", "KINERJA_PROXIES", "KINERJA_REGENCY", "KINERJA_TOP_RATER",
}  # fmt: skip


def switch(name, default=False):
    """1/on or 0/off; anything else stops the start."""
    text = os.environ.get(name, "").strip().lower()
    if text not in ("", "0", "1", "on", "off"):
        raise ValueError(f"{name}={text}: write 1 or 0")
    return text in ("1", "on") if text else default


def count(name):
    """A whole number, 0 where it is not set."""
    text = os.environ.get(name, "0").strip()
    if not text.isdecimal() or len(text) > 2:
        raise ValueError(f"{name}={text}: write a small whole number")
    return int(text)


def existing_file(name, default):
    """A file, which must be there."""
    file = Path(os.environ.get(name) or default)
    if not file.is_file():
        raise ValueError(f"{name}={file}: there is no such file")
    return file.resolve()


def in_production():
    text = os.environ.get("KINERJA_ENV", "")
    if text not in ("", "production", "development"):
        raise ValueError(f"KINERJA_ENV={text}: write production or development")
    return text == "production"


def secret_key(instance):
    """The key of this installation, made once and kept readable for its owner only."""
    if os.environ.get("SECRET_KEY"):
        return os.environ["SECRET_KEY"]
    if in_production():
        raise ValueError("SECRET_KEY is required with KINERJA_ENV=production")
    file = Path(instance) / "secret_key"
    if not file.exists():
        draft = file.with_suffix(f".{os.getpid()}")
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as new:
            new.write(secrets.token_hex(32))
        with suppress(FileExistsError):  # whoever is first names the key; nobody sees half of it
            os.link(draft, file)
        draft.unlink()
    return file.read_text()


def refuse_unknown():
    """A misspelt name would otherwise leave its setting at the default in silence."""
    unknown = sorted(name for name in os.environ if name.startswith("KINERJA_") and name not in NAMES)
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: unknown setting; docs/deploy.md lists them")


def settings():
    """The configuration that the environment gives. Raises ValueError in one sentence."""
    refuse_unknown()
    limits = switch("KINERJA_LIMITS", True)
    if in_production() and not limits:
        raise ValueError("KINERJA_LIMITS=off is for tests only")
    instance = os.environ.get("KINERJA_INSTANCE", str(ROOT / "instance"))
    hosts = os.environ.get("KINERJA_HOSTS", "")
    return {
        "INSTANCE": instance,
        "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{instance}/kinerja.db",
        "LIMITS": limits,
        "HTTPS": switch("KINERJA_HTTPS"),
        "PROXIES": count("KINERJA_PROXIES"),
        "TRUSTED_HOSTS": ["localhost", "127.0.0.1", *hosts.replace(",", " ").split()],
        "OFFICE": os.environ.get("KINERJA_OFFICE", "BKPP"),
        "REGENCY": os.environ.get("KINERJA_REGENCY", "Kabupaten Mamuju"),
        "TOP_RATER": os.environ.get("KINERJA_TOP_RATER", "Bupati Mamuju"),
        "LOGO": existing_file("KINERJA_LOGO", ROOT / "static" / "logo.svg"),
    }
