"""Seats without an engine: numbers of accounts that own a folder each. What is tried is the hub.

A seat here has no network and no disk; its address is one more of this machine itself. What a real
one keeps apart is tried in the tests of seats.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from certificates import Files

from advices.classroom import Classroom, Limits, Seat
from advices.classroom.hub import files, start
from advices.classroom.hub.address import address
from advices.classroom.sending.destination import Destination

ROOT = Path(__file__).parents[2]
FIRST_UID = 64_100
HOST = "class.localhost"

# More settings, as a trainer's own file: what leads into a seat, and what resets one.
EXTRA = """
import sys

def inside(room, seat, argv):
    # Whatever folders the project and its Python are below, the account may read them.
    caps = ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
    as_account = ["setpriv", f"--reuid={seat.uid}", f"--regid={seat.uid}", "--clear-groups", *caps]
    return [*as_account, "--", "env", f"--chdir={seat.home}", *argv]

c.SeatSpawner.inside = inside
c.SeatSpawner.ensure = lambda room, seat: None
(board, *_) = c.JupyterHub.services
board["command"] = [sys.executable, "%(service)s", "%(resets)s"]
"""
SERVICE = """
import sys
from pathlib import Path
from advices.classroom.board import __main__ as board
resets = Path(sys.argv.pop())
board.reset = lambda room, seat: resets.open("a").write(seat.name + "\\n")
board.main()
"""


def prepared(folder: Path, count: int, project: Path = ROOT) -> Classroom:
    """Write a class with plain seats into a folder."""
    seats = []
    for number in range(1, count + 1):
        uid, home = FIRST_UID + number, folder / f"home{number}"
        (home / "run").mkdir(parents=True)
        for place in (home, home / "run"):
            os.chown(place, uid, uid)
            place.chmod(0o700)
        seats.append(
            Seat(
                name=f"adv-seat-{number:02}",
                number=number,
                account=f"adv-seat-{number:02}",
                uid=uid,
                home=home,
                runtime=home / "run",
                address=f"127.0.77.{number}",
                gateway="127.0.0.1",
                network="",
            )
        )
    limits = Limits(memory_bytes=1, disk_bytes=1, processes=1, cpus=1.0)
    room = Classroom(id="abcd1234", seats=tuple(seats), limits=limits, project=project)
    (folder / "class.json").write_text(room.model_dump_json())
    folder.chmod(0o711)
    return room


def how(
    folder: Path,
    xapi: Destination | None = None,
    trusted: Files | None = None,
    settings: Callable[[str], str] = lambda _origin: "",
) -> files.Opened:
    """Return how the class is served, at ports that are free now; `xapi` is where it sends to.

    With a certificate it is served by https. `settings` are more of the trainer's, for its origin.
    """
    (folder / "service.py").write_text(SERVICE)
    extra = folder / "extra.py"
    about = {"service": folder / "service.py", "resets": folder / "resets"}
    public, hub, api, board = free_ports(4)
    at = address(f"http://{HOST}:{public}")
    if trusted is not None:
        at = address(f"https://{HOST}:{public}", trusted.certificate, trusted.key)
    inner = (api, board)
    extra.write_text(EXTRA % about + settings(at.origin))
    extra.chmod(0o600)
    return start.how_opened(at, ROOT, extra=extra, hub_port=hub, inner_ports=inner, xapi=xapi)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens at."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@contextmanager
def a_class(
    folder: Path,
    count: int = 3,
    xapi: Destination | None = None,
    trusted: Files | None = None,
    settings: Callable[[str], str] = lambda _origin: "",
):
    """Run a class; end the learners' servers behind it too."""
    room = prepared(folder, count)
    opened = how(folder, xapi, trusted, settings)
    os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    try:
        with start.running(folder, opened) as hub:
            yield Class(folder, room, opened, hub)
    finally:
        start.end(folder)
        for seat in room.seats:
            end_all_of(seat.uid)


def end_all_of(uid: int) -> None:
    """End what runs under a number that only these tests use."""
    assert FIRST_UID < uid < FIRST_UID + 100
    for process, owner, _ in processes():
        if owner == uid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process.name), 9)


def processes():
    """Yield the folder, the account's number and the command line of each process that is there."""
    for folder in Path("/proc").glob("[0-9]*"):
        # It may end while it is looked at.
        with contextlib.suppress(OSError):
            yield folder, folder.stat().st_uid, (folder / "cmdline").read_bytes()


class Class:
    """A class that runs."""

    def __init__(self, folder, room, opened, hub) -> None:
        self.folder, self.room, self.opened, self.hub = folder, room, opened, hub
        self.origin = opened.address.origin
        self.codes = files.codes(folder)

    @property
    def board(self) -> str:
        return f"{self.opened.address.below('trainer')}/services/class/"

    def base(self, number: int) -> str:
        seat = f"adv-seat-{number:02}"
        return f"{self.opened.address.below(seat)}/user/{seat}/"

    def server(self, number: int) -> Path:
        """Return the folder of the process that is the server of a seat."""
        (only,) = self.servers(number)
        return only

    def servers(self, number: int) -> list[Path]:
        """Return the folders of the processes that are servers of a seat."""
        return [
            process
            for process, uid, words in processes()
            if uid == FIRST_UID + number and b"jupyterhub.singleuser" in words
        ]

    def token(self, number: int) -> str:
        """Return the token of a seat's server, as root can read it."""
        said = (self.server(number) / "environ").read_bytes().decode().split("\0")
        return dict(one.partition("=")[::2] for one in said)["JUPYTERHUB_API_TOKEN"]


def as_json(text: str) -> dict:
    return json.loads(text or "{}")
