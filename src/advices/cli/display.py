"""Shows progress: a picture on a terminal, lines in a pipe, nothing on a quiet console."""

from __future__ import annotations

import math
import threading
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table

from advices.cli.app import BESIDE
from advices.core import Decided, Event, Instruction, Measured, State, Waiting, clock, line

_PER_SECOND = 4


class Display:
    """Hears of events, from several threads at once. The picture moves while it is entered."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._state = State()
        self._started = clock()
        self._since: dict[str, float] = {}
        self._lock = threading.Lock()
        self._spinner = Spinner("dots")
        self._live = Live(
            console=console,
            get_renderable=self._picture,
            refresh_per_second=_PER_SECOND,
            transient=True,
        )
        self._moving = console.is_terminal and not console.is_dumb_terminal and not console.quiet

    def __enter__(self) -> Self:
        if self._moving:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._moving:
            self._live.stop()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        with self._lock:
            before = self._state.labs
            self._state = self._state.after(event)
            for slug in self._state.labs.keys() - before.keys():
                self._since[slug] = clock()
        # In the log of a pipe nobody reads an instruction later; a page shows it meanwhile.
        each = isinstance(event, Instruction) and BESIDE.is_set()
        text = str(event) if each else line(event)
        # A picture shows the steps; above it stays what one would want to read again.
        stays = not self._moving or isinstance(event, str | Decided | Measured | Waiting)
        if text and stays:
            self._console.print(escape(text))

    def _picture(self) -> RenderableType:
        with self._lock:
            state, now = self._state, clock()
        rows = Table.grid(padding=(0, 2))
        rows.add_column(no_wrap=True)
        rows.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for _ in ("the bar", "steps", "time"):
            rows.add_column(justify="right", no_wrap=True)
        for slug, lab in state.labs.items():
            bar = ProgressBar(total=max(lab.steps, 1), completed=lab.done, width=20)
            of = f"{lab.done}/{lab.steps}"
            rows.add_row(slug, escape(lab.doing), bar, of, _clock(now - self._since[slug]))
        said = f"{_clock(now - self._started)} so far"
        if state.planned > 1:
            said += f", {state.measured} of {state.planned} labs measured"
        left = state.seconds_left({slug: now - begun for slug, begun in self._since.items()})
        if left is not None:
            said += f", about {math.ceil(left / 60)} min left"
        self._spinner.update(text=said)
        return Group(rows, self._spinner)


def _clock(seconds: float) -> str:
    """Return a duration in seconds, from two minutes on with minutes before them."""
    whole = int(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"
