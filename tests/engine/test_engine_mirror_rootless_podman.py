"""Engines on which a lab needs more, or has no place: behind a mirror, rootless, Podman.

Each is one beside this machine's own. What it needs is unpacked from Debian's packages.
"""
# ruff: noqa: F401, F811  # the fixture `project` is imported

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import rootless_engine
from debs import unpacked, with_programs
from engine_project import Project
from one_lab import CONTAINERD, measured, project
from second_engine import running

from advices.core import EngineUnsuitable
from advices.core.process import poll
from advices.engine import BASE_LABEL
from advices.packages import proxy

pytestmark = [pytest.mark.engine, pytest.mark.root]
REGISTRY_PORT = 5000


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
