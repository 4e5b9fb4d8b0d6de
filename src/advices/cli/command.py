"""The command `advices`."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from advices.bases import Bases
from advices.cli import doctor as doctor_
from advices.cli.display import Display
from advices.core import (
    VERBOSE_VARIABLE,
    AdvicesError,
    ScannerMissing,
    cache_folder,
    project,
    write_whole,
)
from advices.engine import connect, provision
from advices.images import LayerMemory
from advices.lab import SCANNERS, labfile
from advices.measure import QUICK, Samples
from advices.notebooks import check_exercise, check_labs, prove_exercise, run_labs
from advices.offline import Prefetched, transfer
from advices.offline import prefetch as prefetch_
from advices.packages import proxy
from advices.runs import make_room, measuring, sweep
from advices.scanners import ScannerImages, Wanted, scan_own
from advices.site import Outcome, ci_reports, kinds

app = typer.Typer(
    help="Measure good and bad container images for Python applications.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
engine_app = typer.Typer(help="The Docker engine of this machine.", no_args_is_help=True)
app.add_typer(engine_app, name="engine")
bundle_app = typer.Typer(
    help="Carry images and packages to machines without a network.", no_args_is_help=True
)
app.add_typer(bundle_app, name="bundle")

# Whoever reads from a pipe wants whole lines.
_WIDE = None if sys.stdout.isatty() else 240
_out = Console(highlight=False, soft_wrap=True, width=_WIDE)
_err = Console(stderr=True, highlight=False, soft_wrap=True)
# Apart from faults, so that it can be quiet.
_progress = Console(stderr=True, highlight=False, soft_wrap=True)

INTERRUPTED = 130
UNSOLVED = 1
JOB_PAGE_VARIABLE = "GITHUB_STEP_SUMMARY"

Slugs = Annotated[list[str] | None, typer.Argument(help="Labs by slug; all when none is given.")]
Quick = Annotated[bool, typer.Option("--quick", help="One sample of each timing.")]
ReplaySamples = Annotated[int, typer.Option("--samples", min=1, help="Samples of each timing.")]
Reports = Annotated[
    Path | None,
    typer.Option(help="A folder for summary.md, junit.xml, report.json and benchmark.json."),
]
ColdSamples = Annotated[int, typer.Option(min=1, help="Samples of the first build.")]


@app.callback()
def options(
    verbose: Annotated[bool, typer.Option(help="Show every command that is run.")] = False,
    quiet: Annotated[bool, typer.Option(help="Show no progress.")] = False,
) -> None:
    """Set what holds for every command."""
    _progress.quiet = quiet
    if verbose:
        os.environ[VERBOSE_VARIABLE] = "1"


@app.command("list")
def list_() -> None:
    """List the labs and their variants."""
    labs = project().labs
    table = Table("lab", "advice", "variants", box=None, pad_edge=False)
    for slug in labfile.slugs(labs):
        found = labfile.read(labs, slug)
        table.add_row(slug, escape(found.advice), ", ".join(found.variants))
    _out.print(table)


@app.command()
def run(
    slugs: Slugs = None,
    *,
    samples: ReplaySamples = 3,
    cold_samples: ColdSamples = 1,
    quick: Quick = False,
    force: Annotated[
        bool, typer.Option("--force", help="Measure also the labs that did not change.")
    ] = False,
    reports: Reports = None,
) -> None:
    """Execute the labs that changed, check their claims, write results and pages."""
    wanted = QUICK if quick else Samples(cold_samples, samples)
    with _reported(reports) as told, Display(_progress) as say:
        run_labs(project(), slugs or [], wanted, say, force=force, told=told)


@app.command()
def check(
    slugs: Slugs = None,
    *,
    samples: ReplaySamples = 3,
    cold_samples: ColdSamples = 1,
    quick: Quick = False,
    reports: Reports = None,
) -> None:
    """Execute labs into a scratch folder and compare with the committed results."""
    wanted = QUICK if quick else Samples(cold_samples, samples)
    with _reported(reports) as told, Display(_progress) as say:
        check_labs(project(), slugs or [], wanted, say, told=told)


@contextlib.contextmanager
def _reported(folder: Path | None) -> Iterator[Callable[[Outcome], None]]:
    """Give what collects outcomes, and write the reports at the end, also of a run that failed.

    On GitHub Actions the summary is added to the job's page.
    """
    outcomes: list[Outcome] = []
    try:
        yield outcomes.append
    finally:
        texts = ci_reports.files(outcomes)
        if folder is not None:
            for name, text in texts.items():
                write_whole(folder / name, text)
        if page := os.environ.get(JOB_PAGE_VARIABLE):
            with Path(page).open("a", encoding="utf-8") as job_page:
                job_page.write(texts["summary.md"])


@app.command("check-exercise")
def check_exercise_(
    slug: Annotated[str, typer.Argument(help="The lab whose exercise it is.")],
    file: Annotated[
        Path | None, typer.Option(help="Your Dockerfile; by default the exercise's own.")
    ] = None,
    solution: Annotated[bool, typer.Option("--solution", help="Show the solution.")] = False,
    prove: Annotated[
        bool, typer.Option("--prove", help="Prove that start, solution and hints are sound.")
    ] = False,
) -> None:
    """Build and measure your Dockerfile of an exercise: which claims it meets, and hints."""
    layout = project()
    if solution:
        text = labfile.read_exercise(layout.labs, slug).dockerfile("good").read_text("utf-8")
        _out.print(escape(text.rstrip()))
        return
    if prove:
        with Display(_progress) as say:
            prove_exercise(layout, slug, say)
        _out.print(f"{slug}: the exercise is sound")
        return
    with Display(_progress) as say:
        found = check_exercise(layout, slug, file, say)
    for row in found.rows:
        _out.print(f"{'[green]met    ' if row.holds else '[red]not met'}[/] {escape(row.says)}")
        _out.print(f"        yours {row.yours}, reference {row.reference}, limit {row.limit}")
    for mistake in found.hints:
        _out.print(f"[yellow]hint[/]    {escape(mistake.hint)}")
    if not found.solved:
        _out.print(f"not solved yet; `advices check-exercise {slug} --solution` shows a solution")
        raise typer.Exit(UNSOLVED)
    _out.print("[green]solved[/]: every claim is met")


@app.command()
def scan(
    target: Annotated[
        str, typer.Argument(help="http://127.0.0.1:PORT/, http://CONTAINER:PORT/ or a service.")
    ],
    scanner: Annotated[
        str | None, typer.Option(help="wapiti or zap; by default all that are here.")
    ] = None,
    active: Annotated[
        bool, typer.Option("--active", help="Attack as well: slower, and it writes to the site.")
    ] = False,
    known_as: Annotated[
        str | None, typer.Option("--as", help="The host name that the scanner uses.")
    ] = None,
) -> None:
    """Scan a running container of yours; nothing outside of this engine can be scanned."""
    if scanner is not None and scanner not in SCANNERS:
        raise typer.BadParameter(f"the scanners are {', '.join(SCANNERS)}", param_hint="--scanner")
    with Display(_progress) as say:
        scans = scan_own(project(), Wanted(target, scanner, active, known_as), say)
    for found in scans:
        name = SCANNERS[found.scanner]
        if not found.ran:
            _out.print(f"[yellow]{name} did not run[/]: {escape(found.why_not)}")
            continue
        shown = Table("risk", "rule", "places", "the first of them", box=None, pad_edge=False)
        for kind in kinds(found):
            first = kind.alerts[0]
            rule = kind.name if kind.rule == kind.name else f"{kind.rule} {kind.name}"
            where = f"{first.method} {first.url}"
            shown.add_row(kind.risk, escape(rule), str(len(kind.alerts)), escape(where))
        _out.print(f"{name} {escape(found.version)}: {found.urls} pages, {found.seconds:.1f} s")
        _out.print(shown if found.alerts else "no alert")


@app.command()
def doctor() -> None:
    """Say what is there, what is not, and what to do about it."""
    marks = {"ok": "[green]ok  [/]", "note": "[yellow]note[/]", "bad": "[red]bad [/]"}
    bad = False
    for found in doctor_.examine(project()):
        bad |= found.mark == "bad"
        _out.print(f"{marks[found.mark]} {found.subject + ':':<22} {escape(found.says)}")
        if found.fix:
            _out.print(f"     {'':<22} [dim]fix:[/] {escape(found.fix)}")
    if bad:
        raise typer.Exit(1)


@app.command()
def prefetch(slugs: Slugs = None) -> None:
    """Bring every image and package that labs need, for work without a network."""
    layout, connected = project(), connect()
    with Display(_progress) as say, measuring(say), proxy.for_builds(connected):
        _told(prefetch_.prefetch(layout, connected, slugs or [], say))


def _told(ready: Prefetched) -> None:
    """Print what was prefetched, and what was not."""
    images = {base.image for base in ready.bases.values()}
    images |= {found.reference for found in ready.scanners.values()}
    size = sum(file.size_bytes for file in ready.shelf.files) / 1e6
    new = f"{ready.fetched} of them new" if ready.fetched else "none of them new"
    _out.print(f"images: {len(images)}, all on this engine")
    _out.print(f"package files: {len(ready.shelf.files)}, {size:.0f} MB, {new}")
    for name, how in ready.missing.items():
        _out.print(f"[yellow]{SCANNERS[name]} is not here[/]: {escape(how)}")
    if ready.need_a_mirror:
        _out.print(
            "these labs also install a distribution's packages in their builds, which needs its "
            f"mirror: {', '.join(ready.need_a_mirror)}"
        )


@bundle_app.command("save")
def bundle_save(
    file: Annotated[Path, typer.Argument(help="The file to write, about as large as the images.")],
    slugs: Slugs = None,
) -> None:
    """Prefetch, then write images and packages of labs to one file."""
    layout, connected = project(), connect()
    with Display(_progress) as say, measuring(say), proxy.for_builds(connected):
        ready = prefetch_.prefetch(layout, connected, slugs or [], say)
        _told(ready)
        transfer.save(layout, connected, ready, file, say)
    _out.print(f"{file}: {file.stat().st_size / 1e6:.0f} MB")


@bundle_app.command("load")
def bundle_load(
    file: Annotated[Path, typer.Argument(help="A file that `advices bundle save` wrote.")],
) -> None:
    """Verify a bundle by its digests, then bring its images and packages to this machine."""
    with Display(_progress) as say, measuring(say):
        loaded = transfer.load(connect(), file, say)
    for tag in loaded.tags:
        _out.print(f"here: {tag}")
    for sentence in loaded.kept:
        _out.print(f"[yellow]kept[/]: {escape(sentence)}")
    packed = loaded.manifest.shelf
    _out.print(f"package files: {len(packed.files)}, for the labs {', '.join(sorted(packed.labs))}")


@app.command()
def bases() -> None:
    """Pull or build every image that the labs need: bases and scanners."""
    layout = project()
    connected = connect()
    with Display(_progress) as say, measuring(say), proxy.for_builds(connected):
        memory = LayerMemory()
        found = Bases(connected, layout.bases, memory, say)
        stand = found.of_labs(labfile.all_of(layout.labs))
        for name, base in sorted(stand.items()):
            _out.print(f"{name}: {base.kind}, {base.image}")
        images = ScannerImages(connected, layout.scanners, found, say)
        for name, called in SCANNERS.items():
            try:
                _out.print(f"{called}: {images.find(name).reference}")
            except ScannerMissing as error:
                _out.print(f"{called}: not here. {escape(error.next_step)}")


@app.command()
def learn(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8890,
    site: Annotated[Path | None, typer.Option(help="A built site; else the project's.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the address in a browser.")] = True,
) -> None:
    """Serve the site on this machine, with cells and exercises that run in the page."""
    # Only this command needs a server, and loading one takes a second.
    from advices.learn import server  # noqa: PLC0415

    layout = project()
    try:
        connect()
    except AdvicesError as error:
        _err.print(f"[yellow]cells cannot build anything yet:[/] {escape(str(error))}")

    def show(address: str) -> None:
        _out.print(f"the next browser: {address}")

    def ready(address: str) -> None:
        _out.print(f"learn here: {address}")
        _out.print("the address works once; Ctrl-C ends the server and its kernels")
        if browser:
            # A browser of the terminal would keep the server from answering it.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    server.serve(layout, server.Learning(site or layout.root / "site", port), ready, show)


@app.command()
def clean(
    caches: Annotated[bool, typer.Option("--caches", help="Also the caches on this host.")] = False,
) -> None:
    """Remove what crashed runs left in the engine and on this host."""
    swept = sweep(connect())
    _out.print(f"removed what {len(swept)} dead runs had left")
    if caches:
        shutil.rmtree(cache_folder(), ignore_errors=True)
        _out.print(f"removed {cache_folder()}")


@engine_app.command("start")
def engine_start() -> None:
    """Use the engine that is there; where there is none, install and start one.

    In one that was started so, old build cache goes when the disk runs out of room.
    """
    # Not entered, so that no picture moves: sudo may ask for a password.
    say = Display(_progress)
    provision.ensure_engine(say)
    connected = connect()
    make_room(connected, say)
    _out.print(f"engine {connected.facts().version} at {connected.address}")


@engine_app.command("stop")
def engine_stop() -> None:
    """Stop the engine, if it was started by `advices engine start`."""
    if not provision.stop_engine(Display(_progress)):
        _out.print("nothing to stop: no running engine was started by this command")


def main() -> None:
    """Run the command; a foreseeable fault becomes its message and its exit code."""
    sys.exit(_guarded(app))


def _guarded(command: Callable[..., object]) -> int:
    with _sigterm_as_interrupt():
        try:
            # Not standalone, so that faults arrive here; an exit code is then the return value.
            code = command(standalone_mode=False)
        except AdvicesError as error:
            _err.print(f"[bold red]error:[/] {escape(str(error))}")
            return error.exit_code
        except (KeyboardInterrupt, typer.Abort):
            code = INTERRUPTED
        except Exception as error:
            if hasattr(error, "format_message"):  # click's own: wrong usage
                if message := error.format_message():
                    _err.print(f"[bold red]error:[/] {escape(message)}")
                return 2
            raise
    if code == INTERRUPTED:
        _err.print("interrupted; everything of this run was removed")
    return code if isinstance(code, int) else 0


@contextlib.contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Clean up on SIGTERM as on Ctrl-C: CI cancels a job with it."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
