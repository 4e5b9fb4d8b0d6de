"""Says whether the variables that an image means to set arrive in its process."""

from __future__ import annotations

import json
from collections.abc import Mapping

from advices.core import NeverAnswered
from advices.engine import HARDENED
from advices.probes.containers import answering
from advices.probes.programs import program
from advices.probes.subject import Found, Subject

# Raised, here as in each probe, when what one asks or reads gives other numbers.
METHOD = 1


def wrong(intended: Mapping[str, str], entries: list[str]) -> dict[str, str | None]:
    """Return the intended variables with another value: what they have instead, None if unset.

    `entries` are those of /proc/PID/environ; of one that stands there twice the first counts,
    as it does for the C library.
    """
    actual: dict[str, str] = {}
    for entry in entries:
        name, sign, value = entry.partition("=")
        if sign:
            actual.setdefault(name, value)
    return {name: actual.get(name) for name, value in intended.items() if actual.get(name) != value}


def probe(subject: Subject) -> Found:
    """Return how many variables of the lab's `intended_env` PID 1 has another value of.

    Without an answer there is nothing to look at. Raises NeverAnswered.
    """
    if not subject.answered:
        return Found()
    with answering(subject, HARDENED) as container:
        said = subject.engine.exec_output(container, ["python3", "-c", program("environment")])
    if said is None:
        raise NeverAnswered(f"{subject.variant}: it answered and then ended, or has no python3")
    off = wrong(subject.lab.intended_env, json.loads(said))
    for name, value in sorted(off.items()):
        instead = "is not set" if value is None else f"is {value!r}"
        subject.workshop.say(f"{subject.variant}: {name} {instead}")
    return Found({"env_wrong": len(off)})
