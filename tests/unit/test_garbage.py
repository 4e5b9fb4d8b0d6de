"""Processes of ours that end soon look for garbage rarely, and lose nothing by it."""

from __future__ import annotations

import subprocess
import sys

import pytest

# A process that says how often Python looked for garbage, the last time as it ends.
COUNTED = """
import gc, sys
looks = []
gc.callbacks.append(lambda phase, about: looks.append(phase == "start"))
{begins}
kept = [[number] for number in range(100_000)]
print(sum(looks))
"""
# An object in a circle, which only a search for garbage finds, that says when it is found.
IN_A_CIRCLE = """
class Loud:
    def __del__(self):
        print("found at the end")
{begins}
loud = Loud()
loud.itself = loud
del loud
"""
BEGINS = "from advices.core import collect_rarely; {}"


def said(program: str, begins: str = "") -> str:
    text = program.format(begins=BEGINS.format(begins))
    return subprocess.run(
        [sys.executable, "-c", text], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_new_objects_let_python_look_for_garbage_rarely_but_not_never() -> None:
    before, now = int(said(COUNTED)), int(said(COUNTED, "collect_rarely(); looks.clear()"))
    assert 0 < now < before / 20


@pytest.mark.parametrize("often", [1, 3])
def test_at_its_end_a_process_looks_for_none(often: int) -> None:
    assert said(IN_A_CIRCLE) == "found at the end"
    assert said(IN_A_CIRCLE, "collect_rarely(); " * often) == ""


def test_what_must_be_done_at_the_end_is_done() -> None:
    program = "{begins}\nimport atexit\natexit.register(print, 'done')\n"
    assert said(program, "collect_rarely()") == "done"
    later = "import atexit; atexit.register(print, 'done')\n{begins}\n"
    assert said(later, "collect_rarely()") == "done"
