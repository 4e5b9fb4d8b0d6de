"""A command that a server runs beside itself: it ends with the server, however that ended."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import wait

from advices.cli.app import BESIDE
from advices.cli.display import Display
from advices.core import Instruction

COMMAND = """
import os, sys, time
from pathlib import Path
from advices.cli import main
from advices.cli.app import app

@app.command()
def wait(file: Path) -> None:
    file.write_text("began")
    try:
        time.sleep(600)
    finally:
        file.write_text("cleaned up")

sys.argv = ["advices", "wait", sys.argv[1]]
main()
"""
SERVER = """
import sys
from advices.core import stream_stderr
words = [sys.executable, "-c", sys.argv[1], sys.argv[2]]
stream_stderr(words, print, timeout_seconds=600, beside=True)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_cleans_up_when_its_server_is_killed(number: signal.Signals, tmp_path: Path) -> None:
    file = tmp_path / "file"
    with subprocess.Popen([sys.executable, "-c", SERVER, COMMAND, str(file)]) as server:
        wait(file.is_file)
        wait(lambda: file.read_text() == "began")
        server.send_signal(number)
        server.wait(60)
        wait(lambda: file.read_text() == "cleaned up")


def test_it_tells_each_instruction(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    event = Instruction("audit", "yours", "RUN pip install")
    BESIDE.set()
    try:
        Display(Console(width=80))(event)
    finally:
        BESIDE.clear()
    assert capsys.readouterr().out == "audit yours: RUN pip install\n"
    Display(Console(width=80))(event)
    assert capsys.readouterr().out == ""
