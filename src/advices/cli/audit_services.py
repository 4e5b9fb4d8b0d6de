"""`advices audit --service all`: each service of a project, and what their images share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from advices.cli.app import out, progress

if TYPE_CHECKING:
    from advices.audit import Project
    from advices.core import Layout

ALL = "all"
# What each service shares. Each other file is its own: a report, and what is known of it.
_READ = ("path", "file", "context")


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
    projects = {name: read(name) for name in names}
    bases = _bases(given, {name: room.from_names(one) for name, one in projects.items()})
    # What a program reads stays alone.
    console = progress if given.get("json_") == Path("-") else out
    code = 0
    for name in names:
        console.print(f"[bold]service {name}[/]\n" if name else "")
        try:
            audit(**{**_of_service(given, name), "service": name, "base": bases[name]})
        except typer.Exit as end:
            code = code or end.exit_code
    if len(names) > 1:
        with Display(progress) as say:
            instead = dict(word.split("=", 1) for words in bases.values() for word in words)
            workshop = Workshop(layout, say, instead=instead)
            # As they are now: a fix may have been written.
            shared = room.shared_bytes(workshop, [read(name) for name in names])
        header, *body = shared.rows()
        table = Table(*header, box=None, pad_edge=False)
        for row in body:
            table.add_row(*row)
        console.print(table)
    if code:
        raise typer.Exit(code)


def beside(words: list[str] | None) -> dict[str, str]:
    """Return the images of --with by the names of their services, `db=postgres:17` or `postgres`.

    Without a name it is the image's own. Raises BadParameter for a word without an image.
    """
    found = {}
    for word in words or []:
        name, sign, image = word.partition("=")
        image = image if sign else word
        own = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
        if not image or (sign and not name):
            raise typer.BadParameter(f"`{word}` is not NAME=IMAGE", param_hint="--with")
        found[name if sign else own] = image
    return found


def _bases(given: Mapping[str, Any], named: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the words of --base for each service: those of what it names, and what none names."""
    words = {word: word.partition("=")[0] for word in given.get("base") or ()}
    known = {name for names in named.values() for name in names}
    return {
        service: [word for word, name in words.items() if name in names or name not in known]
        for service, names in named.items()
    }


def _of_service(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the arguments of the command for one service."""
    return {
        key: value.with_name(f"{value.stem}-{name}{value.suffix}")
        if isinstance(value, Path) and key not in _READ and name and value.stem != "-"
        else value
        for key, value in given.items()
    }
