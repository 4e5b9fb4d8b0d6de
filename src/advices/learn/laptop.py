"""A learner's own laptop joins a class, and leaves it. Its token is in a file of this account."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from advices.core import (
    ClassOf,
    ClassSettingInvalid,
    JoinRefused,
    state_folder,
    write_whole,
)
from advices.learn.class_client import (
    AUTHORITY_VARIABLE,
    Answer,
    asked,
    is_below_localhost,
    trusted,
    unreachable,
)
from advices.learn.sending import Sender

SENT = (
    "your name in this class, which exercises you open, try and solve and when, the last hint's "
    "id, and whether you ask for help; never the text of a Dockerfile or what you type"
)
"""All that a class is sent, in words for who decides about it."""
_HUB = "/hub/class"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_LETTERS_AT_MOST = 400
_REFUSED = 403


def origin_of(text: str) -> str:
    """Return scheme, name and port of the address of a class.

    Raises ValueError for what is no address, ClassSettingInvalid for plain HTTP in a network.
    """
    at = urlsplit(text.strip())
    host = at.hostname or ""
    number = _number(host)
    if at.scheme not in ("http", "https") or not (number or _NAME.fullmatch(host)):
        raise ValueError(f"`{text}` is no address such as https://class.example.org")
    if at.username is not None:
        raise ValueError("an address has no code and no name in it: the command asks for both")
    is_here = number.is_loopback if number else is_below_localhost(host)
    if at.scheme == "http" and not is_here:
        raise ClassSettingInvalid(
            f"http://{host} is in a network and not encrypted",
            why="others in the network could read code, PIN and progress; a class is served there "
            "by https alone",
            next_step="ask your trainer for the address that `advices class start` printed",
        )
    name = f"[{host}]" if ":" in host else host
    # Asked for here, where a number that is too large is a fault of the address.
    return f"{at.scheme}://{name}{f':{at.port}' if at.port else ''}"


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


class Terms(NamedTuple):
    """What becomes of progress in a class: the days it is kept, and what leaves the class again."""

    keep_days: int
    leaves: str


def terms(origin: str) -> Terms:
    """Return what becomes of progress in a class.

    Raises ClassUnreachable where none answers, JoinRefused where no laptop may join, and
    ClassSettingInvalid for an authority that is none.
    """
    url = f"{origin}{_HUB}/join"
    _demand_authority()
    answer = asked(url)
    days, leaves = (answer.told().get(name) for name in ("keep_days", "leaves"))
    if not answer.is_well or not isinstance(days, int) or not isinstance(leaves, str):
        raise _refusal(answer) or unreachable(url, answer)
    return Terms(days, leaves)


def _demand_authority() -> None:
    try:
        trusted()
    except OSError as fault:
        raise ClassSettingInvalid(
            f"{os.environ.get(AUTHORITY_VARIABLE)} is no certificate that can be read: "
            f"{fault.strerror or fault}",
            why=f"{AUTHORITY_VARIABLE} names it",
            next_step="give the file that your trainer gave you, in the form PEM",
        ) from None


@dataclass(frozen=True)
class Joined:
    """A class that this laptop is in. Only this account can read `file`, which has the token."""

    of: ClassOf
    file: Path

    @property
    def origin(self) -> str:
        """Return the address of the class."""
        return self.of.url.removesuffix(_HUB)

    def sender(self) -> Sender:
        """Return what tells this class."""
        token = str(json.loads(self.file.read_text("utf-8"))["token"])
        return Sender(self.of, lambda: token)

    def leave(self, sender: Sender | None = None) -> None:
        """Tell the class what waits, and good-bye.

        Raises ClassUnreachable where the class does not answer: then the file stays, and a later
        `--leave` can still say it.
        """
        sender = sender or self.sender()
        answer = asyncio.run(sender.leave())
        if not (answer.is_well or answer.status == _REFUSED):
            raise unreachable(self.of.url, answer)
        self.file.unlink(missing_ok=True)


def join(origin: str, *, code: str, name: str, pin: str, folder: Path | None = None) -> Joined:
    """Let a class know this laptop, and keep its token in a file while this process runs.

    Raises JoinRefused with what the class says, ClassUnreachable, DiskFull.
    """
    url = f"{origin}{_HUB}/join"
    answer = asked(url, method="POST", told={"username": name, "password": code, "pin": pin})
    told = answer.told()
    token, days = told.get("token"), told.get("keep_days")
    if answer.is_well and isinstance(token, str) and isinstance(days, int):
        of = ClassOf(f"{origin}{_HUB}", days, is_own=True)
        file = (folder or state_folder()) / f"class-{os.getpid()}.json"
        write_whole(file, json.dumps({"url": of.url, "keep_days": days, "token": token}), 0o600)
        return Joined(of, file)
    raise _refusal(answer) or unreachable(url, answer)


def _refusal(answer: Answer) -> JoinRefused | None:
    """Return the error for a class that says why it lets nobody in, None for another answer."""
    said = answer.told().get("message")
    if answer.status not in (_REFUSED, 429) or not isinstance(said, str) or not said:
        return None
    # Whoever answers moves no cursor of this terminal.
    signs = (sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in said)
    return JoinRefused("".join(signs)[:_LETTERS_AT_MOST])


def kept(folder: Path | None = None) -> Iterator[Joined]:
    """Yield the classes that files of this account name: those of servers that run, or crashed."""
    for file in sorted((folder or state_folder()).glob("class-*.json")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(file.read_text("utf-8"))
            yield Joined(ClassOf(str(told["url"]), int(told["keep_days"]), is_own=True), file)
