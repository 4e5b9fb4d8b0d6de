"""Foreseeable faults: one clear message, an exit code of its own, nothing left behind."""

from __future__ import annotations

import contextlib
import mmap
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine_project import GOOD, Project, message
from processes import end, named, wait
from second_engine import SecondEngine

pytestmark = pytest.mark.engine

SLEEPS = "FROM python:3.14-slim\nRUN --network=none sleep 7321\n"
FILLS = "FROM python:3.14-slim\nRUN --network=none head -c 900000000 /dev/urandom > /big\n"
PAGE = mmap.PAGESIZE
SILENT = 'FROM python:3.14-slim\nCMD ["sleep", "7321"]\n'


def clean(project: Project) -> None:
    """Assert that nothing of any run is left, in the engine or on the host."""
    assert project.leftovers() == []
    assert project.run_ids() == set()


@pytest.mark.parametrize(
    ("dockerfile", "exit_code", "says"),
    [
        ("FROM python:3.14-slim\nCOPPY . /srv\n", 14, "unknown instruction: COPPY"),
        (
            "FROM python:3.14-slim\nRUN echo the reason; exit 3\n",
            15,
            "RUN echo the reason; exit 3\nthe reason",
        ),
        (
            'FROM python:3.14-slim\nCMD ["python", "-c", "print(\'the end\')"]\n',
            16,
            "before it answered. Its last lines:\nthe end",
        ),
        ("FROM nobody/knows:1\n", 20, "`FROM nobody/knows:1`"),
    ],
    ids=["syntax", "failing-run", "app-ends", "no-base"],
)
def test_a_faulty_dockerfile(tiny: Project, dockerfile: str, exit_code: int, says: str) -> None:
    """One a code: test_faulty_builds and test_startup try the others without a whole run."""
    tiny.write("labs/tiny/good.Dockerfile", dockerfile)
    code, output = tiny.advices("run", "--samples", "1")
    assert code == exit_code, output
    assert says in output
    message(output)
    clean(tiny)


def test_a_build_that_hangs_is_ended(tiny: Project) -> None:
    tiny.write("labs/tiny/bad.Dockerfile", SLEEPS)
    lab = tiny.read("labs/tiny/lab.toml")
    tiny.write("labs/tiny/lab.toml", f"build_timeout_seconds = 8\n{lab}")
    code, output = tiny.advices("run", "--samples", "1")
    assert code == 25, output
    assert "sleep 7321" in output
    message(output)
    clean(tiny)


def test_no_engine(tiny: Project) -> None:
    tiny.env["DOCKER_HOST"] = "unix:///run/no-such-engine.sock"
    for words in (["run"], ["check"], ["engine", "start"]):
        tiny.write("docs/results/tiny.json", "{}") if words == ["check"] else None
        code, output = tiny.advices(*words)
        assert code == (17 if words == ["check"] else 11), output
        message(output)
    code, output = tiny.advices("doctor")
    assert code == 1
    assert "no Docker engine answers at unix:///run/no-such-engine.sock" in output
    assert "fix: start that engine, or unset DOCKER_HOST" in output


def test_a_corrupt_result_stops_a_check_before_it_measures(tiny: Project) -> None:
    tiny.write("docs/results/tiny.json", '{"schema_version": 1, "slug"')
    code, output = tiny.advices("check", "--quick")
    assert code == 17, output
    assert "tiny.json is damaged" in output
    assert "cold, sample" not in output
    message(output)


def test_too_little_room_is_said_before_anything_is_built(tiny: Project) -> None:
    lab = tiny.read("labs/tiny/lab.toml")
    tiny.write("labs/tiny/lab.toml", lab.replace("1_000_000", "1_000_000_000_000_000"))
    code, output = tiny.advices("run", "--samples", "1")
    assert code == 13, output
    assert "cold, sample" not in output
    message(output)
    clean(tiny)


@pytest.mark.root
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_leaves_nothing(tiny: Project, sent: signal.Signals) -> None:
    tiny.write("labs/tiny/good.Dockerfile", SLEEPS)
    process = tiny.start("run", "--samples", "1")
    wait(lambda: named("sleep 7321"))
    process.send_signal(sent)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    assert "interrupted" in output
    assert "Traceback" not in output
    wait(lambda: not named("sleep 7321"))
    clean(tiny)


@pytest.mark.root
def test_an_interrupted_container_leaves_nothing(tiny: Project) -> None:
    tiny.write("labs/tiny/good.Dockerfile", SILENT)
    process = tiny.start("run", "--samples", "1")
    wait(lambda: named("sleep 7321"))
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    clean(tiny)
    assert not named("sleep 7321")


@pytest.mark.root
@pytest.mark.parametrize(
    ("dockerfile", "after"),
    [(SLEEPS, ("run", "--samples", "1")), (SILENT, ("clean",))],
    ids=["in-a-build", "in-a-container"],
)
def test_what_a_killed_run_left_is_gone_after_the_next_start(
    tiny: Project, dockerfile: str, after: tuple[str, ...]
) -> None:
    tiny.write("labs/tiny/good.Dockerfile", dockerfile)
    process = tiny.start("run", "--samples", "1")
    wait(lambda: named("sleep 7321"))
    process.kill()
    process.communicate(timeout=60)
    assert tiny.leftovers() != []
    assert tiny.run_ids() != set()
    # The kernel notices within a second or so that its parent is gone, and ends.
    wait(lambda: not named("ipykernel_launcher", tiny.root))
    tiny.write("labs/tiny/good.Dockerfile", GOOD)
    code, output = tiny.advices(*after)
    assert code == 0, output
    clean(tiny)
    end("sleep 7321")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder with room for the base and little more."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=500m", "tmpfs", folder], check=True)
    yield folder
    if folder.is_mount():
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.root
def test_the_disk_fills_up_during_a_build(
    tiny: Project, small_disk: Path, second_engine: Callable[[Path], SecondEngine]
) -> None:
    engine = second_engine(small_disk)
    tiny.write("labs/tiny/bad.Dockerfile", FILLS)
    # Nothing is installed: what somebody prefetched for another engine must not count.
    tiny.env = {**engine.environment(tiny.env), "ADVICES_INDEX_WAY": "direct"}
    code, output = tiny.advices("run", "--samples", "1")
    assert code == 13, output
    assert "no space left" in output
    message(output)
    assert tiny.leftovers() == []
    assert tiny.run_ids() == set(), "nothing of it went to the other engine"


@pytest.mark.root
def test_the_disk_fills_up_while_results_are_written(measured: Project) -> None:
    before = measured.kept()
    pages = {file.name: -(-len(content) // PAGE) for file, content in before.items()}
    there = sum(pages.values())
    # Room beside the old files for what is written before the history, and for all but a page.
    above = there - pages["tiny.jsonl"] - pages["tiny.json"]
    for more, says in ((above, "tiny.jsonl"), (there - 1, "tiny.json")):
        with disk_of(measured.root / "docs", (there + more) * PAGE, before):
            code, output = measured.advices("run", "--samples", "1", "--force")
            assert code == 13, output
            assert f"error: {says} could not be written: No space left on device" in output
            message(output)
            assert measured.kept() == before
            clean(measured)


@contextlib.contextmanager
def disk_of(folder: Path, size_bytes: int, files: dict[Path, bytes]) -> Iterator[None]:
    """Let a folder stand on a small disk of its own, with the files that it holds."""
    size = f"size={size_bytes}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)
    try:
        for file, content in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)
