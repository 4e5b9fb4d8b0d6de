"""The command `advices audit`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from advices.cli import audit_ci
from advices.cli.app import app, out, progress, shown
from advices.cli.audit_services import ALL, audit_each, beside
from advices.core import anywhere

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
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port that it listens on.")
    ] = None,
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
    base: Annotated[
        list[str] | None, typer.Option(metavar="NAME=IMAGE", help="Another image for a FROM name.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only an edit of the code, and all changes at once.")
    ] = False,
    build_minutes: Annotated[
        float, typer.Option(min=0.1, help="How long one build may take.")
    ] = 20.0,
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

    if url_path is not None and not url_path.startswith("/"):
        raise typer.BadParameter(f"`{url_path}` does not begin with /", param_hint="--url-path")
    build_args = _pairs(build_arg, "--build-arg")
    variables = {**room.variables_given(), **_pairs(env, "--env")}
    asked = room.Asked(
        *(file, context, build_args, variables, port, url_path),
        target=target,
        service=service,
        images=beside(with_),
        secrets=_secrets(secret),
    )
    chapters = _chapters(fail_on)
    files = {"html": html, "json": json_, "markdown": markdown, "sarif": sarif, "junit": junit}
    files |= {"write-baseline": write_baseline}
    audit_ci.refuse_folders(files)
    layout = anywhere()
    if service == ALL:
        if json_ == audit_ci.STDOUT:
            raise typer.BadParameter("it prints one service", param_hint="--json -")

        def read(name: str) -> Project:
            return room.read_project(path, replace(asked, service=name))

        audit_each(audit, given, read, layout)
        return
    yours = room.read_project(path, asked)
    if fix:
        yours.must_be_writable()
    instead = _bases(base, room.from_names(yours))
    policy = audit_ci.policy_of(yours.folder, chapters, baseline)
    commit = room.check_ref(yours, against) if against else ""
    with Display(progress) as say:
        for one in yours.chosen:
            say(one.told())
        workshop = Workshop(layout, say, instead=instead)
        how = room.How(quick=quick, build_seconds=build_minutes * 60)
        found = room.audited(workshop, yours, check, how)
        if commit:
            found = room.compared(workshop, found, against, commit, seconds)
    found = replace(found, lint=room.linted(yours))
    printed = json_ == audit_ci.STDOUT
    if not printed:
        _show(found)
        audit_ci.show_policy(found, policy)
    audit_ci.write_reports(found, policy, files)
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
        if not sign or not name:
            raise typer.BadParameter(f"`{word}` is not NAME=VALUE", param_hint=option)
        found[name] = value
    return found


def _secrets(words: list[str] | None) -> tuple[Secret, ...]:
    from advices.audit import Secret

    try:
        return tuple(map(Secret.parse, words or ()))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--secret") from None


def _bases(words: list[str] | None, named: Sequence[str]) -> dict[str, str]:
    """Return the images of --base. Raises BadParameter for one of a name that no FROM has."""
    found = _pairs(words, "--base")
    if unknown := found.keys() - set(named):
        raise typer.BadParameter(
            f"no FROM names {', '.join(sorted(unknown))}; there are {', '.join(named)}",
            param_hint="--base",
        )
    return found


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

    out.print(f"[bold]{shown(room.sentence(found))}[/]\n")
    tables = (room.finding_rows, room.measured_rows, room.refused_rows, room.not_judged_rows)
    for rows in tables:
        header, *body = rows(found)
        if body:
            table = Table(*header, box=None, pad_edge=False)
            for row in body:
                table.add_row(*map(shown, row))
            out.print(table)
            out.print()
    if found.files:
        diff = room.diff(found)
        out.print(shown(room.how_to_apply(found)))
        if out.is_terminal:
            # Line ends of Windows are nothing to see.
            out.print(shown(diff.replace("\r\n", "\n")), end="")
        else:
            # Where it may be a patch, it is as it is: a console would take carriage returns out.
            out.file.write(diff)
    elif not room.findings(found.trial):
        out.print("nothing was found that a tip would make better")
