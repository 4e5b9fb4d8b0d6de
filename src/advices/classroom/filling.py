"""Fills the store: an engine in a seat that is there for this alone loads images once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from advices.classroom import accounts, engines, network, places, seats, store
from advices.classroom.records import Classroom, Seat
from advices.classroom.store import Store
from advices.core import DiskFull, write_whole

Fill = Callable[[Classroom, Seat], None]
"""Brings images and packages into the engine and the home of a seat."""
_NAME = f"{places.PREFIX}store"
_ROOM_BYTES = 64 << 30
_LEAST_BYTES = 2 << 30


def make(classroom: Classroom, key: str, fill: Fill) -> Store:
    """Return the store of a class, made unless one with this key is there.

    No seat may be up. Raises CommandFailed, DiskFull, EngineMissing, and what `fill` raises; then
    there is none.
    """
    found = store.kept()
    if found is not None and found.key == key:
        return found
    store.remove()
    (uid,) = accounts.free_ids(1, accounts.used_ids() | {one.uid for one in classroom.seats})
    seat = _filling(classroom, uid)
    roomy = classroom.model_copy(
        update={"limits": classroom.limits.model_copy(update=_limits_of_filling())}
    )
    # Of a run that was killed: its files are another account's.
    seats.remove(seat)
    try:
        engines.ensure(roomy, seat)
        fill(roomy, seat)
        engines.stop(seat)
        seats.give_back(seat)
        seats.bring_down(seat)
        sub_ids = accounts.sub_ids(seat.account)
        assert sub_ids is not None  # made with them
        disk = places.disk(seat)
        size = disk.stat().st_blocks * 512
        disk.replace(places.store())
        found = Store(key=key, uid=uid, sub_uid=sub_ids[0], sub_gid=sub_ids[1], size_bytes=size)
        write_whole(places.FOLDER / "store.json", found.model_dump_json(), 0o600)
    finally:
        seats.remove(seat)
    return found


def _filling(classroom: Classroom, uid: int) -> Seat:
    gateway, address = network.addresses(classroom.subnet, 0)
    return classroom.seats[0].model_copy(
        update={
            "name": _NAME,
            "number": 0,
            "account": _NAME,
            "uid": uid,
            "home": places.FOLDER / "seats" / "store" / "home",
            "runtime": Path(f"/run/user/{uid}"),
            "network": _NAME,
            "address": address,
            "gateway": gateway,
        }
    )


def _limits_of_filling() -> dict[str, object]:
    free = shutil.disk_usage(places.FOLDER).free
    if free < _LEAST_BYTES:
        raise DiskFull(f"{places.FOLDER} has only {free / 1e9:.1f} GB left for images")
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "disk_bytes": min(_ROOM_BYTES, free),
        "memory_bytes": int(pages * 0.75),
        "cpus": float(os.cpu_count() or 1),
    }
