"""Checks a learner's Dockerfile at each save, for those who use their own editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from advices.core import AdvicesError, saves
from advices.notebooks.labs import check_exercise
from advices.results import Checked, Turned, turned
from advices.workshop import Workshop


@dataclass(frozen=True)
class Look:
    """What came of one save: a verdict with what turned since the one before, or a fault."""

    checked: Checked | None = None
    turned: Turned = field(default_factory=Turned)
    fault: AdvicesError | None = None


def watch_exercise(
    workshop: Callable[[], AbstractContextManager[Workshop]], slug: str, file: Path
) -> Iterator[Look]:
    """Yield how a learner's Dockerfile does, at once and after each save, without an end.

    A check that runs when the file is saved goes on; the newest is checked after it. A foreseeable
    fault is yielded too, and the next save is checked: each check asks for a workshop of its own,
    for an engine may have come or gone.
    """
    before: Checked | None = None
    for _ in saves(file):
        try:
            with workshop() as shop:
                found = check_exercise(shop, slug, file)
        except AdvicesError as fault:
            yield Look(fault=fault)
        else:
            yield Look(found, turned(before, found))
            before = found
