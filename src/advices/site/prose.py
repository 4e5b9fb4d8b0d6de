"""Pure: finds numbers in prose that look measured and were typed by hand.

A measured number is read from a result by a macro. What is typed must be something else: a
version, a port, a date, a number in backticks (a uid, an exit code, a setting), or a figure of
history in a block that is marked `.adv-history`. A claim's sentence may name its own threshold.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from advices.lab import line_of


@dataclass(frozen=True)
class Typed:
    """A number that was typed: where it stands, its text, what it looks like and its value.

    `value` is in bytes for a size, in seconds for a time, a part of one for a share.
    """

    file: str
    line: int
    text: str
    kind: str
    value: float

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind}: {self.text}"


def in_markdown(file: str, text: str) -> tuple[Typed, ...]:
    """Return the typed numbers of a Markdown page with macros, in the order of the text."""
    left = _prose(text)
    found = [*_typed_as_code(text, left), *_numbers(left)]
    return tuple(
        Typed(file, text.count("\n", 0, start) + 1, " ".join(shown.split()), kind, value)
        for start, shown, kind, value in sorted(found)
    )


def in_notebook(file: str, text: str) -> tuple[Typed, ...]:
    """Return the typed numbers of a notebook's Markdown cells, with the lines of the file."""
    lines = text.splitlines()
    found: list[Typed] = []
    at = 0
    for cell in json.loads(text)["cells"]:
        source = cell["source"]
        parts = source if isinstance(source, list) else [source]
        places = []
        for part in parts:
            at = next((n for n in range(at, len(lines)) if _holds(lines[n], part)), at)
            places.append(at + 1)
        if cell["cell_type"] != "markdown":
            continue
        for one in in_markdown(file, "".join(parts)):
            place = places[min(one.line, len(places)) - 1]
            found.append(Typed(file, place, one.text, one.kind, one.value))
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
        for one in in_markdown(file, said):
            if not _is_threshold(one, claim):
                line = first + one.line - 1
                found.append(Typed(file, line, one.text, one.kind, one.value))
    return tuple(found)


# ---------- what is prose, and what is not ----------

_CODE_BLOCK = re.compile(
    r"^[ >\t]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ >\t]*(?P=fence)|\Z)", re.M | re.S
)
_NO_PROSE = re.compile(
    r"\{\{\s*\w+\(.*?\)\s*\}\}|\{#.*?#\}|<!--.*?-->"  # calls of macros, and comments
    r"|(?<!`)(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`)"  # code in a sentence
    r"|</?[A-Za-z][^<>]*>|<https?://[^<>\s]*>|(?<=\])\([^()\s]*(?:\s\"[^\"]*\")?\)|https?://\S+"
    r"|(?<!\{)\{:?\s*[.#\w][^{}\n]*\}(?!\})|&(?:#\w+|\w+);",  # attributes and entities
    re.S,
)
_HISTORY = "adv-history"
_HISTORY_DIV = re.compile(rf"<div\b[^>]*\b{_HISTORY}\b[^>]*>")
_DIV = re.compile(r"<(?P<end>/?)div\b")
_BLOCK = re.compile(r"(?:^[^\n]*\S[^\n]*\n?)+", re.M)
_MARKED = re.compile(rf"\{{:?[^{{}}\n]*\.{_HISTORY}\b[^{{}}\n]*\}}")


def _prose(text: str) -> str:
    """Return the text with spaces for all that is no prose, so that every place stays."""
    for start, end in _history(_CODE_BLOCK.sub(_blank, text)):
        text = text[:start] + _spaces(text[start:end]) + text[end:]
    return _NO_PROSE.sub(_blank, _CODE_BLOCK.sub(_blank, text))


