"""A class on one machine: a seat with an engine for each learner, a hub, the trainer's page.

`inside` gives the words that run a program in a seat; nothing runs there that was not started so.
`ensure` brings a seat and its engine up, `kill_all` ends all that runs in it.
"""

from __future__ import annotations

from advices.classroom.engines import answers, ensure
from advices.classroom.entering import environment, inside, kill_all, processes
from advices.classroom.filling import Fill
from advices.classroom.images import bundle_of_this_machine, key_of, of_bundle, of_engine
from advices.classroom.machine import facts, install, proxy_here
from advices.classroom.places import FOLDER
from advices.classroom.preparing import Asked, check, demand
from advices.classroom.preparing import prepare as prepared
from advices.classroom.records import Classroom, Limits, Seat
from advices.classroom.removing import stop
from advices.classroom.resetting import reset as reset_seat
from advices.classroom.stored import read, seat_of
from advices.classroom.verdict import Facts, Row, Verdict, Wanted, judge

__all__ = [
    "FOLDER",
    "Asked",
    "Classroom",
    "Facts",
    "Fill",
    "Limits",
    "Row",
    "Seat",
    "Verdict",
    "Wanted",
    "answers",
    "bundle_of_this_machine",
    "check",
    "demand",
    "ensure",
    "environment",
    "facts",
    "inside",
    "install",
    "judge",
    "key_of",
    "kill_all",
    "of_bundle",
    "of_engine",
    "prepared",
    "processes",
    "proxy_here",
    "read",
    "reset_seat",
    "seat_of",
    "stop",
]
