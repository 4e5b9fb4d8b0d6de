"""What a notebook holds while it measures a lab.

    from advices.session import open_lab
    lab = open_lab("build-cache")
    lab.measure("bad")

Executed by `advices run`, a session works inside that command's run and leaves its result
there. Opened by hand in JupyterLab it owns a run of its own, which ends with the kernel,
and changes no committed file.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import html
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from advices import charts, index, quantities, render, transfer
from advices.bases import Base, Bases
from advices.claims import verdicts
from advices.command import now, run
from advices.engine import Engine, buildx_version
from advices.errors import CommandFailed, EngineMissing, LabInvalid
from advices.lab import Lab, read
from advices.layout import Layout, lab_digest, project
from advices.measure import Measurer
from advices.plan import Samples
from advices.results import BaseRecord, Provenance, Result, VariantResult, save
from advices.runs import Run, attached, cache_folder, check_space, measuring, own_run

SAMPLES_VARIABLE = "ADVICES_SAMPLES"
QUICK = Samples(cold=1, replay=1)


@dataclass(frozen=True)
class Shown:
    """Something that a notebook shows: Markdown, or HTML where a chart is drawn."""

    markdown: str = ""
    figure: str = ""

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        if self.figure:
            return {"text/html": self.figure, "text/plain": "(a chart)"}
        return {"text/markdown": self.markdown, "text/plain": self.markdown}


def samples_from_environment() -> Samples:
    """Return the samples that `advices run` asked for, else the defaults."""
    cold, _, replay = os.environ.get(SAMPLES_VARIABLE, "").partition(",")
    return Samples(int(cold), int(replay)) if cold and replay else Samples()


def tell(message: str) -> None:
    """Say what is being done, on stderr: progress is no part of a notebook's output."""
    print(message, file=sys.stderr, flush=True)


