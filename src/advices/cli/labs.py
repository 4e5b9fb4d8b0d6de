"""Labs and exercises: list, run, check, check-exercise."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from advices.cli.app import app, out, progress
from advices.cli.extras import demand
from advices.core import project, write_whole

if TYPE_CHECKING:
    from advices.site import Outcome

UNSOLVED = 1
JOB_PAGE_VARIABLE = "GITHUB_STEP_SUMMARY"

Slugs = Annotated[list[str] | None, typer.Argument(help="Labs by slug; all by default.")]
Quick = Annotated[bool, typer.Option("--quick", help="One sample per timing.")]
QuickRun = Annotated[
    bool, typer.Option("--quick", help="One sample per timing, no mistakes, no exercises.")
]
ReplaySamples = Annotated[int, typer.Option("--samples", min=1, help="Samples per timing.")]
Reports = Annotated[
    Path | None,
    typer.Option(help="A folder for summary.md, junit.xml, report.json and benchmark.json."),
]
ColdSamples = Annotated[int, typer.Option(min=1, help="Samples of the first build.")]


@app.command("list")
def list_() -> None:
    """List the labs and their variants."""
    from advices.lab import labfile

    labs = project().labs
    table = Table("lab", "advice", "variants", box=None, pad_edge=False)
    for slug in labfile.slugs(labs):
        found = labfile.read(labs, slug)
        table.add_row(slug, escape(found.advice), ", ".join(found.variants))
    out.print(table)


@app.command()
def run(
    slugs: Slugs = None,
    *,
    samples: ReplaySamples = 3,
    cold_samples: ColdSamples = 1,
    quick: QuickRun = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also measure labs that did not change.")
    ] = False,
    reports: Reports = None,
) -> None:
    """Execute the labs that changed, check their claims, write results and pages."""
    layout = project()
    demand("nbclient")
    from advices.cli.display import Display
    from advices.measure import QUICK, Samples
    from advices.notebooks import run_labs
    from advices.workshop import Workshop

    wanted = QUICK if quick else Samples(cold_samples, samples)
    with _reported(reports) as told, Display(progress) as say:
        workshop = Workshop(layout, say)
        workshop.ask_for_buildx()
        how = {"force": force, "proofs": not quick}
        run_labs(workshop, slugs or [], wanted, told=told, **how)


@app.command()
def check(
    slugs: Slugs = None,
    *,
    samples: ReplaySamples = 3,
    cold_samples: ColdSamples = 1,
    quick: Quick = False,
    prove_all: Annotated[
        bool, typer.Option("--all", help="Also prove mistakes and exercises that did not change.")
    ] = False,
    in_turn: Annotated[
        bool,
        typer.Option(
            "--in-turn",
            help="Of variants, measure bad, good, what changed, and a tenth of the rest.",
        ),
    ] = False,
    labs_in_turn: Annotated[
        bool,
        typer.Option(
            "--labs-in-turn",
            help="Of labs, if none is named, check those that changed, and a third of the rest.",
        ),
    ] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Stamp results that did not move as confirmed today.")
    ] = False,
    reports: Reports = None,
) -> None:
    """Measure labs again and compare with the committed results; prove changes and a tenth."""
    layout = project()
    demand("nbclient")
    from advices.cli.display import Display
    from advices.measure import QUICK, Samples
    from advices.notebooks import check_labs
    from advices.workshop import Workshop

    if in_turn and confirm:
        raise typer.BadParameter(
            "only what was measured whole can be confirmed", param_hint="--in-turn"
        )
    wanted = QUICK if quick else Samples(cold_samples, samples)
    with _reported(reports) as told, Display(progress) as say:
        check_labs(
            *(Workshop(layout, say), slugs or [], wanted),
            prove_all=prove_all,
            in_turn=in_turn,
            labs_in_turn=labs_in_turn,
            confirm=confirm,
            told=told,
        )


@contextlib.contextmanager
def _reported(folder: Path | None) -> Iterator[Callable[[Outcome], None]]:
    """Give what collects outcomes, and write the reports at the end, also of a run that failed.

    On GitHub Actions the summary is added to the job's page.
    """
    from advices.site import ci_reports, time_rows

    outcomes: list[Outcome] = []
    try:
        yield outcomes.append
    finally:
        _show_times(time_rows(outcomes))
        texts = ci_reports.files(outcomes)
        if folder is not None:
            for name, text in texts.items():
                write_whole(folder / name, text)
        if page := os.environ.get(JOB_PAGE_VARIABLE):
            with Path(page).open("a", encoding="utf-8") as job_page:
                job_page.write(texts["summary.md"])


def _show_times(rows: list[list[str]]) -> None:
    """Print where the time of each lab went."""
    if not rows:
        return
    header, *body = rows
    shown = Table(header[0], box=None, pad_edge=False)
    for name in header[1:]:
        shown.add_column(name, justify="right")
    for row in body:
        shown.add_row(*row)
    progress.print(shown)


@app.command("check-exercise")
def check_exercise_(
    slug: Annotated[str, typer.Argument(help="The lab whose exercise it is.")],
    file: Annotated[
        Path | None, typer.Option(help="Your Dockerfile; by default the exercise's own.")
    ] = None,
    solution: Annotated[bool, typer.Option("--solution", help="Show the solution.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Measure also what was measured in the last day.")
    ] = False,
    prove: Annotated[
        bool, typer.Option("--prove", help="Prove that start, solution and hints work.")
    ] = False,
) -> None:
    """Build and measure your Dockerfile of an exercise: which claims it meets, and hints."""
    layout = project()
    demand("nbclient")
    from advices.cli.display import Display
    from advices.lab import labfile
    from advices.notebooks import check_exercise, prove_exercise
    from advices.workshop import Workshop

    if solution:
        exercise = labfile.read(layout.labs, slug).its_exercise()
        text = exercise.dockerfile("good").read_text("utf-8")
        out.print(escape(text.rstrip()))
        return
    if prove:
        with Display(progress) as say:
            prove_exercise(Workshop(layout, say), slug)
        out.print(f"{slug}: the exercise works")
        return
    with Display(progress) as say:
        found = check_exercise(Workshop(layout, say), slug, file, again=again)
    if found.measured is not None:
        at = f"{found.measured.astimezone():%Y-%m-%d at %H:%M:%S}"
        out.print(f"not measured again: it was on {at}, and nothing that decides it has changed")
        out.print("since; `--again` measures it")
    if found.fault:
        out.print(f"[red]fault[/]   {escape(found.fault)}")
    for row in found.rows:
        out.print(f"{'[green]met    ' if row.holds else '[red]not met'}[/] {escape(row.says)}")
        out.print(f"        yours {row.yours}, reference {row.reference}, limit {row.limit}")
    if found.difference:
        out.print("how your page differs from the solution's:")
        out.print(escape(found.difference))
    for steps in found.steps:
        out.print(f"[yellow]hint[/]    {escape(steps.line)}")
    if not found.solved:
        out.print(f"not solved yet; `advices check-exercise {slug} --solution` shows a solution")
        raise typer.Exit(UNSOLVED)
    out.print("[green]solved[/]: every claim is met")
