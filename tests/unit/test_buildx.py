"""Builds through buildx: the command line, and what a failed or hanging build means."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faulty_builds import FAULTY, RECORDED

from advices.core import errors
from advices.engine import buildx
from advices.engine.build_log import BuildLog
from advices.engine.buildx import BuildOrder, argv, build, explain

DATA = Path(__file__).parent / "data"
FIXED = ["docker", "buildx", "build", "--progress=rawjson", "--load", "--provenance=false"]
FakeDocker = Callable[[str], None]


def order(**settings: Any) -> BuildOrder:
    return BuildOrder(
        **{
            "dockerfile": Path("labs/x/good.Dockerfile"),
            "context": Path("labs/app"),
            "tag": "t:1",
            "bases": {},
            **settings,
        }
    )


@pytest.fixture
def fake_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDocker:
    """Return a function that makes a shell script the `docker` of this test."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def make(script: str) -> None:
        (folder / "docker").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "docker").chmod(0o755)

    return make


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, []),
        ({"bases": {"a:1": "x/a", "b": "y"}}, [
            "--build-context", "a:1=docker-image://x/a",
            "--build-context", "b=docker-image://y",
        ]),
        ({"run_id": "r1"}, ["--label", "io.docker-advices.run=r1"]),
        ({"labels": {"k": "v"}}, ["--label", "k=v"]),
        (
            {"labels": {"k": "v"}, "run_id": "r1"},
            ["--label", "k=v", "--label", "io.docker-advices.run=r1"],
        ),
        ({"target": "slim"}, ["--target", "slim"]),
        ({"no_cache": True}, ["--no-cache"]),
        ({"cache_namespace": "n"}, ["--build-arg", "BUILDKIT_CACHE_MOUNT_NS=n"]),
        ({"build_args": {"A": "1", "B": "x y"}}, ["--build-arg", "A=1", "--build-arg", "B=x y"]),
        (
            {"secrets": {"token": Path("/scratch/secret-token")}},
            ["--secret", "id=token,src=/scratch/secret-token"],
        ),
        (
            {"bases": {"a": "b"}, "run_id": "r", "target": "t", "no_cache": True,
             "cache_namespace": "n"},
            ["--build-context", "a=docker-image://b", "--label", "io.docker-advices.run=r",
             "--target", "t", "--no-cache", "--build-arg", "BUILDKIT_CACHE_MOUNT_NS=n"],
        ),
    ],
)  # fmt: skip
def test_the_command_line(settings: dict[str, Any], words: list[str]) -> None:
    named = ["--file", "labs/x/good.Dockerfile", "--tag", "t:1"]
    assert argv(order(**settings)) == [*FIXED, *named, *words, "labs/app"]


def test_another_stage_is_the_same_build_with_another_end() -> None:
    made = order(build_args={"A": "1"}, no_cache=True)
    assert argv(made.for_target("web")) == argv(
        order(build_args={"A": "1"}, no_cache=True, target="web")
    )
    assert made.target is None


def log(*lines: str, step: str = "", error: str = "", output: str = "") -> BuildLog:
    """Return the log of a build that failed: in a step, if one is given, with these last lines."""
    found = BuildLog()
    if step:
        found.feed(json.dumps({"vertexes": [{"digest": "d", "name": step, "error": error}]}))
        known = found.vertexes["d"]
        known.log = output.encode()
    for line in lines:
        found.feed(line + "\n")
    return found


NOT_COMPLETED = 'process "/bin/sh -c x" did not complete successfully: exit code: 1'


@pytest.mark.parametrize(
    ("failed", "cls", "says"),
    [
        (
            log(
                f"ERROR: failed to solve: {NOT_COMPLETED}",
                step="[3/4] RUN pip install nope",
                error=NOT_COMPLETED,
                output="Looking\nERROR: No matching distribution found for nope\n",
            ),
            errors.StepFailed,
            "[3/4] RUN pip install nope\nLooking\nERROR: No matching distribution found",
        ),
        # What a program in a step says of its own network is not the engine's end.
        (
            log(
                f"ERROR: failed to solve: {NOT_COMPLETED}",
                step="[3/4] RUN pip install x",
                error=NOT_COMPLETED,
                output="connection refused, unknown instruction\n",
            ),
            errors.StepFailed,
            "connection refused",
        ),
        (
            log("ERROR: failed to solve: write /var/lib/x: no space left on device"),
            errors.DiskFull,
            "no space left",
        ),
        (
            log(
                step="[2/2] COPY . .",
                error="failed to copy files: copy_file_range: No space left on device",
            ),
            errors.DiskFull,
            "no space left",
        ),
        (
            log("ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is …"),
            errors.EngineLost,
            "Cannot connect",
        ),
        (
            log("ERROR: failed to receive status: rpc error: code = Unavailable desc = error "
                "reading from server: EOF"),
            errors.EngineLost,
            "error reading from server",
        ),
        (
            log("ERROR: failed to solve: database not open"),
            errors.EngineLost,
            "database not open",
        ),
        (log("ERROR: something new"), errors.StepFailed, "something new"),
        (log(), errors.StepFailed, "the build failed"),
    ],
)  # fmt: skip
def test_what_a_failed_build_means(
    failed: BuildLog, cls: type[errors.AdvicesError], says: str
) -> None:
    found = explain("good.Dockerfile", failed)
    assert type(found) is cls
    assert found.what.startswith("good.Dockerfile")
    assert says in found.what
    assert found.why or found.next_step


