"""Pure: what decides the numbers of a lab, as far as the project decides it, by name.

That is what is asked: Dockerfiles as a build sees them, the files of the context, the command lines
of builds, how containers are started, the programs that probes send. And how the answers are read:
each reader has the number of its method. Sentences, titles and the order of labs are no part of it,
and of claims only which steps they make alone.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from advices import images, probes, scanners
from advices.engine import BUILD_LOG_METHOD, HARDENED, options
from advices.lab import Claim, Dockerfile, Lab, Mistake, Variant, instructions
from advices.measure import plan
from advices.measure.candidate import (
    CANARY,
    Candidate,
    context_contents,
    copied,
    variant_of_mistake,
)
from advices.measure.mistakes import judged_steps
from advices.measure.order import commands
from advices.measure.plan import PlanStep, Samples
from advices.packages import newest_versions
from advices.results import is_judged

_OF_A_BUILD = ("Dockerfile", "build command", "context")
START = "the Dockerfile of bad"
_SENTENCES = {"says"}
_OF_A_CLAIM = {
    *("id", "measure", "equals", "at_most", "at_least", "includes", "excludes", "relative_to"),
}


class Contexts:
    """What builds may copy, read once for all variants that get the same."""

    def __init__(self) -> None:
        self._known: dict[object, dict[str, list[str]]] = {}

    def files(self, lab: Lab, variant: Variant) -> dict[str, list[str]]:
        """Return the files of a variant's build, as `context_contents` does."""
        folders = (lab.context, lab.folder, lab.overlay, variant.overlay)
        gets = (*folders, variant.leaves_out, tuple(map(repr, variant.edits)))
        if gets not in self._known:
            candidate = Candidate("", Path(), variant)
            with tempfile.TemporaryDirectory() as folder:
                copy = copied(lab, candidate, Path(folder) / "context", canary=CANARY)
                self._known[gets] = context_contents(copy)
        return self._known[gets]


def of_lab(lab: Lab, samples: Samples, contexts: Contexts) -> dict[str, object]:
    """Return all that the project decides of a lab's numbers, or of an exercise's, by name."""
    found: dict[str, object] = {}
    for name, variant in lab.variants.items():
        text = lab.dockerfile(name).read_text("utf-8")
        built = _built(lab, variant, text, contexts, fresh=True)
        found |= dict(zip(parts_of_variant(name), built.values(), strict=True))
    steps = plan.steps(lab, samples)
    timed = [dataclasses.astuple(step) for step in steps if plan.is_timed(lab, step)]
    return found | _steps(lab, steps) | {"what is timed alone": timed}


def parts_of_variant(name: str) -> tuple[str, ...]:
    """Return the names of the parts that are about one variant alone, in the order of `_built`."""
    return tuple(f"the {what} of {name}" for what in _OF_A_BUILD)


def of_mistake(lab: Lab, mistake: Mistake, contexts: Contexts) -> dict[str, object]:
    """Return all that the project decides of what a mistake turns red, by name."""
    good = lab.dockerfile("good").read_text("utf-8")
    text = good if mistake.misfit(good) else mistake.applied(good)
    claims = [claim for claim in lab.claims if is_judged(claim)]
    beside = {
        name: _built(
            *(lab, lab.variants[name], lab.dockerfile(name).read_text("utf-8"), contexts),
            fresh=True,
        )
        for name in _compared_with(claims)
    }
    return {
        **_built(lab, variant_of_mistake(lab, mistake), text, contexts, fresh=lab.builds_again),
        "fits": not mistake.misfit(good),
        "claims": [claim.model_dump(include=_OF_A_CLAIM, mode="json") for claim in claims],
        "beside": beside,
        **_steps(lab, judged_steps(lab)),
    }


def of_learner(lab: Lab, text: str, contexts: Contexts) -> dict[str, object]:
    """Return all that the project decides of what a learner's Dockerfile measures, by name."""
    built = _built(lab, lab.variants["bad"], text, contexts, fresh=lab.builds_again)
    # Its own text, comments and all: who changed nothing changed nothing for sure.
    return {**built, "Dockerfile": text, **_steps(lab, judged_steps(lab))}


