"""The trainer's own file of settings, and what becomes of what it says. The hub executes it."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from jupyterhub.app import JupyterHub
from jupyterhub.auth import Authenticator
from traitlets import import_item
from traitlets.config import Config

from advices.classroom.hub.other_login import OtherLogin
from advices.classroom.hub.seating import Seating

_LOGINS = "requirements/login.txt"


def take(file: Path, c: Any) -> None:
    """Let a file change the hub's settings. Ends with a sentence for the hub's log at a fault."""
    try:
        # Not by load_subconfig: it shows a file none of these settings, and so lets it change none.
        text = file.read_text("utf-8")
        exec(compile(text, str(file), "exec"), {"c": c, "get_config": lambda: c})
    except Exception as fault:
        raise SystemExit(f"{_place(file, fault)}: {type(fault).__name__}: {fault}") from None
    choose_login(c)


def _place(file: Path, fault: Exception) -> str:
    """Return the file and the line in it that met a fault."""
    if isinstance(fault, SyntaxError):
        return f"{file}, line {fault.lineno}"
    lines = [one.lineno for one in traceback.extract_tb(fault.__traceback__)]
    files = [one.filename for one in traceback.extract_tb(fault.__traceback__)]
    inside = [line for name, line in zip(files, lines, strict=True) if name == str(file)]
    return f"{file}, line {inside[-1]}" if inside else str(file)


def choose_login(c: Any) -> None:
    """Put another authenticator, if a file named one, behind the door that gives seats."""
    chosen = c.JupyterHub.authenticator_class
    kind = _named(chosen)
    if not (isinstance(kind, type) and issubclass(kind, Authenticator)):
        raise SystemExit(f"{chosen} is no authenticator of JupyterHub")
    if issubclass(kind, Seating):
        return
    c.JupyterHub.authenticator_class = OtherLogin
    c.OtherLogin.kind, c.OtherLogin.of_kind = kind, Config({**c})
    # What it says of people is none of the hub's: its users are seats.
    c.pop("Authenticator", None)


def _named(chosen: Any) -> Any:
    """Return the class of an authenticator, by its name if it is one."""
    if not isinstance(chosen, str):
        return chosen
    known = JupyterHub.class_traits()["authenticator_class"].load_entry_points()
    try:
        return known[chosen.lower()].load() if chosen.lower() in known else import_item(chosen)
    except (ImportError, ValueError) as fault:
        raise SystemExit(
            f"this Python has no authenticator {chosen}: {fault}. "
            f"{_LOGINS} has those of OAuth and LTI 1.3: `pip install --require-hashes -r {_LOGINS}`"
        ) from None
