"""One lab on every kind of engine that users have: the same bytes, uid and steps on each.

Each engine is one beside this machine's own. What it needs is unpacked from Debian's packages.
The page *Run the labs* has a table of what is run here, and next to it on those of
test_engine_mirror_rootless_podman.py.
"""
# ruff: noqa: F401, F811  # the fixture `project` is imported

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from debs import unpacked, with_programs
from engine_project import ROOT, Project, tiny_project
from one_lab import CONTAINERD, OVERLAY2, measured, project
from second_engine import SecondEngine, running

from advices.engine import connect
from advices.images import LayerMemory, layers_of
from advices.results import Result

pytestmark = [pytest.mark.engine, pytest.mark.root]
TCP = "tcp://127.0.0.1:2375"
GROUP = 31_998


def exact(result: Result, *builds: str) -> dict[str, Any]:
    """Return what must be the same on every engine, whatever stores its images.

    Of some builds, or of all when none is named.
    """
    return {
        name: {
            "uid": found.boot.uid,
            "page": found.boot.page_digest,
            "disk": [layer.disk_bytes for layer in found.layers],
            "of": [layer.created_by for layer in found.layers if not layer.from_base],
            "steps": {
                build: (one.steps_run, one.steps_cached, one.new_disk_bytes)
                for build, one in found.builds.items()
                if build in (builds or found.builds)
            },
        }
        for name, found in result.variants.items()
    }


def same_transfer(one: Result, other: Result) -> bool:
    """Return whether two results tell the same bytes to transfer.

    What a run made itself, a layer of text each, holds the run's id and the time of the build: that
    moves a compressed layer by some bytes. One and the same image has a test in test_images.py.
    """
    pairs = [
        (layer.transfer_bytes, again.transfer_bytes, layer.diff_id == again.diff_id)
        for name, found in one.variants.items()
        for layer, again in zip(found.layers, other.variants[name].layers, strict=True)
    ]
    assert sum(same for *_, same in pairs) >= 4, "the layers of the base are the same ones"
    return all(a == b if same else abs(a - b) <= 8 for a, b, same in pairs)


@pytest.fixture(scope="module")
def classic(slim_stand_in: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondEngine]:
    """Return an engine with overlay2 that is reached in every way that docker has."""
    folder = tmp_path_factory.mktemp("classic")
    how: dict[str, Any] = {"hosts": (TCP,), "group": str(GROUP), **OVERLAY2}
    with running(folder / "data", slim_stand_in, **how) as engine:
        yield engine


