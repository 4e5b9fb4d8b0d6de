"""Where progress is sent to: the address of a learning record store, and the login to it."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field

from advices.core import ClassSettingInvalid, Record

_HERE = ("127.0.0.1", "localhost", "::1")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9a-fA-F:]+")
_PATH = re.compile(r"(/[A-Za-z0-9._~%!$&'()*+,;=:@-]*)*")
_LETTERS_AT_MOST = 1000
LOGIN_FORM = "USER:PASSWORD"


class Destination(Record):
    """A learning record store. `url` ends before `/statements`, and has no login in it."""

    url: str
    user: str = Field(repr=False)
    password: str = Field(repr=False)

    @property
    def host(self) -> str:
        """Return the host, with its port where it is not the usual one: what pages name."""
        return urlsplit(self.url).netloc


def store_url(text: str) -> str:
    """Return the address of a store as it is kept. Raises ClassSettingInvalid.

    What is sent is about learners, and a login goes with it: so it is encrypted on every network.
    """
    try:
        asked = urlsplit(text.strip())
        port = asked.port
    except ValueError:
        raise _no_address("it cannot be read as one") from None
    if asked.username is not None or asked.password is not None:
        # Not shown: it has a password in it.
        raise ClassSettingInvalid(
            "the address after --xapi-store has a login in it",
            why="other accounts can read command lines, so that login is known by now",
            next_step="change the password in the store, and give the new one by --xapi-login FILE",
        )
    host = asked.hostname or ""
    if asked.scheme not in ("http", "https") or not _HOST.fullmatch(host) or len(text) > 500:
        raise _no_address("it has no host, or begins with neither https:// nor http://")
    # What splits an address drops some signs silently.
    is_plain = text.strip().isprintable() and _PATH.fullmatch(asked.path)
    if not is_plain or asked.query or asked.fragment:
        raise _no_address("there is something behind its path, or the path has odd signs")
    if asked.scheme == "http" and host not in _HERE:
        raise ClassSettingInvalid(
            f"the store at {host} would get progress unencrypted",
            why="the login and what learners do would cross the network where others can read it",
            next_step="write https:// in the address; http:// is for a store on this machine",
        )
    shown = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[asked.scheme]
    at = f":{port}" if port not in (None, usual) else ""
    return f"{asked.scheme}://{shown}{at}{asked.path.rstrip('/')}"


def _no_address(why: str) -> ClassSettingInvalid:
    return ClassSettingInvalid(
        "what is written after --xapi-store is no address of a store",
        why=why,
        next_step="write it as the store shows it, such as https://lrs.example.org/xapi",
    )


def login_of(file: Path) -> tuple[str, str]:
    """Return user and password out of a file that nobody else can read.

    Raises ClassSettingInvalid; no error shows what is in the file.
    """
    try:
        # What is looked at is what is read, whatever the name leads to a moment later.
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as opened:
            _demand_private(file, os.fstat(handle))
            read = opened.read(_LETTERS_AT_MOST + 1)
    except OSError as error:
        raise ClassSettingInvalid(
            f"{file} cannot be read: {error.strerror}",
            why="it is named after --xapi-login",
            next_step=f"write {LOGIN_FORM} into a file with the mode 0600, and name that",
        ) from None
    try:
        return login(*read.decode("utf-8").rstrip("\r\n").partition(":")[::2])
    except ValueError:
        raise ClassSettingInvalid(
            f"{file} holds no login",
            why=f"its one line must be {LOGIN_FORM}, as the store gave them",
            next_step="write that line, and nothing else, into the file",
        ) from None


def login(user: str, password: str) -> tuple[str, str]:
    """Return a login as it is. Raises ValueError for none, and for what no login can have."""
    whole = user + password
    if not (user and password) or ":" in user or not whole.isprintable():
        raise ValueError
    if len(whole) > _LETTERS_AT_MOST:
        raise ValueError
    return user, password


def _demand_private(file: Path, about: os.stat_result) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise ClassSettingInvalid(
            f"{file} is no file",
            why="it is named after --xapi-login",
            next_step=f"name a file that holds {LOGIN_FORM}",
        )
    if about.st_uid not in (0, os.geteuid()) or about.st_mode & 0o077:
        raise ClassSettingInvalid(
            f"other accounts can read or change {file}",
            why="it holds the password of the store",
            next_step=f"`chown root {file}` and `chmod 600 {file}`; if somebody may have read "
            "it, change the password first",
        )
