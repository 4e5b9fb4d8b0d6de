"""What a cell prints is cut where it is printed: a page shows a part of it, and memory is finite.

A kernel makes messages of what it prints, and server and browser keep them: one print of some
hundred megabytes had grown the kernel by four times that. Of what a cell prints the first part goes
out as it comes, and at the cell's end its last part, with how much was left out between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HEAD_CHARACTERS = 1_000_000
TAIL_CHARACTERS = 20_000


class Cut:
    """Lets the beginning of a text through, and keeps its end."""

    def __init__(self, head: int = HEAD_CHARACTERS, tail: int = TAIL_CHARACTERS) -> None:
        self._room = self._head = head
        self._most = tail
        self._tail = ""
        self._kept_back = 0

    def take(self, text: str) -> str:
        """Take a piece in; return what of it may go out now."""
        out = text[: self._room]
        more = len(text) - len(out)
        self._room -= len(out)
        if more:
            self._kept_back += more
            # Only its end: it may be large, and a copy would be as large.
            last = text[max(len(out), len(text) - self._most) :]
            self._tail = (self._tail + last)[-self._most :]
        return out

    def end(self) -> str:
        """Return what is still to be shown, with what was left out, and begin anew."""
        tail, left_out = self._tail, self._kept_back - len(self._tail)
        self._room, self._tail, self._kept_back = self._head, "", 0
        if left_out <= 0:
            return tail
        return f"\n[{left_out:,} characters were left out here: a cell may show this much]\n{tail}"


def cut_text(text: str) -> str:
    """Return a text as a cell may show it."""
    cut = Cut()
    return cut.take(text) + cut.end()


def cut_output(shell: Any, *streams: object) -> None:
    """Cut what each cell of a shell writes to streams of its kernel, and the text of its value."""
    for stream in streams:
        _cut_stream(shell, stream)
    whole = shell.display_formatter.format

    def formatted(*args: Any, **more: Any) -> Any:
        data, about = whole(*args, **more)
        if len(data.get("text/plain") or "") > HEAD_CHARACTERS:
            data = {**data, "text/plain": cut_text(data["text/plain"])}
        return data, about

    shell.display_formatter.format = formatted


def _cut_stream(shell: Any, stream: Any) -> None:
    """Cut at the place where IPython listens along: it keeps all that a cell printed."""
    cut = Cut()
    whole: list[Callable[[str], object]] = []

    def begin() -> None:
        if whole:
            return
        write = stream.write
        whole.append(write)

        def within(text: str) -> int:
            if out := cut.take(text):
                write(out)
            return len(text)

        stream.write = within

    def end() -> None:
        if not whole:
            return
        write = stream.write = whole.pop()
        if rest := cut.end():
            write(rest)

    shell.events.register("pre_execute", begin)
    shell.events.register("post_execute", end)
