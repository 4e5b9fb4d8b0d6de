"""The engine is killed in the middle of a run, in each of its phases, on an engine of its own."""

from __future__ import annotations

import fcntl
import select
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from engine_project import Project, message, tiny_project
from processes import end, named, processes, wait
from second_engine import SecondEngine, running

from advices.core import EngineLost
from advices.engine import RUN_LABEL

pytestmark = [pytest.mark.engine, pytest.mark.root]

# No test of another file waits for processes of these numbers.
BUILDS = "FROM python:3.14-slim\nRUN --network=none sleep 7331\n"
STARTS = 'FROM python:3.14-slim\nCMD ["sleep", "7332"]\n'
SAVES = "FROM python:3.14-slim\nRUN --network=none head -c 200000000 /dev/urandom > /big\n"
SCANS = """\
probes = ["web-scan"]

[scan]
scanners = ["zap"]
"""
HANG = "<!-- zap-stub: hang -->\n"


@dataclass
class Fragile:
    """A project with a committed result, and the engine that it was measured on."""

    project: Project
    engine: SecondEngine


@pytest.fixture(scope="module")
def fragile(
    tmp_path_factory: pytest.TempPathFactory, slim_stand_in: str, zap_stub: str
) -> Iterator[Fragile]:
    """Return one engine for all tests of this file: each brings it back when it has killed it."""
    made = tmp_path_factory.mktemp("fragile")
    project = tiny_project(made)
    project.know_scanners(zap_stub)
    with running(made / "data", slim_stand_in, zap_stub) as engine:
        project.env, project.inside = engine.environment(project.env), engine.inside
        code, output = project.advices("run", "--samples", "1")
        assert code == 0, output
        assert engine.run_ids() == set()
        assert len(project.kept()) == 5, "result, schema, picture, page and history"
        yield Fragile(project, engine)


def test_the_engine_is_killed_while_an_image_is_built(fragile: Fragile) -> None:
    # Alone: else the variant beside it may be the first to miss the engine.
    notebook = fragile.project.read("notebooks/tiny.ipynb")
    both, alone = r"lab.measure(\"bad\", \"good\")", r"lab.measure(\"bad\")\nlab.measure(\"good\")"
    assert both in notebook
    files = {
        "labs/tiny/bad.Dockerfile": BUILDS,
        "notebooks/tiny.ipynb": notebook.replace(both, alone),
    }
    try:
        output = killed(fragile, files, lambda: named("sleep 7331"))
    finally:
        end("sleep 7331")
    assert "bad.Dockerfile: the engine went away during the build" in output


def test_the_engine_is_killed_while_a_container_starts(fragile: Fragile) -> None:
    output = killed(fragile, {"labs/tiny/bad.Dockerfile": STARTS}, lambda: named("sleep 7332"))
    assert "tiny bad: start, sample 1" in output


def test_the_engine_is_killed_while_a_scanner_works(fragile: Fragile) -> None:
    lab = fragile.project.read("labs/tiny/lab.toml").replace("[serve]", f"{SCANS}\n[serve]", 1)
    files = {"labs/tiny/lab.toml": lab, "labs/site/index.html": HANG}
    # In this engine: other tests scan at the same time, and a process does not say in which.
    listed = ["docker", "-H", fragile.engine.address, "ps", "--no-trunc", "--format={{.Command}}"]
    output = killed(
        fragile,
        files,
        lambda: (
            "-autorun" in subprocess.run(listed, check=True, capture_output=True, text=True).stdout
        ),
    )
    assert "zap: scanning http://site:8000/" in output


def test_the_engine_is_killed_while_an_image_is_saved(fragile: Fragile) -> None:
    # Heard as it happens: asked for again and again, it would be known when all is saved.
    # A base is read too, before the run has anything in the engine: the run's own image counts.
    ours = ["--filter=event=save", f"--filter=label={RUN_LABEL}"]
    words = ["docker", "-H", fragile.engine.address, "events", *ours]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as events:
        try:
            output = killed(
                fragile,
                {"labs/tiny/bad.Dockerfile": SAVES},
                lambda: select.select([events.stdout], [], [], 0)[0],
            )
        finally:
            events.kill()
    assert "tiny bad: cold, sample 1" in output
    assert "tiny bad: start" not in output


def killed(fragile: Fragile, files: dict[str, str], in_the_phase: Callable[[], object]) -> str:
    """Run the changed lab, kill the engine as soon as it is in a phase, return the run's output.

    Nothing committed changed, nothing is left behind on the host, and the next run removes what is
    left in the engine, though the lab is as it was and need not be measured.
    """
    project, engine = fragile.project, fragile.engine
    before = project.kept()
    original = {name: project.read(name) for name in files}
    for name, text in files.items():
        project.write(name, text)
    process = project.start("run", "--samples", "1")
    try:
        wait(lambda: in_the_phase() or process.poll() is not None)
        assert process.poll() is None, process.communicate()[0]
        engine.kill()
        output, _ = process.communicate(timeout=60)
        assert process.returncode == EngineLost.exit_code == 12, output
        message(output)
        assert left_on_the_host(project) == []
        assert project.kept() == before
    finally:
        process.kill()
        engine.kill_containers()
        for name, text in original.items():
            project.write(name, text)
        engine.start()
    assert engine.run_ids() != set()
    code, output_after = project.advices("run", "--samples", "1")
    assert code == 0, output_after
    assert output_after.startswith("tiny: unchanged since ")
    assert engine.run_ids() == set()
    assert project.kept() == before
    return output


def left_on_the_host(project: Project) -> list[str]:
    """Return files, processes and locks that a run has left. Whoever it started has its state."""
    state = project.env["XDG_STATE_HOME"]
    ours = [one.command for one in processes() if f"XDG_STATE_HOME={state}" in one.environment]
    held = []
    for lock in Path(state).rglob("*.lock"):
        with lock.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.append(str(lock))
    return project.leftovers() + ours + held
