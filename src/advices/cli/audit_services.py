"""`advices audit --service all`: each service of a project, and what their images share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from advices.cli.app import out, progress

if TYPE_CHECKING:
    from advices.audit import Project
    from advices.core import Layout

ALL = "all"
# Files that are read; a report is written to each other one, and each service has its own.
_READ = ("path", "file", "context", "baseline")


def audit_each(
    audit: Callable[..., None],
    given: Mapping[str, Any],
    read: Callable[[str], Project],
    layout: Layout,
) -> None:
    """Audit each service that builds, in turn, and print what their images share.

    `given` are the arguments of the command `audit`, `read` reads the project for a service. The
    reports of a service are files with its name before their ending. Exits with the first exit code
    of a service that is not 0.
    """
    from advices import audit as room
    from advices.cli.display import Display
    from advices.workshop import Workshop

    first = read("")
    names = first.built or (first.service,)
    code = 0
    for name in names:
        out.print(f"[bold]service {name}[/]\n" if name else "")
        try:
            audit(**{**_of_service(given, name), "service": name})
        except typer.Exit as end:
            code = code or end.exit_code
    if len(names) > 1:
        with Display(progress) as say:
            shared = room.shared_bytes(Workshop(layout, say), [read(name) for name in names])
        header, *body = shared.rows()
        table = Table(*header, box=None, pad_edge=False)
        for row in body:
            table.add_row(*row)
        out.print(table)
    if code:
        raise typer.Exit(code)


def _of_service(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the arguments of the command for one service."""
    return {
        key: value.with_name(f"{value.stem}-{name}{value.suffix}")
        if isinstance(value, Path) and key not in _READ and name and value.stem != "-"
        else value
        for key, value in given.items()
    }
