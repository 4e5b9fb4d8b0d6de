"""Pure: what a container starts: shells and scripts on the way to its server, and which stay."""

from __future__ import annotations

import contextlib
import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from advices.lab import shell
from advices.lab.signs.calls import Call, Options, assignments, call_of, options
from advices.lab.signs.view import View

Stays = Literal["command line", "script", "pipe"]

_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_DEPTH = 6
_VARIABLE = re.compile(r"\$\{?[A-Za-z_]")
_GUNICORN_WITH_VALUE = frozenset(
    {"-b", "--bind", "-p", "--pid", "-e", "--env", "-w", "--workers", "-c", "--config", "-t"}
    | {"--graceful-timeout", "--timeout", "--threads", "-k", "--worker-class", "--chdir"}
    | {"--log-level", "--log-file", "--access-logfile", "--error-logfile", "--worker-tmp-dir"}
    | {"-u", "--user", "-g", "--group", "-n", "--name", "--keep-alive", "-m", "--umask"}
)
_SERVERS = frozenset({"gunicorn", "flask", "waitress-serve", "uvicorn", "hypercorn", "uwsgi"})
_SHORT = {"--bind": "-b", "--pid": "-p", "--env": "-e"}


@dataclass(frozen=True)
class Shell:
    """A shell on the way to a program, and why it stays: it does not when `stays` is None."""

    text: str
    stays: Stays | None


@dataclass(frozen=True)
class Started:
    """A program that a start runs, and the shells between it and PID 1, outermost first."""

    call: Call
    shells: tuple[Shell, ...]


class Start:
    """What the container of a Dockerfile's last image starts."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.texts: list[str] = []
        self.unexpanded = False
        """Whether a variable stands in the words of a start that no shell reads."""
        self.programs = tuple(self._begun())

    def _begun(self) -> Iterator[Started]:
        entrypoint = command = None
        launcher = "sh"
        for one in self.view.shipped:
            if one.name == "ENTRYPOINT":
                entrypoint = one.instruction
            elif one.name == "CMD":
                command = one.instruction
            elif one.name == "SHELL" and one.instruction.args:
                launcher = posixpath.basename(one.instruction.args[0])
        words: tuple[str, ...] = ()
        for part in filter(None, (entrypoint, command)):
            if not part.is_json and part.args:
                if not words:
                    yield from self._text(" ".join(part.args), "command line", launcher)
                    return
                words = (*words, "/bin/sh", "-c", " ".join(part.args))
            else:
                words = (*words, *part.args)
        is_read = any(
            posixpath.basename(word) in _SHELLS and shell.text_of(words[number:]) is not None
            for number, word in enumerate(words)
        )
        self.unexpanded = not is_read and any(map(_VARIABLE.search, words))
        yield from self._call(words, (), 0)

    def _call(
        self, words: Sequence[str], shells: tuple[Shell, ...], depth: int
    ) -> Iterator[Started]:
        """Yield a command and, where it is a shell or a script, what that runs."""
        self.texts.append(" ".join(words))
        call = call_of(words)
        yield Started(call, shells)
        if depth >= _DEPTH:
            return
        text, launcher = self._script(call)
        if text:
            self.texts.append(text)
            arguments = () if launcher.endswith("-c") else call.words
            inner = self._text(
                text, "script", launcher, shells=shells, depth=depth + 1, arguments=arguments
            )
            yield from inner

    def _script(self, call: Call) -> tuple[str, str]:
        """Return the shell text that a call runs, and by which shell; none for a binary."""
        files = self.view.files
        is_python = call.program.startswith("python")
        if call.program in _SHELLS:
            found = shell.text_of(call.words)
            if found is not None:
                return found, f"{call.program} -c"
        if call.program in _SHELLS or is_python:
            paths = [word for word in call.words if not word.startswith("-")][:1]
        else:
            paths = [call.path]
        for path in filter(None, paths):
            whole = posixpath.normpath(posixpath.join(self.view.workdir, path))
            places = [whole]
            if "/" not in path:
                places += [posixpath.join(folder, path) for folder in _FOLDERS]
            for place in places:
                if place in files:
                    head, _, _ = files[place].partition("\n")
                    is_other = head.startswith("#!") and not any(one in head for one in _SHELLS)
                    if is_python or is_other:
                        self.texts.append(files[place])
                        return "", ""
                    return files[place], "bash" if "bash" in head else "sh"
        return "", ""

    def _text(
        self,
        text: str,
        kind: Stays,
        launcher: str,
        *,
        shells: tuple[Shell, ...] = (),
        depth: int = 0,
        arguments: Sequence[str] = (),
    ) -> Iterator[Started]:
        self.texts.append(text)
        pieces = tuple(shell.pieces(text))
        # Who waits for its children and passes the signal on stays, and that is right.
        traps = any(call_of(piece.words).program == "trap" for piece in pieces)
        for piece in pieces:
            piped = "|" in (piece.before, piece.after)
            call = call_of(piece.words)
            # bash becomes the only command that it is given.
            becomes = call.replaces or (launcher.startswith("bash") and len(pieces) == 1)
            stays: Stays | None = None
            if not traps:
                stays = "pipe" if piped else None if becomes else kind
            words = [
                word
                for one in piece.words
                for word in (arguments if one in ("$@", "$*") else (one,))
            ]
            yield from self._call(words, (*shells, Shell(text, stays)), depth + 1)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Return all that the start runs, shells included."""
        return tuple(one.call for one in self.programs)

    @property
    def server(self) -> Started | None:
        """Return the program that serves: the last that is no shell and no variable."""
        found = [replace(one, call=_known(one.call)) for one in self.programs]
        servers = [one for one in found if one.call.program in _SERVERS]
        return servers[-1] if servers else None

    @property
    def debugs(self) -> bool:
        """Return whether the server runs with its debugger."""
        variables = {**self.view.env, **dict(assignments(self.calls))}
        asked = variables.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no")
        return asked or self.server_options.has("--debug") or self.mentions("debug=True")

    def mentions(self, word: str) -> bool:
        """Return whether a word stands anywhere in what is started."""
        return any(word in text for text in self.texts)

    def sets(self, name: str) -> tuple[str, ...]:
        """Return the values that the start gives to a variable without asking what it has."""
        if any(f"${name}" in text or f"${{{name}" in text for text in self.texts):
            return ()
        found = [value for key, value in assignments(self.calls) if key == name]
        for option in self.server_options.values("--env", "-e"):
            key, sign, value = option.partition("=")
            if sign and key == name:
                found.append(value)
        return tuple(found)

    @property
    def server_options(self) -> Options:
        """Return the options of the server, those of GUNICORN_CMD_ARGS too, under long names."""
        server = self.server
        words = list(server.call.words) if server else []
        given = dict(self.view.env) | dict(assignments(self.calls))
        with contextlib.suppress(ValueError):
            words = shlex.split(given.get("GUNICORN_CMD_ARGS", "")) + words
        found = options(words, _GUNICORN_WITH_VALUE)
        long = {short: name for name, short in _SHORT.items()}
        return Options(tuple((long.get(name, name), v) for name, v in found.pairs), found.plain)


def _known(call: Call) -> Call:
    """Return a call, `python -c` with Flask's own server in it under the name of that."""
    own = call.program.startswith("python") and any(".run(" in word for word in call.words)
    return replace(call, program="flask") if own else call
