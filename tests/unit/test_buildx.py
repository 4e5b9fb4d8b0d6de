"""Builds through buildx: the command line, and what a failed or hanging build means."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faulty_builds import FAULTY, LATER, RECORDED

from advices.core import (
    BuilderUnusable,
    BuildHung,
    DockerfileInvalid,
    FrontendTooOld,
    GivenUp,
    RegistrySilent,
    StepFailed,
    errors,
    that_can_be_given_up,
)
from advices.engine import buildx
from advices.engine.build_faults import explain
from advices.engine.build_log import BuildLog
from advices.engine.buildx import BuildOrder, argv, build
from advices.engine.frontends import Frontends

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
            StepFailed,
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
            StepFailed,
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
        # Without a failed step, and without a line of the Dockerfile, it is the builder's.
        (log("ERROR: something new"), BuilderUnusable, "something new"),
        (log(), BuilderUnusable, "the builder failed"),
        (
            log('ERROR: failed to solve: target stage "web" could not be found'),
            DockerfileInvalid,
            'target stage "web"',
        ),
        (
            log("docker: 'buildx' is not a docker command."),
            BuilderUnusable,
            "'buildx' is not a docker command",
        ),
        (
            log('ERROR: no builder "mine" found'),
            BuilderUnusable,
            'no builder "mine" found',
        ),
        (
            log(
                "ERROR: failed to solve: failed to export image: rpc error: code = Unknown",
                step="exporting to image",
                error="failed to export image: rpc error: code = Unknown",
            ),
            BuilderUnusable,
            "failed to export image",
        ),
        (
            log(step="[1/2] FROM docker.io/library/a:1", error="failed to get layer sha256:aa"),
            BuilderUnusable,
            "failed to get layer",
        ),
        (
            log(step="[2/2] COPY . .", error="failed to prepare aa as bb: mount: invalid argument"),
            BuilderUnusable,
            "failed to prepare",
        ),
        (
            log(
                "ERROR: failed to solve: process x did not complete successfully: exit code: 1",
                step="[2/2] RUN id",
                error=NOT_COMPLETED,
                output="runc run failed: unable to start container process: error during container "
                'init: error mounting "cgroup" to rootfs at "/sys/fs/cgroup": operation not '
                "permitted\n",
            ),
            BuilderUnusable,
            "could not start a step: [2/2] RUN id",
        ),
        # A program or a user that the image lacks is the Dockerfile's.
        (
            log(
                step="[2/2] RUN [nope]",
                error=NOT_COMPLETED,
                output='runc run failed: unable to start container process: exec: "nope": '
                "executable file not found in $PATH\n",
            ),
            StepFailed,
            'exec: "nope"',
        ),
        (
            log(
                "good.Dockerfile:2",
                "--------------------",
                "   2 | >>> EXPOSE abc",
                "--------------------",
                "ERROR: failed to solve: Invalid containerPort: abc",
            ),
            DockerfileInvalid,
            "line 2: Invalid containerPort: abc",
        ),
        (
            log(
                "ERROR: failed to solve: failed to resolve source metadata for docker.io/x/y:1: "
                'failed to do request: Head "https://a/v2/": dial tcp: lookup a: no such host',
                step="resolve image config for docker-image://docker.io/x/y:1",
                error='failed to do request: Head "https://a/v2/": dial tcp: no such host',
            ),
            RegistrySilent,
            "",
        ),
    ],
)  # fmt: skip
def test_what_a_failed_build_means(
    failed: BuildLog, cls: type[errors.AdvicesError], says: str
) -> None:
    found = explain("good.Dockerfile", failed)
    assert type(found) is cls
    assert "good.Dockerfile" in found.what or cls is RegistrySilent
    assert says in found.what
    assert found.why or found.next_step


@pytest.mark.parametrize("name", [*FAULTY, *LATER])
def test_what_a_recorded_build_of_a_faulty_dockerfile_means(
    name: str, fake_docker: FakeDocker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(buildx, "answers", lambda: True)
    fake_docker(f"cat {RECORDED / name}.rawjson >&2; exit 1")
    faulty = {**FAULTY, **LATER}[name]
    file = tmp_path / "good.Dockerfile"
    file.write_text(faulty.dockerfile)
    with pytest.raises(errors.AdvicesError) as raised:
        build(order(dockerfile=file))
    faulty.check(raised.value)


@pytest.mark.parametrize("text", ["", "# nothing\n", "ARG A\n", "RUN id\n", 'ARG A="x\n'])
def test_what_has_no_from_reaches_no_builder(
    text: str, fake_docker: FakeDocker, tmp_path: Path
) -> None:
    fake_docker(f"touch {tmp_path}/was-called")
    (tmp_path / "Dockerfile").write_text(text)
    with pytest.raises(DockerfileInvalid, match=r"^Dockerfile"):
        build(order(dockerfile=tmp_path / "Dockerfile"))
    assert not (tmp_path / "was-called").exists()


# What buildx prints where no registry answers for a frontend.
SILENT = """\
echo '{"vertexes":[{"digest":"d","name":"resolve image config for docker-image://FRONTEND",' \\
     '"error":"failed to do request: Head \\"https://r/v2/\\": dial tcp: no such host"}]}' >&2
exit 1
"""


def hands_over(folder: Path, then: str = "") -> str:
    """Return a `docker` that keeps what it is handed, and knows no registry for frontends."""
    return f"""\
