"""What is kept of a class, read for a report."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from advices.classroom.hub.files import classroom, opened
from advices.classroom.progress import report, xapi
from advices.classroom.progress.store import Store
from advices.classroom.sending.outbox import Outbox
from advices.core import Layout
from advices.lab import labfile


class Told(NamedTuple):
    """The table of a class, and the same as JSON and as xAPI."""

    header: tuple[str, ...]
    rows: list[list[str]]
    json: str
    xapi: str
    keep_days: int


def told(folder: Path) -> Told:
    """Return what is kept of the class in a folder. Raises ClassMissing for none."""
    room, how = classroom(folder), opened(folder)
    return told_of(
        Store(folder, how.keep_days),
        id=room.id,
        origin=how.address.origin,
        project=Path(room.project),
        keep_days=how.keep_days,
    )


def told_of(store: Store, *, id: str, origin: str, project: Path, keep_days: int) -> Told:
    """Return what a store keeps of the class with an id and an origin; the project has its labs."""
    events = store.events()
    pseudonyms = Outbox(store).pseudonyms()
    rows = report.report(store.learners(), events, pseudonyms)
    statements = xapi.statements(events, xapi.Told(id, origin, titles(project), pseudonyms))
    return Told(
        report.HEADER,
        [report.cells(row) for row in rows],
        report.as_json(rows),
        xapi.as_json(statements),
        keep_days,
    )


def titles(project: Path) -> dict[str, str]:
    """Return the titles of all labs of a project, by slug."""
    return {lab.slug: lab.title for lab in labfile.in_order(Layout(project).labs)}
