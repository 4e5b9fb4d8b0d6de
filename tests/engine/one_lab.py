"""One lab that is measured on an engine besides this machine's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_project import Project, tiny_project, without_index

from advices import results
from advices.results import Result

CONTAINERD = {"features": {"containerd-snapshotter": True}}
# Said as well: fresh engines since 29 have the other one.
OVERLAY2 = {"features": {"containerd-snapshotter": False}}


def measured(project: Project) -> Result:
    """Return what the lab of a project measures."""
    code, output = project.advices("run", "--quick")
    assert code == 0, output
    assert project.leftovers() == []
    return results.load(project.root / "docs" / "results", "tiny")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return the tiny project, without a memory of layers."""
    made = tiny_project(tmp_path)
    made.env = {**without_index(made.env), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return made
