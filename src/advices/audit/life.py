"""A container that serves no page + engine -> whether it runs, ends or listens, as whom."""

from __future__ import annotations

from dataclasses import dataclass, replace

from advices.core import EngineRefused, NeverAnswered, poll
from advices.engine import Container, Engine, Image, Start
from advices.probes import listeners, startup
from advices.results import VariantResult

_RUNS_SECONDS = 5.0
_AT_LEAST_SECONDS = 10.0


@dataclass(frozen=True)
class Life:
    """What a container does that serves no page.

    `ended` says how it ended, "" while it runs, and `exit_code` is None then. `listens` says
    whether it accepts connections. `seconds` is how long it took until one of them was seen.
    `uid` is that of PID 1, and `stop_exit_code` what docker stop ends it with, None for one that
    had ended.
    """

    ended: str
    exit_code: int | None
    listens: bool
    seconds: float
    uid: int | None = None
    stop_exit_code: int | None = None

    @property
    def says(self) -> str:
        """Return what it still does after a change that made nothing worse, as a sentence."""
        if self.ended:
            return ""
        does = "listens" if self.listens else "runs"
        return f"It serves no page that this audit can judge it by, and its container still {does}."


def with_life(result: VariantResult, life: Life) -> VariantResult:
    """Return what was measured with what is seen of a container that serves no page."""
    boot = result.boot.model_copy(update={"uid": life.uid})
    stop = {} if life.stop_exit_code is None else {"stop_exit_code": life.stop_exit_code}
    return result.model_copy(update={"boot": boot, "probed": {**result.probed, **stop}})


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
        for waited in poll(limit, every_seconds=0.2):
            end = engine.end(container)
            if end is not None:
                last = engine.last_lines(container, 1) or "it printed nothing"
                ended = f"ends with exit code {end.exit_code}: {last}"
                return Life(ended, end.exit_code, listens=False, seconds=waited)
            if listeners(engine, container):
                return _stopped(engine, container, Life("", None, listens=True, seconds=waited))
        return _stopped(engine, container, Life("", None, listens=False, seconds=limit))
    finally:
        engine.remove_container(container)


def _stopped(engine: Engine, container: Container, life: Life) -> Life:
    """Return what one that runs is, and how it ends."""
    try:
        uid, _ = startup.pid_1(engine, container, "it")
    except NeverAnswered:
        return life
    return replace(life, uid=uid, stop_exit_code=engine.stop(container))


def worse(before: Life, after: Life) -> str:
    """Return what is worse after a change than before it, "" for nothing."""
    if after.ended and (not before.ended or (before.exit_code == 0 and after.exit_code != 0)):
        return f"the container {after.ended}"
    if before.listens and not after.listens:
        return "the container listens on no port any more"
    return ""
