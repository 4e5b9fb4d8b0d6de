"""Fixtures for tests on real engines."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_project import BAD, GOOD, LAB, ROOT, Project, SecondEngine, notebook, without_index
from scan_targets import Scans, Start, Theirs

from advices import index
from advices.alerts import Scan
from advices.bases import Bases
from advices.buildx import BuildOrder, build
from advices.command import poll
from advices.engine import Engine
from advices.layout import Layout
from advices.scanners import own
from advices.scanners.images import ScannerImages
from advices.transfer import Remembered


@pytest.fixture(scope="session", autouse=True)
def _index() -> Iterator[None]:
    """Keep the index for builds up: a test in another process may end the one that it started."""
    with index.for_builds(Engine()):
        yield


@pytest.fixture
def tiny(tmp_path: Path) -> Project:
    """Return a project with one lab whose good variant passes."""
    made = Project(tmp_path / "project")
    made.write("mkdocs.yml", "site_name: tiny\n")
    made.write("labs/site/index.html", "<h1>hello</h1>\n")
    made.write("labs/site/notes.txt", "notes\n")
    made.write("labs/tiny/lab.toml", LAB)
    made.write("labs/tiny/bad.Dockerfile", BAD)
    made.write("labs/tiny/good.Dockerfile", GOOD)
    made.write(
        "notebooks/tiny.ipynb",
        notebook(
            'from advices.session import open_lab\nlab = open_lab("tiny")\nlab',
            'lab.measure("bad", "good")',
            "lab.finish()",
        ),
    )
    shutil.copytree(ROOT / "labs" / "bases", made.root / "labs" / "bases")
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    state = tmp_path / "state"
    made.env = {**os.environ, "XDG_STATE_HOME": str(state), "TMPDIR": str(scratch)}
    return made


@pytest.fixture
def taught(tiny: Project) -> Project:
    """Return a project with one lab that has an exercise."""
    tiny.teach()
    return tiny


def _answers(address: str) -> bool:
    ping = ["docker", "-H", address, "version"]
    return subprocess.run(ping, capture_output=True, check=False).returncode == 0


@pytest.fixture
def second_engine(tmp_path: Path, slim_stand_in: str) -> Iterator[Callable[[Path], SecondEngine]]:
    """Return a function that starts an engine with its data in a folder."""
    started: list[subprocess.Popen[bytes]] = []
    data_folders = [Path("/run") / f"advices-test-{os.getpid()}"]

    def start(data: Path) -> SecondEngine:
        # A socket's path may have 107 characters: pytest's folders are too long for it.
        run = Path("/run") / f"advices-test-{os.getpid()}"
        run.mkdir(exist_ok=True)
        address = f"unix://{run}/docker.sock"
        # An engine without a bridge removes the bridge that it finds, so this one must not see
        # the first engine's: it gets a network of its own.
        words = [
            "unshare",
            "--net",
            "dockerd",
            "--data-root",
            data,
            "--exec-root",
            run / "exec",
            "--host",
            address,
        ]
        words += ["--pidfile", run / "pid", "--bridge=none", "--iptables=false"]
        words += ["--ip6tables=false"]
        log = (tmp_path / "dockerd.log").open("wb")
        process = subprocess.Popen(
            [*map(str, words)], stdout=log, stderr=log, start_new_session=True
        )
        started.append(process)
        data_folders.append(data)
        assert any(_answers(address) for _ in poll(60, 0.2)), (tmp_path / "dockerd.log").read_text()
        save = subprocess.Popen(["docker", "save", slim_stand_in], stdout=subprocess.PIPE)
        subprocess.run(["docker", "-H", address, "load"], stdin=save.stdout, check=True)
        assert save.wait() == 0
        return SecondEngine(process, address)

    yield start
    for process in started:
        process.terminate()
        process.wait(60)
    # An engine that was killed leaves its layers mounted.
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in reversed(
        [m for m in mounted if any(Path(m).is_relative_to(d) for d in data_folders)]
    ):
        subprocess.run(["umount", "--lazy", mount], check=True)
    shutil.rmtree(Path("/run") / f"advices-test-{os.getpid()}", ignore_errors=True)


@pytest.fixture(scope="session")
def slim_stand_in() -> str:
    """Return the tag of the slim stand-in, which `advices bases` built."""
    bases = Bases(Engine(), ROOT / "labs" / "bases", Remembered(Path("/nonexistent")), print)
    return bases.stand_in("python:3.13-slim")


@pytest.fixture(scope="session")
def wapiti_image() -> str:
    """Return the tag of Wapiti's image, built where it is missing."""
    engine = Engine()
    bases = Bases(engine, ROOT / "labs" / "bases", Remembered(Path("/nonexistent")), print)
    images = ScannerImages(engine, ROOT / "labs" / "scanners", bases, print)
    if images.present("wapiti") is None:
        with index.for_builds(engine):
            images.find("wapiti")
    return images.find("wapiti").reference


@pytest.fixture(scope="session")
def zap_stub(slim_stand_in: str) -> Iterator[str]:
    """Return the tag of an image that only plays ZAP; see tests/zap_stub."""
    folder, tag = ROOT / "tests" / "zap_stub", f"docker-advices-test/zap-stub:{os.getpid()}"
    bases = {"python:3.13-slim": slim_stand_in}
    build(BuildOrder(dockerfile=folder / "Dockerfile", context=folder, tag=tag, bases=bases))
    yield tag
    Engine().remove_image(tag)


@pytest.fixture
def scanning(tiny: Project, wapiti_image: str) -> Project:
    """Return a project that knows the scanners. Their images are there: no index is needed."""
    shutil.copytree(ROOT / "labs" / "scanners", tiny.root / "labs" / "scanners")
    tiny.env = without_index(tiny.env)
    return tiny


@pytest.fixture
def with_stub(scanning: Project, zap_stub: str) -> Project:
    """Return the same project with the stub in the place of ZAP's image."""
    named = "labs/scanners/scanners.toml"
    known = re.sub('(?m)^image = ".*"', f'image = "{zap_stub}"', scanning.read(named))
    scanning.write(named, known)
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
        return own.scan_own(Layout(scanning.root), own.Wanted(address, scanner, **how), print)

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
