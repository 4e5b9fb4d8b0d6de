"""Takes times: programs in turns, one sample of each, then the next."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from advices.core.errors import CommandFailed
from advices.core.paths import Layout
from advices.core.process import Finished, clock, run
from advices.engine.port import Engine
from advices.results.record import Timing

Take = Callable[[], float]
LONGEST_SECONDS = 1800
PYTHON = (sys.executable, "-m")
ADVICES = (*PYTHON, "advices")


def program(name: str) -> str:
    """Return a program of this environment, whatever else the PATH holds."""
    return str(Path(sys.executable).with_name(name))


@dataclass(frozen=True)
class Place:
    """Where the benchmark works: this project, a scratch folder that goes, an engine.

    `env` is what its programs get besides our environment: state and caches of their own.
    Everything that it makes in the engine carries `run_id`, by which it is removed.
    """

    project: Layout
    scratch: Path
    engine: Engine
    run_id: str
    samples: int
    say: Callable[[str], None]
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self, argv: Sequence[str], cwd: Path) -> Finished:
        """Run a program to its end. Raises CommandFailed when it fails."""
        return run(argv, cwd=cwd, env=self.env, timeout_seconds=LONGEST_SECONDS)

    def timed(
        self, argv: Sequence[str], cwd: Path, sound: Callable[[Finished], bool] | None = None
    ) -> float:
        """Return the wall seconds of a program, from its start to its end.

        Raises CommandFailed when it fails, and when what it printed is not `sound`: then it did
        something else than what shall be timed.
        """
        started = clock()
        done = self.run(argv, cwd)
        seconds = clock() - started
        if sound is not None and not sound(done):
            said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
            raise CommandFailed(
                f"`{' '.join(argv[:6])}` did not do what is to be timed; it said:\n{said}",
                why="an example of the benchmark no longer fits the program",
            )
        return seconds

    def in_turns(self, **takes: Take) -> dict[str, Timing]:
        """Return the times of each, taken in turns, after one round that does not count."""
        return in_turns(takes, self.samples, self.say)


def in_turns(
    takes: Mapping[str, Take], samples: int, say: Callable[[str], None]
) -> dict[str, Timing]:
    """Return the seconds of each program: a round takes one sample of each, in order.

    The first round warms up files and caches and does not count.
    """
    taken: dict[str, list[float]] = {name: [] for name in takes}
    for number in range(samples + 1):
        for name, take in takes.items():
            seconds = take()
            counted = f"sample {number} of {samples}" if number else "warm-up"
            say(f"  {name}, {counted}: {seconds:.2f} s")
            if number:
                taken[name].append(round(seconds, 4))
    return {name: Timing(samples=tuple(seconds)) for name, seconds in taken.items()}


def memory_bytes() -> int:
    """Return the memory of this machine in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
