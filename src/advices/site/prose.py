"""Pure: finds numbers in prose that look measured and were typed by hand.

A measured number is read from a result by a macro. A digit that is typed must be something else: a
version, a port, a date, code in backticks (a uid, an exit code, a setting), or a figure of history
in a block that is marked `.adv-history`. A claim's sentence may name its own threshold.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

from advices.lab import line_of


class Typed(NamedTuple):
    """A number that was typed: where it is, and its text."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def in_markdown(file: str, text: str) -> tuple[Typed, ...]:
    """Return the typed numbers of a Markdown page with macros, in the order of the text."""
    return tuple(
        Typed(file, text.count("\n", 0, found.start()) + 1, " ".join(found[0].split()))
        for found in _NUMBER.finditer(_ALLOWED.sub(_blank, _prose(text)))
    )


def in_notebook(file: str, text: str) -> tuple[Typed, ...]:
    """Return the typed numbers of a notebook's Markdown cells, with the lines of the file."""
    lines = text.splitlines()
    starts = (number for number, line in enumerate(lines) if '"cell_type":' in line)
    found: list[Typed] = []
    for start, cell in zip(starts, json.loads(text)["cells"], strict=True):
        if cell["cell_type"] != "markdown":
            continue
        source = "".join(cell["source"])
        for one in in_markdown(file, source):
            said = json.dumps(source.splitlines()[one.line - 1], ensure_ascii=False)[1:-1]
            line = next(number for number in range(start, len(lines)) if said in lines[number])
            found.append(one._replace(line=line + 1))
    return tuple(found)


def in_lab(file: str, text: str) -> tuple[Typed, ...]:
    """Return the typed numbers of what a lab.toml or an exercise.toml says to its readers.

    A claim may say its own threshold, in digits or in words: it is checked with each run.
    """
    found: list[Typed] = []
    for where, said, claim in _said(tomllib.loads(text)):
        first = line_of(text, where)
        # The text of a multi-line string begins on the line after its key.
        first += text.splitlines()[first - 1].rstrip().endswith(('"""', "'''"))
        found += (
            one._replace(line=first + one.line - 1)
            for one in in_markdown(file, said)
            if not _is_threshold(one.text, claim)
        )
    return tuple(found)


# ---------- what is prose, and what is not ----------

_UNIT = r"(?:[kKMGT]?i?B|bytes?|[mµ]?s|seconds?|min|minutes?|h|hours?|%|‰|×)(?!\w)"
_CODE_BLOCK = re.compile(
    r"^[ >\t]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ >\t]*(?P=fence)|\Z)", re.M | re.S
)
# A block that is marked as history: a <div>, up to the line that closes it, or a paragraph.
_HISTORY = re.compile(
    r"^<div\b[^>\n]*\badv-history\b.*?\n</div>$"
    r"|(?:^(?=[^\n]*\S)[^\n]*\n)*[^\n]*\{:?[^{}\n]*\.adv-history\b[^{}\n]*\}",
    re.M | re.S,
)
_NO_PROSE = re.compile(
    r"\{\{\s*\w+\(.*?\)\s*\}\}|\{#.*?#\}|<!--.*?-->"  # calls of macros, and comments
    # Code in a sentence. Backticks make no code of a size or a time.
    rf"|(?<!`)(?P<tick>`+)(?!`)(?!\s*[\d.,]+\s+{_UNIT}).+?(?<!`)(?P=tick)(?!`)"
    r"|</?[A-Za-z][^<>]*>|<https?://[^<>\s]*>|(?<=\])\([^()\s]*(?:\s\"[^\"]*\")?\)|https?://\S+"
    r"|(?<!\{)\{:?\s*[.#\w][^{}\n]*\}(?!\})|&(?:#\w+|\w+);",  # attributes and entities
    re.S,
)


