"""What is there and what is not, with a fix for each thing that is not."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from advices.bases import Bases
from advices.core import (
    AdvicesError,
    EngineElsewhere,
    EngineForbidden,
    EngineUnsuitable,
    Layout,
    PullFailed,
    RegistrySilent,
    class_of,
    counted,
    free_bytes,
)
from advices.engine import (
    Engine,
    EngineFacts,
    apt,
    buildx_version,
    cgroup,
    client_settings,
    connection,
    own_engine,
)
from advices.lab import SCANNERS, labfile
from advices.offline import is_prefetched
from advices.packages import proxy, shelf
from advices.scanners import ScannerImages
from advices.site import System, checks
from advices.workshop import Workshop

Mark = Literal["ok", "note", "bad"]


@dataclass(frozen=True)
class Finding:
    """One line of the doctor. `fix` is what to do about it, empty when nothing is."""

    mark: Mark
    subject: str
    says: str
    fix: str = ""


def system() -> System:
    """Return what this machine is, as far as what to do differs."""
    if sys.platform == "darwin":
        return "macOS"
    if "microsoft" in platform.release().lower():
        return "Windows with WSL"
    return "Debian or Ubuntu" if apt.system().has_apt else "another Linux"


def examine(workshop: Workshop) -> Iterator[Finding]:
    """Yield the findings in order. Changes nothing, pulls nothing, starts nothing."""
    try:
        connected = workshop.engine
        connected.must_be_here()
    except AdvicesError as error:
        yield Finding("bad", "engine", error.what, _fix_of_missing_engine(error))
        yield _buildx()
        yield _ca(None)
        return
    facts = connected.facts()
    ours = own_engine.is_in_use()
    whose = "started by us" if ours else "not ours: we never stop it"
    kind = "rootless, " if facts.rootless else ""
    yield Finding("ok", "engine", f"{facts.version} at {connected.address} ({kind}{whose})")
    if ours:
        yield Finding("ok", "engine log", str(own_engine.LOG))
    yield Finding("ok", "platform", f"{facts.platform}, {counted(facts.cores, 'core')}")
    yield _storage(facts.storage_driver)
    yield _buildx()
    yield _builder()
    for subject, says, fix in client_settings.left_out(connected.address):
        yield Finding("note", subject, says, fix)
    yield _space(facts.data_folder, workshop.layout)
    yield _limits(connected.address, facts)
    yield _ca(connected)
    yield from _registry_and_bases(workshop)


def _fix_of_missing_engine(error: AdvicesError) -> str:
    if isinstance(error, EngineElsewhere | EngineUnsuitable):
        return error.next_step
    if isinstance(error, EngineForbidden):
        return checks.MAY_USE.fix_on(system())
    if not connection.is_default_socket():
        return "start that engine, or unset DOCKER_HOST and DOCKER_CONTEXT to use the local one"
    return checks.ENGINE.fix_on(system())


def _storage(driver: str) -> Finding:
    if driver in ("overlay2", "overlayfs"):
        return Finding("ok", "storage driver", driver)
    return Finding("note", "storage driver", driver, checks.STORAGE.fix_on(system()))


def _buildx() -> Finding:
    found = buildx_version()
    if found is None:
        return Finding("bad", "buildx", "not installed", checks.BUILDX.fix_on(system()))
    numbers = found.lstrip("v").split("+")[0].split("-")[0].split(".")
    if tuple(int(n) for n in numbers[:2] if n.isdigit()) < checks.BUILDX_AT_LEAST:
        return Finding("bad", "buildx", found, checks.BUILDX.fix_on(system()))
    return Finding("ok", "buildx", found)


def _builder() -> Finding:
    name, driver = connection.context_name(), client_settings.builder_driver()
    if driver == "docker":
        return Finding("ok", "builder", f"{name}, the engine's own")
    says = f"{name} has the driver {driver}" if driver else f"there is no builder {name}"
    return Finding("bad", "builder", says, checks.BUILDER.fix_on(system()))


def _space(folder: str, layout: Layout) -> Finding:
    free = free_bytes(folder)
    if free is None:
        says = f"{folder} is on another machine, or this user may not read it"
        return Finding("note", "disk space", says, "check it there, or as root")
    says = f"{free / 1e9:.1f} GB free in {folder}"
    if class_of() is not None:
        return _space_of_a_seat(free, says, layout)
    if free < checks.MUCH_ROOM_BYTES:
        return Finding("bad", "disk space", says, checks.SPACE.fix_on(system()))
    return Finding("ok", "disk space", says)


def _space_of_a_seat(free: int, says: str, layout: Layout) -> Finding:
    """Judge by what labs want free: a seat has all images already, and builds no stand-in."""
    labs = labfile.in_order(layout.labs)
    lacking = [lab.slug for lab in labs if lab.needs_free_bytes > free]
    if not lacking:
        return Finding("ok", "disk space", f"{says}, the disk of this seat: enough for each lab")
    mark: Mark = "note" if len(lacking) < len(labs) else "bad"
    says += f", the disk of this seat: too little for {', '.join(lacking)}"
    # Not all images: bases that are removed are gone until the seat is reset.
    fix = (
        "`docker builder prune --all` and `docker image prune` empty what you built; your trainer "
    )
    fix += "can reset the seat"
    return Finding(mark, "disk space", says, fix)


def _limits(address: str, facts: EngineFacts) -> Finding:
    """Say which limits of a learner's build are in force on this engine besides time."""
    why = cgroup.why_not(address, rootless=facts.rootless)
    if not why:
        return Finding("ok", "limits of builds", "processes, memory and disk of learners' builds")
    says = f"disk of learners' builds, neither processes nor memory: {why}"
    return Finding("note", "limits of builds", says, checks.LIMITS.fix_on(system()))


