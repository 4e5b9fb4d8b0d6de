"""What a failed build means: whose fault it is, and what is told of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from faulty_builds import FAULTY, LATER, RECORDED
from scripted_docker import FakeDocker, fake_docker, order

from advices.core import BuilderUnusable, DockerfileInvalid, RegistrySilent, StepFailed, errors
from advices.engine import buildx
from advices.engine.build_faults import explain
from advices.engine.build_log import BuildLog
from advices.engine.buildx import build

__all__ = ["fake_docker"]


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
