"""Says how long `docker stop` takes, how it ends, and which requests it costs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from advices.core import CommandFailed, EngineRefused, UnsteadyMeasure, clock, poll
from advices.engine import Container, Start
from advices.probes.containers import answering, python
from advices.probes.subject import Found, Subject
from advices.results import Timing

METHOD = 2
SITE = "site"
IN_FLIGHT = "in flight"
_KILLED = 137
_BEGIN_SECONDS = 30.0
_END_SECONDS = 90.0


@dataclass(frozen=True)
class Stopped:
    """What one `docker stop` took, gave and cost."""

    seconds: float
    exit_code: int
    lost: int


def probe(subject: Subject) -> Found:
    """Return the time that `docker stop` takes, the exit code and the requests lost.

    A client on the same network keeps slow requests in flight meanwhile. `requests_lost` is
    the most that any sample lost. A container that had to be killed is one sample. Without an
    answer there is nothing to stop. Raises UnsteadyMeasure when the exit codes of two samples
    differ, CommandFailed when the client fails.
    """
    if not subject.answered:
        return Found()
    samples = [_sample(subject)]
    # One that had to be killed took as long as Docker waits: another sample would say the same.
    if samples[0].exit_code != _KILLED:
        samples += [_sample(subject) for _ in range(subject.samples - 1)]
    codes = {sample.exit_code for sample in samples}
    if len(codes) > 1:
        raise UnsteadyMeasure(
            f"{subject.lab.slug}: `docker stop` ended `{subject.variant}` with different exit "
            f"codes: {', '.join(map(str, sorted(codes)))}",
            why="it takes about as long to stop as Docker waits",
            next_step="make it stop earlier, or much later",
        )
    return Found(
        values={
            "stop_exit_code": samples[0].exit_code,
            "requests_lost": max(sample.lost for sample in samples),
        },
        timings={
            "stop_seconds": Timing(samples=tuple(round(one.seconds, 3) for one in samples)),
        },
    )


def _sample(subject: Subject) -> Stopped:
    with (
        subject.engine.network(subject.run_id) as network,
        answering(subject, Start(network=network, alias=SITE)) as site,
    ):
        client = _client(subject, network)
        try:
            _wait_for_requests(subject, client)
            started = clock()
            exit_code = subject.engine.stop(site)
            seconds = clock() - started
            lost = _lost(subject, client)
        finally:
            subject.engine.remove_container(client)
    return Stopped(seconds, exit_code, lost)


def _client(subject: Subject, network: str) -> Container:
    serve = subject.lab.serve
    visitors = python("stop", SITE, str(serve.port), serve.path)
    how = replace(visitors, network=network, printed_bytes=subject.how.printed_bytes)
    try:
        return subject.engine.start(str(subject.image.id), run_id=subject.run_id, how=how)
    except EngineRefused:
        raise CommandFailed(
            f"{subject.lab.slug}: the client of `{subject.variant}` does not start",
            why="it needs python3, and the image has none",
        ) from None


def _wait_for_requests(subject: Subject, client: Container) -> None:
    """Return once the client says that the site has accepted its requests."""
    for _ in poll(_BEGIN_SECONDS):
        if IN_FLIGHT in subject.engine.stdout(client):
            return
        if not subject.engine.running(client):
            break
    raise _failed(subject, client, "started no requests")


def _lost(subject: Subject, client: Container) -> int:
    """Return how many requests the client lost, once it has ended."""
    for _ in poll(_END_SECONDS):
        if not subject.engine.running(client):
            break
    lines = subject.engine.stdout(client).splitlines()
    try:
        return int(json.loads(lines[-1])["lost"])
    except (IndexError, ValueError, TypeError, KeyError):
        raise _failed(subject, client, "did not report what happened to its requests") from None


def _failed(subject: Subject, client: Container, what: str) -> CommandFailed:
    lines = subject.engine.last_lines(client) or "(it printed nothing)"
    return CommandFailed(
        f"{subject.lab.slug}: the client of `{subject.variant}` {what}. Its last lines:\n{lines}",
        next_step="look at what the site answers to slow requests",
    )
