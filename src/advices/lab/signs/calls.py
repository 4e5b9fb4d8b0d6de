"""Pure: a command in one spelling, whatever stands in front of its program."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

Does = Literal[
    "installs Python packages",
    "installs system packages",
    "updates the lists",
    "purges packages",
    "compiles bytecode",
]

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.S)
_KEYWORDS = frozenset({"then", "do", "else", "elif", "if", "while", "until", "!", "{", "time"})
# Programs that start another one, with those of their options that have a value of their own.
_STARTERS: dict[str, frozenset[str]] = {
    "exec": frozenset({"-a"}),
    "command": frozenset(),
    "env": frozenset({"-u", "--unset", "-C", "--chdir", "-S"}),
    "sudo": frozenset({"-u", "--user", "-g", "--group"}),
    "nohup": frozenset(),
    "nice": frozenset({"-n"}),
    "tini": frozenset({"-p", "-e"}),
    "dumb-init": frozenset({"-r", "--rewrite"}),
    "catatonit": frozenset(),
    "stdbuf": frozenset({"-o", "-e", "-i"}),
}
_PYTHON = re.compile(r"python(\d(\.\d+)?t?)?")
_PIP = re.compile(r"pip(\d(\.\d+)?)?")
_PIP_WITH_VALUE = frozenset(
    {"-r", "--requirement", "-c", "--constraint", "-t", "--target", "--prefix", "--root"}
    | {"--python", "-p", "-i", "--index-url", "--extra-index-url", "-f", "--find-links"}
    | {"-e", "--editable", "--cache-dir", "--platform", "--python-version", "--proxy"}
    | {"--trusted-host", "--no-binary", "--only-binary", "--retries", "--timeout", "--cert"}
    | {"--upgrade-strategy", "--progress-bar", "--src", "--root-user-action", "--log"}
    | {"--default-timeout", "--index-strategy", "--link-mode", "--group", "--directory"}
)
# Where pip puts packages that root installs with --user, and where root's Python alone looks.
USER_BASE = "/root/.local"
_APT = frozenset({"apt", "apt-get", "aptitude"})
_APT_WITH_VALUE = frozenset({"-o", "--option", "-c", "-t", "--target-release", "--virtual"})
_PURGES = frozenset({"purge", "remove", "autoremove", "autopurge", "del"})


@dataclass(frozen=True)
class Call:
    """A command: its program without a folder, the words behind it, the variables set for it.

    `path` is the program as it is written, "" for variables alone. `writes` are the files that its
    output goes to, `replaces` says that `exec` lets it take the place of its shell, and `starters`
    which programs stand in front.
    """

    program: str
    path: str
    words: tuple[str, ...]
    sets: tuple[tuple[str, str], ...] = ()
    writes: tuple[str, ...] = ()
    replaces: bool = False
    starters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Options:
    """The words of a command as options with their values, "" without one, and plain words."""

    pairs: tuple[tuple[str, str], ...]
    plain: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Return whether one of the options is there."""
        return any(name in names for name, _ in self.pairs)

    def values(self, *names: str) -> tuple[str, ...]:
        """Return the values that options of these names have."""
        return tuple(value for name, value in self.pairs if name in names)


def options(words: Sequence[str], with_value: Collection[str] = ()) -> Options:
    """Return words as options and plain ones; `with_value` names those whose value may follow."""
    pairs: list[tuple[str, str]] = []
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            plain += rest
        elif word.startswith("--"):
            name, sign, value = word.partition("=")
            pairs.append((name, value if sign or name not in with_value else next(rest, "")))
        elif word.startswith("-") and len(word) > 1:
            if word[:2] in with_value:
                pairs.append((word[:2], word[2:].removeprefix("=") or next(rest, "")))
            else:
                pairs += [(word, ""), *((f"-{one}", "") for one in word[1:] if len(word) > 2)]
        else:
            plain.append(word)
    return Options(tuple(pairs), tuple(plain))


def call_of(words: Sequence[str]) -> Call:
    """Return the words of a command as a call, without what only starts it."""
    left, writes = _without_redirects(words)
    sets: list[tuple[str, str]] = []
    starters: list[str] = []
    while left:
        first = left[0]
        name = PurePosixPath(first).name
        if first in _KEYWORDS:
            left = left[1:]
        elif found := _ASSIGNMENT.fullmatch(first):
            sets.append((found[1], found[2]))
            left = left[1:]
        elif name in _STARTERS:
            starters.append(name)
            left = _behind(left[1:], _STARTERS[name])
        elif name in ("gosu", "su-exec"):
            starters.append(name)
            left = left[2:]
        elif _PYTHON.fullmatch(name) and (module := _module(left[1:])):
            left = module
            return Call(left[0], first, tuple(left[1:]), *_tail(sets, writes, starters))
        else:
            return Call(name, first, tuple(left[1:]), *_tail(sets, writes, starters))
    return Call("", "", (), *_tail(sets, writes, starters))