def dockerfiles_of_mistake(lab: Lab, mistake: Mistake) -> tuple[Dockerfile, ...]:
    """Return the Dockerfiles whose images decide what a mistake turns red."""
    good = lab.dockerfile("good").read_text("utf-8")
    others = _compared_with([claim for claim in lab.claims if is_judged(claim)])
    own = lab.read("good") if mistake.misfit(good) else lab.read_with(mistake)
    return (own, *map(lab.read, others))


def _compared_with(claims: Sequence[Claim]) -> list[str]:
    return sorted({claim.relative_to for claim in claims if claim.relative_to is not None})


def _built(
    lab: Lab, variant: Variant, dockerfile: str, contexts: Contexts, *, fresh: bool
) -> dict[str, object]:
    """Return what a build is made of: Dockerfile, command lines, context."""
    gets = {"build_args", "secrets", "targets", "answers"}
    command = [
        commands(lab, variant, fresh=fresh),
        variant.model_dump(include=gets, mode="json"),
    ]
    each = (instructions(dockerfile), command, contexts.files(lab, variant))
    return dict(zip(_OF_A_BUILD, each, strict=True))


def _steps(lab: Lab, steps: Sequence[PlanStep]) -> dict[str, object]:
    """Return what some steps ask for besides builds, and how the answers are read."""
    found: dict[str, object] = {
        "samples and steps": [dataclasses.astuple(step) for step in steps],
        "the serve table": lab.serve.model_dump(mode="json"),
        "the options of containers": options(HARDENED, lab.serve.port),
        "how variants are measured": plan.METHOD,
        "how builds are read": BUILD_LOG_METHOD,
        "how layers are read": [*(images.METHOD, images.LISTING_METHOD, images.WEIGHING_METHOD)],
        "how answers are read": probes.startup.METHOD,
    }
    if lab.index is not None:
        found["the index"] = newest_versions(lab.newest())
    for step in steps:
        match step:
            case plan.BuildImage(build=build) if build in lab.replays:
                found[f"the replay {build}"] = lab.replays[build].model_dump(
                    exclude=_SENTENCES, mode="json"
                )
                found |= _brought(lab, build)
            case plan.StartImage(start):
                one = lab.starts[start]
                asked = {"path": one.path, "port": one.port, "status": one.status}
                how = options(probes.startup.how_of(one), one.port or lab.serve.port)
                found[f"the start {start}"] = [asked, how, *_only(one.variants)]
            case plan.ProbeImage(probe):
                asking = [probes.asked(probe), _settings(lab, probe)]
                found[f"the probe {probe}"] = [*asking, *_only(lab.probed.get(probe, ()))]
    return found


def _only(variants: Sequence[str]) -> list[list[str]]:
    """Return the variants that something is only for, nothing where it is for all of a lab."""
    return [[*variants]] if variants else []


def _brought(lab: Lab, build: str) -> dict[str, object]:
    """Return what a replay brings that lies in files of its lab, by name."""
    replay, found = lab.replays[build], dict[str, object]()
    if replay.overlay is not None:
        found[f"the files of the replay {build}"] = context_contents(lab.folder / replay.overlay)
    if replay.index is not None:
        found[f"the index of the replay {build}"] = newest_versions(lab.newest(build))
    return found


def _settings(lab: Lab, probe: str) -> Any:
    """Return what lab.toml says for a probe."""
    if probe == "environment":
        return lab.intended_env
    if probe == "inventory" and lab.fixes is not None:
        return lab.fixes.packages
    if probe == "web-scan" and lab.scan is not None:
        url = f"http://site:{lab.serve.port}/"
        asked = [scanners.asked(name, url, lab.scan.attacks) for name in lab.scan.scanners]
        return [lab.scan.model_dump(mode="json"), asked]
    return [*lab.services]


def scanners_of(lab: Lab, steps: Sequence[PlanStep]) -> tuple[str, ...]:
    """Return the scanners that some steps need."""
    scans = lab.scan is not None and plan.ProbeImage("web-scan") in steps
    return lab.scan.scanners if scans and lab.scan is not None else ()
