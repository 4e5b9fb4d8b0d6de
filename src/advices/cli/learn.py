"""The command `advices learn`."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from advices.cli.app import app, err, out
from advices.core import AdvicesError, project


@app.command()
def learn(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8890,
    site: Annotated[Path | None, typer.Option(help="A built site; else the project's.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the address in a browser.")] = True,
) -> None:
    """Serve the site on this machine, with cells and exercises that run in the page."""
    from advices.engine import connect
    from advices.learn import server

    # Only this command needs a server, and loading one takes a second.

    layout = project()
    try:
        connect()
    except AdvicesError as error:
        err.print(f"[yellow]cells cannot build anything yet:[/] {escape(str(error))}")

    def show(address: str) -> None:
        out.print(f"the next browser: {address}")

    def ready(address: str) -> None:
        out.print(f"learn here: {address}")
        out.print("the address works once; Ctrl-C ends the server and its kernels")
        if browser:
            # A browser of the terminal would keep the server from answering it.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    server.serve(layout, server.Learning(site or layout.root / "site", port), ready, show)
