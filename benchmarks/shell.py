"""Pure: a lab as the shell script that somebody would write for it.

It issues the builds of `advices run`, with the same Dockerfiles, contexts, edits and flags, the
same inspects and the same starts, one after the other.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from advices.core import LabInvalid
from advices.engine import HARDENED, RUN_LABEL, BuildOrder, argv
from advices.lab import COLD, Lab
from advices.measure.plan import BuildImage, InspectImages, PlanStep, ServeImage

WORD = "WORD-OF-THIS-SAMPLE"
"""To be replaced, so that no build is answered from the cache of an earlier script."""

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
"""


def script(lab: Lab, steps: Sequence[PlanStep], bases: Mapping[str, str], run_id: str) -> str:
    """Return the script for all variants of a lab. Raises LabInvalid for what it has no words for.

    `bases` are local images by FROM name. It runs in an empty folder and removes the images that
    it made.
    """
    options = [
        *("--publish", f"127.0.0.1::{lab.serve.port}", "--label", f"{RUN_LABEL}={run_id}"),
        *("--memory", HARDENED.memory, "--pids-limit", str(HARDENED.processes)),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    ]
    head = HEAD.format(
        options=shlex.join(options),
        port=lab.serve.port,
        path=shlex.quote(lab.serve.path),
    )
    lines, tags = [head], []
    for variant in lab.variants:
        tag = f"docker-advices-bench/{run_id}:{lab.slug}-{variant}-"
        for step in steps:
            match step:
                case BuildImage(build=build):
                    order = BuildOrder(
                        dockerfile=lab.dockerfile(variant),
                        context=Path("context"),
                        tag=f"{tag}{build}",
                        bases=bases,
                        run_id=run_id,
                        no_cache=step.cold,
                        cache_namespace=f"{WORD}-{variant}",
                        build_args=lab.variants[variant].build_args,
                    )
                    lines += [*_context(lab, variant, step), f"{shlex.join(argv(order))} 2>log"]
                    tags.append(f"{tag}{build}")
                case InspectImages(builds=builds):
                    for build in builds:
                        lines.append(f"docker image inspect {tag}{build} >inspected")
                        lines.append(f"docker history --no-trunc {tag}{build} >history")
                case ServeImage():
                    lines.append(f"serve {tag}{COLD}")
                case _:
                    raise _no_words(lab, type(step).__name__)
    lines.append(f"docker image rm {' '.join(dict.fromkeys(tags))} >gone")
    return "\n".join(lines) + "\n"


def _context(lab: Lab, variant: str, step: BuildImage) -> list[str]:
    said = lab.variants[variant]
    if said.overlay or lab.overlay or said.secrets:
        raise _no_words(lab, "overlays and secrets")
    lines = ["rm -rf context", f"cp -R {shlex.quote(str(lab.context))} context"]
    lines += [f"rm -r {shlex.quote(f'context/{name}')}" for name in said.leaves_out]
    replay = lab.replays.get(step.build)
    if replay is not None and replay.file is not None and replay.append is not None:
        text = replay.append.replace("{sample}", f"{WORD}-{variant}-{step.sample}")
        lines.append(f"printf %s {shlex.quote(text)} >>{shlex.quote(f'context/{replay.file}')}")
    return lines


def _no_words(lab: Lab, what: str) -> LabInvalid:
    return LabInvalid(
        f"{lab.slug}: a bare script has no words for {what}",
        why="the labs of the benchmark only build, inspect, start and leave files out",
    )
