"""Executes labs as notebooks in one run, and takes over or compares what came out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from advices import charts, index, notebook, results
from advices import lab as labs_
from advices.claims import Verdict, verdicts
from advices.command import clock
from advices.compare import Drift, base_changes, drifts
from advices.engine import Engine
from advices.errors import AdvicesError, ClaimBroken, NotebookFailed, ResultDrifted
from advices.lab import Lab
from advices.layout import Layout
from advices.plan import Samples
from advices.quantities import value_text
from advices.results import Result
from advices.runs import RUN_VARIABLE, measuring, own_run
from advices.session import SAMPLES_VARIABLE

Say = Callable[[str], None]


@dataclass(frozen=True)
class Measured:
    """One lab after its run: the result, its page, and its verdicts."""

    lab: Lab
    result: Result
    page: str
    verdicts: tuple[Verdict, ...]


def run_labs(layout: Layout, slugs: Sequence[str], samples: Samples, say: Say) -> None:
    """Measure labs and write docs/results and docs/labs, each lab as soon as it is done.

    Beside each result stands a picture of its headline, for the README.

    Raises ClaimBroken, without writing that lab, when a claim does not come out as demanded.
    """
    # Closed at once when a claim breaks, so that the run ends before its fault is told.
    with contextlib.closing(_measured(layout, slugs, samples, say)) as measured:
        for done in measured:
            _demand(_broken(done))
            previous = _committed(layout, done.lab.slug)
            picture = charts.bar_chart(done.result, done.lab.headline)
            results.save(layout.results, done.result)
            results.write_whole(layout.results / "schema.json", results.schema_text())
            results.write_whole(layout.results / f"{done.lab.slug}.svg", picture)
            results.write_whole(layout.lab_pages / f"{done.lab.slug}.md", done.page)
            for line in _moved(previous, done.result):
                say(line)


def check_labs(layout: Layout, slugs: Sequence[str], samples: Samples, say: Say) -> None:
    """Measure labs and compare with docs/results; nothing committed is touched.

    Raises ClaimBroken or ResultDrifted after all labs were measured, ResultInvalid when a
    committed result cannot be read.
    """
    wanted = slugs or labs_.slugs(layout.labs)
    committed = {slug: results.load(layout.results, slug) for slug in wanted}
    broken: list[str] = []
    drifted: list[str] = []
    for done in _measured(layout, wanted, samples, say):
        broken += _broken(done)
        old = committed[done.lab.slug]
        changes = base_changes(old, done.result)
        if changes:
            for change in changes:
                say(f"{done.lab.slug}: other base, so compared by claims only: {change}")
        else:
            drifted += [_row(done.lab.slug, drift) for drift in drifts(old, done.result)]
    _demand(broken)
    if drifted:
        raise ResultDrifted(
            "measured numbers left their limits:\n" + "\n".join(drifted),
            why="an advice, a base, a dependency or the toolkit changed what is measured",
        )


def _measured(
    layout: Layout, slugs: Sequence[str], samples: Samples, say: Say
) -> Generator[Measured, None, None]:
    wanted = slugs or labs_.slugs(layout.labs)
    labs = [labs_.read(layout.labs, slug) for slug in wanted]
    engine = Engine()
    with own_run(engine) as run, measuring(say), index.for_builds(engine):
        environment = {
            RUN_VARIABLE: run.id,
            SAMPLES_VARIABLE: f"{samples.cold},{samples.replay}",
        }
        for lab in labs:
            started = clock()
            say(f"{lab.slug}: executing notebooks/{lab.slug}.ipynb")
            executed = notebook.execute(layout.notebook(lab.slug), environment, say)
            if not (run.scratch / "results" / f"{lab.slug}.json").is_file():
                raise NotebookFailed(
                    f"notebooks/{lab.slug}.ipynb left no result",
                    why=f'it does not call `open_lab("{lab.slug}")` and `finish()`',
                )
            result = results.load(run.scratch / "results", lab.slug)
            found = verdicts(lab, result)
            engine.remove_run(run.id)
            say(f"{lab.slug}: measured in {clock() - started:.0f} s")
            yield Measured(lab, result, notebook.page(executed, result), found)


def _broken(done: Measured) -> list[str]:
    """Return a line for each claim that did not come out as demanded, with value and threshold."""
    return [
        f"{done.lab.slug}: claim `{v.claim.id}` {'must' if v.must_hold else 'must not'} hold "
        f"for `{v.variant}`: {v.claim.measure} is {_value(v)}, claimed {v.threshold}"
        for v in done.verdicts
        if not v.as_demanded
    ]


def _demand(broken: list[str]) -> None:
    """Raise ClaimBroken when a claim is named."""
    if broken:
        raise ClaimBroken("\n".join(broken))


def _value(verdict: Verdict) -> str:
    if verdict.claim.relative_to is not None and isinstance(verdict.value, float):
        return f"{verdict.value:.3g} of {verdict.claim.relative_to}"
    return value_text(verdict.claim.measure, verdict.value)


def _committed(layout: Layout, slug: str) -> Result | None:
    """Return what is committed; a file that cannot be read is about to be replaced."""
    try:
        return results.load(layout.results, slug)
    except AdvicesError:
        return None


def _moved(old: Result | None, new: Result) -> list[str]:
    if old is None:
        return [f"{new.slug}: first result"]
    rows = [_row(new.slug, drift) for drift in drifts(old, new)]
    return rows or [f"{new.slug}: nothing moved beyond its limit"]


def _row(slug: str, drift: Drift) -> str:
    old, new = (value_text(drift.measure, value) for value in (drift.old, drift.new))
    return f"  {slug} {drift.variant} {drift.measure}: {old} → {new} (limit: {drift.limit})"