def _ca(engine: Engine | None) -> Finding:
    settings = proxy.host_settings()
    if proxy.way(engine) == "shelf" and engine is not None and engine.facts().rootless:
        says = "from prefetched packages, because a rootless engine reaches no index on this host"
        says += f" ({', '.join(settings)})"
        if shelf.read() is None:
            return Finding("bad", "pip in builds", f"{says}; nothing is", checks.ROOTLESS.fix)
        return Finding("ok", "pip in builds", says)
    if proxy.way(engine) == "shelf":
        says = "from prefetched packages, because no package index answers"
        return Finding("note", "pip in builds", says, checks.PIP.fix_on(system()))
    if not settings:
        return Finding("ok", "pip in builds", "directly: the host has no CA or index settings")
    return Finding(
        "ok", "pip in builds", f"through a caching index on this host ({', '.join(settings)})"
    )


def _registry_and_bases(workshop: Workshop) -> Iterator[Finding]:
    try:
        bases = workshop.bases
    except AdvicesError as error:
        yield Finding("bad", "base images", error.what, error.next_step)
        return
    reachable = True
    try:
        workshop.engine.ask_registry(bases.names()[0])
        yield Finding("ok", "registry", "answers: official images are used")
    except RegistrySilent:
        reachable = False
        yield Finding("note", "registry", "none answers", checks.REGISTRY.fix_on(system()))
    except PullFailed as error:
        yield Finding("bad", "registry", error.what, error.next_step)
    images = workshop.scanners
    for name, called in SCANNERS.items():
        yield _scanner(images, name, called, reachable)
    for name in bases.names():
        base = bases.known(name)
        if base:
            yield Finding("ok", name, f"present, {base.kind}")
        else:
            how = "pulled" if reachable else "built (this takes minutes once)"
            yield Finding(
                "note",
                name,
                "not there yet",
                f"it is {how} when a lab needs it; `advices prefetch` does it now",
            )
    yield from _prefetched(bases, workshop.layout)


def _prefetched(bases: Bases, layout: Layout) -> Iterator[Finding]:
    here: list[str] = []
    missing: list[str] = []
    for slug in labfile.slugs(layout.labs):
        (here if is_prefetched(layout, bases, slug) else missing).append(slug)
    if missing:
        says = f"not {', '.join(missing)}" if here else "no lab"
        yield Finding("note", "prefetched", says, checks.PREFETCHED.fix_on(system()))
    elif here:
        yield Finding("ok", "prefetched", ", ".join(here))


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
        fix = "it is built when a lab needs it; `advices prefetch` does it now"
    elif reachable:
        fix = "it is pulled when a lab needs it; `advices prefetch` does it now"
    else:
        fix = "the lab runs without it and says so; to get it, `docker load` it from a machine "
        fix += "that can pull it (labs/scanners/scanners.toml names it)"
    return Finding("note", subject, "not there", fix)
