"""Images and packages: bases, prefetch, bundle save and load."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from advices.cli.app import app, out, progress
from advices.core import ScannerMissing, project

if TYPE_CHECKING:
    from advices.offline import Prefetched

bundle_app = typer.Typer(
    help="Carry images and packages to machines without a network.", no_args_is_help=True
)
app.add_typer(bundle_app, name="bundle")

Slugs = Annotated[list[str] | None, typer.Argument(help="Labs by slug; all by default.")]


@app.command()
def prefetch(slugs: Slugs = None) -> None:
    """Bring every image and package that labs need, for work without a network."""
    layout = project()
    from advices import offline
    from advices.cli.display import Display
    from advices.packages import proxy
    from advices.runs import measuring
    from advices.workshop import Workshop

    with Display(progress) as say, measuring(say):
        workshop = Workshop(layout, say)
        with proxy.for_builds(workshop.engine, filling=True):
            _told(offline.prefetch.prefetch(workshop, slugs or []))


def _told(ready: Prefetched) -> None:
    """Print what was prefetched, and what was not."""
    from advices.lab import SCANNERS

    images = {base.image for base in ready.bases.values()}
    images |= {found.reference for found in ready.scanners.values()}
    size = sum(file.size_bytes for file in ready.shelf.files) / 1e6
    new = f"{ready.fetched} of them new" if ready.fetched else "none of them new"
    out.print(f"images: {len(images)}, all on this engine")
    out.print(f"package files: {len(ready.shelf.files)}, {size:.0f} MB, {new}")
    for name, how in ready.missing.items():
        out.print(f"[yellow]{SCANNERS[name]} is not here[/]: {escape(how)}")
    if ready.need_a_mirror:
        out.print(
            "the builds of these labs also install Debian or Alpine packages, so they need a "
            f"mirror: {', '.join(ready.need_a_mirror)}"
        )


@bundle_app.command("save")
def bundle_save(
    file: Annotated[Path, typer.Argument(help="The file to write, about as large as the images.")],
    slugs: Slugs = None,
) -> None:
    """Prefetch, then write images and packages of labs to one file."""
    layout = project()
    from advices import offline
    from advices.cli.display import Display
    from advices.packages import proxy
    from advices.runs import measuring
    from advices.workshop import Workshop

    with Display(progress) as say, measuring(say):
        workshop = Workshop(layout, say)
        with proxy.for_builds(workshop.engine, filling=True):
            ready = offline.prefetch.prefetch(workshop, slugs or [])
            _told(ready)
            offline.transfer.save(workshop.layout, workshop.engine, ready, file, say)
    out.print(f"{file}: {file.stat().st_size / 1e6:.0f} MB")


@bundle_app.command("load")
def bundle_load(
    file: Annotated[Path, typer.Argument(help="A file that `advices bundle save` wrote.")],
) -> None:
    """Verify a bundle by its digests, then bring its images and packages to this machine."""
    from advices.cli.display import Display
    from advices.engine import connect
    from advices.offline import transfer
    from advices.runs import measuring

    with Display(progress) as say, measuring(say):
        loaded = transfer.load(connect(), file, say)
    for tag in loaded.tags:
        out.print(f"here: {tag}")
    for sentence in loaded.kept:
        out.print(f"[yellow]kept[/]: {escape(sentence)}")
    packed = loaded.manifest.shelf
    out.print(f"package files: {len(packed.files)}, for the labs {', '.join(sorted(packed.labs))}")


@app.command()
def bases(slugs: Slugs = None) -> None:
    """Pull or build every image that labs need: bases and scanners."""
    layout = project()
    from advices.cli.display import Display
    from advices.lab import SCANNERS, labfile
    from advices.packages import proxy
    from advices.runs import make_room, measuring
    from advices.workshop import Workshop

    with Display(progress) as say, measuring(say):
        workshop = Workshop(layout, say)
        # Now, while nothing else builds: it takes minutes, and the engine does nothing else.
        make_room(workshop.engine, say)
        with_exercises = [
            one
            for lab in labfile.chosen(workshop.layout.labs, slugs or [])
            for one in lab.with_exercise()
        ]
        scanners = {name for lab in with_exercises if lab.scan for name in lab.scan.scanners}
        with proxy.for_builds(workshop.engine):
            found = workshop.bases.of_labs(with_exercises)
            for name, base in sorted(found.items()):
                out.print(f"{name}: {base.kind}, {base.image}")
            for name in (one for one in SCANNERS if one in scanners):
                called = SCANNERS[name]
                try:
                    out.print(f"{called}: {workshop.scanners.find(name).reference}")
                except ScannerMissing as error:
                    out.print(f"{called}: not here. {escape(error.next_step)}")
