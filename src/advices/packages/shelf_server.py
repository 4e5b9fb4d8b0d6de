"""Serves the shelf to builds, from a container on the engine's default bridge.

A build's RUN is on that bridge, so it reaches the container wherever the engine is: also in the
virtual machine of Docker Desktop, where a service of this host is not found. A folder of files that
a plain web server lists is a package index already, so Python's own serves it, and lets pip keep
what it got.
"""

from __future__ import annotations

import contextlib
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from advices.core import EngineRefused, PackageMissing, poll
from advices.engine import Container, Engine, Start
from advices.packages import shelf
from advices.runs import own_run

URL_VARIABLE = "ADVICES_INDEX_URL"
_PORT = 8000
_WAIT_SECONDS = 60
_APP = Path(__file__).parent / "served" / "shelf_index.py"
_ASK = (
    f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{_PORT}/index/', timeout=5)"
)


def index_url() -> str:
    """Return the address of the index that is the shelf, as it is served now."""
    return f"{os.environ.get(URL_VARIABLE, 'http://not-served.invalid/')}index/"


def lacks(engine: Engine) -> bool:
    """Return whether there is no shelf, or no image on this engine that could serve it."""
    found = shelf.read()
    return found is None or engine.image(found.server) is None


# The container of `kept`, while there is one. A learner may have removed it meanwhile.
_KEPT: list[Container] = []


@contextlib.contextmanager
def kept(engine: Engine, run_id: str) -> Iterator[None]:
    """Serve the shelf while the body runs, to each `serving` of this process meanwhile.

    The container is the run's, and goes with it. Where there is no shelf, nothing is served.
    """
    if lacks(engine) or _KEPT:
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        container = _started(engine, run_id, Path(folder))
    _KEPT.append(container)
    try:
        with _known(engine, container):
            yield
    finally:
        _KEPT.remove(container)


@contextlib.contextmanager
def serving(engine: Engine) -> Iterator[None]:
    """Serve the shelf while the body runs; it and the kernels that it starts know the address.

    Raises PackageMissing when there is no shelf or it cannot be served.
    """
    if any(_answers(engine, one) for one in _KEPT):
        yield
        return
    if lacks(engine):
        raise PackageMissing("there are no prefetched packages to serve to builds")
    with own_run(engine) as run:
        container = _started(engine, run.id, run.scratch)
        with _known(engine, container):
            yield


def _started(engine: Engine, run_id: str, scratch: Path) -> Container:
    """Return a container of a run that serves the shelf, and answers. Raises PackageMissing."""
    found = shelf.read()
    assert found is not None  # it lacks nothing
    file = scratch / "packages.tar"
    with tarfile.open(file, "w") as tar:
        for one in found.files:
            tar.add(shelf.place(one), f"packages/index/{one.project}/{one.name}")
    with file.open("rb") as packed:
        serve = ("python3", "-c", _APP.read_text("utf-8"), str(_PORT), "/packages")
        how = Start(command=serve, files=packed)
        container = engine.start(found.server, run_id=run_id, how=how)
    file.unlink()
    if any(_answers(engine, container) for _ in poll(_WAIT_SECONDS, 0.1)):
        return container
    raise PackageMissing(
        f"could not serve the prefetched packages: {engine.last_lines(container)}",
        why=f"the container of {found.server} does not answer",
    )


def _answers(engine: Engine, container: Container) -> bool:
    """Return whether a container serves; one that is gone does not."""
    with contextlib.suppress(EngineRefused):
        return engine.exec_output(container, ["python3", "-c", _ASK]) is not None
    return False


@contextlib.contextmanager
def _known(engine: Engine, container: Container) -> Iterator[None]:
    """Let builds, and kernels that the body starts, know where a container serves."""
    before = os.environ.get(URL_VARIABLE)
    os.environ[URL_VARIABLE] = f"http://{engine.address_of(container)}:{_PORT}/"
    try:
        yield
    finally:
        os.environ.pop(URL_VARIABLE)
        if before is not None:
            os.environ[URL_VARIABLE] = before
