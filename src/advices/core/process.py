"""The only door to subprocesses and to the clock.

Everything this package asks of another program passes here, so that it can be shown
(`--verbose`), faked in tests, and always fails in the same way.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from advices.core.errors import CommandFailed, DiskFull, InstallRefused
from advices.core.process_tree import group_of, send, started_by
from advices.core.threads import alive, ended_by

VERBOSE_VARIABLE = "ADVICES_VERBOSE"
BESIDE_VARIABLE = "ADVICES_BESIDE"
"""Set for a command of ours that ends when its stdin does: who started it is gone then."""
# What is interrupted must be over within 10 s, its cleaning up included.
GRACE_SECONDS = 8.0
_LISTEN_SECONDS = 0.2
# In a worktree, git gives its hooks the repository by these, and they win over the folder that a
# git of ours is told to look at.
_OF_A_HOOK = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"}
)


@dataclass(frozen=True)
class Finished:
    """What a program left: its exit code and its text output."""

    exit_code: int
    stdout: str
    stderr: str


def show(argv: Sequence[str]) -> None:
    """Print the command line on stderr when ADVICES_VERBOSE is set (`advices --verbose`)."""
    if os.environ.get(VERBOSE_VARIABLE):
        print("+ " + shlex.join(argv), file=sys.stderr, flush=True)


def show_output(program: str, text: str) -> None:
    """Print what a program in a container printed, on stderr when ADVICES_VERBOSE is set."""
    if os.environ.get(VERBOSE_VARIABLE):
        for line in text.splitlines():
            # It may hold text of a target: what would move a terminal's cursor is left out.
            shown = "".join(one for one in line if one.isprintable())
            print(f"{program} | {shown}", file=sys.stderr, flush=True)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}


def run(
    argv: Sequence[str],
    *,
    accept: frozenset[int] = frozenset({0}),
    timeout_seconds: float = 600,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Finished:
    """Run a program to its end and return its output.

    `accept` names the exit codes that are not a fault. Raises CommandFailed for any other
    code, a program that is not installed, and one that takes longer than `timeout_seconds`.
    """
    alive()
    show(argv)
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**_environment(), **(env or {})},
            cwd=cwd,
        )
    except (FileNotFoundError, PermissionError):
        raise CommandFailed(
            f"`{argv[0]}` is not installed",
            why="a program that this step needs is not on the PATH, or you may not run it",
            next_step=f"install `{argv[0]}` and run the same command again",
        ) from None
    try:
        done = _finished(process, timeout_seconds)
    except subprocess.TimeoutExpired:
        raise CommandFailed(
            f"`{shlex.join(argv)}` did not end within {timeout_seconds:.0f} s",
            why="it hangs, or the network is very slow",
            next_step="run it by hand to see where it stops",
        ) from None
    if done.exit_code not in accept:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-12:])
        if "no space left on device" in tail.lower():
            raise DiskFull(f"`{argv[0]}` found no space left on the device")
        raise CommandFailed(
            f"`{shlex.join(argv)}` ended with exit code {done.exit_code}:\n{tail}",
            next_step="run it by hand to see more",
        )
    return done


def _finished(process: subprocess.Popen[str], timeout_seconds: float) -> Finished:
    """Return what a program left. It is ended when that is not waited for any more."""
    started = clock()
    try:
        while True:
            left = timeout_seconds - (clock() - started)
            try:
                stdout, stderr = process.communicate(timeout=max(0, min(left, _LISTEN_SECONDS)))
            except subprocess.TimeoutExpired:
                alive()
                if left <= 0:
                    raise
            else:
                return Finished(process.returncode, stdout, stderr)
    except BaseException:
        _end(process, whole=True)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        raise


def stream_stderr(
    argv: Sequence[str],
    on_line: Callable[[str], None],
    *,
    timeout_seconds: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdout: IO[bytes] | None = None,
    beside: bool = False,
) -> tuple[int, float]:
    """Run a program, hand each line of its stderr to `on_line` as it comes; `env` is added to ours.

    What it prints goes to the file `stdout`, or nowhere. One that runs `beside` hears no Ctrl-C of
    our terminal, and its stdin ends when we do, however that is. Returns the exit code and the wall
    time in seconds. Raises TimeoutError after `timeout_seconds`. The program is ended when the
    caller is interrupted or given up.
    """
    alive()
    show(argv)
    started = clock()
    with subprocess.Popen(
        argv,
        stdin=subprocess.PIPE if beside else subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env={**_environment(), **({BESIDE_VARIABLE: "1"} if beside else {}), **(env or {})},
        cwd=cwd,
        start_new_session=beside,
    ) as process:
        timed_out = threading.Event()

        def end() -> None:
            timed_out.set()
            _end(process)

        timer = threading.Timer(timeout_seconds, end)
        timer.start()
        try:
            with ended_by(lambda: _end_beside(process)):
                assert process.stderr is not None
                for line in process.stderr:
                    on_line(line)
                process.wait()
            alive()
        except BaseException:
            _end(process)
            raise
        finally:
            timer.cancel()
    if timed_out.is_set():
        raise TimeoutError
    return process.returncode, clock() - started


def _end_beside(process: subprocess.Popen[str]) -> None:
    """End a program while its caller goes on."""
    threading.Thread(target=_end, args=(process,), daemon=True).start()


def _end(process: subprocess.Popen[str], *, whole: bool = False) -> None:
    """End a program, `whole` with what it started. What does not heed that is killed.

    Without `whole` it is left to the program to end what it started; what it leaves is killed.
    """
    group = group_of(process.pid)
    started = {*started_by(process.pid)}
    process.terminate()
    send(started if whole else (), signal.SIGTERM)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        # docker may start buildx after it heard that it shall end, and then waits for it.
        started |= {*started_by(process.pid)}
        send((process.pid,), signal.SIGKILL)
        process.wait()
    # It would work on, and keep whoever reads its output waiting. A number may be another's by now.
    send([pid for pid in started if group and group_of(pid) == group], signal.SIGKILL)


def spawn_daemon(argv: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> int:
    """Start a program that outlives us and return its process id.

    It gets a session of its own and no stream of ours: a daemon that keeps our output open
    would keep a caller that reads it from ever ending.
    """
    show(argv)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
            cwd="/",
            env={**_environment(), **(env or {})},
        )
    return process.pid


def as_root(argv: Sequence[str]) -> list[str]:
    """Return `argv` as root would run it: itself, or with sudo. Raises InstallRefused."""
    if os.geteuid() == 0:
        return list(argv)
    with contextlib.suppress(CommandFailed):
        run(["sudo", "--version"])
        return ["sudo", *argv]
    raise InstallRefused(
        f"this needs root: `{shlex.join(argv)}`",
        why="this user is not root and there is no sudo",
        next_step="let an administrator do it",
    )


def clock() -> float:
    """Return seconds on a clock that never steps back; only differences mean something."""
    return time.perf_counter()


def now() -> dt.datetime:
    """Return the present moment in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def poll(timeout_seconds: float, every_seconds: float = 0.05) -> Iterator[float]:
    """Yield the seconds waited so far, again and again until `timeout_seconds` have passed.

    Raises GivenUp when the work of this thread is given up.
    """
    started = clock()
    while (waited := clock() - started) < timeout_seconds:
        alive()
        yield waited
        time.sleep(every_seconds)
