"""A class on one machine: a seat with an engine for each learner, a hub, the trainer's page.

`inside` gives the words that run a program in a seat; nothing runs there that was not started so.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from advices.classroom.entering import environment, inside
from advices.classroom.groups import kill_all, processes
from advices.classroom.records import Classroom, Limits, Seat

if TYPE_CHECKING:
    from advices.classroom.hub.address import Address, address, board_url
    from advices.classroom.hub.files import Codes, Opened, codes
    from advices.classroom.hub.files import classroom as prepared
    from advices.classroom.hub.start import end, how_opened, running
    from advices.classroom.places import FOLDER
    from advices.classroom.progress.telling import told
    from advices.classroom.rehearsing.figures import Learned, failures, figures, memory
    from advices.classroom.rehearsing.run import rehearse

__all__ = [
    "FOLDER",
    "Address",
    "Classroom",
    "Codes",
    "Learned",
    "Limits",
    "Opened",
    "Seat",
    "address",
    "board_url",
    "codes",
    "end",
    "environment",
    "failures",
    "figures",
    "how_opened",
    "inside",
    "kill_all",
    "memory",
    "prepared",
    "processes",
    "rehearse",
    "running",
    "told",
]
# Who makes seats needs no server: the modules of these names load when somebody asks.
_LATER = {
    "FOLDER": "places.FOLDER",
    **{name: f"hub.address.{name}" for name in ("Address", "address", "board_url")},
    **{name: f"hub.files.{name}" for name in ("Codes", "Opened", "codes")},
    "prepared": "hub.files.classroom",
    **{name: f"hub.start.{name}" for name in ("end", "how_opened", "running")},
    "told": "progress.telling.told",
    **{name: f"rehearsing.figures.{name}" for name in ("Learned", "failures", "figures", "memory")},
    "rehearse": "rehearsing.run.rehearse",
}


def __getattr__(name: str) -> Any:
    """Load what a name is of when somebody asks for it."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _LATER[name].rpartition(".")
    return getattr(import_module(f"{__name__}.{module}"), attribute)
