"""What `advices audit` does for a job: what it fails on, and the files that other tools read."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from advices.cli.app import out, shown
from advices.cli.release import release
from advices.core import now, write_whole

if TYPE_CHECKING:
    from advices.audit import Audit, Policy

FOUND = 1
STDOUT = Path("-")


def policy_of(folder: Path, chapters: set[str], baseline: Path | None) -> Policy:
    """Return what a job fails on and lives with. Raises ListInvalid."""
    from advices import audit as room

    known = room.read_baseline(baseline) if baseline else None
    suppressions = room.read_suppressions(folder, now().date())
    return room.Policy(frozenset(chapters), known, suppressions)


def refuse_folders(files: Mapping[str, Path | None]) -> None:
    """Raise BadParameter for a report that would be a folder: known before anything is built."""
    for name, file in files.items():
        if file is not None and file.is_dir():
            raise typer.BadParameter(f"{file} is a folder; name a file", param_hint=f"--{name}")


def write_reports(found: Audit, policy: Policy, files: Mapping[str, Path | None]) -> None:
    """Write each report that was asked for to its file; `files` are by the name of the option."""
    from advices import audit as room

    site = room.published()
    writers: dict[str, Callable[[], str]] = {
        "html": lambda: room.html(found, policy, site=site),
        "json": lambda: json.dumps(room.record(found, policy), indent=1) + "\n",
        "markdown": lambda: room.markdown(found, policy, site=site),
        "sarif": lambda: room.sarif(found, policy, site=site, version=release()),
        "junit": lambda: room.junit(found, policy),
        "write-baseline": lambda: room.baseline_text(found),
    }
    for name, file in files.items():
        if file == STDOUT:
            # Nothing else, for a program that reads it.
            sys.stdout.write(writers[name]())
        elif file is not None:
            write_whole(file, writers[name]())


def show_policy(found: Audit, policy: Policy) -> None:
    """Print what fails no job and why, and what is worse than at another commit."""
    from advices import audit as room

    out.print()
    for rows in (room.state_rows(found, policy), room.against_rows(found)):
        header, *body = rows
        if body:
            table = Table(*map(shown, header), box=None, pad_edge=False)
            for row in body:
                table.add_row(*map(shown, row))
            out.print(table)
            out.print()
    if found.against and found.against.no_bytes:
        out.print(f"bytes are not compared: {shown(found.against.no_bytes)}")


def end(found: Audit, policy: Policy) -> None:
    """End with the exit code of findings if a job must fail.

    Raises NotMeasured where nothing fails and a chapter of --fail-on could not be judged.
    """
    from advices import audit as room

    if room.fails(found, policy):
        raise typer.Exit(FOUND)
    room.refuse_unjudged(found, policy)
