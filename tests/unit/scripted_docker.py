"""A shell script as the `docker` of a build, and the order that it gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advices.engine.buildx import BuildOrder

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
