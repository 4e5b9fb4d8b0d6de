"""What a container of an engine in memory does: it answers at a local port, or has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from advices.engine.records import Check

STATUS = "Name:\tx\nUid:\t1000\t1000\t1000\t1000\nCapEff:\t00000000a80425fb\n"


@dataclass(frozen=True)
class Program:
    """What a container does. `answers` is what a command inside of it prints, None if it fails.

    `health` is what its checks say each time that somebody asks, at last always the same.
    """

    port: int | None = None
    running: bool = True
    exit_code: int = 0
    stdout: str = ""
    stderr: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    out_of_memory: bool = False
    answers: Callable[[list[str]], str | None] = lambda _: STATUS
    health: Callable[[], str] = lambda: ""
    checks: tuple[Check, ...] = ()


def printed(stdout: str = "", exit_code: int = 0, **more: Any) -> Program:
    """Return a program that has ended."""
    return Program(running=False, stdout=stdout, exit_code=exit_code, **more)
