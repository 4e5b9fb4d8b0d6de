"""Removes what a run left: its builds that go on, build cache, images, control group."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

from advices.core import CommandFailed, EngineRefused, poll, spawn_daemon, state_folder
from advices.engine import RUN_LABEL, Engine, cgroup
from advices.runs import guardian

_GRACE_SECONDS = 5.0


def remove(engine: Engine, run_id: str) -> None:
    """Remove all that carries a run's id, and its control group."""
    engine.remove_run(run_id)
    cgroup.remove_group(run_id)


def remove_all(engine: Engine, run_id: str, *, later: bool) -> None:
    """Remove what `remove` does, and what the run's builds left in the build cache.

    An engine takes seconds to remove that: with `later` a process of its own waits for it.
    """
    word = ""
    # What remains of the cache is no reason to leave the rest.
    with contextlib.suppress(EngineRefused, CommandFailed):
        word = engine.mark_cache(run_id)
    remove(engine, run_id)
    if later and word:
        _start("-m", "advices.runs.forgetting", run_id, word)
    else:
        with contextlib.suppress(EngineRefused):
            engine.remove_marked(run_id, word)


def end_builds(run_id: str) -> None:
    """End the builds of a run whose owner is gone: docker's command does not notice that.

    BuildKit stops a build whose client is gone. Without Linux's /proc nothing is found.
    """
    left = _builds(run_id)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        for _ in poll(_GRACE_SECONDS):
            left = _builds(run_id)
            if not left:
                return


def _builds(run_id: str) -> list[int]:
    """Return the processes of docker's command that build for a run."""
    label = f"\0--label\0{RUN_LABEL}={run_id}\0".encode()
    found = []
    for words in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if label in words.read_bytes():
                found.append(int(words.parent.name))
    return found


def guard(lock: Path) -> None:
    """Let a process of its own remove what the owner of a run leaves, should that be killed."""
    _start("-S", guardian.__file__, str(lock), sys.executable, "-m", "advices", "clean")


def _start(*words: str) -> None:
    """Start a Python process that outlives this one and finds this package."""
    package = Path(guardian.__file__).parents[2]
    paths = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
    log = state_folder() / "guardian.log"
    spawn_daemon([sys.executable, *words], log, env={"PYTHONPATH": paths})
