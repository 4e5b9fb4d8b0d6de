"""The reader's own check of an image: a command in a container of it."""

from __future__ import annotations

from advices.core import CommandFailed, EngineRefused
from advices.engine import Engine, Start

_SECONDS = 300.0


def failed_check(engine: Engine, image: str, run_id: str, how: Start, command: str) -> str:
    """Return what a shell command says against an image, "" when it succeeds.

    `how` is how the project's containers are started; the command takes the place of its program.
    """
    asked = Start(entrypoint=("sh", "-c"), command=(command,), default_capabilities=True)
    try:
        ran = engine.run_once(
            image, run_id=run_id, how=how.with_more(asked), timeout_seconds=_SECONDS
        )
    except (CommandFailed, EngineRefused) as error:
        return error.what
    if ran.exit_code == 0:
        return ""
    last = (ran.stdout.strip().splitlines() or ["it printed nothing"])[-1]
    return f"`{command}` ended with exit code {ran.exit_code}: {last}"
