"""Says what Docker calls a container: soon after its start, and while it hangs."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Mapping
from functools import partial
from typing import Any

from advices.core import at_once, poll
from advices.engine import Checking, Container, Start, State
from advices.probes import processes
from advices.probes.containers import answering
from advices.probes.startup import get
from advices.probes.subject import Found, Subject
from advices.results import Timing

METHOD = 3
NO_CHECK = "no check"
NEVER_HEALTHY = "never healthy"
# All of them together are fewer than a container may have threads: a server with one for each is no
# server that hangs.
SLOW_VISITORS = 24
# How processes share lines is chance: one may take all of a wave, and others still answer.
WAVES = 8
_SOON_SECONDS = 10.0
_LONGEST_CHECK_SECONDS = 3.0
_DEFAULT_TIMEOUT_SECONDS = 30.0
_RETRIES = 2
_EVERY_SECONDS = 0.5
# So many in a row tell what all later ones will say. An engine keeps the last five.
_ENOUGH = 4
_CONNECT_SECONDS = 2.0
# What all checks may take longer than the engine waits for them: each has to be ended.
_GRACE_SECONDS = 12.0


def probe(subject: Subject) -> Found:
    """Return the container's health soon after its start and while visitors hold its threads.

    They send the beginning of a request and keep the line. The first answer is that of the image's
    own times. For the second one the engine checks twice a second: nobody waits for minutes.
    Without an answer there is nothing to look at. Raises NeverAnswered.
    """
    if not subject.answered:
        return Found()
    if not is_checked(subject.image.config):
        return _hung(subject, None)
    checking = checking_of(subject.image.config)
    # Two containers, because both wait for their engine most of the time.
    both = {"soon": partial(_soon, subject), "hung": partial(_hung, subject, checking)}
    found = at_once(both, len(both))
    found["hung"].values |= found["soon"].values
    return found["hung"]


def _soon(subject: Subject) -> Found:
    """Return the health ten seconds after the start, or as soon as it is good."""
    with answering(subject, Start()) as container:
        health = NO_CHECK
        for _ in poll(_SOON_SECONDS, every_seconds=0.2):
            health = subject.engine.state(container).health or NO_CHECK
            if health == "healthy":
                break
    return Found({"health": health})


def _hung(subject: Subject, checking: Checking | None) -> Found:
    """Return the health while visitors hold the container, `checking` as None without a check."""
    found = Found({"health": NO_CHECK, "health_hung": NO_CHECK} if checking is None else {})
    with answering(subject, Start(checking=checking)) as container:
        was_healthy = False
        if checking is not None:
            healthy = _waits_for(subject, container, "healthy", checking)
            was_healthy = healthy.health == "healthy"
            if checks := [one.seconds for one in healthy.checks if one.exit_code == 0]:
                samples = tuple(round(seconds, 3) for seconds in checks)
                found.timings["check_seconds"] = Timing(samples=samples)
        with contextlib.ExitStack() as lines:
            for _ in range(WAVES):
                _slow_visitors(subject, container, lines)
                found.values["answers_hung"] = _answers(subject, container)
                if not found.values["answers_hung"]:
                    break
            if known := processes.of(subject.engine, container):
                found.values["tasks"] = known.tasks
            else:
                found.unmeasured["tasks"] = "nobody could ask for its processes while it hung"
            if was_healthy and checking is not None:
                state = _waits_for(subject, container, "unhealthy", checking)
                found.values["health_hung"] = state.health
    if checking is not None:
        found.values.setdefault("health_hung", NEVER_HEALTHY)
    return found


def is_checked(config: Mapping[str, Any]) -> bool:
    """Return whether an image has a HEALTHCHECK, and none that says NONE."""
    test = (config.get("Healthcheck") or {}).get("Test") or ["NONE"]
    return bool(test[0] != "NONE")


def checking_of(config: Mapping[str, Any]) -> Checking:
    """Return how an image is checked often: with its own patience, up to some seconds."""
    own = int((config.get("Healthcheck") or {}).get("Timeout") or 0) / 1e9
    patience = min(own or _DEFAULT_TIMEOUT_SECONDS, _LONGEST_CHECK_SECONDS)
    return Checking(_EVERY_SECONDS, patience, _RETRIES)


def _waits_for(subject: Subject, container: Container, health: str, checking: Checking) -> State:
    """Return the container's state once it has this health, or once it clearly never will."""
    round_seconds = checking.every_seconds + checking.timeout_seconds
    state = subject.engine.state(container)
    known = {check.began for check in state.checks}
    is_well = health == "unhealthy"
    for _ in poll(checking.retries * round_seconds + _GRACE_SECONDS, every_seconds=0.2):
        state = subject.engine.state(container)
        new = [check for check in state.checks if check.began not in known]
        other = [check for check in new if (check.exit_code == 0) == is_well]
        if state.health == health or len(other) >= _ENOUGH:
            break
    return state


def _slow_visitors(subject: Subject, container: Container, lines: contextlib.ExitStack) -> None:
    """Let some more visitors send the beginning of a request and then nothing.

    Once the site takes no more lines there are enough of them. They are held until `lines` ends.
    """
    port = subject.engine.published_port(container, subject.lab.serve.port)
    beginning = f"GET {subject.lab.serve.path} HTTP/1.1\r\nHost: localhost\r\nX-Slow".encode()
    with contextlib.suppress(OSError):
        for _ in range(SLOW_VISITORS if port is not None else 0):
            line = socket.create_connection(("127.0.0.1", port), _CONNECT_SECONDS)
            lines.enter_context(line).sendall(beginning)


def _answers(subject: Subject, container: Container) -> bool:
    port = subject.engine.published_port(container, subject.lab.serve.port)
    try:
        return port is not None and get(port, subject.lab.serve.path).status == 200
    except (OSError, http.client.HTTPException):
        return False
