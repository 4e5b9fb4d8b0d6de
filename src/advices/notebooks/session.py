"""What a notebook holds while it measures a lab.

    from advices import open_lab
    lab = open_lab("build-cache")
    lab.measure("bad")

Executed by `advices run`, a session works inside that command's run and leaves its result
there. Opened by hand in JupyterLab it owns a run of its own, which ends with the kernel,
and changes no committed file.
"""

from __future__ import annotations

import atexit
import contextlib
import secrets
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from advices.core import EngineMissing, Event, LabInvalid, Layout, project, sent
from advices.engine import connect
from advices.lab import LEARNERS, Lab, read
from advices.measure import (
    QUICK,
    Bench,
    Ground,
    Kept,
    Told,
    check,
    get_ready,
    kept_file,
    of_variant,
    proved,
    samples_from_environment,
    solved,
    start_of,
    steps,
)
from advices.notebooks.deciding import as_events
from advices.notebooks.drawing import Drawing
from advices.packages import proxy
from advices.results import Checked, MistakeResult, Result, VariantResult, save
from advices.runs import Run, attached, own_run
from advices.site import Shown, checked_shown
from advices.workshop import Workshop

_hear: list[Callable[[Event], bool]] = []


def hear_events(hear: Callable[[Event], bool]) -> None:
    """Let `hear` have each event first; what it returns true for is not said on stderr."""
    _hear[:] = [hear]


def tell(event: Event) -> None:
    """Say what is being done, on stderr: progress is no part of a notebook's output.

    To the command that executes the notebook it is sent as events. A reader gets all of it, with
    each instruction of a build.
    """
    if any([hear(event) for hear in _hear]):
        return
    text = str(event) if attached() is None else sent(event)
    if text:
        # In one piece: several threads tell at once.
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


