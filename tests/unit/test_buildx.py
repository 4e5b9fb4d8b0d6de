"""Builds through buildx: the command line, what is read of it, and how a build is ended."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faulty_builds import RECORDED
from scripted_docker import FakeDocker, fake_docker, hands_over, order

from advices.core import BuildHung, GivenUp, clock, errors, that_can_be_given_up
from advices.engine import buildx
from advices.engine.buildx import argv, build

__all__ = ["fake_docker"]

DATA = Path(__file__).parent / "data"
FIXED = ["docker", "buildx", "build", "--progress=rawjson", "--load", "--provenance=false"]


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


def test_a_build_has_the_contexts_own_builder_and_the_engines_own_platform(
    fake_docker: FakeDocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUILDX_BUILDER", "of-another-project")
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/riscv64")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    fake_docker(hands_over(tmp_path))
    build(order(dockerfile=RECORDED.parents[3] / "labs/build-cache/good.Dockerfile"))
    env = (tmp_path / "env").read_text().splitlines()
    assert {"BUILDX_BUILDER=default", "DOCKER_DEFAULT_PLATFORM="} <= {*env}


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


def test_a_build_that_hangs_is_ended(fake_docker: FakeDocker) -> None:
    fake_docker("exec sleep 600")
    with pytest.raises(BuildHung, match="the running step was: no step"):
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
    with pytest.raises(BuildHung, match=r"within 7 s; the running step was: \[2/2\] RUN sleep"):
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


@pytest.mark.parametrize(
    "script",
    [
        # It starts another program as it hears that it shall end, or ends before what it started.
        "trap 'sleep 600 & echo $! > {pid}' TERM; echo ready >&2; while :; do sleep 0.1; done",
        "sleep 600 & echo $! > {pid}; echo ready >&2; wait",
    ],
)
def test_what_an_ended_build_leaves_keeps_nobody_waiting(
    script: str, fake_docker: FakeDocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advices.core.process.GRACE_SECONDS", 1)
    fake_docker(script.format(pid=tmp_path / "pid"))

    def build_on() -> None:
        with that_can_be_given_up() as give_up:
            buildx.stream_stderr(argv(order()), lambda _: give_up(), timeout_seconds=60)

    began = clock()
    with pytest.raises(GivenUp):
        build_on()
    assert clock() - began < 30
    left = Path("/proc", (tmp_path / "pid").read_text().strip(), "cmdline")
    assert not left.exists() or not left.read_text()


def test_without_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.CommandFailed, match="`docker` is not installed"):
        build(order())


def says(name: str, *, ends: bool = False, prints: str = "") -> str:
    """Return what a `docker` does to tell of a step."""
    times = {"started": "2026-01-02T03:04:05.5Z"} | (
        {"completed": "2026-01-02T03:04:06.5Z"} if ends else {}
    )
    record: dict[str, Any] = {"vertexes": [{"digest": name, "name": name, **times}]}
    if prints:
        data = base64.b64encode(prints.encode()).decode()
        record["logs"] = [{"vertex": name, "data": data}]
    return f"echo '{json.dumps(record)}' >&2\n"


COPIES = says("[1/3] COPY . .", ends=True)
INSTALLS = says("[2/3] RUN pip install x", prints="Collecting x")


def test_a_build_that_runs_more_steps_than_enough_is_ended(
    fake_docker: FakeDocker, tmp_path: Path
) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM a\n")
    fake_docker(f"{COPIES}{INSTALLS}exec sleep 600")
    built = build(order(dockerfile=file, enough_steps=1))
    assert built.is_unfinished
    assert [step.name for step in built.steps] == ["COPY . .", "RUN pip install x"]
    assert built.seconds < 60


@pytest.mark.parametrize("enough", [None, 2])
def test_a_build_that_runs_no_more_steps_than_enough_ends_by_itself(
    enough: int | None, fake_docker: FakeDocker, tmp_path: Path
) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM a\n")
    fake_docker(COPIES + INSTALLS)
    assert not build(order(dockerfile=file, enough_steps=enough)).is_unfinished


def test_a_build_that_is_given_up_before_it_ran_enough_is_given_up(
    fake_docker: FakeDocker, tmp_path: Path
) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM a\n")
    fake_docker(f"{COPIES}exec sleep 600")
    with pytest.raises(GivenUp), that_can_be_given_up() as give_up:
        build(order(dockerfile=file, enough_steps=1), on_step=lambda _: give_up())
