"""Pure: who may write where in an image: what its instructions give to users, or open to all."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from advices.lab.signs.calls import Call, options
from advices.lab.signs.start import Start
from advices.lab.signs.view import Placed, View, is_root, within

Place = Literal["memory", "a temporary folder", "a user's folder", "an open folder", "the image"]

_MEMORY = ("/dev", "/proc", "/sys")
_TEMPORARY = ("/tmp", "/var/tmp")
_OPENS = re.compile(r"(?:[ugo]*[oa][ugoa]*|)[+=][rstX]*w[rwxstX]*")


@dataclass(frozen=True)
class Grant:
    """A path that others than root may write: given to a user, or open to all.

    `by` is the kind of instruction, `whole` says that all below the path is meant too.
    """

    path: str
    to_all: bool
    by: Literal["RUN", "COPY"]
    whole: bool
    step: Placed

    def covers(self, path: str) -> bool:
        """Return whether it gives this very path."""
        is_itself = path.count("/") == self.path.rstrip("/").count("/")
        return within(path, self.path) and (self.whole or is_itself)


def grants(view: View) -> Iterator[Grant]:
    """Yield what the last image gives to users that are not root."""
    for one in view.shipped:
        if one.name in ("COPY", "ADD"):
            to_user = any(not is_root(one.expand(who)) for who in one.instruction.flag("chown"))
            to_all = any(map(_is_open, one.instruction.flag("chmod")))
            if to_user or to_all:
                yield Grant(one.target, to_all, "COPY", True, one)
        folder = one.workdir
        for call in one.calls:
            if call.program == "cd" and call.words:
                folder = posixpath.normpath(posixpath.join(folder, one.expand(call.words[0])))
            for paths, to_all, whole in _given(call):
                for path in paths:
                    whole_path = posixpath.normpath(posixpath.join(folder, one.expand(path)))
                    yield Grant(whole_path, to_all, "RUN", whole, one)


def _given(call: Call) -> Iterator[tuple[tuple[str, ...], bool, bool]]:
    """Yield what a call gives: the paths, whether to all, and whether with all that is below."""
    if call.program in ("chown", "chgrp", "chmod"):
        # A mode such as -w looks like an option and takes away.
        found = options(call.words)
        whole = found.has("-R", "--recursive")
        if not found.plain:
            return
        who, *paths = found.plain
        if call.program == "chmod":
            if _is_open(who):
                yield tuple(paths), True, whole
        elif not is_root(who) and not (call.program == "chown" and who.startswith(":")):
            yield tuple(paths), False, whole
    elif call.program in ("mkdir", "install"):
        found = options(call.words, {"-m", "--mode", "-o", "--owner", "-g", "--group"})
        if call.program == "install" and not found.has("-d", "--directory"):
            return
        if any(map(_is_open, found.values("-m", "--mode"))):
            yield found.plain, True, False
        if any(not is_root(who) for who in found.values("-o", "--owner")):
            yield found.plain, False, False


def _is_open(mode: str) -> bool:
    """Return whether a mode lets everybody write."""
    if mode.isdecimal():
        return bool(int(mode[-1]) & 2)
    return any(_OPENS.fullmatch(part) and part[0] not in "+=" for part in mode.split(","))


def pid_file(view: View, start: Start) -> str | None:
    """Return the absolute path of the file that the server writes its process id to."""
    named = start.server_options.values("--pid")
    if not named or not view.shipped:
        return None
    return posixpath.normpath(posixpath.join(view.workdir, view.shipped[-1].expand(named[-1])))


def place_of(view: View, path: str) -> Place:
    """Return in what kind of folder a file of a container lies."""
    volumes = [
        one.path(word)
        for one in view.shipped
        if one.name == "VOLUME"
        for word in one.instruction.args
    ]
    if any(within(path, folder) for folder in (*_MEMORY, *volumes)):
        return "memory"
    if any(within(path, folder) for folder in _TEMPORARY):
        return "a temporary folder"
    folder = posixpath.dirname(path)
    given = [one for one in grants(view) if one.covers(folder)]
    if any(one.to_all for one in given):
        return "an open folder"
    return "a user's folder" if given or _is_home(view, folder) else "the image"


def _is_home(view: View, folder: str) -> bool:
    """Return whether a folder is the home that a RUN made together with a user."""
    for one in view.shipped:
        for call in one.calls:
            if call.program in ("useradd", "adduser"):
                found = options(call.words, {"-d", "--home", "--home-dir", "-u", "--uid", "-g"})
                makes = call.program == "adduser" or found.has("-m", "--create-home")
                names = found.plain[-1:] if call.program == "useradd" else found.plain[:1]
                homes = found.values("-d", "--home", "--home-dir") or [
                    f"/home/{name}" for name in names
                ]
                if makes and any(within(folder, home) for home in homes):
                    return True
    return False
