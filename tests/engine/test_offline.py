"""A bundle brings labs to a machine with an empty engine and no network, and they build there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_project import GOOD, Project, message, tiny_project
from second_engine import SecondEngine, running

pytestmark = [pytest.mark.engine, pytest.mark.root]

INSTALL = "RUN pip install --no-cache-dir -r requirements.txt\n"
LOCK = """\
itsdangerous==2.2.0 \\
    --hash=sha256:c6242fc49e35958c8b15141343aa660db5fc54d4f13a1db01a3f5891b98700ef \\
    --hash=sha256:e0050c0b7da1eea53ffaf149c0cfbb5c6e2e2b69c4bef22c81fa6eb73e5f6173
"""


def installing(folder: Path) -> Project:
    """Return a project whose lab installs a package, with state and cache of its own."""
    folder.mkdir()
    made = tiny_project(folder)
    made.know_scanners()
    made.env["XDG_CACHE_HOME"] = str(folder / "cache")
    made.write("labs/site/requirements.txt", LOCK)
    lines = GOOD.replace("COPY . /srv\n", f"WORKDIR /srv\nCOPY . .\n{INSTALL}")
    made.write("labs/tiny/good.Dockerfile", lines)
    return made


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle of the tiny lab, saved from this machine's engine."""
    folder = tmp_path_factory.mktemp("connected")
    project, file = installing(folder / "here"), folder / "labs.bundle"
    code, output = project.advices("bundle", "save", str(file))
    assert code == 0, output
    again, output = project.advices("prefetch")
    assert again == 0, output
    assert "none of them new" in output
    assert "packages of" not in output, "what is here is not looked for again"
    assert sorted(one.name for one in folder.iterdir()) == ["here", "labs.bundle"]
    return file


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[SecondEngine]:
    with running(tmp_path / "engine") as engine:
        yield engine


@pytest.fixture
def away(tmp_path: Path, empty: SecondEngine) -> Project:
    """Return the same project on another machine: an empty engine, and no way out."""
    project = installing(tmp_path / "away")
    project.env = empty.environment(project.env)
    project.inside = empty.inside
    return project


def test_a_lab_builds_on_a_machine_without_network(
    bundle: Path, away: Project, empty: SecondEngine
) -> None:
    assert empty.docker("images", "-q") == ""
    code, output = away.advices("bundle", "load", str(bundle))
    assert code == 0, output
    tags = empty.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()
    assert len(tags) == 1
    assert tags[0].startswith("docker-advices-stand-in/python:3.14-slim.")
    code, output = away.advices("doctor")
    assert "prefetched: tiny" in " ".join(output.split()), output
    code, output = away.advices("run", "tiny", "--samples", "1")
    assert code == 0, output
    assert empty.docker("ps", "-aq") == ""
    assert empty.run_ids() == set()
    code, output = away.advices("bundle", "load", str(bundle))
    assert code == 0, output
    assert empty.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split() == tags


def test_an_image_of_somebody_else_keeps_its_name(
    bundle: Path, away: Project, empty: SecondEngine
) -> None:
    before = subprocess.run(
        [*away.inside, "docker", "-H", empty.address, "import", "-", "theirs:1"],
        input=bytes(10240),
        capture_output=True,
        check=True,
    )
    theirs = before.stdout.decode().strip()
    tag = next(
        word
        for word in bundle.read_bytes().decode("latin-1").split('"')
        if word.startswith("docker-advices-stand-in/python:")
    )
    empty.docker("tag", "theirs:1", tag)
    code, output = away.advices("bundle", "load", str(bundle))
    assert code == 0, output
    assert f"kept: {tag}" in output
    assert empty.docker("image", "inspect", "--format", "{{.Id}}", tag).strip() == theirs
    assert empty.docker("images", "-q", "--no-trunc").split() == [theirs, theirs]


def test_a_damaged_bundle_leaves_the_engine_empty(
    bundle: Path, away: Project, empty: SecondEngine, tmp_path: Path
) -> None:
    hurt = tmp_path / "hurt.bundle"
    hurt.write_bytes(bundle.read_bytes())
    with hurt.open("r+b") as file:
        file.seek(5_000_000)
        file.write(b"?")
    code, output = away.advices("bundle", "load", str(hurt))
    assert code == 34
    assert "the digest of `images.tar`" in output
    message(output)
    assert empty.docker("images", "-q") == ""
