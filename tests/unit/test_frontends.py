"""The Dockerfile that a builder is handed, and the frontend that reads it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripted_docker import FakeDocker, fake_docker, hands_over, order

from advices.core import DockerfileInvalid, FrontendTooOld, RegistrySilent, errors
from advices.engine import buildx
from advices.engine.buildx import build
from advices.engine.frontends import Frontends

__all__ = ["fake_docker"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "ARG A\n", "RUN id\n", 'ARG A="x\n'])
def test_what_has_no_from_reaches_no_builder(
    text: str, fake_docker: FakeDocker, tmp_path: Path
) -> None:
    fake_docker(f"touch {tmp_path}/was-called")
    (tmp_path / "Dockerfile").write_text(text)
    with pytest.raises(DockerfileInvalid, match=r"^Dockerfile"):
        build(order(dockerfile=tmp_path / "Dockerfile"))
    assert not (tmp_path / "was-called").exists()


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
