"""The command `advices lint`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from advices.cli.app import app, err, out
from advices.core import ResultDrifted, project


@app.command()
def lint(
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Write what they say to docs/results/linters.json.")
    ] = False,
) -> None:
    """Show what linters say about the labs' Dockerfiles; compare with what is committed."""
    from advices.lab import labfile
    from advices.linters import lint, moved
    from advices.results import LINTERS, Linting, linting

    layout = project()
    found, missing = lint(labfile.chosen(layout.labs, []))
    for name, run in found.runs.items():
        shown = Table("lab", "Dockerfile", "says", box=None, pad_edge=False)
        silent = 0
        for slug, variants in run.files.items():
            for variant, said in variants.items():
                words = f"cannot read it: {said.unread}" if said.unread else ""
                words = words or ", ".join(sorted(said.rules))
                silent += not words
                if words:
                    shown.add_row(slug, variant, escape(words))
        out.print(
            f"{LINTERS[name]}, {escape(run.version)}: nothing about {silent} more Dockerfiles"
        )
        out.print(shown)
    for name, why in missing.items():
        err.print(f"[yellow]{LINTERS[name]} did not run[/]: {escape(why)}")
    committed = linting.load(layout.results)
    if write:
        file = linting.save(layout.results, Linting(runs={**committed.runs, **found.runs}))
        err.print(f"written: {file.relative_to(layout.root)}")
    elif lines := moved(committed, found):
        raise ResultDrifted(
            "linters say something else than before:\n" + "\n".join(lines),
            why="a Dockerfile or a linter changed",
            next_step="if the change is right, `advices lint --write`",
        )
