"""A class on one machine: a seat with an engine for each learner, a hub, the trainer's page.

`inside` gives the words that run a program in a seat; nothing runs there that was not started so.
"""

from __future__ import annotations

from advices.classroom.entering import environment, inside
from advices.classroom.groups import kill_all, processes
from advices.classroom.records import Classroom, Limits, Seat

__all__ = ["Classroom", "Limits", "Seat", "environment", "inside", "kill_all", "processes"]
