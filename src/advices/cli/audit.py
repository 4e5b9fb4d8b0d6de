"""The command `advices audit`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from advices.cli import audit_ci
from advices.cli.app import app, out, progress
from advices.cli.audit_services import ALL, audit_each
from advices.core import project

if TYPE_CHECKING:
    from advices.audit import Audit, Project, Secret


@app.command()
def audit(
    path: Annotated[Path, typer.Argument(help="The folder of your project.")] = Path(),
    *,
    file: Annotated[Path | None, typer.Option(help="Its Dockerfile, compose or bake file.")] = None,
    context: Annotated[Path | None, typer.Option(help="The build context.")] = None,
    build_arg: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A build argument.")
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(metavar="id=ID,src=FILE", help="A secret of the build; also id=ID,env=NAME."),
    ] = None,
    env: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A variable of its container.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="The port that it listens on.")] = None,
    target: Annotated[str, typer.Option(help="The stage of its Dockerfile to build.")] = "",
    service: Annotated[
        str,
        typer.Option(help="A service of its compose file, a target of its bake file, or all."),
    ] = "",
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME=IMAGE", help="A service to start next to it."),
    ] = None,
    url_path: Annotated[
        str | None, typer.Option(help="The page that must answer HTTP 200.", show_default="/")
    ] = None,
    check: Annotated[
        str, typer.Option(help="A shell command that must succeed in a container of each image.")
    ] = "",
    fail_on: Annotated[
        str, typer.Option(help="Exit with 1 on findings of these chapters: non-root,build-cache.")
    ] = "",
    fix: Annotated[bool, typer.Option("--fix", help="Write the diff to your project.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the report as one HTML file.")] = None,
    json_: Annotated[
        Path | None, typer.Option("--json", help="Write all as JSON; - prints it.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the report as Markdown.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write findings as SARIF 2.1.0.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write a case for each tip as JUnit.")] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="A file of known findings, which fail no job.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(help="Write all findings of today as known ones.")
    ] = None,
    against: Annotated[
        str, typer.Option(metavar="REF", help="Build this commit too, and fail on what is worse.")
    ] = "",
    seconds: Annotated[
        float | None,
        typer.Option(
            metavar="RATIO", min=1, help="With --against: fail if a build takes this many times."
        ),
    ] = None,
) -> None:
    """Measure what each tip brings to your own project, and prove the fix by building it."""
    given = dict(locals())
    from advices import audit as room
    from advices.cli.display import Display
    from advices.workshop import Workshop

    build_args, variables = _pairs(build_arg, "--build-arg"), _pairs(env, "--env")
    asked = room.Asked(
        *(file, context, build_args, variables, port, url_path),
        target=target,
        service=service,
        images=_pairs(with_, "--with"),
        secrets=_secrets(secret),
    )
    chapters = _chapters(fail_on)
    layout = project()
    if service == ALL:
        if json_ == Path("-"):
            raise typer.BadParameter("it prints one service", param_hint="--json -")

        def read(name: str) -> Project:
            return room.read_project(path, replace(asked, service=name))

        audit_each(audit, given, read, layout)
        return
    yours = room.read_project(path, asked)
    if fix:
        yours.must_be_writable()
    policy = audit_ci.policy_of(yours.folder, chapters, baseline)
    commit = room.check_ref(yours, against) if against else ""
    with Display(progress) as say:
        for one in yours.chosen:
            say(one.told())
        workshop = Workshop(layout, say)
        found = room.audited(workshop, yours, check)
        if commit:
            found = room.compared(workshop, found, against, commit, seconds)
    found = replace(found, lint=room.linted(yours))
    # Printed for a program that reads it: nothing else is.
    printed = json_ == Path("-")
    if printed:
        sys.stdout.write(json.dumps(room.record(found)) + "\n")
        json_ = None
    else:
        _show(found)
        audit_ci.show_policy(found, policy)
    files = {"html": html, "json": json_, "markdown": markdown, "sarif": sarif, "junit": junit}
    audit_ci.write_reports(found, policy, {**files, "write-baseline": write_baseline})
    if fix and found.files:
        room.write_fix(yours.folder, found.files)
        (progress if printed else out).print(f"wrote {escape(', '.join(found.files))}")
    # What was just written down as known fails no job.
    if write_baseline is None:
        audit_ci.end(found, policy)


def _pairs(words: list[str] | None, option: str) -> dict[str, str]:
    found = {}
    for word in words or []:
        name, sign, value = word.partition("=")
        if not sign:
            raise typer.BadParameter(f"`{word}` is not NAME=VALUE", param_hint=option)
        found[name] = value
    return found


def _secrets(words: list[str] | None) -> tuple[Secret, ...]:
    from advices.audit import Secret

    try:
        return tuple(map(Secret.parse, words or ()))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--secret") from None


def _chapters(words: str) -> set[str]:
    """Return the chapters of --fail-on. Raises BadParameter for one that no finding can be of."""
    from advices.audit import CHAPTERS

    asked = {word.strip() for word in words.split(",") if word.strip()}
    if unknown := asked - CHAPTERS:
        raise typer.BadParameter(
            f"no finding is of {', '.join(sorted(unknown))}; there are "
            f"{', '.join(sorted(CHAPTERS))}",
            param_hint="--fail-on",
        )
    return asked


def _show(found: Audit) -> None:
    from advices import audit as room

    out.print(f"[bold]{escape(room.sentence(found))}[/]\n")
    tables = (room.finding_rows, room.measured_rows, room.refused_rows, room.not_judged_rows)
    for rows in tables:
        header, *body = rows(found)
        if body:
            table = Table(*header, box=None, pad_edge=False)
            for row in body:
                table.add_row(*map(escape, row))
            out.print(table)
            out.print()
    if found.files:
        out.print(escape(room.diff(found)), end="")
    elif not room.findings(found.trial):
        out.print("nothing was found that a tip would make better")