class LabSession(Drawing):
    """One lab on one engine."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.lab)
        self._bench = bench
        self._measured: dict[str, VariantResult] = {}
        self._mistakes: dict[str, MistakeResult] = {}
        # A learner's next file finds the steps of the last one in the cache.
        self._ground = Ground(f"{bench.lab.slug}-{secrets.token_hex(3)}")
        self._held: contextlib.ExitStack | None = None

    def measure(self, *variants: str) -> Shown:
        """Build, rebuild and start variants, and return how their builds went.

        In quick mode two are measured at once: its times are for comparing, not for keeping. What
        a claim times runs alone all the same.
        """
        kept = self._bench.kept
        there = kept.result.variants if kept.result is not None else kept.variants
        self._measured |= {name: there[name] for name in variants if name in there}
        left = [name for name in variants if name not in there]
        if not left:
            return self.replays(variants)
        planned = steps(self._lab, self._bench.samples)
        with self._bench.ready() as measurer:
            self._measured |= measurer.measure_each(
                [of_variant(self._lab, name) for name in left],
                planned,
                workers=2 if self._bench.samples == QUICK else 1,
            )
        return self.replays(variants)

    def mistakes(self) -> Shown:
        """Apply each known mistake alone to the good Dockerfile; return what each turned red.

        Raises LabInvalid when a variant was not measured: claims compare with the others.
        """
        self._demand_all_measured()
        if not self._bench.kept.proofs:
            return super().mistakes()
        with self._bench.workshop.spent.on("mistakes"):
            self._mistakes = proved(self._bench, self._result())
        return super().mistakes()

    def exercise(self, file: str | None = None) -> Shown:
        """Check the exercise's Dockerfile, or another file; return claims met and hints.

        Executed by `advices run`, it measures the whole exercise and leaves its result. Raises
        what a build raises, so that a Dockerfile that does not build says why.
        """
        lab = self._lab.its_exercise()
        bench = self._bench.of(lab)
        if not self._bench.kept.proofs:
            return Shown("The exercise was not proved, because this run was quick.\n")
        if file is None and not bench.owner:
            with bench.workshop.spent.on("exercise"):
                result = solved(bench)
            save(bench.run.scratch / "results" / "exercises", result)
            found = start_of(lab, result)
        else:
            found = self.checked(Path(file) if file else None)
        return checked_shown(found)

    def checked(
        self,
        file: Path | None,
        *,
        build_seconds: float | None = None,
        told: Told | None = None,
        again: bool = False,
    ) -> Checked:
        """Return how the exercise's Dockerfile, or another file, does claim by claim.

        No build takes longer than `build_seconds`, where they are given. `told` hears of the claims
        as they are decided. One that was measured in the last day is measured only if it is asked
        for `again`. Raises what a build raises.
        """
        lab = self._lab.its_exercise()
        if build_seconds is not None:
            least = min(build_seconds, lab.build_timeout_seconds)
            lab = lab.model_copy(update={"build_timeout_seconds": least})
        told = told or as_events(self._bench.workshop.say, lab.slug)
        bench = self._bench.of(lab, self._ground)
        self._keep_index()
        return check(bench, file or lab.folder / LEARNERS, told=told, again=again)

    def get_ready(self) -> None:
        """Do what each check of the exercise needs and no Dockerfile decides, and measure nothing.

        A check that finds nothing done does it itself, and takes that much longer. Raises what
        asking the engine raises, and where builds need an index, what starting it raises.
        """
        self._keep_index()
        get_ready(self._bench.of(self._lab.its_exercise(), self._ground))

    def _keep_index(self) -> None:
        """Have what serves packages to builds until this session ends: a learner checks often."""
        if self._held is None and self._bench.owner:
            with contextlib.ExitStack() as held:
                held.enter_context(proxy.kept_for_builds(self._bench.workshop.engine))
                self._held = held.pop_all()
            atexit.register(self._held.close)

    @property
    def scratch(self) -> Path:
        """Return the folder of this session's run, which goes with it."""
        return self._bench.run.scratch

    def finish(self) -> Shown:
        """Return the verdict of every claim. Executed by `advices run`, also leave the result.

        Raises LabInvalid when a variant or a mistake was not measured.
        """
        self._demand_all_measured()
        if self._lab.mistakes and not self._mistakes and self._bench.kept.proofs:
            raise LabInvalid(
                f"{self._lab.slug}: its mistakes have not been applied yet",
                why="lab.toml lists mistakes, and each has to break its claims",
                next_step="call mistakes() first",
            )
        result = self._result()
        if not self._bench.owner:
            save(self._bench.run.scratch / "results", result)
        return self.claims()

    def _demand_all_measured(self) -> None:
        self._demand(self._lab.variants, "the claims compare all variants")

    def _of(self, *variants: str) -> Result:
        """Return the result so far. Raises LabInvalid when it lacks what shall be shown."""
        known = [name for name in variants if name in self._lab.variants]
        some = known or list(self._lab.variants)[: not self._measured]
        self._demand(some, "this shows what was measured")
        return self._result()

    def _demand(self, variants: Iterable[str], why: str) -> None:
        missing = [name for name in variants if name not in self._measured]
        if missing:
            raise LabInvalid(
                f"{self._lab.slug}: not measured yet: {', '.join(missing)}",
                why=why,
                next_step="call measure() for each of them first",
            )

    def _result(self) -> Result:
        ordered = {n: self._measured[n] for n in self._lab.variants if n in self._measured}
        return self._bench.result(ordered, self._mistakes)


def open_lab(slug: str) -> LabSession:
    """Return a session for one lab. Raises LabInvalid or EngineMissing."""
    layout = project()
    return LabSession(_bench(layout, read(layout.labs, slug)))


def _bench(layout: Layout, lab: Lab) -> Bench:
    samples, file = samples_from_environment(), kept_file()
    kept = Kept.model_validate_json(file.read_bytes()) if file else Kept()
    if file is not None and kept.holds_all(lab):
        # Nothing is measured: the notebook is only drawn again, and that needs no engine.
        run = Run("drawn", file.parent)
        return Bench(Workshop(layout, tell), lab, run, samples=samples, owner=False, kept=kept)
    engine = connect()
    if engine.buildx_version() is None:
        raise EngineMissing("buildx is not installed", next_step="`advices doctor` says how")
    attached_run = attached()
    owner = attached_run is None
    if attached_run is None:
        stack = contextlib.ExitStack()
        atexit.register(stack.close)
        attached_run = stack.enter_context(own_run(engine, guarded=True))
    workshop = Workshop(layout, tell, engine)
    return Bench(workshop, lab, attached_run, samples=samples, owner=owner, kept=kept)
