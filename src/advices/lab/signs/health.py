"""Predicates over what watches a container and how much it takes on at a time."""

from __future__ import annotations

import re
from typing import Literal

from advices.core import Record
from advices.lab import shell
from advices.lab.signs.calls import call_of
from advices.lab.signs.start import Start
from advices.lab.signs.values import Names
from advices.lab.signs.view import Placed, View

_NANOSECONDS = {"ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}
_PART = re.compile(r"(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)")
# What an engine takes for what a HEALTHCHECK leaves open, since version 27.
_INTERVAL_SECONDS = 30.0
_START_INTERVAL_SECONDS = 5.0
# A check that asks for a page names one of these.
_ASKS = ("urlopen", "http.client", "httpx", "requests.", "http://", "https://", "GET /")
_ALWAYS_WELL = re.compile(r"(?:\|\||;|\n)\s*(?:true|:|exit\s+0|(?:echo|printf)\b[^\n;&|]*)\s*$")
_ENDS_BEFORE = re.compile(r"\bexit\s+(?:[1-9]|\"?\$)|^\s*set\s+-(?:\w*e|o\s+errexit)", re.M)
# gunicorn.conf.py of the projects here, where neither options nor a variable say another number.
_WORKERS, _THREADS = 2, 4


class HealthCheck(Record):
    """What the last HEALTHCHECK of the last image is like; its scripts count as its text.

    `missing` says that there is none, `calls` that it runs one of these programs, `asks` whether
    it asks for a page, `ends_well` whether its command ends well after any failure.
    `first_after_seconds` says that the first check comes later than that. `start_interval_over`
    says that it has a start period, and an interval in it longer than these seconds. Docker before
    27 takes the interval for a start interval that is left open, so that counts here.
    """

    missing: bool | None = None
    calls: Names | None = None
    asks: Literal["a page", "no page"] | None = None
    ends_well: bool | None = None
    first_after_seconds: float | None = None
    start_interval_over: float | None = None

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        check = _check(view)
        if check is None:
            return self.missing is True
        command = _command(check)
        texts = [command, *_scripts(view, command)]
        asks = "a page" if any(one in text for text in texts for one in _ASKS) else "no page"
        well = any(map(_is_always_well, texts))
        return (
            self.missing is not True
            and (self.calls is None or not {*self.calls}.isdisjoint(_programs(texts)))
            and self.asks in (None, asks)
            and self.ends_well in (None, well)
            and (
                self.first_after_seconds is None or _first_seconds(check) > self.first_after_seconds
            )
            and (
                self.start_interval_over is None
                or _start_interval_seconds(check) > self.start_interval_over
            )
        )


def tasks(view: View) -> int:
    """Return the processes and threads of gunicorn once all of its workers are busy.

    0 for another server.
    """
    start = Start(view)
    if start.server is None or start.server.call.program != "gunicorn":
        return 0
    given = start.server_options
    variable = [view.env.get("WEB_CONCURRENCY", ""), *start.sets("WEB_CONCURRENCY")]
    workers = _number([*variable, *given.values("--workers", "-w")], _WORKERS)
    threads = _number(given.values("--threads"), _THREADS)
    return 1 + workers * (1 + (threads if threads > 1 else 0))


def _is_always_well(text: str) -> bool:
    return bool(_ALWAYS_WELL.search(text.strip())) and not _ENDS_BEFORE.search(text)


def _number(words: list[str] | tuple[str, ...], default: int) -> int:
    numbers = [int(word) for word in words if word.isdecimal()]
    return numbers[-1] if numbers else default


def _check(view: View) -> Placed | None:
    found = [one for one in view.shipped if one.name == "HEALTHCHECK"][-1:]
    if not found or [word.upper() for word in found[0].instruction.args[:1]] == ["NONE"]:
        return None
    return found[0]


def _command(check: Placed) -> str:
    """Return what a HEALTHCHECK runs: the words behind its CMD."""
    args = check.instruction.args
    return " ".join(args[1:] if args[:1] and args[0].upper().startswith("CMD") else args)


def _scripts(view: View, command: str) -> list[str]:
    """Return the text of each file of the Dockerfile's own that a command names."""
    return [
        text
        for path, text in view.files.items()
        if path in command or path.rpartition("/")[2] in command.split()
    ]


def _programs(texts: list[str]) -> set[str]:
    return {call_of(piece.words).program for text in texts for piece in shell.pieces(text)}


def _first_seconds(check: Placed) -> float:
    """Return when the first check begins, in seconds from the start of the container."""
    interval = _seconds(check, "interval", _INTERVAL_SECONDS)
    if _seconds(check, "start-period", 0.0) <= 0:
        return interval
    return _seconds(check, "start-interval", _START_INTERVAL_SECONDS)


def _start_interval_seconds(check: Placed) -> float:
    """Return the interval in the start period before Docker 27, 0 without such a period.

    Source: https://github.com/moby/moby/pull/47799
    """
    if _seconds(check, "start-period", 0.0) <= 0:
        return 0.0
    return _seconds(check, "start-interval", _seconds(check, "interval", _INTERVAL_SECONDS))


def _seconds(check: Placed, flag: str, default: float) -> float:
    """Return a time in the form of Go's ParseDuration, the default for one that is not given."""
    found = check.instruction.flag(flag)[-1:]
    parts = _PART.findall(found[0]) if found else []
    total = sum(float(number) * _NANOSECONDS[unit] for number, unit in parts) / 1e9
    return total or default
