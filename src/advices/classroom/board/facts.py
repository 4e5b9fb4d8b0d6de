"""What the service is about: one class, its store, its exercises, its agendas, and what resets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from advices.classroom.board.day import clock
from advices.classroom.board.page import Board
from advices.classroom.board.rows import Exercise, counts, seat_rows
from advices.classroom.progress import laptops
from advices.classroom.progress.store import Learner, Store
from advices.classroom.sending import words
from advices.classroom.sending.sender import Sender
from advices.core import Layout, now
from advices.lab import Lab, labfile
from advices.site import Agenda, agendas


class Place(Protocol):
    """A seat, as the page knows it."""

    @property
    def name(self) -> str:
        """Return the name of the seat, which is the hub's user too."""


class Room(Protocol):
    """A class, wherever its seats are: accounts of this machine, or pods of a cluster."""

    @property
    def seats(self) -> Sequence[Place]:
        """Return the seats, in the order they are given."""

    @property
    def project(self) -> Path:
        """Return the folder with labs and docs, as this process reads it."""


Reset = Callable[[str], None]


def _nothing(_: str) -> None:
    """Leave it to the hub."""


@dataclass(frozen=True)
class Facts:
    """What the handlers share. `reset` brings the seat of a name back to how it was prepared.

    `kill` ends all that runs in one at once, where that is not the hub's to do: a server that is
    asked to end interrupts its learner's cell first, whose page then tells of that alone.
    `sender` sends progress to the store that the trainer set, None without one.
    """

    room: Room
    store: Store
    keep_days: int
    reset: Reset
    sender: Sender | None = None
    kill: Reset = _nothing

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """Return the exercises, in the order of the learning path."""
        return tuple(Exercise(lab.slug, lab.title) for lab in self._labs if lab.exercise)

    @cached_property
    def hints(self) -> frozenset[str]:
        """Return the ids of all hints: nothing else is kept as one."""
        return frozenset(
            mistake.id
            for lab in self._labs
            if lab.exercise
            for mistake in lab.its_exercise().mistakes
        )

    @cached_property
    def agendas(self) -> Sequence[Agenda]:
        """Return the agendas of docs/trainers.md."""
        return agendas(self._layout)

    @property
    def _layout(self) -> Layout:
        return Layout(Path(self.room.project))

    @cached_property
    def _labs(self) -> tuple[Lab, ...]:
        return labfile.in_order(self._layout.labs)

    def seat(self, name: str) -> Place | None:
        """Return a seat by its name."""
        return next((one for one in self.room.seats if one.name == name), None)

    def laptops(self, learners: Iterable[Learner]) -> list[str]:
        """Return the places of those learners who came with a laptop."""
        return laptops.places(learner.seat for learner in learners)

    def leaves(self, seat: str) -> str:
        """Return what the learner of a seat is told now of where progress goes."""
        if self.sender is None:
            return words.leaves(None)
        return words.leaves(self.sender.host, self.sender.tell(seat))

    def board(self, notice: str = "") -> Board:
        """Return what the trainer sees now."""
        moment = now()
        learners = self.store.learners()
        rows = seat_rows(
            [*(seat.name for seat in self.room.seats), *self.laptops(learners)],
            exercises=self.exercises,
            learners=learners,
            joined=self.store.joined(),
            events=self.store.events(),
            wishes=self.store.wishes(),
            now=moment.timestamp(),
        )
        local = moment.astimezone()
        here = clock(local.hour * 60 + local.minute)
        return Board(
            rows,
            counts(self.exercises, rows),
            self.store.messages(),
            here,
            notice,
            self.sender.status() if self.sender else None,
        )
