"""The command itself: what holds for all its parts, and how a fault ends."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from advices.cli.extras import extra_missing
from advices.core import BESIDE_VARIABLE, VERBOSE_VARIABLE, AdvicesError, collect_rarely

app = typer.Typer(
    help="Measure good and bad container images for Python applications.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

# Whoever reads from a pipe wants whole lines.
_WIDE = None if sys.stdout.isatty() else 240
_WIDE_ERR = None if sys.stderr.isatty() else 240
out = Console(highlight=False, soft_wrap=True, width=_WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)
# Apart from faults, so that it can be quiet.
progress = Console(stderr=True, highlight=False, soft_wrap=True, width=_WIDE_ERR)

INTERRUPTED = 130
BESIDE = threading.Event()
"""Set where a server started this command: it tells each instruction, and ends with that."""


def shown(text: str) -> str:
    """Return foreign text for a terminal: what would move its cursor or turn lines is replaced."""
    return escape(
        "".join(
            sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}"
            for sign in text
        )
    )


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        from advices.cli.release import release

        out.print(f"docker-advices {release()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show it.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option(help="Show every command that runs, and what scanners print.")
    ] = False,
    quiet: Annotated[bool, typer.Option(help="Show no progress.")] = False,
) -> None:
    """Set what holds for every command."""
    progress.quiet = quiet
    if verbose:
        os.environ[VERBOSE_VARIABLE] = "1"


def main() -> None:
    """Run the command; a foreseeable fault becomes its message and its exit code."""
    collect_rarely()
    sys.exit(_guarded(app))


def _guarded(command: Callable[..., object]) -> int:
    with _sigterm_as_interrupt():
        _end_with_stdin()
        try:
            # Not standalone, so that faults arrive here; an exit code is then the return value.
            code = command(standalone_mode=False)
        except AdvicesError as error:
            return _told(error)
        except ModuleNotFoundError as error:
            fault = extra_missing(error)
            if fault is None:
                raise
            return _told(fault)
        except (KeyboardInterrupt, typer.Abort):
            code = INTERRUPTED
        except Exception as error:
            if hasattr(error, "format_message"):  # click's own: wrong usage
                if message := error.format_message():
                    err.print(f"[bold red]error:[/] {escape(message)}")
                return 2
            raise
    if code == INTERRUPTED:
        err.print("interrupted; this run removed everything that it had created")
    return code if isinstance(code, int) else 0


def _told(error: AdvicesError) -> int:
    err.print(f"[bold red]error:[/] {escape(str(error))}")
    return error.exit_code


def _end_with_stdin() -> None:
    """Where a server started this command, end as by SIGTERM when it is gone, however it ended."""
    # Programs that this command starts are not asked.
    if os.environ.pop(BESIDE_VARIABLE, ""):
        BESIDE.set()
        threading.Thread(target=_await_the_end, daemon=True).start()


def _await_the_end() -> None:
    # Not through sys.stdin: a thread that waits there keeps the interpreter from ending.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


@contextlib.contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Clean up on SIGTERM as on Ctrl-C: CI cancels a job with it."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
