"""Pure: the records of `docker buildx build --progress=rawjson` become steps.

The stream is one JSON object after another, each with `vertexes` (one per step, sent again
as it starts and completes) and `logs` (output, base64); progress of transfers is passed over.
buildx 0.13 writes an object over many lines, later ones on a single line.
Source: BuildKit's client.SolveStatus.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from advices.engine.pip_log import Downloads, PipLog

# Raised when the steps of one stream come out otherwise: then all labs are measured again.
METHOD = 2

# "[builder 2/5] RUN pip install": an instruction of the Dockerfile. FROM runs nothing, and
# WORKDIR only makes an empty folder, which BuildKit takes from its cache even under --no-cache:
# neither counts as a step.
_STEP = re.compile(r"^\[(?:(?P<stage>\S+) )?\s*(?P<number>\d+)/(?P<of>\d+)\] (?P<text>.*)$", re.S)
_NO_STEP = re.compile(r"^(FROM|WORKDIR)\b")


@dataclass(frozen=True)
class BuildStep:
    """One RUN, COPY or ADD of a build. `cached` means that it did not run."""

    name: str
    cached: bool
    seconds: float


@dataclass
class _Vertex:
    name: str = ""
    inputs: tuple[str, ...] = ()
    cached: bool = False
    started: str | None = None
    completed: str | None = None
    error: str = ""
    log: bytes = b""
    pip: PipLog = field(default_factory=PipLog)

    @property
    def is_seen(self) -> bool:
        """Return whether it is a step that ended well, or that printed something: it runs then.

        One that only began may be ended too early: BuildKit 0.13 was seen to wait for seconds, or
        for the end of its command, when a build was ended while a step's container was starting.
        """
        match = _STEP.match(self.name)
        if match is None or _NO_STEP.match(match["text"]):
            return False
        return bool(self.log) or (self.completed is not None and not self.error)


@dataclass
class BuildLog:
    """What a build said so far. Feed it every line of stderr; lines that are no JSON are kept."""

    vertexes: dict[str, _Vertex] = field(default_factory=dict)
    other_lines: list[str] = field(default_factory=list)
    on_step: Callable[[str], None] | None = None
    _open: list[str] = field(default_factory=list)

    @property
    def steps_run(self) -> int:
        """Return how many steps ran or run, as far as that is known."""
        return sum(not one.cached and one.is_seen for one in self.vertexes.values())

    def feed(self, line: str) -> None:
        """Take in one line of the stream."""
        line = line.rstrip("\n")
        if self._open or line == "{":
            self._open.append(line)
            if line != "}":
                return
            line = "\n".join(self._open)
            self._open.clear()
        try:
            record = json.loads(line) if line.startswith("{") else None
        except ValueError:
            record = None
        if isinstance(record, dict):
            self._record(record)
        elif line.strip():
            self.other_lines.append(line)

    def _record(self, record: dict[str, Any]) -> None:
        for vertex in record.get("vertexes") or ():
            self._vertex(vertex)
        for log in record.get("logs") or ():
            known = self.vertexes.setdefault(log["vertex"], _Vertex())
            said = base64.b64decode(log.get("data") or "")
            known.log = (known.log + said)[-20_000:]
            known.pip.feed(said)

    def _vertex(self, sent: dict[str, Any]) -> None:
        known = self.vertexes.setdefault(sent["digest"], _Vertex())
        known.name = sent.get("name") or known.name
        known.inputs = tuple(sent.get("inputs") or known.inputs)
        if self.on_step and sent.get("started") and not known.started and _STEP.match(known.name):
            self.on_step(" ".join(known.name.split())[:100])
        known.cached = bool(sent.get("cached")) or known.cached
        known.started = sent.get("started") or known.started
        known.completed = sent.get("completed") or known.completed
        known.error = sent.get("error") or known.error

    def steps(self) -> tuple[BuildStep, ...]:
        """Return the RUN, COPY and ADD instructions in the Dockerfile's order.

        One that printed something and has not ended is as long as it is known to be: no time.
        """
        found: list[tuple[str, int, BuildStep]] = []
        for vertex in self.vertexes.values():
            match = _STEP.match(vertex.name)
            if match is None or not vertex.is_seen:
                continue
            step = BuildStep(
                name=" ".join(match["text"].split()),
                cached=vertex.cached,
                seconds=0.0 if vertex.cached else _seconds(vertex.started, vertex.completed),
            )
            found.append((match["stage"] or "", int(match["number"]), step))
        # BuildKit reports parallel stages in any order: a stage stands behind those that it
        # copies from, and within a stage the number rules.
        depth = self._stage_depths()
        found.sort(key=lambda entry: (depth[entry[0]], entry[0], entry[1]))
        return tuple(step for _, _, step in found)

    def downloads(self) -> Downloads:
        """Return the package files that pip downloaded in all steps together."""
        return sum((one.pip.downloads() for one in self.vertexes.values()), Downloads())

    def _stage_depths(self) -> dict[str, int]:
        """Return for each stage how many vertexes its last one stands above the first."""
        depths: dict[str, int] = {}

        def depth(digest: str) -> int:
            if digest not in depths:
                vertex = self.vertexes.get(digest, _Vertex())
                depths[digest] = 1 + max(map(depth, vertex.inputs), default=0)
            return depths[digest]

        stages: dict[str, int] = {}
        for digest, vertex in self.vertexes.items():
            if match := _STEP.match(vertex.name):
                stage = match["stage"] or ""
                stages[stage] = max(stages.get(stage, 0), depth(digest))
        return stages

    def failed_step(self) -> tuple[str, str] | None:
        """Return name and last lines of the step that failed, None if none says so."""
        for vertex in self.vertexes.values():
            if vertex.error and "context canceled" not in vertex.error and _STEP.match(vertex.name):
                tail = vertex.log.decode("utf-8", "replace").strip().splitlines()[-12:]
                return vertex.name, "\n".join(tail)
        return None

    def errors(self) -> tuple[tuple[str, str], ...]:
        """Return name and error of all that failed by itself, steps or not."""
        return tuple(
            (vertex.name, vertex.error)
            for vertex in self.vertexes.values()
            if vertex.error and "context canceled" not in vertex.error
        )

    def running_step(self) -> str | None:
        """Return the name of a step that began and did not end, or was cancelled."""
        for vertex in self.vertexes.values():
            ended = vertex.completed and "cancel" not in vertex.error
            if vertex.started and not ended and _STEP.match(vertex.name):
                return vertex.name
        return None

    def error_text(self) -> str:
        """Return all that the build said of errors, for recognising their cause."""
        errors = [vertex.error for vertex in self.vertexes.values() if vertex.error]
        return "\n".join([*errors, *self.other_lines])


def _seconds(started: str | None, completed: str | None) -> float:
    if started is None or completed is None:
        return 0.0
    return max(
        0.0,
        (dt.datetime.fromisoformat(completed) - dt.datetime.fromisoformat(started)).total_seconds(),
    )
