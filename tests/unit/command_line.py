"""The command in this project: a fixture that runs it, and a fault that it meets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advices import cli
from advices.core import process as core_process

ROOT = Path(__file__).parents[2]
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def advices(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return a function that runs the command in the project and returns its exit code."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv(core_process.VERBOSE_VARIABLE, "")

    def run(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["advices", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert isinstance(end.value.code, int)
        return end.value.code

    return run


def raising(fault: BaseException) -> Callable[..., None]:
    def command(*_: Any, **__: Any) -> None:
        raise fault

    return command
