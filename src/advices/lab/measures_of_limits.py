"""Pure: the measures of what watches a container and what limits it."""

from __future__ import annotations

from collections.abc import Mapping

from advices.lab.measure import Measure

HEALTH: Mapping[str, Measure] = {
    "health": Measure("Health", "what Docker calls the container ten seconds after its start"),
    "health_hung": Measure(
        "Health while it hangs", "what Docker calls it while slow visitors hold every thread"
    ),
    "answers_hung": Measure(
        "Answers while they wait", "it serves its page while slow visitors keep their lines", False
    ),
    "tasks": Measure(
        "Processes and threads", "in the container while slow visitors keep their lines", True, True
    ),
    "check_seconds": Measure("Time of one check", "as Docker notes it, median", True),
}
"""Those of the probe `health`."""

LIMITS: Mapping[str, Measure] = {
    "uploads_lost": Measure(
        "Uploads lost",
        "of eight visitors who each upload a large picture at the same time",
        True,
        varies=True,
    ),
    "upload_bytes": Measure(
        "Memory of one upload", "what the container's peak rises by with one visitor", True, True
    ),
    "container_survives": Measure(
        "The container runs on", "after these uploads, under the same limit", False
    ),
    "exit_code_at_limit": Measure("Exit code at the limit", "of a container that they ended"),
    "out_of_memory": Measure(
        "Docker saw a kill", "docker inspect says OOMKilled after these uploads", None, varies=True
    ),
    "rest_bytes": Measure(
        "Memory at rest", "of all its processes after the first page; shared parts once", True, True
    ),
    "worker_bytes": Measure(
        "Memory of a worker", "at rest, what the largest process shares with no other", True, True
    ),
    "peak_bytes": Measure(
        "Peak of memory", "what the kernel counted at most for the container", True, varies=True
    ),
    "paths_written": Measure(
        "Paths written", "in the container's own layer, with a tmpfs at /tmp", True
    ),
}
"""Those of the probe `limits`."""