def _history(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every block that is marked as history."""
    for opening in _HISTORY_DIV.finditer(text):
        depth = 0
        for tag in _DIV.finditer(text, opening.start()):
            depth += -1 if tag["end"] else 1
            if depth == 0:
                yield opening.start(), tag.end()
                break
    for block in _BLOCK.finditer(text):
        if _MARKED.search(block[0]):
            yield block.span()


def _blank(match: re.Match[str]) -> str:
    return _spaces(match[0])


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


# ---------- numbers ----------

_ONES = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = (
    {word: number for number, word in enumerate(_ONES, start=1)}
    | {word: 10 * number for number, word in enumerate(_TENS, start=2)}
    | {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
)
_PARTS = {
    **{"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7},
    **{"eighth": 8, "ninth": 9, "tenth": 10, "twentieth": 20, "hundredth": 100},
    "thousandth": 1000,
}
_DIGITS = r"\d+(?:[.,_\u2009\u202f]\d+)*"
_WORD = rf"(?:{'|'.join(sorted(_VALUES, key=len, reverse=True))})s?"
_WORDS = rf"\b(?i:{_WORD}(?:[\s-]+(?:and\s+)?{_WORD})*)\b"
_NUMBER = rf"(?P<number>{_DIGITS}|{_WORDS})"
_GAP = r"(?:[\s*_-]|\bof\b)*"
_BYTES = {"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}
_SECONDS = (
    *(("µ", 1e-6), ("μ", 1e-6), ("micro", 1e-6), ("ms", 1e-3), ("milli", 1e-3)),
    *(("min", 60.0), ("h", 3600.0)),
)
_OF_ONE = (("‰", 1e-3), ("permille", 1e-3), ("per mille", 1e-3), ("", 1e-2))
# What labs count. Plain files are too common a word: those that are counted have an adjective.
_COUNTED = (
    r"(?:steps?|layers?|packages?|distributions?|executables?|shells?|compilers?|requests?"
    r"|(?:executable|setuid|setgid|writable|hidden|changed)\s+files?|package\s+managers?"
    r"|librar(?:y|ies)|capabilit(?:y|ies)|behaviours?|vulnerabilit(?:y|ies)|alerts?|findings?)\b"
)
_THAN = (
    r"(?:as|the|its|that|more|less|fewer|larger|bigger|smaller|faster|slower|quicker|longer"
    r"|shorter|heavier|higher|lower)\b"
)
_PART = "|".join(_PARTS)

_SIZE = re.compile(
    rf"{_NUMBER}{_GAP}(?P<unit>(?P<scale>[kKMGT])?i?B\b|(?i:(?P<word>kilo|mega|giga|tera)?(?:bi)?bytes?)\b"
    r"|(?i:(?:ki|me|gi|te)bibytes?)\b)"
)
_TIME = re.compile(
    rf"{_NUMBER}{_GAP}(?P<unit>(?:[mµμ]?s|secs?|mins?|h|hrs?)\b"
    r"|(?i:(?:milli|micro)?seconds?|minutes?|hours?)\b)"
)
_SHARE = re.compile(rf"{_NUMBER}{_GAP}(?P<unit>%|‰|(?i:per\s?cent|per\s?mille|percentage)\b)")
_COUNT = re.compile(rf"{_NUMBER}{_GAP}(?:[A-Za-z][\w-]*\s+)?(?i:{_COUNTED})")
_MULTIPLES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<number>{_DIGITS}){_GAP}(?:×|x\b|times\b|fold\b)",
        rf"(?P<number>{_WORDS}){_GAP}(?:times\s+{_THAN}|×|fold\b)",
        rf"\b(?i:(?P<number>{_WORD})fold)\b",
        rf"\b(?i:(?P<twice>twice|thrice|doubl(?:es?|ed|ing)))\s+{_THAN}",
        r"\b(?i:(?P<half>half))\s+(?:of|as|the|its|that)\b",
        r"\b(?:by|in|than|about|only|nearly|most|least)\s+(?P<half>half)\b",
        r"\b(?i:(?P<half>halv(?:es?|ed|ing)))\b",
        rf"\b(?i:(?P<top>a|one|two|three|four|five|six|seven|eight|nine)[\s-]+(?P<part>{_PART})s?)"
        rf"(?=\s+(?:of|less|more|smaller|larger|fewer|as)\b|(?<!third)[.,;:)])",
        r"\b(?i:(?P<magnitude>orders?\s+of\s+magnitude))\b",
    )
)
_BARE = re.compile(rf"(?P<number>{_DIGITS}|[¼-¾⅐-⅞])")

_NAMED = (
    r"Python|CPython|Docker|buildx|BuildKit|Dockerfile|Compose|Debian|Ubuntu|Alpine|Linux|Django"
    r"|Flask|gunicorn|Gunicorn|PostgreSQL|Postgres|SQLite|pip|uv|glibc|musl|BusyBox|OpenSSL|Pillow"
    r"|psycopg|PEP|RFC|HTTP|HTTPS|TLS|PID|SHA|UTF|ISO|CVE|CWE|status|[Pp]ort|[Pp]orts|level|signal|version"
    r"|versions|[Ff]actor|[Ff]actors|issue"
)
# What a digit may be in prose where no unit follows.
_UNITS = r"(?:[kMGT]?i?B\b|m?s\b|%|×)"
_ALLOWED = re.compile(
    r"^[ \t>]*\d+[.)](?=\s)"  # a list
    r"|\b\d{4}-\d\d(?:-\d\d)?\b"  # a date
    r"|\b\d+\.\d+\.\d+(?:\.\d+)?(?::\d+)?\b"  # a full version, an address
    rf"|\b[A-Za-z_][\w.]*[:/=-]?\d[\w.:-]*(?![\w.:-]*\s?{_UNITS})"  # amd64, SHA-256, DEBUG=1
    rf"|\b3\.(?:[6-9]|1\d)(?:-[a-z]+)?\b(?!\s?{_UNITS})"  # a version of Python
    r"|\b(?:uid|gid|user|group)(?:\s+is)?\s+0(?!\.?\d)"  # root, by definition
    rf"|\b(?:{_NAMED})(?:\s+|-)\d+(?:\.\d+)*(?:\s*(?:,|and|or|to|–)\s*\d+(?:\.\d+)*)*"
    rf"(?![\d.]*\s?{_UNITS})",
    re.M,
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b"
_YEAR = re.compile(rf"\b(?:19[5-9]\d|20[0-4]\d)s?\b|\b\d{{1,2}}(?=\s+{_MONTH})")
# How long a chapter takes to read is advice to the reader. Nobody measured it.
_READING = re.compile(
    r"\bten\s+minutes(?=\s+(?:each|to\s+read|a\s+chapter)\b)"
    r"|\b(?:chapters?|each|read\w*)\b[^.]{0,40}\bten\s+minutes\b"
)

_Found = tuple[int, str, str, float]


def _numbers(prose: str) -> Iterator[_Found]:
    """Yield place, text, kind and value of every number that looks measured, each once."""
    prose = _READING.sub(_blank, _ALLOWED.sub(_blank, prose))
    rules: Sequence[tuple[str, Sequence[re.Pattern[str]]]] = (
        ("a size", (_SIZE,)),
        ("a time", (_TIME,)),
        ("a share", (_SHARE,)),
        ("a multiple", _MULTIPLES),
        ("a count", (_COUNT,)),
        ("a number", (_BARE,)),
    )
    for kind, patterns in rules:
        if kind == "a number":
            prose = _YEAR.sub(_blank, prose)
        for pattern in patterns:
            for match in list(pattern.finditer(prose)):
                if kind == "a count" and match["number"].lower() == "one":
                    continue  # "in one layer" is an article more than a count
                yield match.start(), match[0], kind, _value(kind, match)
                start, end = match.span()
                prose = prose[:start] + _spaces(match[0]) + prose[end:]


def _typed_as_code(text: str, prose: str) -> Iterator[_Found]:
    """Yield sizes, times and shares that stand in backticks, which makes no code of them."""
    blocks = _CODE_BLOCK.sub(_blank, text)
    for match in re.finditer(r"(?<!`)`([^`\n]+)`(?!`)", blocks):
        if prose[match.start() : match.end()].strip():
            continue
        for kind, pattern in (("a size", _SIZE), ("a time", _TIME), ("a share", _SHARE)):
            if (found := pattern.fullmatch(match[1].strip())) and " " in found[0]:
                yield match.start(), match[0], kind, _value(kind, found)


def _value(kind: str, match: re.Match[str]) -> float:
    groups = match.groupdict()
    for name, value in (("magnitude", 10.0), ("half", 0.5), ("twice", 2.0)):
        if groups.get(name):
            return 3.0 if groups[name].lower() == "thrice" else value
    if groups.get("part"):
        return _VALUES.get(groups["top"].lower(), 1) / _PARTS[groups["part"].lower()]
    number, unit = _number(groups["number"]), (groups.get("unit") or "").lower()
    if kind == "a size":
        scale = (groups.get("scale") or groups.get("word") or " ")[0].lower()
        return number * _BYTES.get(scale, 1.0)
    units = {"a time": _SECONDS, "a share": _OF_ONE}.get(kind, ())
    return number * next((value for start, value in units if unit.startswith(start)), 1.0)


def _number(text: str) -> float:
    """Return the value of digits or of number words."""
    if text[0].isdigit():
        plain = re.sub(r"[_\u2009\u202f]|,(?=\d{3}(?:\D|$))", "", text)
        try:
            return float(plain)
        except ValueError:
            return math.nan
    whole = part = 0.0
    for word in re.findall(r"[a-z]+", text.lower()):
        value = _VALUES.get(word, _VALUES.get(word.removesuffix("s"), 0))
        if value >= 1000:
            whole, part = whole + max(part, 1) * value, 0.0
        elif value == 100 or word.startswith("dozen"):
            part = max(part, 1) * value
        else:
            part += value
    return whole + part or math.nan


# ---------- labs ----------

_SAID = {"title", "advice", "says", "task", "hint"}


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


def _is_threshold(typed: Typed, claim: dict[str, Any]) -> bool:
    """Return whether a number is the threshold that its own claim checks.

    Of a ratio also what is left of it, what is added to it, and its inverse: a claim of at
    most 0.25 may say a quarter, three quarters less, or four times.
    """
    limits = [claim[key] for key in ("equals", "at_most", "at_least") if key in claim]
    limits = [float(one) for one in limits if isinstance(one, int | float)]
    if "relative_to" in claim:
        limits += [other for one in limits for other in (1 - one, one - 1, 1 / one if one else one)]
    return any(math.isclose(typed.value, limit, rel_tol=0.02) for limit in limits)


def _holds(line: str, part: str) -> bool:
    """Return whether a line of a notebook's file is this piece of a cell's source."""
    try:
        return bool(json.loads(line.strip().removeprefix('"source":').strip().rstrip(",")) == part)
    except ValueError:
        return False
