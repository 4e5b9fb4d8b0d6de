"""Pure: what the writer of ENV means, and the lines that say it.

`ENV A 1 B 2` sets A to all that follows, `ENV A=1 B=$A` gives B what A was before, and quotes
within quotes are part of a value. Source: https://docs.docker.com/reference/dockerfile/#env
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from advices.audit.remedies.source import Change, Source, replaced
from advices.lab import Instruction, Placed

_NAME = re.compile(r"[A-Za-z_]\w*")
_CAPITALS = re.compile(r"[A-Z][A-Z0-9_]*")
_SETS = re.compile(r"([A-Za-z_]\w*)=(.*)", re.S)
_PLAIN = re.compile(r"[\w@%+=:,./${}^~-]+")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
# ${NAME:-default} and the like.
_ODD = re.compile(r"\$\{\w+[^\w}]")
Pairs = tuple[tuple[str, str], ...]


def env(source: Source) -> Change | None:
    """Return the file with ENV lines that give the process what they mean; None if they all do."""
    edits, names = [], list[str]()
    for one in source.view.built:
        pairs = _meant(one)
        if pairs is None or source.dockerfile.escape != "\\":
            continue
        lines = _lines(source.keyword(one.instruction, "ENV"), pairs)
        edits.append(replaced(one.instruction, *source.comments(one.instruction), *lines))
        names += [name for name, _ in pairs]
    if not edits:
        return None
    named = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
    return Change(f"{named} have the values that ENV means.", source.edited(edits))


def meant(source: Source) -> Mapping[str, str]:
    """Return the variables that the last image means to set, as far as the file tells their values.

    What stands on variables of its base is left out.
    """
    found: dict[str, str] = {}
    known: dict[str, str] = {}
    for one in source.view.shipped:
        if one.name != "ENV":
            continue
        for name, value in _meant(one) or _written(one.instruction):
            # What an ARG gives is known as well; an ENV of the same name comes first.
            values = {**one.args, **one.env, **known}
            if all(a or b in values for a, b in _VARIABLE.findall(value)) and not _ODD.search(
                value
            ):
                known[name] = found[name] = _with_values(value, values)
            else:
                known.pop(name, None)
                found.pop(name, None)
    return {name: value for name, value in found.items() if "$" not in value}


def _written(instruction: Instruction) -> Pairs:
    return tuple((name, value or "") for name, value in instruction.pairs)


def _meant(one: Placed) -> Pairs | None:
    """Return names and values that an ENV means, None where they are those that it sets."""
    if one.name != "ENV" or not one.instruction.pairs:
        return None
    raw = " ".join(one.instruction.args)
    # What is kept from being a variable would become one in a line that is written again.
    if "\\$" in raw or re.search(r"'[^']*\$[^']*'", raw):
        return None
    written = _written(one.instruction)
    is_old = len(written) == 1 and one.instruction.line.startswith(f"ENV {written[0][0]} ")
    pairs = (is_old and _of_old(*written[0])) or written
    pairs = tuple((name, _without_quotes(value)) for name, value in pairs)
    if pairs == written and not _refers(pairs):
        return None
    return pairs


def _of_old(name: str, value: str) -> Pairs:
    """Return what an ENV without equals signs means by several words, () for the one value."""
    words = value.split()
    sets = [_SETS.fullmatch(word) for word in words]
    if any(sets[1:]):
        first = next(number for number, found in enumerate(sets) if found and number)
        rest: list[tuple[str, str]] = []
        for word, found in zip(words[first:], sets[first:], strict=True):
            if found:
                rest.append((found[1], found[2]))
            else:
                rest[-1] = (rest[-1][0], f"{rest[-1][1]} {word}")
        return ((name, " ".join(words[:first])), *rest)
    names, values = words[1::2], words[::2]
    # A text in capitals is one value.
    is_list = len(words) >= 3 and len(words) % 2 and all(map(_CAPITALS.fullmatch, names))
    if is_list and not any(map(_CAPITALS.fullmatch, values)):
        return tuple(zip((name, *names), values, strict=True))
    return ()


def _without_quotes(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted and value[0] not in value[1:-1] else value


def _refers(pairs: Sequence[tuple[str, str]]) -> bool:
    """Return whether a value stands on a variable that the same ENV sets before it."""
    return any(
        (a or b) in {name for name, _ in pairs[:number]}
        for number, (_, value) in enumerate(pairs)
        for a, b in _VARIABLE.findall(value)
    )


def _lines(keyword: str, pairs: Pairs) -> list[str]:
    said = [f"{name}={_quoted(value)}" for name, value in pairs]
    if _refers(pairs):
        return [f"{keyword} {one}" for one in said]
    starts = [keyword, *["   "] * (len(said) - 1)]
    ends = [*[" \\"] * (len(said) - 1), ""]
    return [f"{start} {one}{end}" for start, one, end in zip(starts, said, ends, strict=True)]


def _with_values(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values[found[1] or found[2]], text)


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
