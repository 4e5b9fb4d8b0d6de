"""A class on one machine: a seat with an engine for each learner, a hub, the trainer's page.

`inside` gives the words that run a program in a seat; nothing runs there that was not started so.
`ensure` brings a seat and its engine up, `kill_all` ends all that runs in it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from advices.classroom.engines import answers
from advices.classroom.entering import environment, inside, kill_all, processes
from advices.classroom.filling import Fill
from advices.classroom.images import bundle_of_this_machine, key_of, of_bundle, of_engine
from advices.classroom.machine import facts, install, proxy_here
from advices.classroom.places import FOLDER
from advices.classroom.preparing import Asked, check, demand
from advices.classroom.preparing import prepare as prepared
from advices.classroom.records import Classroom, Limits, Seat
from advices.classroom.removing import stop
from advices.classroom.resetting import ensure
from advices.classroom.resetting import reset as reset_seat
from advices.classroom.stored import read, seat_of
from advices.classroom.verdict import Facts, Row, Verdict, Wanted, judge

if TYPE_CHECKING:
    from advices.classroom.hub.address import Address, address, board_url
    from advices.classroom.hub.files import Codes, Opened, codes, opened
    from advices.classroom.hub.files import classroom as class_in
    from advices.classroom.hub.start import LOG, end, how_opened, lets_in_by_code, running
    from advices.classroom.progress.resets import was_reset_in
    from advices.classroom.progress.telling import told
    from advices.classroom.rehearsing.figures import (
        Learned,
        failures,
        figures,
        idle,
        memory,
        rehearsal,
    )
    from advices.classroom.rehearsing.run import rehearse
    from advices.classroom.sending.choosing import chosen
    from advices.classroom.sending.words import leaves

__all__ = [
    "FOLDER",
    "LOG",
    "Address",
    "Asked",
    "Classroom",
    "Codes",
    "Facts",
    "Fill",
    "Learned",
    "Limits",
    "Opened",
    "Row",
    "Seat",
    "Verdict",
    "Wanted",
    "address",
    "answers",
    "board_url",
    "bundle_of_this_machine",
    "check",
    "chosen",
    "class_in",
    "codes",
    "demand",
    "end",
    "ensure",
    "environment",
    "facts",
    "failures",
    "figures",
    "how_opened",
    "idle",
    "inside",
    "install",
    "judge",
    "key_of",
    "kill_all",
    "leaves",
    "lets_in_by_code",
    "memory",
    "of_bundle",
    "of_engine",
    "opened",
    "prepared",
    "processes",
    "proxy_here",
    "read",
    "rehearsal",
    "rehearse",
    "reset_seat",
    "running",
    "seat_of",
    "stop",
    "told",
    "was_reset_in",
]
# Who makes seats needs no server: the modules of these names load when somebody asks.
_LATER = {
    **{name: f"hub.address.{name}" for name in ("Address", "address", "board_url")},
    **{name: f"hub.files.{name}" for name in ("Codes", "Opened", "codes", "opened")},
    "class_in": "hub.files.classroom",
    **{
        name: f"hub.start.{name}"
        for name in ("LOG", "end", "how_opened", "lets_in_by_code", "running")
    },
    "told": "progress.telling.told",
    "was_reset_in": "progress.resets.was_reset_in",
    **{
        name: f"rehearsing.figures.{name}"
        for name in ("Learned", "failures", "figures", "idle", "memory", "rehearsal")
    },
    "rehearse": "rehearsing.run.rehearse",
    "chosen": "sending.choosing.chosen",
    "leaves": "sending.words.leaves",
}


def __getattr__(name: str) -> Any:
    """Load what a name is of when somebody asks for it."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _LATER[name].rpartition(".")
    return getattr(import_module(f"{__name__}.{module}"), attribute)
