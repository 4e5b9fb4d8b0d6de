"""What the reader says of a project."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from advices.audit.secrets import Secret
from advices.core import LabInvalid


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


VARIABLES_VARIABLE = "ADVICES_AUDIT_ENV"
"""Where a server that starts an audit puts the container's variables, as a JSON object.

On a command line every account of the machine could read them.
"""


def variables_given() -> dict[str, str]:
    """Return what a server gave in the variable, and take it away: no program gets it.

    Raises LabInvalid for what is no such object.
    """
    given = os.environ.pop(VARIABLES_VARIABLE, "")
    try:
        return {str(name): str(value) for name, value in json.loads(given or "{}").items()}
    except (ValueError, AttributeError):
        raise LabInvalid(
            f"{VARIABLES_VARIABLE} cannot be read",
            why="it is no JSON object, as the page of `learn` writes it",
            next_step="unset it, and name variables by --env NAME=VALUE",
        ) from None