@pytest.mark.parametrize("name", FAULTY)
def test_what_a_recorded_build_of_a_faulty_dockerfile_means(
    name: str, fake_docker: FakeDocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buildx, "answers", lambda: True)
    fake_docker(f"cat {RECORDED / name}.rawjson >&2; exit 1")
    with pytest.raises(errors.AdvicesError) as raised:
        build(order())
    FAULTY[name].check(raised.value)


def test_a_step_that_found_the_disk_full() -> None:
    failed = log(
        step="[3/4] RUN pip install x",
        error=NOT_COMPLETED,
        output="ERROR: Could not install packages: [Errno 28] No space left on device\n",
    )
    assert isinstance(explain("good.Dockerfile", failed), errors.DiskFull)


def test_a_long_complaint_is_told_by_its_end() -> None:
    found = explain("d", log(*[f"ERROR: line {n}" for n in range(50)]))
    assert found.what.count("ERROR") == 6
    assert found.what.endswith("line 49")


def test_a_build_is_read_from_what_docker_prints(fake_docker: FakeDocker) -> None:
    fake_docker(f'echo "not read"; cat {DATA}/build.rawjson >&2')
    heard: list[str] = []
    built = build(order(), on_step=heard.append)
    assert [step.name.split()[0] for step in built.steps] == ["COPY", "RUN"]
    assert built.seconds > 0
    assert heard[-1] == "[3/4] RUN python -c \"print('hi')\""


def test_the_words_reach_docker_as_they_are(fake_docker: FakeDocker, tmp_path: Path) -> None:
    fake_docker(f'for word; do echo "$word"; done > {tmp_path}/words')
    wanted = order(tag="a b;$(c)", bases={"x": "y"})
    build(wanted)
    assert (tmp_path / "words").read_text().splitlines() == argv(wanted)[1:]


def test_a_failed_build_is_explained(fake_docker: FakeDocker) -> None:
    fake_docker("echo 'ERROR: failed to solve: dockerfile parse error on line 3' >&2; exit 1")
    with pytest.raises(errors.DockerfileInvalid, match=r"good\.Dockerfile .*\n.*on line 3"):
        build(order())


@pytest.mark.parametrize(("there", "cls"), [(True, errors.StepFailed), (False, errors.EngineLost)])
def test_no_step_is_blamed_when_the_engine_is_gone(
    there: bool,
    cls: type[errors.AdvicesError],
    fake_docker: FakeDocker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(buildx, "answers", lambda: there)
    fake_docker("echo 'ERROR: failed to solve: words that nobody knows' >&2; exit 1")
    with pytest.raises(cls, match=r"(?s)good\.Dockerfile: the .*words that nobody knows"):
        build(order())


def test_a_build_that_hangs_is_ended(fake_docker: FakeDocker) -> None:
    fake_docker("exec sleep 600")
    with pytest.raises(errors.BuildHung, match="it was in: no step"):
        build(order(timeout_seconds=0.01))


def test_a_build_that_hangs_names_its_step_and_leaves_no_process(
    fake_docker: FakeDocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = {"vertexes": [{"digest": "d", "name": "[2/2] RUN sleep", "started": "2026-01-02"}]}
    (tmp_path / "begun").write_text(json.dumps(begun) + "\n")
    fake_docker(f"echo $$ > {tmp_path}/pid; cat {tmp_path}/begun >&2; exec sleep 600")

    class Timer:
        """A timer that runs out as soon as a step has begun."""

        def __init__(self, _: float, run_out: Callable[[], None]) -> None:
            timers.append(run_out)

        def start(self) -> None: ...
        def cancel(self) -> None: ...

    timers: list[Callable[[], None]] = []
    monkeypatch.setattr("advices.core.process.threading.Timer", Timer)
    with pytest.raises(errors.BuildHung, match=r"within 7 s; it was in: \[2/2\] RUN sleep"):
        build(order(timeout_seconds=7), on_step=lambda _: timers[0]())
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_an_interrupted_build_is_ended(fake_docker: FakeDocker, tmp_path: Path) -> None:
    fake_docker(f"echo $$ > {tmp_path}/pid; echo ready >&2; exec sleep 600")

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        buildx.stream_stderr(argv(order()), interrupt, timeout_seconds=60)
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_build_that_will_not_end_is_killed(
    interrupted: bool, fake_docker: FakeDocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advices.core.process.GRACE_SECONDS", 0.05)
    fake_docker(
        f"trap '' TERM; echo $$ > {tmp_path}/pid; echo ready >&2; while :; do sleep 0.1; done"
    )

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt if interrupted else TimeoutError):
        buildx.stream_stderr(
            argv(order()),
            interrupt if interrupted else str,
            timeout_seconds=60 if interrupted else 2,
        )
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_without_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.CommandFailed, match="`docker` is not installed"):
        build(order())
