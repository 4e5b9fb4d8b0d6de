"""What `docker buildx bake --print` says of a project's targets: it builds nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from advices.core import CommandFailed, run
from advices.engine.client_settings import build_environment

_SECONDS = 60.0


def bake_targets(
    folder: Path, files: Sequence[str], targets: Sequence[str] = ()
) -> Mapping[str, object]:
    """Return what bake makes of some files of a folder: JSON with `group` and `target`.

    `targets` are those that are wanted, the default group without any. Nothing is built, and no
    engine is asked. Raises CommandFailed where the docker command or buildx is missing, or refuses.
    """
    words = [word for name in files for word in ("--file", name)]
    argv = ["docker", "buildx", "bake", "--print", *words, *targets]
    try:
        done = run(argv, env=build_environment(), cwd=folder, timeout_seconds=_SECONDS)
    except CommandFailed as error:
        raise CommandFailed(
            error.what,
            why="the docker command or buildx is missing, or bake does not find what it should",
            next_step="name a target: --service NAME, or the Dockerfile: --file Dockerfile",
        ) from None
    try:
        said = json.loads(done.stdout)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise CommandFailed(
            f"`{' '.join(argv)}` printed no JSON table",
            why="this version of buildx writes it in another way",
            next_step="name the Dockerfile itself: --file Dockerfile",
        )
    return said
