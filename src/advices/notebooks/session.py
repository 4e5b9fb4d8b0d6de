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
import html
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from advices.core import EngineMissing, Event, LabInvalid, Layout, at_once, project, sent
from advices.engine import buildx_version, connect
from advices.lab import LEARNERS, Lab, read, read_exercise
from advices.measure import (
    QUICK,
    Bench,
    check,
    mistake_results,
    of_variant,
    samples_from_environment,
    solved,
    start_of,
    steps,
)
from advices.results import Checked, MistakeResult, Result, VariantResult, save, verdicts, wording
from advices.runs import attached, own_run
from advices.site import alert_tables, charts, checked_markdown, tables


@dataclass(frozen=True)
class Shown:
    """Something that a notebook shows: Markdown, or HTML where a chart is drawn."""

    markdown: str = ""
    figure: str = ""

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        if self.figure:
            return {"text/html": self.figure, "text/plain": "(a chart)"}
        return {"text/markdown": self.markdown, "text/plain": self.markdown}


def tell(event: Event) -> None:
    """Say what is being done, on stderr: progress is no part of a notebook's output.

    To the command that executes the notebook it is sent as events. A reader gets all of it, with
    each instruction of a build.
    """
    text = str(event) if attached() is None else sent(event)
    if text:
        # In one piece: several threads tell at once.
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


