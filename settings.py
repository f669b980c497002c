"""The environment, strictly parsed: what differs between machines."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent
SHORTEST_KEY = 32  # characters
PICTURES = {  # how each begins; a drawing holds nothing that runs
    ".png": "\x89PNG\r\n\x1a\n",
    ".jpg": "\xff\xd8\xff",
    ".webp": r"RIFF(?s:.{4})WEBP",
    ".svg": r"""(?is)(?!.*(<(\w+:)?script|\son\w+\s*=|javascript:|<!entity))\W*(<[?!][^>]*>\s*)*<svg\s""",
}


def secret_key(instance):
    """The key of this installation, made once and kept readable for its owner only."""
    if os.environ.get("SECRET_KEY"):
        return os.environ["SECRET_KEY"]
    if read("KINERJA_ENV"):
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


STAGE = {"production": True, "development": False}
SWITCH = {"1": True, "on": True, "0": False, "off": False}
COUNT = {str(number): number for number in range(100)}
SETTINGS = {  # what it is where it is not set, what may be written, and the words that say so
    "KINERJA_ENV": ("development", STAGE, "write production or development"),
    "KINERJA_HOSTS": ("", None, ""),
    "KINERJA_HTTPS": ("0", SWITCH, "write 1 or 0"),
    "KINERJA_INSTANCE": (str(ROOT / "instance"), None, ""),
    "KINERJA_LIMITS": ("1", SWITCH, "write 1 or 0"),
    "KINERJA_LOGO": (str(ROOT / "static" / "logo.svg"), None, ""),
    "KINERJA_OFFICE": ("BKPP", None, ""),
    "KINERJA_PROXIES": ("0", COUNT, "write a small whole number"),
    "KINERJA_REGENCY": ("Kabupaten Mamuju", None, ""),
    "KINERJA_TOP_RATER": ("Bupati Mamuju", None, ""),
}
NAMES = {"DATABASE_URL", "SECRET_KEY", *SETTINGS}


def read(name):
    """A setting. Raises ValueError in one sentence."""
    default, allowed, hint = SETTINGS[name]
    text = os.environ.get(name, "").strip() or default
    if allowed and text.lower() not in allowed:
        raise ValueError(f"{name}={text}: {hint}")
    return allowed[text.lower()] if allowed else text


def is_picture(file):
    """Whether a file is what its ending says."""
    begins = PICTURES.get(file.suffix.lower(), "$")
    return file.is_file() and re.match(begins, file.read_bytes().decode("latin-1"))


def settings():
    """The configuration that the environment gives. Raises ValueError in one sentence."""
    unknown = sorted(name for name in os.environ if name.startswith("KINERJA_") and name not in NAMES)
    if unknown:  # a misspelt name would leave its setting at the default in silence
        raise ValueError(f"{', '.join(unknown)}: unknown setting; docs/deploy.md lists them")
    config = {name.removeprefix("KINERJA_"): read(name) for name in SETTINGS}
    production, key = config.pop("ENV"), os.environ.get("SECRET_KEY", "")
    if production and not config["LIMITS"]:
        raise ValueError("KINERJA_LIMITS=off is for tests only")
    if production and 0 < len(key) < SHORTEST_KEY:
        raise ValueError(f"SECRET_KEY: KINERJA_ENV=production needs at least {SHORTEST_KEY} characters")
    config["LOGO"] = Path(config["LOGO"]).resolve()
    if not is_picture(config["LOGO"]):
        raise ValueError(f"KINERJA_LOGO={config['LOGO']}: no such file, or no picture (docs/deploy.md)")
    config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1", *config.pop("HOSTS").replace(",", " ").split()]
    config["DATABASE_URL"] = os.environ.get("DATABASE_URL") or f"sqlite:///{config['INSTANCE']}/kinerja.db"
    return config
