"""Says which rights PID 1 has, and what of the application it may change."""

from __future__ import annotations

from dataclasses import dataclass, replace

from advices.core import NeverAnswered
from advices.engine import Start
from advices.probes.containers import answering, output, python
from advices.probes.programs import program
from advices.probes.startup import status_fields
from advices.probes.subject import Found, Subject

METHOD = 1


@dataclass(frozen=True)
class Rights:
    """What the kernel says of a process: who it is and how many capabilities it holds."""

    uid: int
    gid: int
    groups: tuple[int, ...]
    capabilities: int


def rights(status: str) -> Rights:
    """Return the rights that a /proc/PID/status tells. Raises KeyError where one is missing."""
    fields = status_fields(status)
    return Rights(
        uid=int(fields["Uid"].split()[1]),
        gid=int(fields["Gid"].split()[1]),
        groups=tuple(int(word) for word in fields["Groups"].split()),
        capabilities=int(fields["CapEff"], 16).bit_count(),
    )


def probe(subject: Subject) -> Found:
    """Return the capabilities of PID 1, as plain `docker run` gives them, and what it may write.

    The files are counted in a fresh container, so that what a start writes does not count.
    Without an answer there is nothing to look at. Raises NeverAnswered.
    """
    if not subject.answered:
        return Found()
    with answering(subject, Start(default_capabilities=True)) as container:
        # Its entrypoint is done by now, and has become whom it becomes.
        status = subject.engine.exec_output(container, ["python3", "-c", program("status")])
    if status is None:
        raise NeverAnswered(f"{subject.variant}: it answered and then ended, or has no python3")
    found = rights(status)
    folder = subject.image.working_dir
    who = map(str, (found.uid, found.gid, *found.groups))
    counter = replace(python("user", folder, *who), user="0:0", default_capabilities=True)
    counted = output(subject, counter)
    if counted is None:
        raise NeverAnswered(f"{subject.variant}: the files below {folder} could not be counted")
    return Found({"capabilities": found.capabilities, "writable_app_files": int(counted)})
