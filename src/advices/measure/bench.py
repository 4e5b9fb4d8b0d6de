"""Where labs are measured: one engine, one run, and what every measurement needs around it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version

from advices.bases import Base, Bases
from advices.core import CommandFailed, Layout, Say, now, run
from advices.engine import Engine, buildx_version
from advices.images import LayerMemory
from advices.lab import Lab, lab_digest
from advices.measure.plan import Samples
from advices.measure.variant import Measurer
from advices.packages import proxy
from advices.results import BaseRecord, MistakeResult, Provenance, Result, VariantResult
from advices.runs import Run, check_space, measuring
from advices.scanners import ScannerImages

SAMPLES_VARIABLE = "ADVICES_SAMPLES"
QUICK = Samples(cold=1, replay=1)


def samples_from_environment() -> Samples:
    """Return the samples that `advices run` asked for, else the defaults."""
    cold, _, replay = os.environ.get(SAMPLES_VARIABLE, "").partition(",")
    return Samples(int(cold), int(replay)) if cold and replay else Samples()


class Bench:
    """Measures one lab or exercise in one run. `owner` says that no command holds the locks."""

    def __init__(
        self,
        layout: Layout,
        lab: Lab,
        engine: Engine,
        run_: Run,
        *,
        samples: Samples,
        say: Say,
        owner: bool,
    ) -> None:
        self.layout = layout
        self.lab = lab
        self.engine = engine
        self.run = run_
        self.samples = samples
        self.owner = owner
        self._say = say
        self._memory = LayerMemory()
        self._bases = Bases(engine, layout.bases, self._memory, say)
        self._resolved: dict[str, Base] = {}
        self._records: dict[str, BaseRecord] = {}
        self._measurer: Measurer | None = None
        self._provenance: Provenance | None = None

    def of(self, exercise: Lab) -> Bench:
        """Return a bench for the exercise of this lab, in the same run: one sample of each."""
        return Bench(
            *(self.layout, exercise, self.engine, self.run),
            samples=QUICK,
            say=self._say,
            owner=self.owner,
        )

    @contextlib.contextmanager
    def ready(self) -> Iterator[Measurer]:
        """Hold what measuring needs: room, the lock, the index, the bases."""
        with contextlib.ExitStack() as held:
            if self.owner:
                held.enter_context(measuring(self._say))
                held.enter_context(proxy.for_builds(self.engine))
            check_space(self.engine.facts().data_folder, self.lab.needs_free_bytes)
            if self._measurer is None:
                self._resolved = self._bases.of_lab(self.lab)
                self._records = {n: self._bases.record(b) for n, b in self._resolved.items()}
                self._measurer = Measurer(
                    self.engine,
                    self.lab,
                    self.run,
                    bases=self._bases,
                    resolved=self._resolved,
                    scanners=ScannerImages(
                        self.engine, self.layout.scanners, self._bases, self._say
                    ),
                    memory=self._memory,
                    say=self._say,
                )
            yield self._measurer

    def result(
        self,
        variants: Mapping[str, VariantResult],
        mistakes: Mapping[str, MistakeResult] | None = None,
    ) -> Result:
        """Return what was measured, with its provenance."""
        if self._provenance is None:
            self._provenance = self._facts()
        return Result(
            slug=self.lab.slug,
            title=self.lab.title,
            provenance=self._provenance.model_copy(update={"bases": self._records}),
            variants=dict(variants),
            mistakes=dict(mistakes or {}),
        )

    def _facts(self) -> Provenance:
        facts = self.engine.facts()
        return Provenance(
            date=now().isoformat(),
            commit=commit_of(self.layout, ("labs", "src", "notebooks")),
            lab_digest=lab_digest(self.layout, self.lab),
            toolkit_version=version("docker-advices"),
            mode="quick" if self.samples == QUICK else "full",
            cold_samples=self.samples.cold,
            replay_samples=self.samples.replay,
            bases={},
            engine_version=facts.version,
            buildx_version=buildx_version() or "unknown",
            storage_driver=facts.storage_driver,
            platform=facts.platform,
            cores=facts.cores,
            # The shelf counts as a caching index: it was filled by one.
            pip_index="caching index on the host" if self._bases.pip_conf else "direct",
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
