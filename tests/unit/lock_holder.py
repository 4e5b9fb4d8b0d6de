"""Another process of this user, which owns a run or holds a lock until it is ended."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

# A process that owns a run, or the lock of measuring, until its standard input ends.
CHILD = """
import sys
from advices import runs
class Engine:
    def run_ids(self): return set()
    def remove_run(self, run_id): print("removed", run_id, flush=True)
    def mark_cache(self, run_id): return ""
    def remove_marked(self, run_id, word): return 0
def say(message): print("say", message, flush=True)
if sys.argv[1] == "run":
    with runs.own_run(Engine()) as run:
        (run.scratch / "copy").mkdir()
        print("holds", run.id, flush=True)
        sys.stdin.read()
elif sys.argv[1] == "measuring":
    with runs.measuring(say):
        print("holds", "measuring", flush=True)
        sys.stdin.read()
else:
    with runs.undisturbed(alone=sys.argv[1] == "alone"):
        print("holds", sys.argv[1], flush=True)
        sys.stdin.read()
"""


class Child:
    """Another process of this user with the lock that `what` names."""

    def __init__(self, what: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        word, self.holds = self.process.stdout.readline().split()
        assert word == "holds"

    def end(self) -> str:
        """Let it end well and return what else it printed."""
        return self.process.communicate(input="", timeout=30)[0]

    def crash(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def child(request: pytest.FixtureRequest) -> Iterator[Child]:
    """Return a process that owns a run; with a parameter, one that holds that lock."""
    made = Child(getattr(request, "param", "run"))
    yield made
    with contextlib.suppress(ValueError, OSError):
        made.crash()
