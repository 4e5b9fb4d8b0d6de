"""What pages ran in their kernels, kept by the server: a page that is loaded again finds it.

A browser forgets what a cell printed when its page is loaded again, and a kernel that is busy
answers nobody. So the server listens along to each kernel that a page asks about: listening.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from advices.core import clock

OF_A_PAGE = "adv."
"""How the ids of what a page runs begin: adv.<tab>.<cell>.<random>. The client makes them."""

_RUN_CHARACTERS = 500_000
_KEPT_CHARACTERS = 4_000_000
_LONG = 50_000
_OUTPUTS = frozenset({"stream", "display_data", "execute_result", "error"})


@dataclass
class Ran:
    """One cell's run. `took` is None while it runs; `lost` says that its kernel was restarted."""

    id: str
    code: str
    began: float
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    took: float | None = None
    lost: bool = False
    heard: int = 0
    sizes: int = 0
    clear: bool = False

    @property
    def place(self) -> str:
        """Return tab and cell: what a second run there replaces."""
        return self.id.rpartition(".")[0]

    def hear(self, kind: str, content: dict[str, Any]) -> None:
        """Keep an output as a page shows it: what was cleared or written over is gone."""
        if kind == "clear_output":
            self.clear = bool(content.get("wait"))
            if not self.clear:
                self._forget()
            return
        if self.clear:
            self.clear = False
            self._forget()
        last = self.messages[-1] if self.messages else None
        if kind == "stream" and last and last[0] == "stream" and last[1]["name"] == content["name"]:
            text = last[1]["text"] + content["text"]
            if len(text) > _LONG and "\r" in content["text"]:
                text = "\n".join(map(_last_over, text.split("\n")))
            self.sizes += len(text) - len(last[1]["text"])
            last[1]["text"] = text
            return
        self.sizes += _size(content)
        self.messages.append((kind, content))

    def _forget(self) -> None:
        self.messages.clear()
        self.sizes = 0


def _last_over(line: str) -> str:
    """Return what was written last over a line; the carriage returns at its end stay."""
    shown = line.rstrip("\r")
    return shown.rpartition("\r")[2] + line[len(shown) :]


def _size(content: object) -> int:
    if isinstance(content, dict):
        return sum(_size(value) for value in content.values())
    if isinstance(content, list):
        return sum(map(_size, content))
    return len(content) if isinstance(content, str) else 8


class Record:
    """What one kernel runs and ran for pages. Pure: it is told each message of the kernel.

    `life` is the session of the kernel's process: each process has one of its own.
    """

    def __init__(self, now: Callable[[], float] = clock) -> None:
        self._clock = now
        self.life = ""
        self._known = False
        self._busy: tuple[str, float] | None = None
        self._runs: dict[str, Ran] = {}

    def hear(
        self, header: dict[str, Any], parent: dict[str, Any], content: Callable[[], dict[str, Any]]
    ) -> None:
        """Take a message in. `content` is read only if it is kept: a cell may print gigabytes."""
        if header["session"] != self.life:
            self.restarted()
            self.life = header["session"]
        of, kind = str(parent.get("msg_id", "")), header["msg_type"]
        if kind == "status" and parent.get("msg_type") == "execute_request":
            self._state(of, content()["execution_state"])
        elif kind == "update_display_data":
            self._update(content())
        elif kind == "execute_input" and of.startswith(OF_A_PAGE):
            self._begin(Ran(of, content()["code"], self._clock()))
        run = self._runs.get(of)
        if run is None:
            return
        number = header["msg_id"].rpartition("_")[2]
        run.heard = max(run.heard, int(number) if number.isdecimal() else 0)
        room = run.sizes < _RUN_CHARACTERS or kind in ("error", "clear_output")
        if kind == "clear_output" or (kind in _OUTPUTS and room):
            run.hear(kind, content())

    def restarted(self) -> None:
        """Note that the kernel's process is another one: what ran has no end."""
        self._busy = None
        for run in self._runs.values():
            run.lost = run.lost or run.took is None

    def told(self) -> dict[str, Any]:
        """Return what runs and what ran, as JSON has it: how long ago in seconds, no clock.

        It is `known` what runs once a request was heard to begin or end.
        """
        now = self._clock()
        busy = self._busy and {"id": self._busy[0], "seconds": now - self._busy[1]}
        runs = [
            {
                **{"id": run.id, "code": run.code, "seconds": now - run.began, "took": run.took},
                **{"lost": run.lost, "heard": run.heard, "messages": run.messages},
            }
            for run in self._runs.values()
        ]
        return {"busy": busy, "known": self._known, "runs": runs}

    def _state(self, of: str, state: str) -> None:
        self._known = True
        if state == "busy":
            self._busy = (of, self._clock())
        elif self._busy is not None and self._busy[0] == of:
            self._busy = None
        run = self._runs.get(of)
        if state == "idle" and run is not None:
            run.took = self._clock() - run.began

    def _begin(self, run: Ran) -> None:
        for other in [one for one in self._runs.values() if one.place == run.place]:
            del self._runs[other.id]
        for other in list(self._runs.values()):
            if sum(one.sizes for one in self._runs.values()) < _KEPT_CHARACTERS:
                break
            del self._runs[other.id]
        self._runs[run.id] = run

    def _update(self, content: dict[str, Any]) -> None:
        """Change what was displayed under a name before, by whichever cell."""
        name = content.get("transient", {}).get("display_id")
        for run in self._runs.values():
            for _, shown in run.messages:
                if name and shown.get("transient", {}).get("display_id") == name:
                    run.sizes += _size(content["data"]) - _size(shown["data"])
                    shown["data"] = content["data"]
