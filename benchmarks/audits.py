"""Times an audit beside the plain builds that it has to do: yours, each touch, each change."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from advices import audit
from advices.audit.hunt import FIXED
from advices.audit.lab_of import YOURS, lab_of, variant_of
from advices.audit.remedies import REMEDIES, Remedy, remedies, together
from advices.audit.taking import planned_for
from advices.core import write_whole
from advices.engine import RUN_LABEL, BuildOrder, argv
from advices.lab import Lab, Variant, labfile
from advices.measure import QUICK, PlanStep, steps
from advices.measure.candidate import copied, of_variant
from advices.measure.plan import BuildImage
from advices.packages import proxy
from benchmarks.shell import WORD
from benchmarks.turns import ADVICES, Place, Program

SLUG = "whole-dockerfile"
"""The lab whose bad Dockerfile does everything wrong."""


def times(place: Place) -> Mapping[str, tuple[float, ...]]:
    """Return the seconds of the audit of a project with everything wrong, and of its builds."""
    whole = labfile.read(place.project.labs, SLUG)
    candidate = of_variant(whole, "bad")
    root = copied(whole, candidate, place.scratch / "audited", canary="canary")
    write_whole(root / "Dockerfile", candidate.dockerfile.read_text("utf-8"))
    project = audit.read_project(root, audit.Asked(port=whole.serve.port))
    lab = lab_of(project, place.scratch / "audit")
    workshop = place.workshop(place.project)
    call = f"{ADVICES} --quiet audit {shlex.quote(str(root))} --port {project.port}"
    with proxy.for_builds(place.engine):
        fixes = _fixes(place, call)
        bases = {
            name: workshop.bases.marked(base, place.run_id, "audit").image
            for name, base in workshop.bases.resolve(audit.from_names(project)).items()
        }
        folder = place.scratch / "builds"
        write_whole(folder / "lab.in", _script(place, lab, bases, _builds(project, lab, fixes)))
        write_whole(folder / "mark.in", _marks(place, bases))
        word = f"for one in lab mark; do sed s/{WORD}/$word/g $one.in >$one.sh; done"
        return place.in_turns(
            ours=Program(call, place.scratch, says="A one-line edit of "),
            builds=Program("sh lab.sh", folder, before=f"word=w$(date +%s%N); {word}; sh mark.sh"),
        )


def _fixes(place: Place, call: str) -> list[Remedy]:
    """Return what an audit leaves in its diff; a command of its own, for one measures at a time."""
    place.say("  the audit, to know its diff")
    place.run(f"{call} --json found.json", place.scratch)
    told = json.loads((place.scratch / "found.json").read_text("utf-8"))["tried"]
    names = {one["name"] for one in told if one["in_the_diff"]}
    return [one for one in REMEDIES if one.name in names]


def _builds(
    project: audit.Project, lab: Lab, fixes: Sequence[Remedy]
) -> Iterator[tuple[str, Variant, Sequence[PlanStep]]]:
    """Yield what an audit builds: a name, the variant, and the steps that it takes of it."""
    whole = steps(lab, QUICK)
    yield YOURS, lab.variants["bad"], whole
    changes = remedies(project.source())
    for one in REMEDIES:
        if one.name in changes:
            change = changes[one.name]
            made = variant_of(project, lab.folder, one.name, change)
            yield one.name, made, planned_for(lab, one)
    if fixes:
        change = together(project.source(), fixes)
        made = variant_of(project, lab.folder, FIXED, change)
        yield FIXED, made, whole


def _script(
    place: Place,
    lab: Lab,
    bases: Mapping[str, str],
    builds: Iterator[tuple[str, Variant, Sequence[PlanStep]]],
) -> str:
    lines, tags = ["set -eu"], []
    for name, variant, planned in builds:
        for step in planned:
            if not isinstance(step, BuildImage):
                continue
            tag = f"{_tag(place)}{name}-{step.build}"
            order = BuildOrder(
                dockerfile=lab.folder / variant.dockerfile,
                context=Path("context"),
                tag=tag,
                bases={base: f"{_tag(place)}{WORD}-{n}" for n, base in enumerate(bases)},
                run_id=place.run_id,
                no_cache=step.cold and name == YOURS,
                cache_namespace=WORD,
                build_args=variant.build_args,
            )
            lines += ["rm -rf context", f"cp -R {shlex.quote(str(lab.context))} context"]
            if variant.overlay:
                lines.append(f"cp -R {shlex.quote(str(lab.folder / variant.overlay))}/. context")
            replay = lab.replays.get(step.build)
            if replay is not None and replay.file is not None:
                text = str(replay.append).replace("{sample}", f"{WORD}-{name}")
                lines.append(f"printf %s {shlex.quote(text)} >>context/{shlex.quote(replay.file)}")
            lines.append(f"{shlex.join(argv(order))} 2>log")
            tags.append(tag)
    tags += [f"{_tag(place)}{WORD}-{n}" for n in range(len(bases))]
    return "\n".join([*lines, f"docker image rm {' '.join(tags)} >gone"]) + "\n"


def _marks(place: Place, bases: Mapping[str, str]) -> str:
    """Return what makes bases that no build has stood on: an audit's builds find nothing either."""
    lines = ["set -eu"]
    for number, image in enumerate(bases.values()):
        lines += [
            f"printf 'FROM {image}\\nRUN --network=none echo {WORD} >/word\\n' >Dockerfile.mark",
            "docker buildx build --quiet --load --provenance=false --file Dockerfile.mark "
            f"--label {RUN_LABEL}={place.run_id} --tag {_tag(place)}{WORD}-{number} . >marked",
        ]
    return "\n".join(lines) + "\n"


def _tag(place: Place) -> str:
    return f"docker-advices-bench/{place.run_id}:audit-"
