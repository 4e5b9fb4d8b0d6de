"""What the reader says of a project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from advices.audit.secrets import Secret


@dataclass(frozen=True)
class Asked:
    """What the reader says of the build and the container; what is None or empty is found out.

    `file` is a Dockerfile, a compose file or a bake file. `images` are services to start beside the
    container: the image of each, by name. `variables` are those that a compose file may use,
    `secrets` those that a build mounts.
    """

    file: Path | None = None
    context: Path | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    url_path: str | None = None
    target: str = ""
    service: str = ""
    images: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    secrets: tuple[Secret, ...] = ()
