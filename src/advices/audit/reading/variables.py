"""Pure: `${VARIABLES}` in a compose file, and the files that set them, as compose reads both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from advices.core import LabInvalid

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGN = re.compile(r":?[-?+]")
_DEEP_AT_MOST = 50
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*")


class Variables:
    """What variables are set to; `unset` are those that were asked for in vain."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)
        self.unset: dict[str, None] = {}

    def filled(self, text: str, where: str) -> str:
        """Return a text with its variables filled in. `where` is the text's place in messages.

        One that is not set is empty, as compose has it. Raises LabInvalid for what compose would
        refuse, and for one that must be set: `${NAME:?why}`.
        """
        return _Filling(self, text, where).text()

    def get(self, name: str) -> str | None:
        """Return a variable's value, None where it is not set."""
        return self.values.get(name)


class _Filling:
    """One text on its way to be filled."""

    def __init__(self, known: Variables, text: str, where: str) -> None:
        self._known = known
        self._text = text
        self._where = where
        self._at = 0

    def text(self) -> str:
        return "".join(self._pieces(inside=0, wanted=True))

    def _pieces(self, *, inside: int, wanted: bool) -> Iterator[str]:
        """Yield pieces up to the end, or up to the brace that closes what we are `inside` of."""
        if inside > _DEEP_AT_MOST:
            raise self._refused("its variables are nested too deeply")
        while self._at < len(self._text):
            one = self._text[self._at]
            if one == "}" and inside:
                return
            self._at += 1
            if one != "$":
                yield one
                continue
            following = self._text[self._at : self._at + 1]
            if following == "$":
                self._at += 1
                yield "$"
            elif following == "{":
                self._at += 1
                yield self._braced(inside=inside, wanted=wanted)
            elif name := self._name():
                yield self._value(name, wanted=wanted)
            else:
                raise self._refused("a `$` is followed by no name; `$$` writes one")

    def _name(self) -> str:
        found = _NAME.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _braced(self, *, inside: int, wanted: bool) -> str:
        name = self._name()
        sign = _SIGN.match(self._text, self._at)
        self._at = sign.end() if sign else self._at
        how = sign[0] if sign else ""
        value = self._known.get(name)
        is_there = value is not None and not (how.startswith(":") and not value)
        # What is not taken sets nothing and refuses nothing.
        takes = (how[-1:] == "+") == is_there
        other = "".join(self._pieces(inside=inside + 1, wanted=wanted and takes))
        if not name or self._text[self._at : self._at + 1] != "}" or (other and not sign):
            raise self._refused("a `${` has no name or no end")
        self._at += 1
        if how[-1:] == "+":
            return other if is_there else ""
        if is_there:
            return value or ""
        if how[-1:] == "?" and wanted:
            raise self._refused(f"`{name}` must be set{': ' if other else ''}{other}")
        return other if sign else self._value(name, wanted=wanted)

    def _value(self, name: str, *, wanted: bool) -> str:
        value = self._known.get(name)
        if value is None and wanted:
            self._known.unset[name] = None
        return value or ""

    def _refused(self, what: str) -> LabInvalid:
        return LabInvalid(
            f"{self._where}: {what}",
            why="compose fills in variables of the environment and of `.env` there",
            next_step="set the variable, or correct the text",
        )


def read_env_file(text: str, called: str, before: Mapping[str, str]) -> dict[str, str | None]:
    """Return what a file of variables sets, such as `.env`, by name; None for a name alone.

    A value may use variables of `before` and those above it, unless it is in single quotes. Raises
    LabInvalid, with the line.
    """
    found: dict[str, str | None] = {}
    rest, number = text.lstrip("\ufeff").replace("\r\n", "\n"), 1
    while rest:
        line, _, after = rest.partition("\n")
        where, stripped = f"{called}, line {number}", line.strip()
        if not stripped or stripped.startswith("#"):
            rest, number = after, number + 1
            continue
        match = _LINE.match(line.lstrip())
        if match is None:
            name = re.sub(r"^export\s+", "", stripped)
            if not _NAME.fullmatch(name):
                raise _no_pair(where)
            found[name] = None
            rest, number = after, number + 1
            continue
        body = rest[len(line) - len(line.lstrip()) + match.end() :]
        known = Variables({**{k: v for k, v in found.items() if v is not None}, **before})
        value, used = _quoted(body, where) if body[:1] in ("'", '"') else _bare(body)
        if body[:1] != "'":
            value = known.filled(value, where)
        found[match[1]] = value
        number += rest[: len(rest) - len(body) + used].count("\n") + 1
        rest = body[used:].partition("\n")[2]
    return found


def _bare(body: str) -> tuple[str, int]:
    """Return an unquoted value without the comment behind it, and the characters that it takes."""
    line = body.partition("\n")[0]
    return re.split(r"\s+#", f" {line}", maxsplit=1)[0].strip(), len(line)


def _quoted(body: str, where: str) -> tuple[str, int]:
    """Return a quoted value, which may have several lines, and the characters that it takes."""
    quote, at, value = body[0], 1, ""
    while at < len(body):
        one = body[at]
        if one == quote:
            return value, at + 1
        if one == "\\" and at + 1 < len(body) and (quote == '"' or body[at + 1] == quote):
            following = body[at + 1]
            value += _ESCAPES.get(following, f"\\{following}") if quote == '"' else following
            at += 2
            continue
        value += one
        at += 1
    raise LabInvalid(f"{where}: a quote is not closed", next_step="close it")


def _no_pair(where: str) -> LabInvalid:
    return LabInvalid(
        f"{where}: this is no `NAME=value`",
        why="a file of variables has one of them in each line",
        next_step="correct the line",
    )