class LabSession:
    """One lab on one engine."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._lab = bench.lab
        self._measured: dict[str, VariantResult] = {}
        self._mistakes: dict[str, MistakeResult] = {}
        self._says = self._lab.says()

    def dockerfile(self, variant: str) -> Shown:
        """Return a variant's Dockerfile and what it stands for."""
        text = self._lab.dockerfile(variant).read_text("utf-8").rstrip()
        says = self._lab.variants[variant].says
        return Shown(f"`{variant}`: {says}\n\n```dockerfile\n{text}\n```\n")

    def measure(self, *variants: str) -> Shown:
        """Build, rebuild and start variants, and return how their builds went.

        In quick mode two are measured at once: its times are for comparing, not for keeping. What
        a claim times runs alone all the same.
        """
        planned = steps(self._lab, self._bench.samples)
        with self._bench.ready() as measurer:
            self._measured |= at_once(
                {
                    name: partial(measurer.measure, of_variant(self._lab, name), planned)
                    for name in variants
                },
                workers=2 if self._bench.samples == QUICK else 1,
            )
        return Shown(tables.replays_table(self._result(), variants, self._says))

    def mistakes(self) -> Shown:
        """Apply each known mistake alone to the good Dockerfile; return what each turned red.

        Raises LabInvalid when a variant was not measured: claims compare with the others.
        """
        self._demand_all_measured()
        with self._bench.ready() as measurer:
            self._mistakes = mistake_results(
                measurer, self._lab, self._bench.run.scratch, self._result()
            )
        return Shown(tables.mistakes_table(self._lab, self._result()))

    def exercise(self, file: str | None = None) -> Shown:
        """Check the exercise's Dockerfile, or another file; return claims met and hints.

        Executed by `advices run`, it measures the whole exercise and leaves its result. Raises
        what a build raises, so that a Dockerfile that does not build says why.
        """
        lab = read_exercise(self._bench.layout.labs, self._lab.slug)
        bench = self._bench.of(lab)
        if file is None and not bench.owner:
            result = solved(bench)
            save(bench.run.scratch / "results" / "exercises", result)
            return Shown(checked_markdown(start_of(lab, result)))
        return Shown(checked_markdown(self.checked(Path(file) if file else None)))

    def checked(self, file: Path | None = None) -> Checked:
        """Return how the exercise's Dockerfile, or another file, does claim by claim.

        Raises what a build raises.
        """
        lab = read_exercise(self._bench.layout.labs, self._lab.slug)
        return check(self._bench.of(lab), file or lab.folder / LEARNERS)

    @property
    def scratch(self) -> Path:
        """Return the folder of this session's run, which goes with it."""
        return self._bench.run.scratch

    def steps(self, variant: str, build: str) -> Shown:
        """Return what each step of one build did."""
        return Shown(tables.steps_table(self._of(variant), variant, build))

    def layers(self, variant: str) -> Shown:
        """Return the layers of a variant's image."""
        return Shown(tables.layers_table(self._of(variant), variant))

    def compare(self, *measures: str, variants: Sequence[str] | None = None) -> Shown:
        """Return measures of the variants side by side."""
        return Shown(
            tables.measures_table(self._of(*variants or ()), measures, variants, self._says)
        )

    def bar_chart(self, measure: str, variants: Sequence[str] | None = None) -> Shown:
        """Return a bar chart of one measure, with the table behind it."""
        return Shown(
            figure=charts.bar_figure(self._of(*variants or ()), measure, variants, self._says)
        )

    def replay_chart(self, measure: str, variants: Sequence[str] | None = None) -> Shown:
        """Return a chart of one measure of the rebuilds, with the table behind it."""
        return Shown(
            figure=charts.replay_figure(self._of(*variants or ()), measure, variants, self._says)
        )

    def layers_chart(self, size: str, variants: Sequence[str] | None = None) -> Shown:
        """Return the images as stacked layers, with the table behind it."""
        return Shown(figure=charts.layers_figure(self._of(*variants or ()), variants, size))

    def cache_timeline(self, build: str, *variants: str) -> Shown:
        """Return each step of one build by variant: what ran, and where the cache stops."""
        return Shown(
            figure=charts.cache_timeline_figure(
                self._of(*variants), build, variants or None, self._says
            )
        )

    def alerts_by_risk(self, *variants: str) -> Shown:
        """Return the rules that raised alerts by risk, with the table behind the picture."""
        return Shown(figure=charts.alerts_by_risk_figure(self._of(*variants), variants or None))

    def stages(self, variant: str) -> Shown:
        """Return the stages of a variant's Dockerfile and what each takes from others."""
        text = self._lab.dockerfile(variant).read_text("utf-8")
        return Shown(figure=charts.stages_figure(text, self._lab.variants[variant].targets))

    def scanners(self) -> Shown:
        """Return what each web scanner did here: when it ran, or why not."""
        return Shown(alert_tables.scanners_table(self._of()))

    def alerts(self, *variants: str) -> Shown:
        """Return the rules that raised alerts, by variant."""
        return Shown(alert_tables.alerts_table(self._of(*variants), variants or None))

    def alert(self, variant: str, scanner: str, rule: str) -> Shown:
        """Return one alert with all that the scanner said of it."""
        return Shown(alert_tables.alert_table(self._of(variant), variant, scanner, rule))

    def finish(self) -> Shown:
        """Return the verdict of every claim. Executed by `advices run`, also leave the result.

        Raises LabInvalid when a variant or a mistake was not measured.
        """
        self._demand_all_measured()
        if self._lab.mistakes and not self._mistakes:
            raise LabInvalid(
                f"{self._lab.slug}: its mistakes were not applied yet",
                why="lab.toml lists mistakes, and each has to turn its claims red",
                next_step="call mistakes() first",
            )
        result = self._result()
        if not self._bench.owner:
            save(self._bench.run.scratch / "results", result)
        return Shown(tables.claims_table(verdicts(self._lab, result)))

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

    def _repr_html_(self) -> str:
        advice = html.escape(wording.escape(self._lab.advice), quote=False)
        return f"<p><strong>{html.escape(self._lab.title)}</strong>: {advice}</p>"


def open_lab(slug: str) -> LabSession:
    """Return a session for one lab. Raises LabInvalid or EngineMissing."""
    layout = project()
    return LabSession(_bench(layout, read(layout.labs, slug)))


def _bench(layout: Layout, lab: Lab) -> Bench:
    engine = connect()
    if buildx_version() is None:
        raise EngineMissing("buildx is not installed", next_step="`advices doctor` says how")
    run = attached()
    owner = run is None
    if run is None:
        stack = contextlib.ExitStack()
        atexit.register(stack.close)
        run = stack.enter_context(own_run(engine))
    return Bench(
        layout, lab, engine, run, samples=samples_from_environment(), say=tell, owner=owner
    )
