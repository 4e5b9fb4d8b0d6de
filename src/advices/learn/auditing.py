"""Audits a project of the learner beside the server: one at a time, in a process of its own.

The server keeps what the audit says and found, so that a page that is loaded again shows it again.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advices.audit import write_fix
from advices.core import (
    FileRefused,
    GivenUp,
    clock,
    stream_stderr,
    that_can_be_given_up,
)
from advices.learn.audit_asked import Asked, refused
from advices.measure import setting

SECONDS = 3600
SECONDS_VARIABLE = "ADVICES_LEARN_AUDIT_SECONDS"
LINES_KEPT = 500
LINE_CHARACTERS = 500
RECORD_BYTES_AT_MOST = 20_000_000
_FAULT = "error: "
# The second: a project's own settings may want a job to fail on findings.
_FOUND = (0, 1)
Stream = Callable[..., tuple[int, float]]


@dataclass
class _One:
    """An audit: how far it is, or how it ended."""

    number: int
    asked: Asked
    began: float
    state: str = "running"
    took: float | None = None
    lines: list[str] = field(default_factory=list)
    left_out: int = 0
    record: dict[str, Any] = field(default_factory=dict)
    error: list[str] = field(default_factory=list)
    fault: str = ""
    written: list[str] = field(default_factory=list)


class Auditing:
    """The audits of one server. `root` is the project of the toolkit, which the command needs.

    `stream` runs a command, hands on each line of its stderr, and keeps what it prints in a file.
    """

    def __init__(self, root: Path, stream: Stream = stream_stderr) -> None:
        self._root = root
        self._stream = stream
        self._lock = threading.Lock()
        self._one: _One | None = None
        self._thread: threading.Thread | None = None
        self._give_up: Callable[[], None] = lambda: None

    def start(self, asked: Asked) -> None:
        """Begin an audit, and return at once. Raises AdvicesError while another one runs."""
        seconds = setting(SECONDS_VARIABLE, SECONDS)
        with self._lock:
            if self._one and self._one.state == "running":
                raise refused(
                    f"an audit of {self._one.asked.path} runs",
                    "this server does one at a time",
                    "wait until it has ended, or stop it",
                )
            number = self._one.number + 1 if self._one else 1
            one = self._one = _One(number, asked, clock())
            begun = threading.Event()
            self._thread = threading.Thread(
                target=self._work, args=(one, seconds, begun), daemon=True
            )
            self._thread.start()
            begun.wait()

    def stop(self) -> None:
        """End the audit that runs, and return at once."""
        self._give_up()

    def end(self) -> None:
        """End the audit that runs, and return when it has ended."""
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def told(self, number: int = 0, lines: int = 0) -> dict[str, Any]:
        """Return how far the last audit is, with its lines from that of this number on.

        `number` says which audit the caller knows `lines` lines of; of another one all are told.
        """
        with self._lock:
            one = self._one
            if one is None:
                return {"state": "none"}
            known = max(0, lines - one.left_out) if number == one.number else 0
            return {
                **{"number": one.number, "state": one.state, "asked": one.asked.told()},
                "seconds": clock() - one.began if one.took is None else one.took,
                **{"lines": one.lines[known:], "said": one.left_out + len(one.lines)},
                **{"fault": one.fault, "written": one.written, "files": self._files(one)},
            }

    @staticmethod
    def _files(one: _One) -> dict[str, str]:
        """Return what writing the diff would do to which files."""
        return {
            name: "changed" if texts["before"] else "new"
            for name, texts in one.record.get("files", {}).items()
        }

    def record(self) -> dict[str, Any]:
        """Return what the last audit found, empty while there is none."""
        with self._lock:
            return self._one.record if self._one else {}

    def write(self, number: int) -> None:
        """Write the diff of an audit to its project.

        Raises AdvicesError where there is no such diff any more, and FileRefused, with nothing
        written, where a file is another one than the audit read.
        """
        with self._lock:
            last = self._one
            if (
                last is None
                or last.number != number
                or last.written
                or not last.record.get("files")
            ):
                raise refused(
                    "there is no diff to write",
                    "it was written, or another audit has begun",
                    "audit the project again",
                )
            files: Mapping[str, dict[str, str]] = last.record["files"]
            folder = last.asked.folder
            for name, texts in files.items():
                if not _is_still(folder / name, texts["before"]):
                    raise FileRefused(
                        f"{name} is not what it was; nothing was written",
                        why="it was changed after the audit had read it",
                        next_step="audit the project again",
                    )
            write_fix(folder, {name: (one["before"], one["after"]) for name, one in files.items()})
            last.written = list(files)

    def _work(self, one: _One, seconds: float, begun: threading.Event) -> None:
        # It has no name: whatever ends this process leaves nothing of it.
        with tempfile.TemporaryFile() as printed, that_can_be_given_up() as self._give_up:
            begun.set()
            try:
                code, _ = self._stream(
                    one.asked.argv(),
                    lambda line: self._hear(one, line),
                    env=one.asked.env_of_the_command(),
                    timeout_seconds=seconds,
                    cwd=self._root,
                    stdout=printed,
                    beside=True,
                )
                printed.seek(0)
                text = printed.read(RECORD_BYTES_AT_MOST + 1)
            except GivenUp:
                self._end(one, "stopped")
            except TimeoutError:
                self._end(
                    one,
                    "failed",
                    f"it was ended after {seconds:.0f} s\n"
                    f"next: {SECONDS_VARIABLE} gives an audit more seconds",
                )
            except OSError as error:
                self._end(one, "failed", f"it could not be started: {error}")
            else:
                self._ended(one, code, text)
            finally:
                if one.state == "running":
                    self._end(one, "failed", "it ended, and nobody knows why")

    def _hear(self, one: _One, line: str) -> None:
        text = "".join(sign for sign in line.rstrip() if sign.isprintable() or sign == "\t")
        if not text:
            return
        with self._lock:
            if text.startswith(_FAULT) or one.error:
                # What it ends with: at most its three lines, the first of several.
                text = text.removeprefix(_FAULT)
                one.error = [*one.error, text[:LINE_CHARACTERS]][:LINES_KEPT]
                return
            one.lines.append(text[:LINE_CHARACTERS])
            more = len(one.lines) - LINES_KEPT
            if more > 0:
                del one.lines[:more]
                one.left_out += more

    def _ended(self, one: _One, code: int, text: bytes) -> None:
        if code not in _FOUND or (code and not text):
            said = one.error or one.lines[-3:] or [f"it ended with exit code {code}"]
            self._end(one, "failed", "\n".join(said))
            return
        try:
            if len(text) > RECORD_BYTES_AT_MOST:
                raise ValueError("it is too long")
            record = json.loads(text)
        except ValueError as error:
            self._end(one, "failed", f"its report could not be read: {error}")
        else:
            self._end(one, "done", record=record)

    def _end(
        self, one: _One, state: str, fault: str = "", record: dict[str, Any] | None = None
    ) -> None:
        with self._lock:
            one.took, one.fault, one.record = clock() - one.began, fault, record or {}
            one.state = state


def _is_still(file: Path, text: str) -> bool:
    """Return whether a file says what an audit read of it, "" of one that is not there."""
    try:
        found = file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return not text and not file.is_symlink()
    except (OSError, UnicodeDecodeError):
        return False
    return found.removeprefix("\ufeff") == text.removeprefix("\ufeff")
