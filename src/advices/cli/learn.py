"""The command `advices learn`."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from advices.cli import joining
from advices.cli.app import app, err, out, progress
from advices.core import AdvicesError, project


@app.command()
def learn(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8890,
    site: Annotated[Path | None, typer.Option(help="A built site; else the project's.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the address in a browser.")] = True,
    jupyterlab: Annotated[
        bool, typer.Option(help="Also serve JupyterLab: files, terminals, uploads.")
    ] = False,
    prepare: Annotated[
        bool, typer.Option(help="Start an engine and build base images while you read.")
    ] = True,
    forwarded_host: Annotated[
        str, typer.Option(help="The one name that a forwarded port or a proxy is asked by.")
    ] = "",
    class_: Annotated[
        str, typer.Option("--class", help="The address of a class: your progress joins it.")
    ] = "",
    leave: Annotated[
        bool, typer.Option("--leave", help="Leave the class that you joined, and serve nothing.")
    ] = False,
) -> None:
    """Serve the site on this machine, with cells and exercises that run in the page."""
    if leave:
        joining.leave()
        return
    # Before what an installed toolkit may lack: without the repository, that would not help.
    layout = project()
    # Only this command needs a server, and loading one takes a second.
    from advices.lab import labfile
    from advices.learn import entrance, forwarded, preparing, server

    try:
        name = forwarded.forwarded(forwarded_host)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    _ask_for_an_engine()

    way_in = entrance.Entrance()

    def show(address: str) -> None:
        way_in.close()
        out.print(f"the next browser: {address}")
        if name is not None:
            out.print(f"under the forwarded name: {name.address(address)}")

    def ready(address: str) -> None:
        out.print(f"learn here: {address}")
        if name is not None:
            out.print(f"under the forwarded name: {name.address(address)}")
        out.print("the address works once; Ctrl-C ends the server and its kernels")
        if prepare:
            out.print(
                "engine and base images are prepared meanwhile; the page says how far they are"
            )
        # Who forwards a port is elsewhere.
        if browser and name is None:
            # A browser of the terminal would keep the server from answering it.
            page = way_in.leads_to(address).as_uri()
            threading.Thread(target=webbrowser.open, args=(page,), daemon=True).start()

    def ended() -> None:
        way_in.close()
        if in_class is not None and sender is not None:
            joining.say_goodbye(in_class, sender)

    folder = site or layout.root / "site"
    path = entrance.own_path(layout.root)
    learning = server.Learning(folder, port, path, jupyterlab=jupyterlab, forwarded=name)
    slugs = [lab.slug for lab in labfile.in_order(layout.labs)]
    prepared = preparing.Preparing(slugs) if prepare else None
    in_class = joining.joined(class_) if class_ else None
    sender = in_class.sender() if in_class else None
    try:
        server.serve(layout, learning, ready, show, ended=ended, preparing=prepared, sender=sender)
    except BaseException:
        # It never served: otherwise the process ends in there.
        ended()
        raise


def _ask_for_an_engine() -> None:
    """Start an engine here where a user has to say yes first: on the page nobody can."""
    from advices.cli.display import Display
    from advices.engine import connection, provision

    if os.geteuid() == 0 or connection.answers() or not sys.stdin.isatty():
        return
    try:
        provision.ensure_engine(Display(progress))
    except AdvicesError as error:
        err.print(f"[yellow]cells cannot build anything yet:[/] {escape(str(error))}")
