"""What an engine can be that no lab can use, though it answers."""

from __future__ import annotations

from advices.core.errors import AdvicesError


class EngineUnsuitable(AdvicesError):
    """What answers speaks the engine's API and is no Docker engine: it has no BuildKit."""

    exit_code = 46
    why = "labs read BuildKit's record of each step, and this engine builds without BuildKit"
    next_step = (
        "use a Docker engine: unset DOCKER_HOST or choose another context; on Debian and "
        "Ubuntu, `advices engine start` installs and starts one if its socket is free"
    )