while [ "$1" != --file ]; do shift; done
echo "$2" >> {folder}/handed; cat "$2" > {folder}/last; env > {folder}/env
if head -n 2 "$2" | grep -q syntax; then
{SILENT}
fi
{then}
"""


@pytest.mark.parametrize(
    "syntax",
    [
        *("docker/dockerfile:1", "docker/dockerfile:1.7", "docker.io/docker/dockerfile:1-labs"),
        *("docker/dockerfile", "index.docker.io/docker/dockerfile-upstream:master"),
    ],
)
def test_where_no_registry_answers_the_builders_own_frontend_serves(
    syntax: str, fake_docker: FakeDocker, tmp_path: Path
) -> None:
    fake_docker(hands_over(tmp_path))
    file = tmp_path / "Dockerfile"
    file.write_text(f"# syntax={syntax}\n# escape=`\nFROM a:1\nRUN `\n  id\n")
    (tmp_path / "Dockerfile.dockerignore").write_text("x\n")
    frontends = Frontends()
    for _ in range(2):
        build(order(dockerfile=file), frontends=frontends)
    # Asked for once; the instructions keep their lines, and the escape its meaning.
    first, *others = (tmp_path / "handed").read_text().splitlines()
    assert first == str(file)
    assert len(others) == 2
    assert str(file) not in others
    assert (tmp_path / "last").read_text() == "# escape=`\n#\nFROM a:1\nRUN `\n  id\n"


def test_a_login_that_cannot_be_read_is_no_reason_to_fail(
    fake_docker: FakeDocker, tmp_path: Path
) -> None:
    said = "error getting credentials - err: exec: docker-credential-x: not found in $PATH"
    fake_docker(re.sub("failed to do request.*no such host", said, hands_over(tmp_path)))
    (tmp_path / "Dockerfile").write_text("# syntax=docker/dockerfile:1\nFROM a:1\n")
    build(order(dockerfile=tmp_path / "Dockerfile"))
    assert (tmp_path / "last").read_text() == "#\nFROM a:1\n"


def test_another_frontend_has_no_other_in_its_place(
    fake_docker: FakeDocker, tmp_path: Path
) -> None:
    fake_docker(hands_over(tmp_path))
    (tmp_path / "Dockerfile").write_text("# syntax=mine/frontend:1\nFROM a:1\n")
    with pytest.raises(RegistrySilent, match=r"Dockerfile: its frontend `mine/frontend:1`"):
        build(order(dockerfile=tmp_path / "Dockerfile"))


@pytest.mark.parametrize(
    ("text", "said", "cls", "what", "why"),
    [
        ("COPY --exclude=x . /\n", "dockerfile parse error on line 3: unknown flag: exclude",
         FrontendTooOld, "line 3: this builder is too old for `COPY --exclude`", "its own"),
        ("COPY --form=x . /\n", "dockerfile parse error on line 3: unknown flag: form",
         DockerfileInvalid, "unknown flag: form", "syntax error; `docker/dockerfile:1`"),
    ],
)  # fmt: skip
def test_more_than_the_builders_own_frontend_can_is_told_with_its_line(
    text: str, said: str, cls: type[errors.AdvicesError], what: str, why: str,
    fake_docker: FakeDocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(buildx, "answers", lambda: True)
    fake_docker(hands_over(tmp_path, f"echo 'ERROR: failed to solve: {said}' >&2; exit 1"))
    (tmp_path / "Dockerfile").write_text(f"# syntax=docker/dockerfile:1\nFROM a:1\n{text}")
    with pytest.raises(cls) as raised:
        build(order(dockerfile=tmp_path / "Dockerfile"))
    assert what in raised.value.what
    assert why.replace("its own", "the builder's own frontend read it") in raised.value.why


def test_a_stage_that_is_called_like_its_base_stays_a_stage(
    fake_docker: FakeDocker, tmp_path: Path
) -> None:
    fake_docker(f'for word; do echo "$word"; done > {tmp_path}/words; {hands_over(tmp_path)}')
    (tmp_path / "Dockerfile").write_text(
        "from --platform=linux/amd64 `\n".replace("`", "\\")
        + "  python as Python\nRUN id\nFROM b:1\nCOPY --from=python / /\n"
    )
    bases = {"python": "local/python:x", "b:1": "local/b:x"}
    build(order(dockerfile=tmp_path / "Dockerfile", bases=bases))
    assert (tmp_path / "last").read_text() == (
        "FROM --platform=linux/amd64 docker-advices-base-0 as Python\n\n"
        "RUN id\nFROM b:1\nCOPY --from=python / /\n"
    )
    named = [one for one in (tmp_path / "words").read_text().splitlines() if "docker-image" in one]
    assert named == [
        "b:1=docker-image://local/b:x",
        "docker-advices-base-0=docker-image://local/python:x",
    ]


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


def test_line_ends_of_windows_in_a_heredoc_are_the_reason() -> None:
    said = "/bin/sh: 1: id\r: not found\n"
    found = explain("d", log(step="[2/2] RUN <<EOF", error=NOT_COMPLETED, output=said))
    assert isinstance(found, StepFailed)
    assert "Windows line ends" in found.why


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
    with pytest.raises(DockerfileInvalid, match=r"good\.Dockerfile .*\n.*on line 3"):
        build(order())


@pytest.mark.parametrize(("there", "cls"), [(True, BuilderUnusable), (False, errors.EngineLost)])
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
