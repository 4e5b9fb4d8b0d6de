"""The index that the shelf is: pip may keep what it got from it, as it may from PyPI."""

from __future__ import annotations

import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from advices.core import poll
from advices.engine.pip_log import Downloads, PipLog

PROGRAM = Path(__file__).parents[2] / "src/advices/packages/served/shelf_index.py"
METADATA = "Metadata-Version: 2.1\nName: made-up\nVersion: 1\n"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """Return the address of an index with one small package."""
    project = tmp_path / "served" / "index" / "made-up"
    project.mkdir(parents=True)
    with zipfile.ZipFile(project / "made_up-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("made_up-1.dist-info/METADATA", METADATA)
        wheel.writestr("made_up-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("made_up-1.dist-info/RECORD", "")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    argv = [sys.executable, "-c", PROGRAM.read_text("utf-8"), str(port), str(tmp_path / "served")]
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as server:
        for _ in poll(20, 0.05):
            with socket.socket() as caller:
                if caller.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield f"http://127.0.0.1:{port}/index/"
        server.terminate()


def test_pip_downloads_a_file_once(index: str, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "pip", "--isolated", "download", "--no-deps", "made-up"]
    # As the settings for builds say: over plain HTTP, pip keeps files of a trusted host only.
    argv += ["--index-url", index, "--trusted-host", "127.0.0.1"]
    argv += ["--cache-dir", str(tmp_path / "cache")]
    found = []
    for number in range(2):
        done = subprocess.run(
            [*argv, "--dest", str(tmp_path / f"got-{number}")], check=True, capture_output=True
        )
        log = PipLog()
        log.feed(done.stdout)
        found.append(log.downloads())
    assert [one.files for one in found] == [1, 0]
    assert found[1] == Downloads()
