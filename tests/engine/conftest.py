"""Fixtures for tests on real engines."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_project import MISTAKES, ROOT, Project, measuring, tiny_project, without_index
from scan_targets import Scans, Start, Theirs
from second_engine import SecondEngine
from second_engine import running as second

from advices.bases.resolve import Bases
from advices.core.paths import Layout
from advices.engine.buildx import BuildOrder, build
from advices.engine.client import connect
from advices.images.memory import LayerMemory
from advices.lab.scans import Scan
from advices.packages import proxy
from advices.runs import lifecycle
from advices.scanners import own
from advices.scanners.images import ScannerImages
from advices.workshop import Workshop


@pytest.fixture(scope="session", autouse=True)
def _index() -> Iterator[None]:
    """Keep the index for builds up: a test in another process may end the one that it started."""
    with proxy.for_builds(connect()):
        yield


@pytest.fixture
def tiny(tmp_path: Path) -> Project:
    """Return a project with one lab whose good variant passes."""
    return tiny_project(tmp_path)


@pytest.fixture
def taught(tiny: Project) -> Project:
    """Return a project with one lab that has an exercise."""
    tiny.teach()
    return tiny


@pytest.fixture(scope="session")
def _measured(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = tiny_project(tmp_path_factory.mktemp("measured"))
    code, output = made.advices("run", "--samples", "1")
    assert code == 0, output
    return made


@pytest.fixture(scope="session")
def _proved(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = tiny_project(tmp_path_factory.mktemp("proved"))
    made.teach()
    made.write("labs/tiny/lab.toml", made.read("labs/tiny/lab.toml") + MISTAKES)
    calls = ("lab.mistakes()", "print(lab.exercise().markdown)")
    made.write("notebooks/tiny.ipynb", measuring(*calls))
    code, output = made.advices("run", "--samples", "1")
    assert code == 0, output
    return made


@pytest.fixture
def measured(_measured: Project, tiny: Project) -> Project:
    """Return a project whose lab was measured: a copy, for a run takes seconds."""
    shutil.copytree(_measured.root, tiny.root, dirs_exist_ok=True)
    return tiny


@pytest.fixture
def proved(_proved: Project, tiny: Project) -> Project:
    """Return a project whose mistakes and exercise were proved by a run: a copy too."""
    shutil.copytree(_proved.root, tiny.root, dirs_exist_ok=True)
    return tiny


@pytest.fixture
def second_engine(slim_stand_in: str) -> Iterator[Callable[[Path], SecondEngine]]:
    """Return a function that starts an engine with its data in a folder. It has the slim base."""
    with contextlib.ExitStack() as ends:
        yield lambda data: ends.enter_context(second(data, slim_stand_in))


@pytest.fixture(scope="session")
def slim_stand_in() -> str:
    """Return the tag of the slim stand-in, which `advices bases` built."""
    bases = Bases(connect(), ROOT / "labs" / "bases", LayerMemory(Path("/nonexistent")), print)
    return bases.stand_in("python:3.14-slim").image


@pytest.fixture(scope="session")
def wapiti_image() -> str:
    """Return the tag of Wapiti's image, built where it is missing."""
    engine = connect()
    bases = Bases(engine, ROOT / "labs" / "bases", LayerMemory(Path("/nonexistent")), print)
    images = ScannerImages(engine, ROOT / "labs" / "scanners", bases, print)
    if images.present("wapiti") is None:
        with proxy.for_builds(engine):
            images.find("wapiti")
    return images.find("wapiti").reference


@pytest.fixture(scope="session")
def zap_stub(slim_stand_in: str) -> Iterator[str]:
    """Return the tag of an image that only plays ZAP; see tests/zap_stub."""
    folder, tag = ROOT / "tests" / "zap_stub", f"docker-advices-test/zap-stub:{os.getpid()}"
    bases = {"python:3.14-slim": slim_stand_in}
    build(BuildOrder(dockerfile=folder / "Dockerfile", context=folder, tag=tag, bases=bases))
    yield tag
    connect().remove_image(tag)


@pytest.fixture
def scanning(tiny: Project, wapiti_image: str) -> Project:
    """Return a project that knows the scanners. Their images are there: no index is needed."""
    tiny.know_scanners()
    tiny.env = without_index(tiny.env)
    return tiny


@pytest.fixture
def with_stub(scanning: Project, zap_stub: str) -> Project:
    """Return the same project with the stub in the place of ZAP's image."""
    scanning.know_scanners(zap_stub)
    return scanning


@pytest.fixture
def here(scanning: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this process the environment of the project."""
    for name in set(os.environ) - set(scanning.env):
        monkeypatch.delenv(name)
    for name, value in scanning.env.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def scan(scanning: Project, here: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scans]:
    """Return `advices scan` as a function that soon gives up. Whatever it meets, all is removed."""
    monkeypatch.setattr(own, "_WAIT_SECONDS", 3.0)

    def scanned(address: str, scanner: str = "wapiti", **how: Any) -> tuple[Scan, ...]:
        workshop = Workshop(Layout(scanning.root), print)
        wanted = own.Wanted(address, scanner, **how)
        return own.scan_own(workshop.engine, wanted, workshop.scanners.find, print)

    yield scanned
    assert scanning.run_ids() == set()


@pytest.fixture
def theirs(slim_stand_in: str) -> Iterator[Start]:
    """Return a function that starts a container of somebody else. It must survive the test."""
    started: list[Theirs] = []

    def start(*options: str, listens_on: str = "0.0.0.0") -> Theirs:
        started.append(Theirs(slim_stand_in, options, listens_on))
        return started[-1].start()

    yield start
    for one in started:
        one.remove()


@pytest.fixture
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep out of the way of other tests' runs; nothing of an audit may be left."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    mine = lifecycle._owner()
    assert [run for run in connect().run_ids() if run.startswith(mine)] == []
    assert list((tmp_path / "state" / "docker-advices" / "runs").glob("*")) == []
