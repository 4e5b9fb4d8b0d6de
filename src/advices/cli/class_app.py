"""The group of commands `advices class`."""

from __future__ import annotations

import typer

from advices.cli.app import app

class_app = typer.Typer(
    help="A class on this machine: a seat with an engine for each learner.", no_args_is_help=True
)
app.add_typer(class_app, name="class")
