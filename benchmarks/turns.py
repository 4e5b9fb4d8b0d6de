"""Times programs in turns with hyperfine: each call of it takes one sample of each."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from advices.core import CommandFailed, Layout, Say, run
from advices.engine import Engine
from advices.workshop import Workshop

LONGEST_SECONDS = 3600
# Programs of this environment, whatever else the PATH holds.
PYTHON = shlex.quote(sys.executable)
BIN = shlex.quote(str(Path(sys.executable).parent))
ADVICES = f"{PYTHON} -m advices"
MKDOCS = f"{BIN}/mkdocs build --quiet"


@dataclass(frozen=True)
class Program:
    """A shell line to time, in a folder. `before` is done before each sample and not timed.

    What the line prints must hold `says` so many `times`; else it did something else than what
    is to be timed.
    """

    line: str
    folder: Path
    before: str = "true"
    says: str = ""
    times: int = 1


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
    say: Say
    env: Mapping[str, str]

    def workshop(self, layout: Layout) -> Workshop:
        """Return what is known about our engine, for a project."""
        return Workshop(layout, self.say, self.engine)

    def run(self, line: str, folder: Path, **env: str) -> str:
        """Run a shell line and return its stdout. Raises CommandFailed when it fails."""
        words, env = ["sh", "-c", line], {**self.env, **env}
        return run(words, cwd=folder, env=env, timeout_seconds=LONGEST_SECONDS).stdout

    def in_turns(self, **programs: Program) -> dict[str, tuple[float, ...]]:
        """Return the wall seconds of each program, sample by sample.

        They take turns: one sample of each, in order, then the next. The first round warms up
        files and caches and does not count. Raises CommandFailed when one fails or does something
        else than what is to be timed.
        """
        rounds = []
        for number in range(self.samples + 1):
            seconds = self._one_of_each(programs)
            shown = ", ".join(f"{name} {seconds[name]:.2f} s" for name in programs)
            self.say(f"  {f'sample {number} of {self.samples}' if number else 'warm-up'}: {shown}")
            rounds.append(seconds)
        return {name: tuple(round(one[name], 4) for one in rounds[1:]) for name in programs}

    def _one_of_each(self, programs: Mapping[str, Program]) -> dict[str, float]:
        found = self.scratch / "times.json"
        argv = ["hyperfine", "--shell=none", "--runs=1", "--style=none", "--ignore-failure"]
        argv += ["--export-json", str(found)]
        for name, one in programs.items():
            argv += ["--command-name", name, "--prepare", self._words(name, one, one.before)]
            argv.append(self._words(name, one, one.line))
        run(argv, env=self.env, timeout_seconds=LONGEST_SECONDS)
        seconds = {}
        for result in json.loads(found.read_text("utf-8"))["results"]:
            one = programs[result["command"]]
            said = self._said(result["command"]).read_text("utf-8", "replace")
            if result["exit_codes"] != [0] or (one.says and said.count(one.says) != one.times):
                tail = "\n".join(said.strip().splitlines()[-12:])
                raise CommandFailed(
                    f"`{one.line}` did not do what is to be timed; it said:\n{tail}",
                    why="it failed, or an example of the benchmark no longer fits the program",
                )
            seconds[result["command"]] = float(result["times"][0])
        return seconds

    def _words(self, name: str, program: Program, line: str) -> str:
        into = shlex.quote(str(self._said(name)))
        inside = f"cd {shlex.quote(str(program.folder))} && {{ {line}; }} >{into} 2>&1"
        return shlex.join(["sh", "-c", inside])

    def _said(self, name: str) -> Path:
        return self.scratch / f"{name}.said"
