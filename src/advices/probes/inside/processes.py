"""Runs in a container: what its processes need, and what the kernel lets them have.

Prints one line of JSON: `tasks`, the processes and threads of PID 1 and its descendants, which
leaves out this program; `rest_bytes`, their memory, where parts that several share count once
(Pss of /proc/PID/smaps_rollup); `worker_bytes`, the most that one of them shares with no other;
`limit_bytes` and `peak_bytes`, limit and highest use of the container's control group, null where
the kernel shows none (memory.max and memory.peak of version 2, memory.limit_in_bytes and
memory.max_usage_in_bytes of version 1).
"""

import contextlib
import json
from pathlib import Path

PROC = Path("/proc")
CGROUP = Path("/sys/fs/cgroup")


def fields(file: Path) -> "dict[str, str]":
    """Return the lines of a file of /proc by what stands before the colon."""
    lines = file.read_text().splitlines()
    return {name: rest.strip() for name, _, rest in (line.partition(":") for line in lines)}


def family() -> "list[Path]":
    """Return the folder of PID 1 and of each of its descendants."""
    parents = {}
    for one in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError, KeyError, ValueError):
            parents[int(one.name)] = int(fields(one / "status")["PPid"])

    def is_ours(pid: int) -> bool:
        # What `docker exec` and a HEALTHCHECK start has its parent outside: 0.
        while pid not in (0, 1):
            pid = parents.get(pid, 0)
        return pid == 1

    return [PROC / str(pid) for pid in sorted(parents) if is_ours(pid)]


def threads(process: Path) -> int:
    """Return how many threads a process has, 0 for one that is gone."""
    with contextlib.suppress(OSError, KeyError, ValueError):
        return int(fields(process / "status")["Threads"])
    return 0


def memory(process: Path, *names: str) -> int:
    """Return the bytes of some lines of smaps_rollup, 0 where they may not be read."""
    with contextlib.suppress(OSError, KeyError, ValueError):
        found = fields(process / "smaps_rollup")
        return sum(int(found[name].split()[0]) * 1024 for name in names)
    return 0


def number(*files: str) -> "int | None":
    """Return the number in the first of these files of the control group that has one."""
    for file in files:
        with contextlib.suppress(OSError, ValueError):
            return int((CGROUP / file).read_text())
    return None


if __name__ == "__main__":
    ours = family()
    private = [memory(one, "Private_Clean", "Private_Dirty") for one in ours]
    found = {
        "tasks": sum(map(threads, ours)),
        "rest_bytes": sum(memory(one, "Pss") for one in ours),
        "worker_bytes": max(private, default=0),
        "limit_bytes": number("memory.max", "memory/memory.limit_in_bytes"),
        "peak_bytes": number("memory.peak", "memory/memory.max_usage_in_bytes"),
    }
    print(json.dumps(found))
