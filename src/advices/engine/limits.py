"""What a build may take besides time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one build may take. `group` is the word by which its processes are held together.

    A group's processes and memory are limited where the engine's machine lets us
    (`cgroup.why_not`); disk is watched on every engine.
    """

    group: str
    processes: int
    memory_bytes: int
    disk_bytes: int
