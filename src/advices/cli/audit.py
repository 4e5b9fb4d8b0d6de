"""The command `advices audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from advices.cli.app import app, out, progress
from advices.core import project


@app.command()
def audit(
    path: Annotated[Path, typer.Argument(help="The folder of your project.")] = Path(),
    *,
    file: Annotated[Path | None, typer.Option(help="Its Dockerfile.")] = None,
    context: Annotated[Path | None, typer.Option(help="The folder that it builds.")] = None,
    target: Annotated[str, typer.Option(help="The stage that ships; the last by default.")] = "",
    build_arg: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A build argument.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="The port that it listens on.")] = None,
    url_path: Annotated[str, typer.Option(help="The page that it must serve.")] = "/",
) -> None:
    """Measure what each advice would bring to a project of yours."""
    from advices.audit import Asked, audited, read_project
    from advices.cli.display import Display
    from advices.results import value_text
    from advices.workshop import Workshop

    arguments = {}
    for word in build_arg or []:
        name, sign, value = word.partition("=")
        if not sign:
            raise typer.BadParameter(f"`{word}` is not NAME=VALUE", param_hint="--build-arg")
        arguments[name] = value
    asked = Asked(file, context, target, arguments, {}, port, url_path)
    with Display(progress) as say:
        found = audited(Workshop(project(), say), read_project(path, asked))
    for one in found.project.chosen:
        out.print(f"{one.name}: {escape(one.value)}, because {one.why} ({one.option} changes it)")
    touched = Table("what is touched", "steps run", "bytes to move", "seconds", box=None)
    for name, build in found.yours.builds.items():
        says = found.lab.replays[name].says if name in found.lab.replays else "the first build"
        measures = found.yours.measures()
        words = [
            value_text(measure, measures[measure])
            for measure in measures
            if measure.of == name and measure.name in ("steps_run", "new_transfer_bytes", "seconds")
        ]
        touched.add_row(escape(says), *words)
        del build
    out.print(touched)
    table = Table("remedy", "what it makes better", "before", "after", "", box=None)
    for row in found.tried:
        before = "-" if row.before is None else value_text(row.measure, row.before)
        after = "-" if row.after is None else value_text(row.measure, row.after)
        said = f"tried, but {row.refused}" if row.refused else "" if row.is_fix else "no gain"
        table.add_row(
            row.name, str(row.measure), before, after, escape(said.splitlines()[0] if said else "")
        )
    out.print(table)
