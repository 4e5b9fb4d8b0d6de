"""Pure: what is being done, as events, and what they add up to.

A run tells of its work by events. On a terminal they are a picture that changes, in a pipe lines.
The kernel that executes a notebook sends them as text on its stderr.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace


@dataclass(frozen=True)
class Planned:
    """These labs will be measured: the seconds that each took the last time, 0 if not known."""

    labs: Mapping[str, float]


@dataclass(frozen=True)
class Begun:
    """A lab is measured from now on, in so many steps if nothing comes between."""

    lab: str
    steps: int


@dataclass(frozen=True)
class Step:
    """A candidate of a lab begins a step: `done` of its `steps` are behind it.

    With `what` empty all of them are, or those that were left out need not be done.
    """

    lab: str
    candidate: str
    what: str
    done: int
    steps: int

    def __str__(self) -> str:
        return f"{self.lab} {self.candidate}: {self.what}" if self.what else ""


@dataclass(frozen=True)
class Instruction:
    """A build of a candidate begins an instruction of its Dockerfile."""

    lab: str
    candidate: str
    instruction: str

    def __str__(self) -> str:
        return f"{self.lab} {self.candidate}: {self.instruction}"


@dataclass(frozen=True)
class Waiting:
    """Something waits: `what` says for what, `since` when that began (ISO 8601), "" if unknown."""

    what: str
    since: str = ""

    def __str__(self) -> str:
        if not self.since:
            return f"waiting: {self.what}"
        began = dt.datetime.fromisoformat(self.since).astimezone()
        return f"waiting: {self.what}, since {began:%H:%M:%S}"


@dataclass(frozen=True)
class Decided:
    """A claim over a candidate is decided, while the rest of it is still measured."""

    lab: str
    candidate: str
    says: str
    holds: bool

    def __str__(self) -> str:
        met = "met" if self.holds else "not met"
        return f"{self.lab} {self.candidate}: {met}: {self.says}"


@dataclass(frozen=True)
class Measured:
    """A lab was measured, in so many seconds."""

    lab: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.lab}: measured in {self.seconds:.0f} s"


Event = str | Planned | Begun | Step | Instruction | Decided | Measured | Waiting
Say = Callable[[Event], None]
_WIRE = "docker-advices "


def line(event: Event) -> str:
    """Return an event as a line of a log, empty when there is nothing to read in it later."""
    match event:
        case Planned() | Instruction():
            return ""
        case Begun(lab):
            return f"{lab}: executing notebooks/{lab}.ipynb"
    return str(event)


def sent(event: Event) -> str:
    """Return an event as text that crosses from a kernel: `received` reads it."""
    if isinstance(event, Step | Instruction):
        return _WIRE + json.dumps(asdict(event))
    return line(event)


def received(text: str) -> Iterator[Event]:
    """Yield the events in what a kernel wrote, one for each line."""
    for one in text.rstrip("\n").split("\n"):
        if one.startswith(_WIRE):
            fields = json.loads(one.removeprefix(_WIRE))
            yield Instruction(**fields) if "instruction" in fields else Step(**fields)
        else:
            yield one


@dataclass(frozen=True)
class Lab:
    """How far a lab is: the steps that each of its candidates has behind it, and what it does."""

    slug: str
    steps: int = 0
    behind: dict[str, int] = field(default_factory=dict)
    doing: str = ""

    @property
    def done(self) -> int:
        """Return how many steps are behind all candidates together."""
        return sum(self.behind.values())

    def after(self, step: Step) -> Lab:
        """Return the lab when a candidate begins a step."""
        done = step.done if step.what else step.steps
        behind = {**self.behind, step.candidate: done}
        doing = f"{step.candidate}: {step.what}" if step.what else self.doing
        # A candidate that nobody announced, a learner's, adds its own steps.
        known = max(self.steps, sum(behind.values()), step.steps)
        return Lab(self.slug, known, behind, doing)


@dataclass(frozen=True)
class State:
    """How far a run is: the labs under work, and how many are measured of how many."""

    labs: dict[str, Lab] = field(default_factory=dict)
    measured: int = 0
    expected: Mapping[str, float] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()

    @property
    def planned(self) -> int:
        """Return how many labs are measured in all."""
        return len(self.expected)

    def seconds_left(self, since: Mapping[str, float]) -> float | None:
        """Return the seconds that remain by what the labs took the last time.

        `since` has the seconds for which each lab under work has been. None when what one of them
        takes is not known.
        """
        left = [*self.labs, *self.waiting]
        if not left or not all(self.expected.get(slug) for slug in left):
            return None
        return sum(max(0.0, self.expected[slug] - since.get(slug, 0.0)) for slug in left)

    def after(self, event: Event) -> State:
        """Return the state when an event has happened."""
        match event:
            case Planned(labs):
                return replace(self, expected=labs, waiting=tuple(labs))
            case Begun(lab, steps):
                waiting = tuple(slug for slug in self.waiting if slug != lab)
                return replace(self, labs={**self.labs, lab: Lab(lab, steps)}, waiting=waiting)
            case Step(lab=lab):
                one = self.labs.get(lab, Lab(lab)).after(event)
                return replace(self, labs={**self.labs, lab: one})
            case Instruction(lab=lab) if lab in self.labs:
                doing = f"{event.candidate}: {event.instruction}"
                one = replace(self.labs[lab], doing=doing)
                return replace(self, labs={**self.labs, lab: one})
            case Measured(lab):
                left = {slug: one for slug, one in self.labs.items() if slug != lab}
                return replace(self, labs=left, measured=self.measured + 1)
        return self
