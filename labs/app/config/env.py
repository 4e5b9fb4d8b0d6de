"""Read settings from environment variables.

An empty variable counts as one that is not set: that is what `NAME=` in an env file means.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_FLAGS = {"1": True, "true": True, "yes": True, "on": True}
_FLAGS |= {"0": False, "false": False, "no": False, "off": False}


def text(name: str, default: str = "") -> str:
    """Return the variable as it is, without surrounding space."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Return the variable as yes or no; a typo is an error, never a silent no."""
    value = text(name)
    if not value:
        return default
    try:
        return _FLAGS[value.lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{name}={value!r}: write one of {', '.join(_FLAGS)}") from None


def number(name: str, default: int) -> int:
    """Return the variable as a whole number."""
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r}: write a whole number") from None


def words(name: str, default: Iterable[str] = ()) -> list[str]:
    """Return the variable as a list; commas separate its items."""
    items = [item.strip() for item in text(name).split(",")]
    return [item for item in items if item] or list(default)


def data_dir(project: Path) -> Path:
    """Return the folder of the default database and of the pictures.

    DATA_DIR decides. Without it the folder is data/ in the project, or, where this user may not
    write there (code owned by root, a read-only container), one in memory or in /tmp: enough to
    try the site out. Nothing is created here: collectstatic reads the settings too, and must not
    leave a folder of root's in the image.
    """
    chosen = text("DATA_DIR")
    if chosen:
        return Path(chosen)
    candidates = [project / "data", Path("/tmp/guestbook"), Path("/dev/shm/guestbook")]
    return next((folder for folder in candidates if _is_writable(folder)), candidates[0])


def _is_writable(folder: Path) -> bool:
    return os.access(folder if folder.exists() else folder.parent, os.W_OK)
