"""A run: its id, its scratch folder and its lock; and the sweep after a run that crashed.

A run is alive as long as its owner holds the lock in the run's folder; the kernel frees the
lock of a process that ends in whatever way. All that a run creates in the engine carries
its id as a label, so that what a dead run left is found and removed at the next start.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import os
import secrets
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from advices.core import DiskFull, EngineLost, free_bytes, state_folder
from advices.engine import Engine
from advices.runs.locks import locked
from advices.runs.remains import end_builds, guard, remove, remove_all

RUN_VARIABLE = "ADVICES_RUN"


def _owner() -> str:
    """Return a word for this user on this machine: one engine may serve several."""
    name = f"{uuid.getnode()}/{getpass.getuser()}/{state_folder()}"
    return hashlib.sha256(name.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Run:
    """A run that may create things. `scratch` is its folder and goes with it."""

    id: str
    scratch: Path


def _runs() -> Path:
    return state_folder() / "runs"


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn a state folder that cannot be written into DiskFull."""
    try:
        yield
    except OSError as error:
        raise DiskFull(
            f"could not create a scratch folder: {error.strerror}",
            why="the disk is full, or you may not write to the state folder",
            next_step=f"look at {state_folder()}",
        ) from None


@contextlib.contextmanager
def _gate() -> Iterator[None]:
    """Let one process at a time begin a run or sweep: a run half begun looks dead."""
    state_folder().mkdir(parents=True, exist_ok=True)
    with (state_folder() / "runs.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def attached() -> Run | None:
    """Return the run that a parent process owns and told us of, None without one."""
    run_id = os.environ.get(RUN_VARIABLE)
    return Run(run_id, _runs() / run_id) if run_id else None


@contextlib.contextmanager
def own_run(engine: Engine, *, guarded: bool = False) -> Iterator[Run]:
    """Sweep what dead runs left, then own a run; at the end remove all that carries its id.

    A `guarded` one also takes the build cache along that its builds added, and if its owner is
    killed a process of its own removes all that, at once.
    """
    sweep(engine)
    end = partial(remove_all, later=True) if guarded else remove
    with scratch_folder() as scratch:
        if guarded:
            guard(scratch / "lock")
        try:
            yield Run(scratch.name, scratch)
        except BaseException:
            # The fault that ended the run is the one to tell, not that its engine is gone too.
            with contextlib.suppress(EngineLost):
                end(engine, scratch.name)
            raise
        else:
            end(engine, scratch.name)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder that goes at the end, or with the next sweep if this process is killed."""
    folder = _runs() / f"{_owner()}-{secrets.token_hex(4)}"
    with _told(), _gate():
        folder.mkdir(parents=True)
        descriptor = locked(folder / "lock")
    assert descriptor is not None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def sweep(engine: Engine) -> tuple[str, ...]:
    """Remove everything that dead runs of this user left; return their ids."""
    swept = []
    with _told(), _gate():
        folders = {path.name for path in _runs().glob("*") if path.is_dir()}
        mine = {run_id for run_id in engine.run_ids() if run_id.startswith(f"{_owner()}-")}
        for run_id in sorted(folders | mine):
            folder = _runs() / run_id
            descriptor = None
            if folder.is_dir():
                descriptor = locked(folder / "lock")
                if descriptor is None:
                    continue
            end_builds(run_id)
            remove_all(engine, run_id, later=False)
            shutil.rmtree(folder, ignore_errors=True)
            if descriptor is not None:
                os.close(descriptor)
            swept.append(run_id)
    return tuple(swept)


def check_space(folder: str, needed_bytes: int) -> None:
    """Raise DiskFull when less than `needed_bytes` are free where the engine keeps its data.

    Where this user sees no data folder of the engine, nothing can be said of it.
    """
    for place in (folder, tempfile.gettempdir()):
        free = free_bytes(place)
        if free is None:
            continue
        wanted = needed_bytes if place == folder else 100_000_000
        if free < wanted:
            raise DiskFull(
                f"{free / 1e9:.1f} GB are free in {place}, but labs need {wanted / 1e9:.1f} GB",
                why="images, layers and scratch copies need disk space",
            )
