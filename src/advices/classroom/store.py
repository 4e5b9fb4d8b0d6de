"""The store: the images and packages of a class, on this machine once, whatever number of seats.

An engine of its own, in a seat that is there for this alone, loads a bundle. Its disk is kept and
never written to again. Each seat has a copy of what its engine notes about images, and is shown the
files of their layers by mounts that shift their owners to those of the seat.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from pydantic import ValidationError

from advices.classroom import accounts, mounts, places
from advices.classroom.records import Seat
from advices.core import CommandFailed, Record, run


class Store(Record):
    """What is known of the store: what it was made from, whose its files are, its size."""

    key: str
    uid: int
    sub_uid: int
    sub_gid: int
    size_bytes: int


def kept(folder: Path = places.FOLDER) -> Store | None:
    """Return what is known of the store that is there, None without one."""
    try:
        found = Store.model_validate_json((folder / "store.json").read_text("utf-8"))
    except (OSError, ValidationError):
        return None
    return found if places.store(folder).is_file() else None


def show() -> None:
    """Mount the store for root, where it is made and not mounted. Raises CommandFailed."""
    at = places.store_shown()
    if kept() is None or mounts.is_mounted(at):
        return
    at.mkdir(mode=0o700, parents=True, exist_ok=True)
    at.parent.chmod(0o700)
    run(["mount", "-t", "ext4", "-o", "loop,ro,noload,nosuid,nodev", str(places.store()), str(at)])


def hide() -> None:
    """Let go of the store's mount."""
    at = places.store_shown()
    while mounts.is_mounted(at):
        run(["umount", "--lazy", str(at)])
    with contextlib.suppress(OSError):
        at.rmdir()


def remove() -> None:
    """Remove the store; what is mounted of it in seats stays until they are down."""
    hide()
    for file in (places.FOLDER / "store.json", places.store()):
        file.unlink(missing_ok=True)


def shown_to(seat: Seat) -> dict[str, object] | None:
    """Return what the first process of a seat must know to show it the store, None without one.

    Raises CommandFailed where the seat's account has no sub-ids.
    """
    found, to = kept(), accounts.sub_ids(seat.account)
    if found is None:
        return None
    if to is None:
        raise CommandFailed(f"the account {seat.account} has no subordinate ids")
    count = accounts.SUB_IDS_A_SEAT
    return {
        "at": str(places.store_shown()),
        "uids": [[found.uid, seat.uid, 1], [found.sub_uid, to[0], count]],
        "gids": [[found.uid, seat.uid, 1], [found.sub_gid, to[1], count]],
    }
