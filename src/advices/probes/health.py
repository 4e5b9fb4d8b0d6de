"""Says what Docker calls a container: soon after its start, and while it hangs."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from advices.core import poll
from advices.engine import Checking, Container, Start, State
from advices.probes import processes
from advices.probes.containers import answering
from advices.probes.startup import get
from advices.probes.subject import Found, Subject
from advices.results import Timing

METHOD = 1
NO_CHECK = "no check"
NEVER_HEALTHY = "never healthy"
SLOW_VISITORS = 64
_SOON_SECONDS = 10.0
_LONGEST_CHECK_SECONDS = 3.0
_DEFAULT_TIMEOUT_SECONDS = 30.0
_RETRIES = 2
_CONNECT_SECONDS = 2.0
# What a check may take longer than the engine waits for it: it has to be ended.
_GRACE_SECONDS = 4.0


def probe(subject: Subject) -> Found:
    """Return the container's health soon after its start and while visitors hold its threads.

    They send the beginning of a request and keep the line. The first answer is that of the image's
    own times; for the second one the engine checks every second, so that nobody waits for minutes.
    Without an answer there is nothing to look at. Raises NeverAnswered.
    """
    if not subject.answered:
        return Found()
    has_check = is_checked(subject.image.config)
    found = Found({"health": _soon(subject) if has_check else NO_CHECK})
    checking = checking_of(subject.image.config) if has_check else None
    with answering(subject, Start(checking=checking)) as container:
        healthy = _waits_for(subject, container, "healthy", checking)
        if checks := [one.seconds for one in healthy.checks if one.exit_code == 0]:
            samples = tuple(round(seconds, 3) for seconds in checks)
            found.timings["check_seconds"] = Timing(samples=samples)
        with _slow_visitors(subject, container):
            found.values["answers_hung"] = _answers(subject, container)
            if known := processes.of(subject.engine, container):
                found.values["tasks"] = known.tasks
            found.values["health_hung"] = NO_CHECK
            if checking is not None:
                hung = _waits_for(subject, container, "unhealthy", checking)
                is_known = healthy.health == "healthy"
                found.values["health_hung"] = hung.health if is_known else NEVER_HEALTHY
    return found


def is_checked(config: Mapping[str, Any]) -> bool:
    """Return whether an image has a HEALTHCHECK, and none that says NONE."""
    test = (config.get("Healthcheck") or {}).get("Test") or ["NONE"]
    return bool(test[0] != "NONE")


def checking_of(config: Mapping[str, Any]) -> Checking:
    """Return how an image is checked each second: with its own patience, up to some seconds."""
    own = int((config.get("Healthcheck") or {}).get("Timeout") or 0) / 1e9
    patience = min(own or _DEFAULT_TIMEOUT_SECONDS, _LONGEST_CHECK_SECONDS)
    return Checking(1.0, patience, _RETRIES)


def _soon(subject: Subject) -> str:
    """Return the health ten seconds after the start, or as soon as it is good."""
    with answering(subject, Start()) as container:
        health = ""
        for _ in poll(_SOON_SECONDS, every_seconds=0.2):
            health = subject.engine.state(container).health
            if health == "healthy":
                break
    return health or NO_CHECK


def _waits_for(
    subject: Subject, container: Container, health: str, checking: Checking | None
) -> State:
    """Return the container's state once it has this health, or when it had time enough for it."""
    state = subject.engine.state(container)
    if checking is None:
        return state
    round_seconds = checking.every_seconds + checking.timeout_seconds
    for _ in poll(checking.retries * round_seconds + _GRACE_SECONDS, every_seconds=0.2):
        state = subject.engine.state(container)
        if state.health == health:
            break
    return state


@contextlib.contextmanager
def _slow_visitors(subject: Subject, container: Container) -> Iterator[None]:
    """Let visitors send the beginning of a request and then nothing.

    Once the site takes no more lines there are enough of them.
    """
    port = subject.engine.published_port(container, subject.lab.serve.port)
    beginning = f"GET {subject.lab.serve.path} HTTP/1.1\r\nHost: localhost\r\nX-Slow".encode()
    with contextlib.ExitStack() as lines:
        with contextlib.suppress(OSError):
            for _ in range(SLOW_VISITORS if port is not None else 0):
                line = socket.create_connection(("127.0.0.1", port), _CONNECT_SECONDS)
                lines.enter_context(line).sendall(beginning)
        yield


def _answers(subject: Subject, container: Container) -> bool:
    port = subject.engine.published_port(container, subject.lab.serve.port)
    try:
        return port is not None and get(port, subject.lab.serve.path).status == 200
    except (OSError, http.client.HTTPException):
        return False
