"""One lab on every kind of engine that users have: the same bytes, uid and steps on each.

Each engine is one beside this machine's own. What it needs is unpacked from Debian's packages.
The page *Run the labs* has a table of what is run here.
"""

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
import rootless_engine
from debs import unpacked, with_programs
from engine_project import ROOT, Project, tiny_project, without_index
from second_engine import SecondEngine, running

from advices import results
from advices.core import EngineUnsuitable
from advices.core.process import poll
from advices.engine import BASE_LABEL, connect
from advices.images import LayerMemory, layers_of
from advices.packages import proxy
from advices.results import Result

pytestmark = [pytest.mark.engine, pytest.mark.root]

CONTAINERD = {"features": {"containerd-snapshotter": True}}
# Said as well: fresh engines since 29 have the other one.
OVERLAY2 = {"features": {"containerd-snapshotter": False}}
TCP = "tcp://127.0.0.1:2375"
GROUP = 31_998
REGISTRY_PORT = 5000


def measured(project: Project) -> Result:
    """Return what the lab of a project measures."""
    code, output = project.advices("run", "--quick")
    assert code == 0, output
    assert project.leftovers() == []
    return results.load(project.root / "docs" / "results", "tiny")


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


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return the tiny project, without a memory of layers."""
    made = tiny_project(tmp_path)
    made.env = {**without_index(made.env), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return made


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


def test_behind_a_mirror_the_official_name_is_official(
    project: Project, slim_stand_in: str, tmp_path: Path
) -> None:
    programs = unpacked(tmp_path / "programs", "docker-registry")
    place = f"127.0.0.1:{REGISTRY_PORT}"
    settings = tmp_path / "registry.yml"
    storage = f"  filesystem:\n    rootdirectory: {tmp_path}/registry\n"
    settings.write_text(f"version: 0.1\nstorage:\n{storage}http:\n  addr: {place}\n", "utf-8")
    how = {"registry-mirrors": [f"http://{place}"], **CONTAINERD}
    with running(tmp_path / "data", slim_stand_in, **how) as engine:
        serve = [*engine.inside, "docker-registry", "serve", str(settings)]
        with (tmp_path / "registry.log").open("wb") as log:
            registry = subprocess.Popen(serve, env=with_programs(programs), stdout=log, stderr=log)
        try:
            name = f"{place}/library/python:3.14-slim"
            # As an official image, which knows nothing of our label.
            plain = f"FROM {slim_stand_in}\nLABEL {BASE_LABEL}=\n"
            argv = ["docker", "-H", engine.address, "buildx", "build", "--load", "--tag", name, "-"]
            subprocess.run(argv, input=plain, text=True, capture_output=True, check=True)
            asked = [*engine.inside, "curl", "--silent", "--fail", f"http://{place}/v2/"]
            look = (subprocess.run(asked, capture_output=True, check=False) for _ in poll(20, 0.1))
            assert any(one.returncode == 0 for one in look)
            engine.docker("push", name)
            engine.docker("rmi", "--force", name, slim_stand_in)
            project.env = engine.environment(project.env)
            project.inside = engine.inside
            found = measured(project)
            assert (
                engine.docker("images", "--quiet", "--filter", f"reference={slim_stand_in}") == ""
            )
        finally:
            registry.kill()
            registry.wait(30)
    base = found.provenance.bases["python:3.14-slim"]
    assert base.kind == "official"
    assert base.identity.startswith("python@sha256:")
    assert found.variants["good"].boot.uid == 1000


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


def test_a_rootless_engine_takes_packages_from_what_was_prefetched(
    project: Project, slim_stand_in: str, tmp_path: Path
) -> None:
    if lack := rootless_engine.lacks():
        pytest.skip(lack)
    packages = ("rootlesskit", "slirp4netns", "uidmap", "libslirp0", "libsubid4")
    root = unpacked(tmp_path / "programs", *packages)
    pip = "COPY . /srv\nRUN pip install --no-cache-dir itsdangerous==2.2.0\n"
    for name in ("good", "bad"):
        file = f"labs/tiny/{name}.Dockerfile"
        project.write(file, project.read(file).replace("COPY . /srv\n", pip))
    # A host with settings that builds would need, whatever this one has.
    project.env = {**os.environ, **project.env, "PIP_CONFIG_FILE": ""}
    project.env.setdefault("PIP_CERT", "/etc/ssl/certs/ca-certificates.crt")
    # What the tests' own process found out for the machine's engine, where its shelf is filled.
    project.env.pop(proxy.WAY_VARIABLE, None)
    with rootless_engine.running(root, slim_stand_in) as address:
        project.env["DOCKER_HOST"] = address
        _, output = project.advices("doctor")
        assert "rootless" in output
        assert "bad  pip in builds:" in output
        code, output = project.advices("run", "--samples", "1")
        assert code == 33, output
        assert "rootless engine" in output
        assert "next: `advices prefetch`" in output
        code, output = project.advices("prefetch", "tiny")
        assert code == 0, output
        found = measured(project)
    assert found.variants["good"].boot.uid == 1000


def test_podman_is_named_and_asked_for_nothing(project: Project, tmp_path: Path) -> None:
    env = project.env
    if shutil.which("podman") is None:
        packages = ("podman", "conmon", "libgpgme11", "libassuan0", "libsubid4")
        env = with_programs(unpacked(tmp_path / "programs", *packages), env)
    folder = Path(tempfile.mkdtemp(prefix="advices-podman-", dir="/run"))
    address = f"unix://{folder}/podman.sock"
    words = ["podman", "--root", f"{tmp_path}/root", "--runroot", f"{folder}/run"]
    words += ["--tmpdir", f"{folder}/tmp", "--storage-driver", "vfs"]
    log = (tmp_path / "log").open("wb")
    serve = [*words, "system", "service", "--time", "0", address]
    service = subprocess.Popen(serve, env=env, stdout=log, stderr=log)
    try:
        assert any((folder / "podman.sock").exists() for _ in poll(20, 0.1)), (
            tmp_path / "log"
        ).read_text("utf-8")
        project.env["DOCKER_HOST"] = address
        for command in ("run --quick", "engine start"):
            code, output = project.advices(*command.split())
            assert code == EngineUnsuitable.exit_code, (command, output)
            assert "Podman" in output
            assert "has no BuildKit" in output
        _, output = project.advices("doctor")
        assert "bad  engine:" in output
        assert "has no BuildKit" in output
    finally:
        service.terminate()
        service.wait(30)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)
