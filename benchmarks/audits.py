"""Times an audit beside the plain builds that it has to do: yours, each touch, each change."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from advices import audit
from advices.audit.hunt import FIXED
from advices.audit.lab_of import YOURS, lab_of, variant_of
from advices.audit.remedies import REMEDIES, Change, remedies, together
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


@dataclass(frozen=True)
class _Builds:
    """What an audit builds of one change: the variant, the steps, files that are secrets by id."""

    name: str
    variant: Variant
    planned: Sequence[PlanStep]
    secret_files: Mapping[str, str] = field(default_factory=dict)


SLUG = "whole-dockerfile"
"""The lab whose bad Dockerfile does everything wrong."""


def times(place: Place) -> Mapping[str, tuple[float, ...]]:
    """Return the seconds of the audit of a project with everything wrong, and of its builds.

    The builds are those of the project as it is, of each change alone and of the whole diff: cold,
    and after the edits that each of them is measured by. Not among them are the builds with made-up
    secrets, and second ones of a change that lacks a library: these are the audit's own ways.
    """
    whole = labfile.read(place.project.labs, SLUG)
    candidate = of_variant(whole, "bad")
    root = copied(whole, candidate, place.scratch / "audited", canary="canary")
    write_whole(root / "Dockerfile", candidate.dockerfile.read_text("utf-8"))
    project = audit.read_project(root, audit.Asked(port=whole.serve.port))
    lab = lab_of(project, place.scratch / "audit")
    workshop = place.workshop(place.project)
    call = f"{ADVICES} --quiet audit {shlex.quote(str(root))} --port {project.port}"
    with proxy.for_builds(place.engine):
        fixed = _fixed(place, call, project)
        bases = {
            name: workshop.bases.marked(base, place.run_id, "audit").image
            for name, base in workshop.bases.resolve(audit.from_names(project)).items()
        }
        folder = place.scratch / "builds"
        write_whole(folder / "lab.in", _script(place, lab, bases, _builds(project, lab, fixed)))
        write_whole(folder / "mark.in", _marks(place, bases))
        word = f"for one in lab mark; do sed s/{WORD}/$word/g $one.in >$one.sh; done"
        return place.in_turns(
            ours=Program(call, place.scratch, says="A one-line edit of "),
            builds=Program("sh lab.sh", folder, before=f"word=w$(date +%s%N); {word}; sh mark.sh"),
        )


def _fixed(place: Place, call: str, project: audit.Project) -> Change | None:
    """Return what an audit leaves in its diff; a command of its own, for one measures at a time.

    Its Dockerfile is the record's: an audit finds out which libraries a smaller base lacks.
    """
    place.say("  the audit, to know its diff")
    place.run(f"{call} --json found.json", place.scratch)
    record = json.loads((place.scratch / "found.json").read_text("utf-8"))
    names = {one["name"] for one in record["tried"] if one["in_the_diff"]}
    fixes = [one for one in REMEDIES if one.name in names]
    if not fixes:
        return None
    change = together(project.source(), fixes)
    text = record["files"].get("Dockerfile", {"after": change.dockerfile})["after"]
    return replace(change, dockerfile=text)


def _builds(project: audit.Project, lab: Lab, fixed: Change | None) -> Iterator[_Builds]:
    """Yield what an audit builds."""
    whole = steps(lab, QUICK)
    yield _Builds(YOURS, lab.variants["bad"], whole)
    changes = remedies(project.source())
    for one in REMEDIES:
        if one.name in changes:
            change = changes[one.name]
            made = variant_of(project, lab.folder, one.name, change)
            yield _Builds(one.name, made, planned_for(lab, one).steps, change.secret_files)
    if fixed is not None:
        made = variant_of(project, lab.folder, FIXED, fixed)
        yield _Builds(FIXED, made, whole, fixed.secret_files)


def _script(
    place: Place,
    lab: Lab,
    bases: Mapping[str, str],
    builds: Iterator[_Builds],
) -> str:
    lines, tags = ["set -eu"], []
    for one in builds:
        name, variant = one.name, one.variant
        # An audit tries what does not build, too, and goes on.
        or_not = "" if name in (YOURS, FIXED) else " || true"
        for step in one.planned:
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
                secrets={id_: lab.context / file for id_, file in one.secret_files.items()},
            )
            lines += ["rm -rf context", f"cp -R {shlex.quote(str(lab.context))} context"]
            if variant.overlay:
                lines.append(f"cp -R {shlex.quote(str(lab.folder / variant.overlay))}/. context")
            replay = lab.replays.get(step.build)
            if replay is not None and replay.file is not None:
                text = str(replay.append).replace("{sample}", f"{WORD}-{name}")
                lines.append(f"printf %s {shlex.quote(text)} >>context/{shlex.quote(replay.file)}")
            lines.append(f"{shlex.join(argv(order))} 2>log{or_not}")
            tags.append(tag)
    tags += [f"{_tag(place)}{WORD}-{n}" for n in range(len(bases))]
    return "\n".join([*lines, f"docker image rm {' '.join(tags)} >gone 2>&1 || true"]) + "\n"


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
