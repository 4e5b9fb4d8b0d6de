"""Pure: the trainer's page as HTML. What learners typed is escaped wherever it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jinja2

from advices.classroom.board.day import Slot
from advices.classroom.board.rows import Count, SeatRow
from advices.classroom.progress.store import Message
from advices.classroom.sending import words
from advices.classroom.sending.sender import Status
from advices.core import counted

_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Links(NamedTuple):
    """Where the page's parts are: the service's own prefix, and the token for its forms."""

    base: str
    xsrf: str
    logout: str


class Day(NamedTuple):
    """The agenda that is shown, its start, and the titles of all."""

    titles: Sequence[str]
    chosen: int
    start: str
    slots: Sequence[Slot]


class Board(NamedTuple):
    """All that the trainer sees. `sending` is None where nothing leaves the machine."""

    rows: Sequence[SeatRow]
    counts: Sequence[Count]
    messages: Sequence[Message]
    clock: str
    notice: str = ""
    sending: Status | None = None


def page(board: Board, day: Day, links: Links, keep_days: int) -> str:
    """Return the whole page."""
    return _PAGES.get_template("board.html").render(
        board=board,
        day=day,
        links=links,
        kept=counted(keep_days, "day"),
        projector=False,
        sending=_sending(board),
        leaves=words.leaves(board.sending.host if board.sending else None),
    )


def parts(board: Board, links: Links) -> str:
    """Return what of the page changes while it is open."""
    return _PAGES.get_template("parts.html").render(
        board=board, links=links, sending=_sending(board)
    )


def projector(board: Board, links: Links) -> str:
    """Return the page for a screen that all see: counts, and no names."""
    return _PAGES.get_template("projector.html").render(board=board, links=links)


def projector_parts(board: Board) -> str:
    """Return what of the projector's page changes while it is open."""
    return _PAGES.get_template("counts.html").render(board=board)


def question(seat: str, name: str, act: str, links: Links) -> str:
    """Return the page that asks before a seat is reset or freed, or a learner forgotten."""
    return _PAGES.get_template("question.html").render(seat=seat, name=name, act=act, links=links)


def _sending(board: Board) -> Sequence[str]:
    return words.lines(board.sending) if board.sending else ()
