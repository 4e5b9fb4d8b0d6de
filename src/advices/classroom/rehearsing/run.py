"""A rehearsal: all learners at once, what they measured, and nothing left of them."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from pathlib import Path

from advices.classroom.hub.files import classroom, codes, opened
from advices.classroom.hub.start import answers, lets_in_by_code
from advices.classroom.progress.store import Store
from advices.classroom.rehearsing.figures import Learned
from advices.classroom.rehearsing.learner import Entry, Work, learn, leave
from advices.classroom.rehearsing.seat_memory import memory_bytes
from advices.core import ClassMissing, ClassSettingInvalid, Layout, counted
from advices.lab import labfile

EXERCISE = "build-cache"
NAME = "Rehearsal"


def rehearse(folder: Path, count: int, slug: str = EXERCISE) -> list[Learned]:
    """Let `count` learners come at once; return how each did.

    Raises ClassMissing where no class runs, ClassSettingInvalid for more learners than free seats,
    and where another login than the code lets in.
    """
    room, how = classroom(folder), opened(folder)
    if not answers(how):
        raise ClassMissing(
            "the hub of the class does not answer",
            why="the class is prepared, and not started",
            next_step="start it with `advices class start` in another terminal",
        )
    if not lets_in_by_code(how):
        raise ClassSettingInvalid(
            "learners who are none have no account to log in with",
            why="the file after `--config` sets another way to log in than the code of the class",
            next_step="rehearse before: start the class without `--config`, then again with it",
        )
    store = Store(folder, how.keep_days)
    _forget(store, room.id)
    free = len(room.seats) - len(store.learners())
    if count > free:
        raise ClassSettingInvalid(
            f"{counted(count, 'learner')} cannot rehearse: of {counted(len(room.seats), 'seat')}, "
            f"{free or 'none'} {'are' if free > 1 else 'is'} free",
            why="a rehearsal takes free seats only, so that nobody loses one",
            next_step=f"rehearse with {free}, or free seats in the trainer's page",
        )
    said = [Learned(f"{NAME} {room.id} {number}") for number in range(1, count + 1)]
    try:
        asyncio.run(_all(folder, said, _work(Path(room.project), slug)))
    finally:
        _forget(store, room.id)
    return said


async def _all(folder: Path, said: Sequence[Learned], work: Work) -> None:
    room, origin = classroom(folder), opened(folder).address.origin
    seats = {seat.name: seat for seat in room.seats}
    idle = {name: memory_bytes(seat) for name, seat in seats.items()}
    entry = Entry(origin, codes(folder).learners, secrets.token_hex(8))
    browsers = await asyncio.gather(*(learn(entry, work, one) for one in said))
    try:
        for one in said:
            if one.seat in seats:
                one.memory_bytes = memory_bytes(seats[one.seat])
                one.idle_bytes = idle[one.seat]
    finally:
        await asyncio.gather(
            *(leave(browser, origin, one.seat) for browser, one in zip(browsers, said, strict=True))
        )


def _forget(store: Store, of: str) -> None:
    """Free the seats of learners who are none, those of a rehearsal that was killed too."""
    for one in store.learners():
        # Nobody else has the id of the class in their name.
        if one.name.startswith(f"{NAME} {of} "):
            store.free(one.seat)


def _work(project: Path, slug: str) -> Work:
    layout = Layout(project)
    lab = labfile.read(layout.labs, slug)
    notebook = json.loads(layout.notebook(slug).read_text("utf-8"))
    cell = next(one for one in notebook["cells"] if one["cell_type"] == "code")
    solution = lab.its_exercise().dockerfile("good").read_text("utf-8")
    return Work(slug, "".join(cell["source"]), solution)
