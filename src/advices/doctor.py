"""What is there and what is not, with a fix for each thing that is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from advices import connection, engine, index, provision
from advices.bases import Bases
from advices.errors import AdvicesError, EngineForbidden
from advices.layer_memory import LayerMemory
from advices.layout import Layout
from advices.measures import SCANNERS
from advices.scanners.images import ScannerImages

Mark = Literal["ok", "note", "bad"]
_MUCH_ROOM_BYTES = 10_000_000_000
# docker buildx build --progress=rawjson came with buildx 0.13.
_BUILDX_AT_LEAST = (0, 13)


@dataclass(frozen=True)
class Finding:
    """One line of the doctor. `fix` is what to do about it, empty when nothing is."""

    mark: Mark
    subject: str
    says: str
    fix: str = ""


def examine(layout: Layout) -> Iterator[Finding]:
    """Yield the findings in order. Changes nothing, pulls nothing, starts nothing."""
    try:
        connected = engine.Engine()
    except AdvicesError as error:
        yield Finding("bad", "engine", error.what, _fix_of_missing_engine(error))
        yield _buildx()
        yield _ca()
        return
    facts = connected.facts()
    whose = "started by us" if provision.own_engine_pid() else "not ours, will not be stopped"
    yield Finding("ok", "engine", f"{facts.version} at {connected.address} ({whose})")
    if provision.own_engine_pid():
        yield Finding("ok", "engine log", str(provision.LOG))
    yield Finding("ok", "platform", f"{facts.platform}, {facts.cores} cores")
    yield _storage(facts.storage_driver)
    yield _buildx()
    yield _space(facts.data_folder)
    yield _ca()
    yield from _registry_and_bases(connected, layout)


def _fix_of_missing_engine(error: AdvicesError) -> str:
    if isinstance(error, EngineForbidden):
        return error.next_step
    if connection.is_default_socket() and provision.system().has_apt:
        return "`advices engine start` installs and starts one from the distribution's packages"
    if not connection.is_default_socket():
        return "start that engine, or unset DOCKER_HOST and DOCKER_CONTEXT to use the local one"
    return "install Docker Engine with buildx (Docker Desktop has both) and start it"


def _storage(driver: str) -> Finding:
    if driver in ("overlay2", "overlayfs"):
        return Finding("ok", "storage driver", driver)
    fix = "sizes on disk can differ from the site's, which were measured with overlay2"
    return Finding("note", "storage driver", driver, fix)


def _buildx() -> Finding:
    found = engine.buildx_version()
    if found is None:
        fix = (
            "install the docker-buildx plugin (Debian 13 and Ubuntu: apt-get install docker-buildx)"
        )
        return Finding("bad", "buildx", "not installed", fix)
    numbers = found.lstrip("v").split("+")[0].split("-")[0].split(".")
    if tuple(int(n) for n in numbers[:2] if n.isdigit()) < _BUILDX_AT_LEAST:
        fix = "install buildx 0.13 or newer: older ones cannot tell step by step what ran"
        return Finding("bad", "buildx", found, fix)
    return Finding("ok", "buildx", found)


def _space(folder: str) -> Finding:
    if not Path(folder).is_dir():
        return Finding("note", "disk space", f"{folder} is not on this machine", "check it there")
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB free in {folder}"
    if free < _MUCH_ROOM_BYTES:
        fix = f"free some: stand-ins and all labs together want {_MUCH_ROOM_BYTES / 1e9:.0f} GB"
        return Finding("bad", "disk space", says, fix)
    return Finding("ok", "disk space", says)


def _ca() -> Finding:
    settings = index.host_settings()
    if not settings:
        return Finding("ok", "pip in builds", "straight out: the host has no CA or index settings")
    return Finding(
        "ok", "pip in builds", f"through a caching index on this host ({', '.join(settings)})"
    )


def _registry_and_bases(connected: engine.Engine, layout: Layout) -> Iterator[Finding]:
    try:
        bases = Bases(connected, layout.bases, LayerMemory(), _quiet)
    except AdvicesError as error:
        yield Finding("bad", "base images", error.what, error.next_step)
        return
    reachable = connected.registry_answers(bases.names()[0])
    if reachable:
        yield Finding("ok", "registry", "answers: official images are used")
    else:
        yield Finding("note", "registry", "none answers", "stand-ins from Debian packages are used")
    images = ScannerImages(connected, layout.scanners, bases, _quiet)
    for name, called in SCANNERS.items():
        yield _scanner(images, name, called, reachable)
    for name in bases.names():
        base = bases.known(name)
        if base:
            yield Finding("ok", name, f"present, {base.kind}")
        else:
            how = "pulled" if reachable else "built, minutes the first time,"
            yield Finding(
                "note",
                name,
                "not there yet",
                f"it is {how} when a lab needs it: `advices bases` does it now",
            )


def _scanner(images: ScannerImages, name: str, called: str, reachable: bool) -> Finding:
    subject = f"scanner {called}"
    try:
        found = images.present(name)
    except AdvicesError as error:
        return Finding("bad", subject, error.what, error.next_step)
    if found is not None and found.stub:
        return Finding("bad", subject, f"{found.reference} is a stub", "`docker rmi` it")
    if found is not None:
        return Finding("ok", subject, f"present, {found.reference}")
    if name == "wapiti":
        fix = "it is built when it is needed: `advices bases` does it now"
    elif reachable:
        fix = "it is pulled when it is needed: `advices bases` does it now"
    else:
        fix = "the lab runs without it and says so; to have it, `docker load` it from a machine "
        fix += "that can pull it (labs/scanners/scanners.toml names it)"
    return Finding("note", subject, "not there", fix)


def _quiet(_: str) -> None:
    """Hear of long work: the doctor does none."""
