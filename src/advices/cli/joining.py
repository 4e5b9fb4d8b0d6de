"""The learner's own laptop in a class: what the terminal asks for, and what it says is sent."""

from __future__ import annotations

import contextlib
import getpass
import logging
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from advices.cli.app import err, out, shown
from advices.core import AdvicesError, JoinRefused, counted

if TYPE_CHECKING:
    from advices.learn import laptop, sending


def joined(address: str) -> laptop.Joined | None:
    """Let this laptop join a class if the learner says so; return None if not.

    Code and PIN are typed here alone: every account of a machine can read command lines. Raises
    JoinRefused, ClassUnreachable, ClassSettingInvalid, and BadParameter for what is no address.
    """
    from advices.learn import laptop

    # What it warns of a connection, our errors say in a sentence.
    logging.getLogger("tornado.general").setLevel(logging.ERROR)
    try:
        origin = laptop.origin_of(address)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--class") from None
    # Before anything is typed it is known that a class answers, and who is believed to be it.
    days, leaves = laptop.terms(origin)
    if not sys.stdin.isatty():
        raise JoinRefused(
            "there is no terminal to ask in",
            why="code, name, PIN and your yes are typed there, so that no other account reads them",
            next_step="run it in a terminal; without `--class` you learn without the class",
        )
    out.print(f"the class at {origin}")
    with _ended_input():
        code = getpass.getpass("The code of the class: ")
        name = typer.prompt("A name, which need not be your real one")
        pin = getpass.getpass("A PIN that you choose, at least four characters: ")
        out.print(f"sent to the class: {laptop.SENT}. It is kept there for {counted(days, 'day')}.")
        out.print(shown(leaves))
        if not typer.confirm("Send that?"):
            out.print("nothing was sent; you learn without the class")
            return None
    found = laptop.join(origin, code=code, name=name, pin=pin)
    out.print("you have joined; Ctrl-C leaves the class too")
    return found


@contextlib.contextmanager
def _ended_input() -> Iterator[None]:
    try:
        yield
    except EOFError:
        raise typer.Abort from None


def say_goodbye(found: laptop.Joined, sender: sending.Sender) -> None:
    """Leave a class, and say how that went. No fault keeps the server from ending."""
    try:
        found.leave(sender)
    except AdvicesError as error:
        err.print(f"[yellow]the class was not told that you left:[/] {shown(error.what)}")
        err.print("`advices learn --leave` tells it later")
    else:
        out.print("you left the class; nothing more is sent")
    if sender.waiting:
        err.print(f"{sender.waiting} of what happened could not be told, and nobody keeps it")


def leave() -> None:
    """Leave every class that this account joined, also after a crash. Raises ClassUnreachable."""
    from advices.learn import laptop

    fault: AdvicesError | None = None
    is_any = False
    for found in laptop.kept():
        is_any = True
        try:
            found.leave()
        except AdvicesError as error:
            fault = error
        else:
            out.print(f"left the class at {shown(found.origin)}; nothing more is sent")
    if fault is not None:
        raise fault
    if not is_any:
        out.print("this account has joined no class")
