"""Pure: YAML that nobody here wrote -> texts, lists and tables, within limits.

Only the graph of nodes is PyYAML's: nothing is constructed by a tag. Scalars stay text as compose
writes them: `no` is a word, `22:22` is no number to the base of 60, and `3.10` is the number 3.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import yaml

from advices.core import LabInvalid

Plain = str | None | list["Plain"] | dict[str, "Plain"]
"""A value of a YAML file: a text, None for null, a list or a table."""

FILE_AT_MOST_BYTES = 1_000_000
_NODES_AT_MOST = 100_000
_NULL, _BOOL = "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"
_INT, _FLOAT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"
_STR, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"
_KNOWN = re.compile(r"tag:yaml\.org,2002:\w+")


class _Refused(Exception):
    """What is wrong, with the line."""

    def __init__(self, node: yaml.Node, what: str) -> None:
        super().__init__(f"line {node.start_mark.line + 1}: {what}")


def read_yaml(text: str, called: str) -> Plain:
    """Return what a YAML text says. `called` is the file's name in messages.

    Raises LabInvalid for what is no YAML, for a tag that is not YAML's own, for a name that a table
    has twice, for an alias that leads to itself, and where aliases make it larger than any file.
    """
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        if node is None:
            return None
        _weigh(node, {})
        return _plain(node)
    except yaml.MarkedYAMLError as error:
        where = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _invalid(f"{called}{where}: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise _invalid(f"{called}: {' '.join(str(error).split())}") from None
    except _Refused as error:
        raise _invalid(f"{called}, {error}") from None
    except RecursionError:
        raise _invalid(f"{called}: it is nested too deeply") from None


def _invalid(what: str) -> LabInvalid:
    return LabInvalid(
        what,
        why="the file is not as compose reads it, or somebody made it to exhaust its readers",
        next_step="`docker compose config` shows whether compose reads it",
    )


def _weigh(node: yaml.Node, known: dict[int, int | None]) -> int:
    """Return how many nodes there are below one, each alias counted in full. Raises _Refused."""
    found = known.get(id(node), 0)
    if found is None:
        raise _Refused(node, "an alias leads to itself")
    if found:
        return found
    known[id(node)] = None
    weight = 1 + sum(_weigh(child, known) for child in _children(node))
    if weight > _NODES_AT_MOST:
        raise _Refused(node, f"its aliases make more than {_NODES_AT_MOST} values")
    known[id(node)] = weight
    return weight


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _plain(node: yaml.Node) -> Plain:
    if not _KNOWN.fullmatch(node.tag):
        raise _Refused(node, f"the tag `{node.tag}` is not read")
    if isinstance(node, yaml.MappingNode):
        return _table(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one) for one in node.value]
    tag, written = node.tag, str(node.value)
    if tag == _STR and isinstance(node, yaml.ScalarNode) and not node.style:
        # What YAML 1.2 calls numbers, and PyYAML, which reads 1.1, does not.
        tag = _INT if re.fullmatch(r"0o[0-7]+", written) else tag
        tag = _FLOAT if re.fullmatch(r"[-+]?\d+[eE][-+]?\d+", written) else tag
    return _text(tag, written)


def _table(node: yaml.MappingNode) -> dict[str, Plain]:
    merged: dict[str, Plain] = {}
    own: dict[str, Plain] = {}
    for key, value in node.value:
        if key.tag == _MERGE:
            # Of several that are merged the first one that has a name counts.
            given = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for one in given:
                found = _plain(one)
                if not isinstance(found, dict):
                    raise _Refused(one, "only a table can be merged")
                merged = {**found, **merged}
            continue
        name = _plain(key)
        if not isinstance(name, str):
            raise _Refused(key, "a name is a text")
        if name in own:
            raise _Refused(key, f"`{name}` is there twice")
        own[name] = _plain(value)
    return {**merged, **own}


def _text(tag: str, written: str) -> str | None:
    """Return a scalar as Go prints what YAML makes of it."""
    word = written.replace("_", "")
    if tag == _NULL:
        return None
    if tag == _BOOL:
        return written.lower() if written.lower() in ("true", "false") else written
    if tag == _INT and ":" not in word:
        sign, digits = ("-", word[1:]) if word[0] == "-" else ("", word.lstrip("+"))
        is_old_octal = digits[0] == "0" and digits.isdecimal() and len(digits) > 1
        return str(int(sign + digits, 8 if is_old_octal else 0))
    if tag == _FLOAT and re.fullmatch(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?", word):
        return _float(float(word))
    return written


def _float(number: float) -> str:
    """Return a number as Go prints it: in full, but for very large and very small ones."""
    if number and not 1e-4 <= abs(number) < 1e21:
        return re.sub(r"\.0(?=e)", "", f"{number!r}")
    text = format(Decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