def _prose(text: str) -> str:
    """Return the text with spaces for all that is no prose, so that every place stays."""
    for pattern in (_CODE_BLOCK, _HISTORY, _NO_PROSE):
        text = pattern.sub(_blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


# ---------- numbers ----------

_VERSION = r"\d+(?:\.\d+)*(?!\.?\d)"
# What a digit may be in prose, where no unit follows.
_ALLOWED = re.compile(
    r"(?:^[ \t>]*\d+[.)](?=\s)"  # a list
    r"|\b\d{4}-\d\d(?:-\d\d)?\b|\bsince\s+\d{4}\b"  # dates
    r"|\b\d{1,2}\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\s+\d{4}\b"
    r"|\b\d+\.\d+\.\d+(?:\.\d+)?(?::\d+)?\b"  # a full version, an address
    r"|\b[A-Za-z_][\w.]*(?:[:/=-]?\d[\w.:-]*)"  # psycopg2, amd64, SHA-256, DEBUG=1
    r"|\b(?:[ug]id|user|group)(?:\s+is)?\s+0\b"  # root, by definition
    r"|\b(?:Python|Docker|buildx|BuildKit|Debian|Ubuntu|Alpine|Linux|Django|gunicorn|PostgreSQL"
    r"|PEP|RFC|HTTP|TLS|PID|[Pp]orts?|[Ff]actors?|level|signal|status|versions?)"
    rf"\s+{_VERSION}(?:(?:,|\s+and|\s+or|\s+to)\s+{_VERSION})*)"
    rf"(?![\w.:-]*[\s*]*{_UNIT})",
    re.M,
)
_ONES = "two|three|four|five|six|seven|eight|nine|ten"
_NUMBER = re.compile(
    # In words only what cannot be taken for anything but a measurement: a size, a multiple.
    rf"\b(?i:(?:{_ONES}|twenty|thirty|fifty|hundreds?|thousands?|millions?)[\s-]+(?:of\s+)?"
    r"(?:kilo|mega|giga)?bytes|orders?\s+of\s+magnitude|twice\s+(?:as|the)"
    rf"|(?:{_ONES})(?:fold|\s+times\s+(?:as|more|less|larger|smaller|faster|slower))"
    rf"|half\s+(?:of|as)|(?:a|{_ONES})[\s-]+(?:third|quarter|fifth|tenth)s?"
    r"\s+(?:of|less|more|smaller|larger|fewer))\b"
    r"|(?:\d+(?:[.,_\u2009\u202f]\d+)*|[¼-¾⅐-⅞])(?:[\s*_-]*[A-Za-zµ%‰×]+)?"
)

# ---------- labs ----------

_SAID = {"title", "advice", "says", "task", "hint"}
_SCALE = {"%": 0.01, "ms": 1e-3, "minutes": 60.0, "kB": 1e3, "MB": 1e6, "GB": 1e9}


def _said(
    data: Any, where: tuple[str, ...] = (), claim: dict[str, Any] | None = None
) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any]]]:
    """Yield key path, text and, for a claim, its table, of all that TOML data says to readers."""
    tables = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in tables:
        path = (*where, str(key))
        if isinstance(value, dict | list):
            yield from _said(value, path, value if where == ("claims",) else claim)  # type: ignore[arg-type]
        elif key in _SAID and isinstance(value, str):
            yield path, value, claim or {}


def _is_threshold(text: str, claim: dict[str, Any]) -> bool:
    """Return whether a number is the one that its own claim checks.

    Words are taken on trust, where the claim has a threshold.
    """
    limits = [claim[key] for key in ("equals", "at_most", "at_least") if key in claim]
    limits = [limit for limit in limits if isinstance(limit, int | float)]
    if text[0].isalpha():
        return bool(limits)
    digits = re.fullmatch(r"(\d+(?:\.\d+)?)[\s*]*(\D*)", text)
    number = float(digits[1]) * _SCALE.get(digits[2], 1.0) if digits else math.nan
    return any(math.isclose(number, limit) for limit in limits)
