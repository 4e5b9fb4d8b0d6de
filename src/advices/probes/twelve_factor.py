"""The factors of the Twelve-Factor App that a container can show, tried with a real PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from advices.core import EngineRefused
from advices.engine import Image, Start
from advices.probes.programs import program
from advices.probes.requirements import declarations, requirements, undeclared
from advices.probes.subject import Found, Subject
from advices.probes.twelve_factor_stage import SITE, Stage, listed, stage_of
from advices.results import Timing, Value

METHOD = 3
OTHER_PORT = 9137

# What each of the ten factors needs that a container can show: all but I and X.
_TRIED_HERE: Mapping[str, Value] = {
    "undeclared_distributions": 0,
    "database_swapped": True,
    "code_files_changed": 0,
    "state_survives": True,
    "obeys_port": True,
    "replicas_agree": True,
    "logs_on_stdout": True,
    "admin_commands_run": True,
}
# III is measured by the starts of the lab, IX by the probe `stop`.
SCORE: Mapping[str, Value] = {**_TRIED_HERE, "behaviours": 2, "stop_exit_code": 0}


def probe(subject: Subject) -> Found:
    """Return what a variant shows of the factors. Raises DatabaseDown, BaseUnavailable.

    A variant that does not answer fails every factor that needs an answer, and has no measure
    of what its code did.
    """
    found = Found(dict.fromkeys(_TRIED_HERE, False))
    found.values |= {"pictures_survive": False, "restart_keeps_state": False}
    found.values |= {"replicas_answering": 0}
    with stage_of(subject) as stage:
        declared = declarations(requirements(subject.lab, subject.variant))
        added = undeclared(stage.distributions(), _of_base(subject), declared)
        found.values["undeclared_distributions"] = len(added)
        del found.values["code_files_changed"]
        if subject.answered:
            found.values["admin_commands_run"] = stage.migrated()
            found.values |= _attached(stage, found)
            found.values["restart_keeps_state"] = stage.kept_over_a_restart()
    return found


def factors_met(found: Mapping[str, Value], behaviours: int | None) -> dict[str, Value]:
    """Return how many factors of the score are met, by its name; {} where the probe has not run.

    `found` is what all probes of a variant found, and `behaviours` how many different answers its
    starts gave. What was not measured is not met.
    """
    if _TRIED_HERE.keys().isdisjoint(found):
        return {}
    every = {**found, "behaviours": behaviours}
    met = (every.get(name) == wanted for name, wanted in SCORE.items())
    return {"factors_met": sum(met)}


def _attached(stage: Stage, found: Found) -> dict[str, Value]:
    """Return what replicas, another database and a replaced container show.

    The starts that are alone on the machine are timed; that is at most three samples.
    """
    first, second = stage.databases
    seconds: list[float] = []
    values: dict[str, Value] = {}
    with stage.site(first) as one:
        if not one.ready(seconds):
            return values
        values["code_files_changed"] = len(stage.code_files_changed(one.container))
        values["logs_on_stdout"] = one.logs_on_stdout()
        mine = one.sign()
        with stage.site(first) as two:
            two.ready([])
            values["replicas_answering"] = len(stage.ask("behind", SITE, stage.port, "/") or ())
            theirs = two.sign()
            values["replicas_agree"] = one.shows(mine, theirs) and two.shows(mine, theirs)
    with stage.site(second, PORT=str(OTHER_PORT)) as other:
        kept_apart = other.ready(seconds, OTHER_PORT) and not other.shows(mine)
        values["obeys_port"] = other.port == OTHER_PORT
    with stage.site(first) as again:
        there = again.ready(seconds) and again.shows(mine)
        values["pictures_survive"] = there and again.pictures()
    values["state_survives"] = there
    values["database_swapped"] = there and kept_apart
    samples = tuple(seconds[: stage.subject.samples])
    found.timings["attached_first_200_seconds"] = Timing(samples=samples)
    return values


def _of_base(subject: Subject) -> list[tuple[str, str]]:
    """Return the distributions that were there before the variant's first instruction.

    The base is the image of this lab that has the most layers of those below the variant's own.
    """
    found: Image | None = None
    for base in subject.workshop.bases.resolve(subject.lab.from_names()).values():
        image = subject.engine.image(base.image)
        if image is not None and _layers(found) < _layers(image) <= subject.base_ids:
            found = image
    how = Start(entrypoint=("python3", "-c", program("twelve_factor_distributions")))
    with contextlib.suppress(EngineRefused):  # a base may have no Python
        if found is not None:
            done = subject.engine.run_once(str(found.id), run_id=subject.run_id, how=how)
            return listed(done.stdout)
    return []


def _layers(image: Image | None) -> frozenset[str]:
    return frozenset(image.diff_ids if image else ())
