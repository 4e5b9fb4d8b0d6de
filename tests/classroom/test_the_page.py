"""docs/hub.md followed in its order: each command as it stands there, for a small class.

What `./run` does before a command (its environment, the site, the proxy) the job did already.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from logging_in import log_in
from plain_seats import ROOT
from seat_rooms import left

from advices.classroom import FOLDER, read, stop
from advices.classroom.hub import files
from advices.classroom.rehearsing.browser import Browser
from advices.core import poll

pytestmark = [pytest.mark.classroom, pytest.mark.root]
SEATS = "2"
# Labs run with this, and a machine of CI has it for two.
DISK = ("--disk", "5G")
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)


def commands() -> list[str]:
    """Return what the page says to type to start a class, and afterwards, in its order."""
    page = (ROOT / "docs" / "hub.md").read_text("utf-8")
    section = page.partition("\n## Start a class\n")[2].partition("\n## ")[0]
    return [line for block in _BLOCK.findall(section) for line in block.splitlines()]


def words(line: str) -> list[str]:
    """Return a command of the page as the test runs it, for a class of two."""
    said = line.removeprefix("sudo ./run advices -- ").split()
    said = [SEATS if one.isdecimal() else one for one in said]
    disk = DISK if "prepare" in said else ()
    return [sys.executable, "-m", "advices", *said, *disk]


def types(line: str) -> str:
    """Run a command to its end; return all that it printed."""
    done = subprocess.run(
        words(line), cwd=ROOT, capture_output=True, text=True, check=False, timeout=900
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Traceback" not in said
    return said


@contextmanager
def in_a_terminal(line: str, log: Path) -> Iterator[Path]:
    """Let a command run meanwhile, and press Ctrl-C at the end."""
    with (
        log.open("w") as sink,
        subprocess.Popen(words(line), cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT) as process,
    ):
        try:
            for _ in poll(120, 0.2):
                if "brings it back" in log.read_text() or process.poll() is not None:
                    break
            assert process.poll() is None, log.read_text()
            yield log
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


class _Room:
    """What logging in needs of a class."""

    def __init__(self) -> None:
        self.origin = files.opened(FOLDER).address.origin
        self.codes = files.codes(FOLDER)


def test_a_stranger_follows_the_page(tmp_path: Path) -> None:
    assert read() is None, "a class is prepared on this machine: `advices class stop` first"
    if not (ROOT / "site" / "index.html").is_file():
        pytest.fail("there is no built site: `mkdocs build --strict` makes one")
    os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    whole, prepare, begin, code, rehearse, report, end = commands()
    # Its session runs the two that follow.
    assert whole == "sudo ./run class -- --seats 12"
    try:
        said = types(prepare)
        assert f"seats: {SEATS} wanted" in said
        assert len(re.findall(r"adv-seat-\d\d +\d+ +\S+ +answers", said)) == int(SEATS)
        with in_a_terminal(begin, tmp_path / "start.log") as log:
            room = _Room()
            printed = log.read_text()
            for told in (
                f"learners come here: {room.origin}",
                f"the code of the class: {room.codes.learners}",
                f"your code, which you keep to yourself: {room.codes.trainer}",
                f"{SEATS} seats; Ctrl-C ends the hub",
            ):
                assert told in printed
            assert room.codes.learners in types(code)
            # A real check of each, on engines that nobody else uses.
            said = types(rehearse)
            for step in ("log in", "open a kernel", "run a cell", "check an exercise"):
                assert re.search(rf"{step} +│ 2 of 2", said), said
            assert re.search(r"memory of a seat .* MB", said)
            asyncio.run(log_in(room, Browser(), "Ada"))
        assert "the learners' servers go on" in log.read_text()
        assert "Ada" in types(report)
        assert "removed account adv-seat-01" in types(end)
        assert left() == {}
    finally:
        stop()
