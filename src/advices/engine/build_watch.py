"""Watches what a build takes, and ends the one that takes more than it may.

Processes and memory are the kernel's to limit, where a control group can be made: here it is told
which limit that was. Disk nobody limits: BuildKit counts a step's files only when the step has
ended. So the free space of the engine's disk is looked at, a few times a second.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Protocol

from advices.core import (
    AdvicesError,
    BuildLimited,
    GivenUp,
    StepFailed,
    free_bytes,
    now,
    that_can_be_given_up,
)
from advices.engine import cgroup
from advices.engine.limits import Limits
from advices.engine.records import EngineFacts
from advices.results import bytes_text

# An engine whose disk is full can do nothing more for anybody.
LEFT_FOR_OTHERS_BYTES = 1_000_000_000
_LOOK_SECONDS = 0.1


class Watched(Protocol):
    """What is asked of an engine while it builds."""

    address: str

    def disk_seen_by(
        self, image: str, run_id: str
    ) -> AbstractContextManager[Callable[[], int | None]]:
        """Give what tells the bytes that are free on the engine's disk, as a container sees it."""

    def cached_since(self, moment: datetime) -> int:
        """Return the bytes of the build cache that steps left which ended since a moment."""


class Watch:
    """What is seen of one build. `group` is None where the engine's machine lets us make none."""

    def __init__(
        self,
        limits: Limits,
        engine: Watched,
        free: Callable[[], int | None],
        group: cgroup.BuildGroup | None,
    ) -> None:
        self._limits = limits
        self._engine = engine
        self._free = free
        self._group = group
        self._begun = now()
        self._free_at_first = free()
        self._step = ""
        self._ended = threading.Event()
        self._hit: tuple[str, str, str] | None = None

    @property
    def words(self) -> list[str]:
        """Return the words of the build's command line that put it into its group."""
        return [f"--cgroup-parent=/{self._group.name}"] if self._group is not None else []

    def hear(self, step: str) -> None:
        """Note the step that began last."""
        self._step = step

    def fault(self, called: str) -> BuildLimited | None:
        """Return the fault of a build that reached a limit, None for one that did not."""
        self._look()
        if self._hit is None and self._group is not None and self._group.ran_out_of_memory():
            most = bytes_text(self._limits.memory_bytes)
            self._hit = (
                f"took all {most} of memory that it may have, and the kernel ended a part of it",
                "a command in the step named above needs more",
                "ADVICES_BUILD_MEMORY_MB gives builds more",
            )
        if self._hit is None:
            return None
        took, why, more = self._hit
        return BuildLimited(
            f"{called}: the build {took}; the running step was: {self._step or 'none'}",
            why=why,
            next_step=f"look at the step named above; {more}",
        )

    @contextlib.contextmanager
    def looking(self, end: Callable[[], None]) -> Iterator[None]:
        """Look while the body runs, and call `end` when a limit is reached."""

        def work() -> None:
            while not self._ended.wait(_LOOK_SECONDS):
                self._look()
                if self._hit is not None:
                    end()
                    return

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _look(self) -> None:
        # An engine that is lost is told by the build.
        with contextlib.suppress(AdvicesError):
            self._look_at_all()

    def _look_at_all(self) -> None:
        if self._hit is None and self._group is not None and self._group.is_crowded():
            self._hit = (
                f"had all {self._limits.processes} processes that it may have, and was ended",
                "a command in the step named above, or in another build of the same check, starts "
                "processes without an end",
                "ADVICES_BUILD_PROCESSES gives builds more",
            )
        free = self._free()
        if self._free_at_first is None:
            self._free_at_first = free
        if self._hit is not None or free is None or self._free_at_first is None:
            return
        took = self._free_at_first - free
        if took > self._limits.disk_bytes and not self._is_of_others(took):
            most = bytes_text(self._limits.disk_bytes)
            self._hit = (
                f"was ended when the engine's disk had {most} less than at its beginning, "
                "which is as much as it may take",
                self._who_wrote,
                "ADVICES_BUILD_DISK_MB gives builds more",
            )
        elif took > 0 and free < LEFT_FOR_OTHERS_BYTES:
            self._hit = (
                f"was ended when {bytes_text(free)} were left on the engine's disk",
                "images, layers and build cache need room, and the disk is nearly full",
                "free some space first: `docker system df` shows what the engine holds",
            )

    @property
    def _who_wrote(self) -> str:
        seen = "" if self._group is not None else ", or another program does"
        return f"a command in the step named above writes much{seen}"

    def _is_of_others(self, took: int) -> bool:
        """Return whether another program filled the disk, where that can be seen."""
        if self._group is None:
            return False
        written = self._group.written_bytes() + self._engine.cached_since(self._begun)
        if written >= took / 2:
            return False
        assert self._free_at_first is not None
        self._free_at_first -= took - written
        return True


@contextlib.contextmanager
def within(
    limits: Limits, called: str, engine: Watched, facts: EngineFacts, image: str | None = None
) -> Iterator[Watch]:
    """Let one build run in the body within its limits.

    Where the engine's data folder is not seen from here, a container of an `image` looks.
    Raises BuildLimited for a build that reached a limit, and what the body raises for others.
    """
    with contextlib.ExitStack() as held:
        group = None
        if not cgroup.why_not(engine.address, rootless=facts.rootless):
            group = held.enter_context(cgroup.in_group(limits))
        free: Callable[[], int | None] = partial(free_bytes, facts.data_folder)
        if free() is None and image is not None:
            free = held.enter_context(engine.disk_seen_by(image, limits.group))
        watch = Watch(limits, engine, free, group)
        try:
            with that_can_be_given_up() as give_up, watch.looking(give_up):
                yield watch
        except (StepFailed, GivenUp) as error:
            # Given up from outside it is too, when nothing was reached.
            fault = watch.fault(called)
            if fault is None:
                raise
            raise fault from (None if isinstance(error, AdvicesError) else error)
