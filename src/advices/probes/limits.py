"""Says what happens to visitors and container when memory runs out, and what is written."""

from __future__ import annotations

import http.client

from advices.core import NeverAnswered, poll
from advices.engine import Container, Start
from advices.probes import processes, uploads
from advices.probes.containers import answering
from advices.probes.processes import Processes
from advices.probes.subject import Found, Subject

METHOD = 2
MEMORY = "384m"
MEMORY_BYTES = 384 << 20
VISITORS = 8
FORM_PATH = "/sign/"
NO_LIMIT = "this engine does not limit the memory of its containers"
NO_PEAK = "nobody could read how much memory its container used at most"
_OF_THE_LIMIT = (
    *("uploads_lost", "upload_bytes", "container_survives", "exit_code_at_limit"),
    *("out_of_memory", "peak_bytes"),
)
# The engine hears of a kill a moment after the visitors.
_HEARS_SECONDS = 3.0
_ENDS_SECONDS = 1.0


def probe(subject: Subject) -> Found:
    """Return what a container needs, and what it loses under a limit of memory.

    Visitors upload large pictures at the same time to the form at /sign/. A rootless engine on
    control groups of version 1 has no limits: then what depends on one is not measured. Without
    an answer there is nothing to look at. Raises NeverAnswered.
    """
    if not subject.answered:
        return Found()
    with answering(subject, Start(memory=MEMORY, swaps=False, tmpfs=("/tmp",))) as container:
        found = Found({"paths_written": len(subject.engine.changed_files(container))})
        rest = processes.of(subject.engine, container)
        if rest is None:
            raise NeverAnswered(f"{subject.variant}: it answered and then ended, or has no python3")
        found.values |= {"rest_bytes": rest.rest_bytes, "worker_bytes": rest.worker_bytes}
        if rest.limit_bytes != MEMORY_BYTES:
            found.unmeasured = dict.fromkeys(_OF_THE_LIMIT, NO_LIMIT)
        else:
            _upload(subject, container, rest, found)
    return found


def _upload(subject: Subject, container: Container, rest: Processes, found: Found) -> None:
    """Let one visitor upload a picture, and then many at the same time."""
    engine = subject.engine
    port = engine.published_port(container, subject.lab.serve.port)
    try:
        form = uploads.form_at(port, FORM_PATH) if port is not None else None
    except (OSError, http.client.HTTPException):
        form = None
    if port is None or form is None:
        return
    alone = uploads.lost(port, form, 1)
    peak = processes.of(engine, container)
    if not alone and peak and peak.peak_bytes is not None and rest.peak_bytes is not None:
        found.values["upload_bytes"] = peak.peak_bytes - rest.peak_bytes
    lost = uploads.lost(port, form, VISITORS)
    state = engine.state(container)
    for waited in poll(_HEARS_SECONDS if lost else 0.0, every_seconds=0.1):
        state = engine.state(container)
        # Who was killed is told before the end of the container, if that was PID 1.
        if not state.running or (state.out_of_memory and waited > _ENDS_SECONDS):
            break
    found.values |= {
        "uploads_lost": lost,
        "container_survives": state.running,
        "out_of_memory": state.out_of_memory,
    }
    if not state.running:
        found.values["exit_code_at_limit"] = state.exit_code
    peak = processes.of(engine, container) if state.running else None
    if peak is not None and peak.peak_bytes is not None:
        found.values["peak_bytes"] = peak.peak_bytes
    unread = (name for name in ("upload_bytes", "peak_bytes") if name not in found.values)
    found.unmeasured |= dict.fromkeys(unread, NO_PEAK)
