"""What the processes of a running container need, as its kernel tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from advices.engine import Container, Engine
from advices.probes.programs import program


@dataclass(frozen=True)
class Processes:
    """What `inside/processes.py` prints: None for what the kernel does not show."""

    tasks: int
    rest_bytes: int
    worker_bytes: int
    limit_bytes: int | None
    peak_bytes: int | None


def read(printed: str) -> Processes:
    """Return what the program printed. Raises ValueError or TypeError for another text."""
    return Processes(**json.loads(printed))


def of(engine: Engine, container: Container) -> Processes | None:
    """Return the processes of a container, None where it has ended or has no python3."""
    printed = engine.exec_output(container, ["python3", "-c", program("processes")])
    return read(printed) if printed is not None else None
