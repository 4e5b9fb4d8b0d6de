"""Where labs are measured: one engine, one run, and what every measurement needs around it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version

from advices.core import CommandFailed, Layout, now, run
from advices.lab import Lab
from advices.measure.ground import Ground
from advices.measure.kept import Kept
from advices.measure.plan import QUICK, Samples
from advices.measure.variant import Measurer
from advices.packages import proxy
from advices.results import BaseRecord, MistakeResult, Provenance, Result, VariantResult
from advices.runs import Run, check_space, measuring
from advices.workshop import Workshop

SAMPLES_VARIABLE = "ADVICES_SAMPLES"


def samples_from_environment() -> Samples:
    """Return the samples that `advices run` asked for, else the defaults."""
    cold, _, replay = os.environ.get(SAMPLES_VARIABLE, "").partition(",")
    return Samples(int(cold), int(replay)) if cold and replay else Samples()


class Bench:
    """Measures one lab or exercise in one run, but for what is kept of a committed result.

    `owner` says that no command holds the locks. Builds stand on `ground`, where one is given.
    """

    def __init__(
        self,
        workshop: Workshop,
        lab: Lab,
        run_: Run,
        *,
        samples: Samples,
        owner: bool,
        kept: Kept | None = None,
        ground: Ground | None = None,
    ) -> None:
        self.workshop = workshop
        self.layout = workshop.layout
        self.lab = lab
        self.run = run_
        self.samples = samples
        self.owner = owner
        self.kept = kept or Kept()
        self.ground = ground
        self._records: dict[str, BaseRecord] = {}
        self._measurer: Measurer | None = None
        self._provenance: Provenance | None = None

    def of(self, exercise: Lab, ground: Ground | None = None) -> Bench:
        """Return a bench for the exercise of this lab, in the same run: one sample of each."""
        return Bench(
            *(self.workshop, exercise, self.run),
            samples=QUICK,
            owner=self.owner,
            kept=self.kept.of_exercise(),
            ground=ground,
        )

    @contextlib.contextmanager
    def between_builds(self) -> Iterator[None]:
        """Keep what serves packages to builds while the body runs, for who measures often.

        Raises what starting it raises.
        """
        with contextlib.ExitStack() as held:
            # A command that is no owner's keeps it already.
            if self.owner:
                held.enter_context(proxy.kept_for_builds(self.workshop.engine, self.run.id))
            yield

    @contextlib.contextmanager
    def ready(self) -> Iterator[Measurer]:
        """Hold what measuring needs: room, the lock, the index, the bases."""
        shop = self.workshop
        shop.engine.must_be_here()
        with contextlib.ExitStack() as held:
            if self.owner:
                held.enter_context(measuring(shop.say))
                held.enter_context(proxy.for_builds(shop.engine))
            check_space(shop.engine.facts().data_folder, self.lab.needs_free_bytes)
            if self._measurer is None:
                with shop.spent.on("bases"):
                    resolved = shop.bases.of_lab(self.lab)
                self._records = {name: shop.bases.record(base) for name, base in resolved.items()}
                self._measurer = Measurer(shop, self.lab, self.run, resolved, self.ground)
            yield self._measurer

    def result(
        self,
        variants: Mapping[str, VariantResult],
        mistakes: Mapping[str, MistakeResult] | None = None,
    ) -> Result:
        """Return what was measured, with its provenance: a kept result has its own."""
        if self.kept.result is not None:
            given = {"variants": dict(variants), "mistakes": dict(mistakes or {})}
            return self.kept.result.model_copy(update={"title": self.lab.title, **given})
        if self._provenance is None:
            self._provenance = self._facts()
        source = self._provenance.model_copy(
            update={"bases": self._records, "seconds": self.workshop.spent.seconds()}
        )
        return Result(
            slug=self.lab.slug,
            title=self.lab.title,
            provenance=source,
            variants=dict(variants),
            mistakes=dict(mistakes or {}),
        )

    def _facts(self) -> Provenance:
        facts = self.workshop.engine.facts()
        return Provenance(
            date=now().isoformat(),
            commit=commit_of(self.layout, ("labs", "src", "notebooks")),
            toolkit_version=version("docker-advices"),
            mode="quick" if self.samples == QUICK else "full",
            cold_samples=self.samples.cold,
            replay_samples=self.samples.replay,
            bases={},
            engine_version=facts.version,
            buildx_version=self.workshop.buildx or "unknown",
            storage_driver=facts.storage_driver,
            platform=facts.platform,
            cores=facts.cores,
            # The shelf counts as a caching index: it was filled by one.
            pip_index="caching index on the host" if self.workshop.bases.pip_conf else "direct",
        )


def commit_of(layout: Layout, parts: Sequence[str]) -> str:
    """Return the commit that is checked out, `+changes` behind it when one of its parts differs."""
    git = ["git", "-C", str(layout.root)]
    try:
        commit = run([*git, "rev-parse", "HEAD"]).stdout.strip()
        changed = run([*git, "status", "--porcelain", "--", *parts]).stdout
    except CommandFailed:
        return "unknown"
    return f"{commit}+changes" if changed.strip() else commit
