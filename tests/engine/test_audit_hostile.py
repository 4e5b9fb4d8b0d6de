"""An audit of projects that mean harm, and one that is ended: nothing stays, nothing is written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engine_project import ROOT
from processes import named, wait

from advices import audit
from advices.audit.reading.found import PRINTED_BYTES
from advices.core import Layout
from advices.engine import connect
from advices.runs import lifecycle, own_run
from advices.workshop import Workshop

pytestmark = pytest.mark.engine


class Audited:
    """A project to audit by the command, with a state folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.state = folder / "state" / "docker-advices"
        self.env = dict(os.environ)
        self.root.mkdir()
        (self.root / "app.py").write_text("print('hello')\n")

    def builds(self, run: str) -> None:
        """Let its Dockerfile run something."""
        text = f"FROM python:3.14-slim\nCOPY app.py /\n{run}CMD python /app.py\n"
        (self.root / "Dockerfile").write_text(text)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the audit, which would write what it found."""
        argv = [sys.executable, "-m", "advices", "audit", str(self.root), "--fix", *words]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(argv, text=True, env=self.env, **streams)

    def ended(self, *words: str, **env: str) -> tuple[int, str]:
        """Return the exit code of the audit and what it said of a fault."""
        self.env |= env
        with self.start(*words) as process:
            _, said = process.communicate(timeout=300)
        return process.returncode, said[said.index("error: ") :]

    def has_left(self) -> list[str]:
        """Return its runs of which something is left: a folder, or what the engine has of them."""
        mine = lifecycle._owner()
        runs = [one.name for one in (self.state / "runs").glob("*")]
        return runs + [one for one in connect().run_ids() if one.startswith(mine)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Audited]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Audited(tmp_path)
    yield made
    assert made.has_left() == []
    assert {one.name for one in made.root.iterdir()} == {"app.py", "Dockerfile"}


def test_a_build_that_never_ends_and_prints_without_end_is_ended(project: Audited) -> None:
    project.builds("RUN --network=none yes\n")
    code, said = project.ended("--build-minutes", "0.1")
    assert code == 25
    assert "the build did not end within 6 s; the running step was: [2/3] RUN" in said
    assert "--build-minutes" in said


def test_a_build_that_fills_the_disk_is_ended(project: Audited) -> None:
    project.builds("RUN --network=none cat /dev/zero >/big\n")
    code, said = project.ended(ADVICES_BUILD_DISK_MB="300")
    assert code == 55
    assert "the engine's disk had 300 MB less than at its beginning" in said
    assert "ADVICES_BUILD_DISK_MB" in said


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)]
)
def test_an_audit_that_is_ended_leaves_nothing(
    number: signal.Signals, code: int, project: Audited
) -> None:
    sleeper = f"sleep 9{os.getpid():06}"
    project.builds(f"RUN --network=none {sleeper}\n")
    text = (project.root / "Dockerfile").read_text()
    with project.start() as process:
        wait(lambda: named(sleeper))
        assert project.has_left()
        process.send_signal(number)
        _, said = process.communicate(timeout=120)
    assert process.returncode == code
    assert "Traceback" not in said
    # Of one that was killed another process removes what is left.
    wait(lambda: not project.has_left() and not named(sleeper))
    assert (project.root / "Dockerfile").read_text() == text


def test_what_a_container_prints_without_end_fills_no_disk(project: Audited) -> None:
    """Its program prints as fast as it can, and never answers."""
    engine = connect()
    project.builds("")
    read = audit.read_project(project.root, audit.Asked())
    with own_run(engine, guarded=True) as run:
        base = Workshop(Layout(ROOT), print).bases.resolve(["python:3.14-slim"])["python:3.14-slim"]
        how = replace(read.how, command=("yes", "x" * 999))
        container = engine.start(base.image, run_id=run.id, how=how)
        (log,) = _inspected(container.id, "{{.LogPath}}")
        wait(lambda: Path(f"{log}.1").exists())
        sizes = [one.stat().st_size for one in Path(log).parent.glob("*-json.log*")]
        assert sum(sizes) <= 1.1 * PRINTED_BYTES
        assert engine.last_lines(container, 1).startswith("xxx")
        engine.remove_container(container)


def _inspected(container: str, wanted: str) -> list[str]:
    argv = ["docker", "inspect", "--format", wanted, container]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