@pytest.fixture(scope="module")
def reference(classic: SecondEngine, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Return what the lab measures on the engine with overlay2."""
    made = tiny_project(tmp_path_factory.mktemp("reference"))
    made.replay()
    made.env = classic.environment(made.env)
    made.env["XDG_CACHE_HOME"] = str(made.root.parent / "cache")
    made.inside = classic.inside
    found = measured(made)
    assert found.provenance.storage_driver == "overlay2"
    assert found.variants["good"].boot.uid == 1000
    return found


def test_with_containerds_image_store_a_lab_measures_the_same(
    project: Project, reference: Result, slim_stand_in: str, tmp_path: Path
) -> None:
    project.replay()
    with running(tmp_path / "data", slim_stand_in, **CONTAINERD) as engine:
        project.env = engine.environment(project.env)
        project.inside = engine.inside
        found = measured(project)
    assert found.provenance.storage_driver == "overlayfs"
    assert exact(found) == exact(reference)
    assert same_transfer(found, reference)
    assert found.provenance.bases["python:3.14-slim"].kind == "stand-in"
    assert found.provenance.bases == reference.provenance.bases


def test_a_file_that_a_copy_repeats_is_in_the_layer_on_overlay2_only(
    classic: SecondEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What an image weighs is what is in it: here two engines make two images of one Dockerfile.
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\nCOPY list /srv/\nCOPY . /srv/\n", "utf-8")
    (context / ".dockerignore").write_text("Dockerfile\n.dockerignore\n", "utf-8")
    (context / "list").write_text("x" * 1000, "utf-8")
    (context / "code").write_text("x" * 10, "utf-8")

    def built(address: str) -> list[int]:
        argv = ["docker", "-H", address, "buildx", "build", "--provenance=false", "--load"]
        subprocess.run([*argv, "--tag", "two:1", str(context)], capture_output=True, check=True)
        monkeypatch.setenv("DOCKER_HOST", address)
        engine = connect()
        image = engine.image("two:1")
        assert image is not None
        found = layers_of(
            engine, image, frozenset(), LayerMemory(tmp_path / address[-40:].replace("/", "-"))
        )
        return [layer.disk_bytes for layer in found]

    assert built(classic.address) == [1000, 1010]
    with running(tmp_path / "data", **CONTAINERD) as engine:
        assert built(engine.address) == [1000, 10]


@pytest.fixture(params=["tcp", "context", "ordinary user"])
def reached(
    request: pytest.FixtureRequest, classic: SecondEngine, project: Project, tmp_path: Path
) -> Iterator[Project]:
    """Return a project whose command reaches the engine in one of the ways."""
    project.env = classic.environment(project.env)
    project.inside = classic.inside
    if request.param == "tcp":
        project.env["DOCKER_HOST"] = TCP
        yield project
    elif request.param == "context":
        del project.env["DOCKER_HOST"]
        project.env |= {"DOCKER_CONFIG": str(tmp_path / "client"), "DOCKER_CONTEXT": "second"}
        words = ["docker", "context", "create", "second"]
        create = [*words, "--docker", f"host={classic.address}"]
        env = {k: v for k, v in project.env.items() if k != "DOCKER_CONTEXT"}
        subprocess.run(create, env=env, capture_output=True, check=True)
        yield project
    else:
        yield from _of_an_ordinary_user(project, classic)


def _of_an_ordinary_user(project: Project, engine: SecondEngine) -> Iterator[Project]:
    """Yield the project as that of a user who is in the group of the engine's socket."""
    user = ("setpriv", f"--reuid={GROUP - 1}", f"--regid={GROUP - 1}", f"--groups={GROUP}")
    # The packages of this process, on a Python that the user may start: a notebook starts another.
    project.env["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    again = (
        "import subprocess as s, sys; s.run([sys.executable, '-c', 'import advices'], check=True)"
    )
    python = next(
        (
            one
            for one in (sys.executable, "/usr/bin/python3")
            if subprocess.run(
                [*user, one, "-c", again], env=project.env, capture_output=True, check=False
            ).returncode
            == 0
        ),
        None,
    )
    if python is None:
        pytest.skip("no Python here that another user may start has this one's packages")
    # pytest's own folders are closed to others.
    folder = Path(tempfile.mkdtemp(prefix="advices-user-", dir="/var/tmp"))
    try:
        shutil.copytree(project.root, folder / "project")
        for name in ("tmp", "state", "cache", "home"):
            (folder / name).mkdir()
        subprocess.run(["chown", "-R", str(GROUP - 1), str(folder)], check=True)
        names = {"HOME": "home", "TMPDIR": "tmp", "XDG_STATE_HOME": "state"}
        own = {name: str(folder / where) for name, where in names.items()}
        own |= {"XDG_CACHE_HOME": str(folder / "cache"), "USER": "advices-test"}
        env = {**project.env, **own}
        made = Project(folder / "project", env, (*engine.inside, *user), python)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "DOCKER_CONFIG"):
            made.env.pop(name, None)
        yield made
    finally:
        shutil.rmtree(folder)


def test_however_the_engine_is_reached_a_lab_measures_the_same(
    reached: Project, reference: Result
) -> None:
    found = measured(reached)
    assert exact(found) == exact(reference, "cold")


def test_on_an_engine_of_debian_testing_a_lab_measures_the_same(
    project: Project, reference: Result, slim_stand_in: str, tmp_path: Path
) -> None:
    packages = ("docker.io", "docker-cli", "docker-buildx", "containerd")
    programs = unpacked(tmp_path / "programs", *packages, testing=True)
    shown = subprocess.run(
        ["dockerd", "--version"],
        env=with_programs(programs),
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    version = shown.split()[2].partition("+")[0] if shown else "unreadable"
    if not version.startswith("28."):
        pytest.skip(f"testing has moved to {version}, which may need a newer runc than is here")
    project.replay()
    with running(tmp_path / "data", slim_stand_in, programs=programs) as engine:
        project.env = engine.environment(project.env)
        project.inside = engine.inside
        found = measured(project)
        lint = subprocess.run(
            [sys.executable, "-m", "advices", "lint"],
            **{"cwd": ROOT, "env": project.env, "capture_output": True, "text": True},
            check=False,
        )
    assert lint.returncode == 0, lint.stderr
    assert "docker build --check, buildx 0." in lint.stdout, "what is committed of it was compared"
    assert found.provenance.engine_version.startswith(version)
    assert found.provenance.buildx_version > "0.2"
    assert exact(found) == exact(reference)
    assert same_transfer(found, reference)
