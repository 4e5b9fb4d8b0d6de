"""A class is removed: what its file names, and all that has our prefix, whatever left it there."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from advices.classroom import accounts, mounts, network, places, seats, store, stored
from advices.classroom.hub.start import end
from advices.classroom.keeping import keepers
from advices.classroom.sending.rest import demand_nothing_waits
from advices.core import CommandFailed, FileRefused, counted, poll, run

_GONE_SECONDS = 10


def stop(*, discard_waiting: bool = False) -> tuple[str, ...]:
    """Remove a class and return what was removed, () where nothing was there.

    It needs no file of the class: after a crash or a reboot all of it is found by its names. What
    waits for a store is sent first; `discard_waiting` deletes it. Raises ProgressWaits where it
    waits on, and nothing is removed then; CommandFailed where something does not go, FileRefused
    for who is not root.
    """
    with stored.changed_alone():
        found: list[str] = []
        # While the hub goes on: who is refused has the class as it was.
        sent = 0 if discard_waiting else demand_nothing_waits(places.FOLDER)
        end(places.FOLDER)
        # What came in between.
        sent += 0 if discard_waiting else demand_nothing_waits(places.FOLDER)
        if sent:
            results = counted(sent, "result of an exercise", "results of exercises")
            found.append(f"{results}, which the store has now")
        _stop_forwarding()
        for keeps in keepers():
            found += [f"processes of {name}" for name in keeps.kill_left()]
        for kept in places.RUN.glob("*/"):
            seats.let_go(kept)
            found.append(f"namespaces of {kept.name}")
        mounts.let_go(places.RUN)
        for name, link in network.left():
            network.remove(name, link)
            # A link goes a moment after its network.
            found += [f"network {name}"] if name else []
        if network.remove_rules():
            found.append("rules of the firewall")
        store.hide()
        for keeps in keepers():
            found += keeps.remove()
        for account in accounts.left():
            accounts.remove(account)
            found.append(f"account {account}")
        found += [str(one) for one in _remove_folders()]
        _await_disks()
    return tuple(found)


def _stop_forwarding() -> None:
    with contextlib.suppress(FileRefused):
        classroom = stored.read()
        if classroom is not None and classroom.made_forwarding:
            network.let_forward(on=False)


def _remove_folders() -> list[Path]:
    there = [one for one in (places.FOLDER, places.RUN, seats.LOGS) if one.is_dir()]
    # Who has a larger disk for a class mounts it there: the disk stays, and is empty.
    mounted = [one for one in there if one.is_mount()]
    there = [one for one in there if one not in mounted or [*one.iterdir()]]
    for folder in there:
        if folder in mounted:
            _empty(folder)
            continue
        shutil.rmtree(folder)
        # The engine that `advices engine start` started may have files there.
        with contextlib.suppress(OSError):
            folder.parent.rmdir()
    return there


def _empty(folder: Path) -> None:
    for one in folder.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()


def _await_disks() -> None:
    """Return when no disk of a seat is attached: the kernel detaches it a moment after its seat."""
    for _ in poll(_GONE_SECONDS):
        if str(places.FOLDER) not in run(["losetup", "--all"]).stdout:
            return
    raise CommandFailed(
        "a disk of a seat is still attached",
        why="something outside of the seats has one of its files open",
        next_step="`losetup --all` lists it; restart the machine if you do not find what holds it",
    )
