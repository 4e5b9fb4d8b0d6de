"""A learner's own laptop: `advices learn` in a terminal of another account."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from plain_seats import FIRST_UID, ROOT

from advices.core import poll

UID = FIRST_UID + 50
PIN = "a-pin-to-look-for"
SECONDS = 60
ADDRESS = re.compile(r"learn here: (http://127\.0\.0\.1:\d+\S+/learn-enter\?code=\S+)")
# It is parsed before anything is built.
WRONG = "FROM python:3.14-slim\nFORM a-secret\n"


class Laptop:
    """A terminal of another account, in which `advices learn` runs."""

    def __init__(self, pid: int, terminal: int, home: Path) -> None:
        self.pid, self.home, self.said = pid, home, ""
        self._terminal = terminal
        self._seen = 0

    def until(self, words: str) -> str:
        """Read until the terminal shows a pattern that it did not show before; return it all."""
        ends = time.monotonic() + SECONDS
        while not (found := re.search(words, self.said[self._seen :])):
            assert time.monotonic() < ends, f"no {words!r} in: {self.said}"
            if select.select([self._terminal], [], [], 1)[0]:
                self.said += self._read()
        self._seen += found.end()
        return self.said

    def types(self, words: str) -> None:
        os.write(self._terminal, f"{words}\n".encode())

    def ends(self) -> int:
        """Press Ctrl-C, read to the end, and return the exit code."""
        os.write(self._terminal, b"\x03")
        return self.ended()

    def ended(self) -> int:
        """Read to the end, and return the exit code."""
        for _ in poll(SECONDS, 0.1):
            if select.select([self._terminal], [], [], 0)[0]:
                self.said += self._read()
            found, status = os.waitpid(self.pid, os.WNOHANG)
            if found:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it did not end: {self.said}")

    def kept(self) -> list[Path]:
        return [*(self.home / ".local/state/docker-advices").glob("class-*.json")]

    def _read(self) -> str:
        try:
            return os.read(self._terminal, 65536).decode("utf-8", "replace")
        except OSError:
            # So says Linux of a terminal that nobody has open any more.
            return ""

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._terminal)


@contextmanager
def a_laptop(home: Path, *words: str, **more: str):
    """Run `advices learn` as another account, with the engine of this machine.

    `more` are variables that somebody wrote before the command.
    """
    home.mkdir(mode=0o700, exist_ok=True)
    os.chown(home, UID, UID)
    engine = Path("/var/run/docker.sock").stat().st_gid
    # Whatever folders the project and its Python are below, the account may read them.
    caps = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
    account = ("setpriv", f"--reuid={UID}", f"--regid={UID}", f"--groups={engine}", *caps, "--")
    variables = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "src"),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "USER": "laptop",
        **more,
    }
    plain = ("--port", "0", "--no-browser", "--no-prepare")
    argv = [*account, sys.executable, "-m", "advices", "learn", *plain, *words]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execvpe(argv[0], argv, variables)
    found = Laptop(pid, terminal, home)
    try:
        yield found
    finally:
        found.close()


def joins(one: Laptop, room, name: str, *, code: str = "", pin: str = PIN, yes: str = "y") -> None:
    one.until("The code of the class: ")
    one.types(code or room.codes.learners)
    one.until("A name")
    one.types(name)
    one.until("A PIN")
    one.types(pin)
    one.until(r"Send that\?")
    one.types(yes)