def _tail(
    sets: list[tuple[str, str]], writes: list[str], starters: list[str]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], bool, tuple[str, ...]]:
    return tuple(sets), tuple(writes), "exec" in starters, tuple(starters)


def _behind(words: Sequence[str], with_value: Collection[str]) -> list[str]:
    """Return what stands behind the options of a program that starts another."""
    left = list(words)
    while left and left[0].startswith("-"):
        option = left.pop(0)
        if option == "--":
            break
        if option in with_value and left:
            left.pop(0)
    return left


def _module(words: Sequence[str]) -> list[str]:
    """Return module and words of `python -m`, nothing without it."""
    for number, word in enumerate(words):
        if word == "-m":
            return list(words[number + 1 :])
        if not word.startswith("-"):
            break
    return []


def _without_redirects(words: Sequence[str]) -> tuple[list[str], list[str]]:
    left: list[str] = []
    writes: list[str] = []
    rest = iter(words)
    for word in rest:
        if word and set(word) <= set("<>&|") and not set(word).isdisjoint("<>"):
            if left and left[-1] in ("0", "1", "2"):
                left.pop()
            target = next(rest, "")
            if ">" in word and not target.isdecimal():
                writes.append(target)
        else:
            left.append(word)
    return left, writes


def does(call: Call) -> Does | None:
    """Return what a call is for, of what signs speak of, None for anything else."""
    if python_install(call) is not None:
        return "installs Python packages"
    if call.program in ("compileall", "py_compile"):
        return "compiles bytecode"
    if call.program in _APT or call.program == "apk":
        plain = options(call.words, _APT_WITH_VALUE).plain[:1]
        if plain in (("install",), ("add",)):
            return "installs system packages"
        if plain == ("update",):
            return "updates the lists"
        if plain and plain[0] in _PURGES:
            return "purges packages"
    return None


@dataclass(frozen=True)
class PythonInstall:
    """An installation of Python packages: by which program, with which options, of what."""

    by: str
    options: Options

    @property
    def packages(self) -> tuple[str, ...]:
        """Return the names of what is installed by name, in lower case."""
        names = (re.split(r"[\s\[=<>~!;@]", word)[0] for word in self.options.plain)
        return tuple(name.lower().replace("_", "-") for name in names if name)

    @property
    def lists(self) -> tuple[str, ...]:
        """Return the names of the lists that say what is installed, without their folders."""
        found = self.options.values("-r", "--requirement", "--requirements")
        return tuple(PurePosixPath(file).name for file in found)

    @property
    def constraints(self) -> tuple[str, ...]:
        """Return the names of the lists that say in which version, without their folders."""
        found = self.options.values("-c", "--constraint", "--constraints")
        return tuple(PurePosixPath(file).name for file in found)

    @property
    def folders(self) -> tuple[str, ...]:
        """Return the folders that --target, -t or --prefix names, and root's own for --user."""
        own = (USER_BASE,) if self.options.has("--user") else ()
        return (*self.options.values("--target", "-t", "--prefix"), *own)


def python_install(call: Call) -> PythonInstall | None:
    """Return what a call installs of Python packages, None when it does not."""
    by, words = call.program, list(call.words)
    if by == "uv" and "pip" in words:
        words = words[: words.index("pip")] + words[words.index("pip") + 1 :]
    elif by == "uv" or by in ("poetry", "pipenv", "pdm"):
        found = options(words, _PIP_WITH_VALUE)
        if found.plain[:1] in (("sync",), ("add",), ("install",)):
            return PythonInstall(by, replace(found, plain=found.plain[1:]))
        return None
    elif not _PIP.fullmatch(by):
        return None
    found = options(words, _PIP_WITH_VALUE)
    if found.plain[:1] not in (("install",), ("sync",)):
        return None
    return PythonInstall("uv" if by == "uv" else "pip", replace(found, plain=found.plain[1:]))


def system_packages(call: Call) -> tuple[str, ...]:
    """Return the system packages that a call installs or purges, without versions."""
    if does(call) not in ("installs system packages", "purges packages"):
        return ()
    names = options(call.words, _APT_WITH_VALUE).plain[1:]
    return tuple(re.split(r"[=/<>~]", name)[0].removesuffix("-") for name in names)


def apt_options(call: Call) -> Options:
    """Return the options of a call of apt or apk."""
    return options(call.words, _APT_WITH_VALUE)


def assignments(calls: Sequence[Call]) -> Iterator[tuple[str, str]]:
    """Yield what calls set: in front of a program, alone, or by export."""
    for call in calls:
        yield from call.sets
        if call.program in ("export", "declare", "readonly"):
            for word in call.words:
                if found := _ASSIGNMENT.fullmatch(word):
                    yield found[1], found[2]
