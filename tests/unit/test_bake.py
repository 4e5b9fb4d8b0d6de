"""What is asked of `docker buildx bake`, by a shell script in the place of docker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from advices.core import CommandFailed
from advices.engine import bake_targets

FakeDocker = Callable[[str], None]


@pytest.fixture
def fake_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDocker:
    """Return a function that makes a shell script the `docker` of this test."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")

    def make(script: str) -> None:
        (folder / "docker").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "docker").chmod(0o755)

    return make


def test_it_prints_and_builds_nothing(fake_docker: FakeDocker, tmp_path: Path) -> None:
    fake_docker(
        f'case "$2" in bake) echo "$@" > {tmp_path}/said; pwd >> {tmp_path}/said;'
        ' echo "#1 reading" >&2; echo \'{"target": {"a": {"context": "."}}}\';; esac'
    )
    assert bake_targets(tmp_path, ["a.hcl", "b.hcl"], ["t"]) == {"target": {"a": {"context": "."}}}
    words, where = (tmp_path / "said").read_text().splitlines()
    assert words == "buildx bake --print --file a.hcl --file b.hcl t"
    assert where == str(tmp_path)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo 'ERROR: failed to find target default' >&2; exit 1", "failed to find target"),
        ("echo '[]'", "printed no JSON table"),
        ("echo 'not JSON'", "printed no JSON table"),
    ],
)
def test_what_it_refuses_is_said(
    script: str, says: str, fake_docker: FakeDocker, tmp_path: Path
) -> None:
    fake_docker(script)
    with pytest.raises(CommandFailed, match=says) as told:
        bake_targets(tmp_path, ["a.hcl"])
    assert "--file Dockerfile" in told.value.next_step
