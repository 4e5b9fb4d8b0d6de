"""The engine, the bases, the scanners' images and what is known of layers, made when asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from advices.bases import Bases
from advices.core import Layout, Say, Spent, begun
from advices.engine import Engine, buildx_version, connect
from advices.images import LayerMemory
from advices.scanners import ScannerImages


class Workshop:
    """One engine and what is known about it, for one project.

    Each part is made when it is first asked for, so that a command that asks for none of them
    needs no engine. `say` hears of work that takes long, `spent` adds up where the seconds go.
    `instead` are images by the FROM names that they take the place of.
    """

    def __init__(
        self,
        layout: Layout,
        say: Say,
        engine: Engine | None = None,
        instead: Mapping[str, str] | None = None,
    ) -> None:
        self.layout = layout
        self.say = say
        self.spent = Spent()
        self._instead = instead or {}
        self._engine = engine
        self._buildx: Callable[[], str | None] | None = None

    @functools.cached_property
    def engine(self) -> Engine:
        """Return the engine. Raises EngineMissing when none answers."""
        return self._engine or connect()

    @functools.cached_property
    def buildx(self) -> str | None:
        """Return the version of buildx, None without one."""
        return self._buildx() if self._buildx else self.engine.buildx_version()

    def ask_for_buildx(self) -> None:
        """Ask for the version of buildx beside what comes next: docker takes its time to say it."""
        self._buildx = begun(self._engine.buildx_version if self._engine else buildx_version)

    @functools.cached_property
    def memory(self) -> LayerMemory:
        """Return what is known of layers."""
        return LayerMemory()

    @functools.cached_property
    def bases(self) -> Bases:
        """Return what finds the images behind FROM names. Raises BaseUnavailable."""
        return Bases(self.engine, self.layout.bases, self.memory, self.say, self._instead)

    @functools.cached_property
    def scanners(self) -> ScannerImages:
        """Return what finds the scanners' images."""
        return ScannerImages(self.engine, self.layout.scanners, self.bases, self.say)