class LabSession:
    """One lab on one engine."""

    def __init__(self, layout: Layout, lab: Lab, engine: Engine, run_: Run, *, owner: bool) -> None:
        self._layout = layout
        self._lab = lab
        self._engine = engine
        self._run = run_
        self._owner = owner
        self._samples = samples_from_environment()
        self._memory = transfer.Remembered(cache_folder() / "layers.json")
        self._bases = Bases(engine, layout.bases, self._memory, tell)
        self._resolved: dict[str, Base] = {}
        self._records: dict[str, BaseRecord] = {}
        self._measured: dict[str, VariantResult] = {}
        self._says = {name: replay.says for name, replay in lab.replays.items()}

    def dockerfile(self, variant: str) -> Shown:
        """Return a variant's Dockerfile and what it stands for."""
        text = self._lab.dockerfile(variant).read_text("utf-8").rstrip()
        says = self._lab.variants[variant].says
        return Shown(f"`{variant}`: {says}\n\n```dockerfile\n{text}\n```\n")

    def measure(self, *variants: str) -> Shown:
        """Build, rebuild and start variants, and return how their builds went."""
        with self._ready():
            measurer = Measurer(
                self._engine,
                self._lab,
                self._run,
                bases=self._bases,
                resolved=self._resolved,
                memory=self._memory,
                say=tell,
            )
            for variant in variants:
                self._measured[variant] = measurer.variant(variant, self._samples)
        return Shown(render.replays_table(self._result(), variants, self._says))

    def steps(self, variant: str, build: str) -> Shown:
        """Return what each step of one build did."""
        return Shown(render.steps_table(self._result(), variant, build))

    def layers(self, variant: str) -> Shown:
        """Return the layers of a variant's image."""
        return Shown(render.layers_table(self._result(), variant))

    def compare(self, *measures: str, variants: Sequence[str] | None = None) -> Shown:
        """Return measures of the variants side by side."""
        return Shown(render.measures_table(self._result(), measures, variants, self._says))

    def bar_chart(self, measure: str, variants: Sequence[str] | None = None) -> Shown:
        """Return a bar chart of one measure, with the table behind it."""
        return Shown(figure=charts.bar_figure(self._result(), measure, variants, self._says))

    def replay_chart(self, measure: str, variants: Sequence[str] | None = None) -> Shown:
        """Return a chart of one measure of the rebuilds, with the table behind it."""
        return Shown(figure=charts.replay_figure(self._result(), measure, variants, self._says))

    def layers_chart(self, size: str, variants: Sequence[str] | None = None) -> Shown:
        """Return the images as stacked layers, with the table behind it."""
        return Shown(figure=charts.layers_figure(self._result(), variants, size))

    def finish(self) -> Shown:
        """Return the verdict of every claim. Executed by `advices run`, also leave the result.

        Raises LabInvalid when a variant was not measured.
        """
        missing = [name for name in self._lab.variants if name not in self._measured]
        if missing:
            raise LabInvalid(
                f"{self._lab.slug}: not measured yet: {', '.join(missing)}",
                why="the claims compare all variants",
                next_step="call measure() for each of them first",
            )
        result = self._result()
        if not self._owner:
            save(self._run.scratch / "results", result)
        return Shown(render.claims_table(verdicts(self._lab, result)))

    @contextlib.contextmanager
    def _ready(self) -> Iterator[None]:
        """Hold what measuring needs: room, the lock, the index, the bases."""
        with contextlib.ExitStack() as held:
            if self._owner:
                held.enter_context(measuring(tell))
                held.enter_context(index.for_builds(self._engine))
            check_space(self._engine.facts().data_folder, self._lab.needs_free_bytes)
            if not self._resolved:
                self._resolved = self._bases.resolve(self._lab.from_names())
                self._records = {n: self._bases.record(b) for n, b in self._resolved.items()}
            yield

    def _result(self) -> Result:
        ordered = [name for name in self._lab.variants if name in self._measured]
        return Result(
            slug=self._lab.slug,
            title=self._lab.title,
            provenance=self._provenance.model_copy(update={"bases": self._records}),
            variants={name: self._measured[name] for name in ordered},
        )

    @functools.cached_property
    def _provenance(self) -> Provenance:
        facts = self._engine.facts()
        return Provenance(
            date=now().isoformat(),
            commit=_commit(self._layout),
            lab_digest=lab_digest(self._layout, self._lab),
            toolkit_version=version("docker-advices"),
            mode="quick" if self._samples == QUICK else "full",
            cold_samples=self._samples.cold,
            replay_samples=self._samples.replay,
            bases={},
            engine_version=facts.version,
            buildx_version=buildx_version() or "unknown",
            storage_driver=facts.storage_driver,
            platform=facts.platform,
            cores=facts.cores,
            pip_index="caching index on the host" if self._bases.pip_conf else "direct",
        )

    def _repr_html_(self) -> str:
        advice = html.escape(quantities.escape(self._lab.advice), quote=False)
        return f"<p><strong>{html.escape(self._lab.title)}</strong>: {advice}</p>"


def _commit(layout: Layout) -> str:
    """Return the commit that is checked out, `+changes` behind it when labs or toolkit differ."""
    git = ["git", "-C", str(layout.root)]
    try:
        commit = run([*git, "rev-parse", "HEAD"]).stdout.strip()
        changed = run([*git, "status", "--porcelain", "--", "labs", "src", "notebooks"]).stdout
    except CommandFailed:
        return "unknown"
    return f"{commit}+changes" if changed.strip() else commit


def open_lab(slug: str) -> LabSession:
    """Return a session for one lab. Raises LabInvalid or EngineMissing."""
    layout = project()
    lab = read(layout.labs, slug)
    engine = Engine()
    if buildx_version() is None:
        raise EngineMissing("buildx is not installed", next_step="`advices doctor` says how")
    parent_run = attached()
    if parent_run is not None:
        return LabSession(layout, lab, engine, parent_run, owner=False)
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return LabSession(layout, lab, engine, stack.enter_context(own_run(engine)), owner=True)
