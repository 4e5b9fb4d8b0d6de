"""A container that serves no page + engine -> whether it runs, ends or listens."""

from __future__ import annotations

from dataclasses import dataclass

from advices.core import EngineRefused, poll
from advices.engine import Engine, Image, Start
from advices.probes import listeners

_RUNS_SECONDS = 5.0
_AT_LEAST_SECONDS = 10.0


@dataclass(frozen=True)
class Life:
    """What a container does that serves no page.

    `ended` says how it ended, "" while it runs, and `exit_code` is None then. `listens` says
    whether it accepts connections. `seconds` is how long it took until one of them was seen.
    """

    ended: str
    exit_code: int | None
    listens: bool
    seconds: float


def life_of(
    engine: Engine, image: Image, run_id: str, *, how: Start, port: int, before: Life | None = None
) -> Life:
    """Return what a container of an image does in its first seconds.

    `before` is what it did before a change: what was seen then is waited for three times as long.
    """
    limit = _RUNS_SECONDS
    if before is not None and (before.listens or before.ended):
        limit = max(_AT_LEAST_SECONDS, 3 * before.seconds)
    try:
        container = engine.start(image.id, run_id=run_id, port=port, how=how)
    except EngineRefused as error:
        return Life(f"does not start: {error.what}", -1, listens=False, seconds=0)
    try:
        for waited in poll(limit):
            end = engine.end(container)
            if end is not None:
                last = engine.last_lines(container, 1) or "it printed nothing"
                ended = f"ends with exit code {end.exit_code}: {last}"
                return Life(ended, end.exit_code, listens=False, seconds=waited)
            if listeners(engine, container):
                return Life("", None, listens=True, seconds=waited)
        return Life("", None, listens=False, seconds=limit)
    finally:
        engine.remove_container(container)


def worse(before: Life, after: Life) -> str:
    """Return what is worse after a change than before it, "" for nothing."""
    if after.ended and (not before.ended or (before.exit_code == 0 and after.exit_code != 0)):
        return f"the container {after.ended}"
    if before.listens and not after.listens:
        return "the container listens on no port any more"
    return ""
