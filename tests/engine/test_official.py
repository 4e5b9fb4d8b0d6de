"""What is taken for an official image, and what a registry's answers mean, on both image stores."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_project import ROOT, without_index
from second_engine import SecondEngine
from second_engine import running as second

from advices.bases import Base, Bases
from advices.core import (
    BaseUnavailable,
    ImageUnknown,
    PullFailed,
    PullForbidden,
    PullsLimited,
    ReferenceInvalid,
    RegistrySilent,
)
from advices.engine import BASE_LABEL, connect
from advices.images import LayerMemory

pytestmark = pytest.mark.engine

NAME = "python:3.14-slim"
PORT = 5000
STORES = {
    name: {"features": {"containerd-snapshotter": name == "containerd"}}
    for name in ("classic", "containerd")
}


def build(engine: SecondEngine, tag: str, dockerfile: str) -> None:
    argv = ["docker", "-H", engine.address, "buildx", "build", "--load", "--provenance=false"]
    subprocess.run([*argv, "--tag", tag, "-"], input=dockerfile, text=True, check=True)


@pytest.fixture(scope="module", params=STORES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecondEngine]:
    """Return an engine beside a registry that has one image: it goes by two names there."""
    folder = tmp_path_factory.mktemp("official")
    settings = {"registry-mirrors": [f"http://127.0.0.1:{PORT}"], **STORES[request.param]}
    layout = folder / "images" / "python.3.14-slim"
    layout.mkdir(parents=True)
    with second(folder / "data", **settings) as found:
        build(found, "made:1", "FROM scratch\nCOPY <<EOF /etc/os-release\nID=x\nEOF\n")
        save = ["docker", "-H", found.address, "save", "made:1"]
        packed = subprocess.run(save, stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(layout)], input=packed, check=True)
        found.docker("rmi", "made:1")
        argv = [*found.inside, sys.executable, str(ROOT / "tests" / "registry.py"), str(PORT)]
        with subprocess.Popen(
            [*argv, str(layout.parent)], stdout=subprocess.PIPE, text=True
        ) as served:
            assert served.stdout is not None
            assert served.stdout.readline() == "up\n"
            yield found
            served.kill()


@pytest.fixture(autouse=True)
def _here(engine: SecondEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make that engine this process's, without CA or index settings and with a state of its own."""
    kept = without_index(dict(os.environ))
    for name in set(os.environ) - set(kept):
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKER_HOST", engine.address)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    for name in engine.docker("images", "--quiet", "--no-trunc").split():
        subprocess.run(["docker", "-H", engine.address, "rmi", "--force", name], check=False)


def bases() -> Bases:
    return Bases(connect(), ROOT / "labs" / "bases", LayerMemory(), print)


def test_a_local_build_under_an_official_name_is_not_official(engine: SecondEngine) -> None:
    build(engine, NAME, "FROM scratch\nLABEL of=theirs\n")
    assert bases().known(NAME) is None


def test_an_image_of_another_registry_is_not_official(engine: SecondEngine) -> None:
    engine.docker("pull", f"127.0.0.1:{PORT}/{NAME}")
    engine.docker("tag", f"127.0.0.1:{PORT}/{NAME}", NAME)
    assert bases().known(NAME) is None
    found = bases().known(f"127.0.0.1:{PORT}/{NAME}")
    assert found is not None and found.kind == "official"


def test_what_was_pulled_by_hand_is_official(engine: SecondEngine) -> None:
    engine.docker("pull", NAME)
    found = bases().known(NAME)
    assert found is not None
    assert (found.kind, found.image) == ("official", found.identity)
    assert found.identity.startswith("python@sha256:")
    assert connect().image(found.image) is not None
    assert bases().known(NAME) == found


def test_what_we_pull_is_official_and_stays_so() -> None:
    found = bases().resolve([NAME])[NAME]
    assert found.kind == "official"
    assert bases().known(NAME) == found


def test_a_stand_in_that_a_mirror_calls_official_is_not(engine: SecondEngine) -> None:
    build(engine, NAME, f"FROM scratch\nLABEL {BASE_LABEL}=debian-slim\n")
    assert bases().known(NAME) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (f"127.0.0.1:{PORT}/python:none", ImageUnknown),
        (f"127.0.0.1:{PORT}/python@sha256:{'0' * 64}", ImageUnknown),
        (f"127.0.0.1:{PORT}/private/x:1", PullForbidden),
        (f"127.0.0.1:{PORT}/denied/x:1", PullForbidden),
        (f"127.0.0.1:{PORT}/limited/x:1", PullsLimited),
        (f"127.0.0.1:{PORT}/broken/x:1", PullFailed),
        ("127.0.0.1:1/x:1", RegistrySilent),
        ("nosuch.invalid/x:1", RegistrySilent),
        ("203.0.113.1/x:1", RegistrySilent),
        ("Python:1", ReferenceInvalid),
        ("python:1:x", ReferenceInvalid),
    ],
)
def test_each_answer_of_a_registry_is_an_error_of_its_own(
    name: str, kind: type[PullFailed]
) -> None:
    with pytest.raises(PullFailed) as pulled:
        connect().pull(name)
    assert type(pulled.value) is kind, pulled.value
    with pytest.raises(PullFailed) as asked:
        connect().ask_registry(name)
    assert type(asked.value) is kind, asked.value


def test_only_silence_lets_a_stand_in_take_the_place(engine: SecondEngine) -> None:
    found = bases()
    with pytest.raises(ImageUnknown):
        found.resolve([f"127.0.0.1:{PORT}/python:none"])
    assert found.registry_answers
    with pytest.raises(BaseUnavailable, match="connection refused"):
        found.resolve(["127.0.0.1:1/python:1"])
    assert found.resolve([NAME])[NAME].kind == "official", "one registry is silent, not this one"


def test_an_image_of_a_registry_with_a_port_is_official(engine: SecondEngine) -> None:
    name = f"127.0.0.1:{PORT}/{NAME}"
    found: Base = bases().resolve([name])[name]
    assert found.identity.startswith(f"127.0.0.1:{PORT}/python@sha256:")
