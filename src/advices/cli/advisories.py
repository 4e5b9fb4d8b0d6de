"""The command `advices advisories`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from advices.cli.app import app, err, out
from advices.core import CommandFailed, counted, project


@app.command()
def advisories(
    lab: Annotated[str, typer.Argument(help="The lab whose lock files are looked up.")],
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Write what is known to docs/results/advisories.json.")
    ] = False,
) -> None:
    """Show known vulnerabilities of a lab's lock files, as pip-audit finds them."""
    from advices.lab import labfile
    from advices.linters import pip_audit
    from advices.results import advisories as records

    layout = project()
    program = pip_audit.program()
    if program is None:
        raise CommandFailed(
            "pip-audit is not in this environment",
            why="it is a tool for one job, so only that job installs it",
            next_step="`./run advisories`",
        )
    found = pip_audit.audit(program, labfile.read(layout.labs, lab))
    for variant, lock in found.locks.items():
        names = [f"{one.package} {one.version}: {len(one.advisories)}" for one in lock.vulnerable]
        packages = counted(lock.packages, "package")
        out.print(f"{variant}: {packages}; {escape(', '.join(names)) or 'nothing'}")
    if found.why_not:
        err.print(f"[yellow]pip-audit did not run[/]: {escape(found.why_not)}")
    if write:
        file = records.save(layout.results, found)
        err.print(f"written: {file.relative_to(layout.root)}")
