"""The commands `advices scan` and `advices record-zap`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from advices.cli.app import app, out, progress
from advices.core import anywhere, project


@app.command()
def scan(
    target: Annotated[
        str, typer.Argument(help="http://127.0.0.1:PORT/, http://CONTAINER:PORT/ or a service.")
    ],
    scanner: Annotated[
        str | None, typer.Option(help="wapiti or zap; by default all that this machine has.")
    ] = None,
    active: Annotated[
        bool, typer.Option("--active", help="Also attack: slower, and it writes to the site.")
    ] = False,
    known_as: Annotated[
        str | None, typer.Option("--as", help="The host name that the scanner uses.")
    ] = None,
) -> None:
    """Scan a running container of yours; nothing outside of this engine can be scanned."""
    from advices.cli.display import Display
    from advices.lab import SCANNERS
    from advices.scanners import ScannerImage, Wanted, scan_own
    from advices.site import kinds
    from advices.workshop import Workshop

    if scanner is not None and scanner not in SCANNERS:
        raise typer.BadParameter(f"the scanners are {', '.join(SCANNERS)}", param_hint="--scanner")
    with Display(progress) as say:
        workshop = Workshop(anywhere(), say)

        # Looked up only for a target that may be scanned.
        def find(name: str) -> ScannerImage:
            return workshop.scanners.find(name)

        wanted = Wanted(target, scanner, active, known_as)
        scans = scan_own(workshop.engine, wanted, find, say)
    for found in scans:
        name = SCANNERS[found.scanner]
        if not found.ran:
            out.print(f"[yellow]{name} did not run[/]: {escape(found.why_not)}")
            continue
        shown = Table("risk", "rule", "places", "the first few", box=None, pad_edge=False)
        for kind in kinds(found):
            first = kind.alerts[0]
            rule = kind.name if kind.rule == kind.name else f"{kind.rule} {kind.name}"
            where = f"{first.method} {first.url}"
            shown.add_row(kind.risk, escape(rule), kind.places, escape(where))
        out.print(f"{name} {escape(found.version)}: {found.found}")
        out.print(shown if found.alerts else "no alert")


@app.command("record-zap")
def record_zap(
    lab: Annotated[str, typer.Argument(help="The lab whose containers were scanned.")],
    reports: Annotated[
        list[str], typer.Argument(help="VARIANT=FILE: ZAP's report `traditional-json` of each.")
    ],
    *,
    commit: Annotated[
        str, typer.Option(help="The commit of this project whose images were scanned.")
    ],
    how: Annotated[str, typer.Option(help="What this ZAP was, and how it ran, in a sentence.")],
) -> None:
    """Record ZAP's reports of another machine for the chapter, with their version and date."""
    from advices.lab import labfile
    from advices.results import recorded
    from advices.scanners import recorded as record

    layout = project()
    found = labfile.read(layout.labs, lab)
    if found.scan is None:
        raise typer.BadParameter(f"the lab `{lab}` has no [scan]", param_hint="LAB")
    texts: dict[str, bytes] = {}
    for word in reports:
        variant, _, file = word.partition("=")
        if variant not in found.variants:
            names = ", ".join(found.variants)
            raise typer.BadParameter(f"`{word}`: the variants are {names}", param_hint="REPORTS")
        try:
            texts[variant] = Path(file).read_bytes()
        except OSError as error:
            raise typer.BadParameter(f"`{word}`: {error.strerror}", param_hint="REPORTS") from None
    url = f"http://site:{found.serve.port}/"
    zap = record(texts, url, lab=lab, attacks=found.scan.attacks, commit=commit, how=how)
    written = recorded.save(layout.results, zap).relative_to(layout.root)
    out.print(f"ZAP {escape(zap.version)}, {zap.date}: {written}")
