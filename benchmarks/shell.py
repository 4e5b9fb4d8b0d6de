"""Pure: a lab as the shell script that somebody would write for it.

It issues the builds of `advices run`, with the same Dockerfiles, contexts, edits and flags, the
same inspects and the same starts, one after the other. A second script weighs the layers as well,
without which nobody knows what a deploy moves.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from advices.core.errors import LabInvalid
from advices.engine.buildx import BuildOrder, argv
from advices.engine.client import RUN_LABEL
from advices.engine.start import HARDENED
from advices.lab.model import COLD, Lab
from advices.measure.plan import BuildImage, InspectImages, PlanStep, ServeImage

HEAD = """\
#!/bin/sh
set -eu
serve() {{
    container=$(docker run --detach {options} "$1")
    address=$(docker port "$container" {port}/tcp)
    until curl --fail --silent --noproxy '*' --output page "http://$address{path}"; do
        sleep 0.02
    done
    docker exec "$container" cat /proc/1/status >status
    docker rm --force --volumes "$container" >gone
}}
weigh() {{
    docker save --output saved.tar "$@"
    rm -rf saved && mkdir saved && tar -xf saved.tar -C saved
    for blob in saved/blobs/sha256/*; do
        grep -q "${{blob##*/}}" known || gzip -6 --stdout "$blob" | wc -c
    done >weights
}}
"""


@dataclass(frozen=True)
class Around:
    """What a script needs to know: local images by FROM name, run, and a word of its own.

    `word` goes into each edit, so that no build is answered from the cache of an earlier script.
    """

    bases: Mapping[str, str]
    run_id: str
    word: str


def script(lab: Lab, steps: Sequence[PlanStep], around: Around, *, weighing: bool = False) -> str:
    """Return the script for all variants of a lab. Raises LabInvalid for what it has no words for.

    `weighing` also compresses each layer that is not in a base, as a push would. It runs in an
    empty folder and removes the images that it made.
    """
    options = [
        *("--publish", f"127.0.0.1::{lab.serve.port}", "--label", f"{RUN_LABEL}={around.run_id}"),
        *("--memory", HARDENED.memory, "--pids-limit", str(HARDENED.processes)),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    ]
    lines = [
        HEAD.format(
            options=shlex.join(options), port=lab.serve.port, path=shlex.quote(lab.serve.path)
        )
    ]
    if weighing:
        layers = "{{range .RootFS.Layers}}{{println .}}{{end}}"
        bases = shlex.join(around.bases.values())
        lines.append(f"docker image inspect --format {shlex.quote(layers)} {bases} >known")
    tags: list[str] = []
    for variant in lab.variants:
        for step in steps:
            match step:
                case BuildImage():
                    lines += _build(lab, variant, step, around)
                    tags.append(_tag(lab, variant, step.build, around))
                case InspectImages(builds=builds):
                    read = [_tag(lab, variant, build, around) for build in builds]
                    for tag in read:
                        lines.append(f"docker image inspect {tag} >inspected")
                        lines.append(f"docker history --no-trunc {tag} >history")
                    if weighing:
                        lines.append(f"weigh {' '.join(read)}")
                case ServeImage():
                    lines.append(f"serve {_tag(lab, variant, COLD, around)}")
                case _:
                    raise LabInvalid(
                        f"{lab.slug}: a bare script has no words for {type(step).__name__}",
                        why="the lab of the benchmark only builds, inspects and starts",
                    )
    lines.append(f"docker image rm {' '.join(dict.fromkeys(tags))} >gone")
    return "\n".join(lines) + "\n"


def _tag(lab: Lab, variant: str, build: str, around: Around) -> str:
    return f"docker-advices-bench/{around.run_id}:{lab.slug}-{variant}-{build}"


def _build(lab: Lab, variant: str, step: BuildImage, around: Around) -> list[str]:
    said = lab.variants[variant]
    if said.overlay or lab.overlay or said.secrets:
        raise LabInvalid(
            f"{lab.slug}: a bare script has no words for overlays and secrets",
            why="the labs of the benchmark only leave files out",
        )
    lines = ["rm -rf context", f"cp -R {shlex.quote(str(lab.context))} context"]
    lines += [f"rm -r {shlex.quote(f'context/{name}')}" for name in said.leaves_out]
    replay = lab.replays.get(step.build)
    if replay is not None and replay.file is not None and replay.append is not None:
        text = replay.append.replace("{sample}", f"{around.word}-{variant}-{step.sample}")
        lines.append(f"printf %s {shlex.quote(text)} >>{shlex.quote(f'context/{replay.file}')}")
    order = BuildOrder(
        dockerfile=lab.dockerfile(variant),
        context=Path("context"),
        tag=_tag(lab, variant, step.build, around),
        bases=around.bases,
        run_id=around.run_id,
        no_cache=step.cold,
        cache_namespace=f"{around.word}-{variant}",
        build_args=said.build_args,
    )
    return [*lines, f"{shlex.join(argv(order))} 2>log"]
