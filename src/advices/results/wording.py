"""Pure: how a value, a ratio or a foreign text is written.

This is the only place that turns a number into words, so a notebook, a chart and a chapter
write the same number in the same way.
"""

from __future__ import annotations

import math

from advices.core import ResultInvalid
from advices.lab import MeasureName
from advices.results.record import Value

_COUNTED_IN_A_LIST = {"packages"}
"""Where the image has no such list, the probe finds 0, which says nothing about the image."""


def value_text(measure: MeasureName, value: Value) -> str:
    """Return a value with the unit of its measure, "12.3 MB" or "1.25 s".

    Bytes are decimal and have three digits, as Docker prints them. An answer is yes or no. What
    was not counted, because the image has no list to count in, is a dash.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _words(measure, value)
    if measure.name in _COUNTED_IN_A_LIST and not value:
        return "—"
    if measure.unit == "bytes":
        return bytes_text(value)
    if measure.is_time:
        return seconds_text(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _words(measure: MeasureName, value: str) -> str:
    if measure.unit == "rules":
        return value or "none"
    # A digest is known by its first digits.
    return value[:12] if measure.name.endswith("digest") else value


def bytes_text(count: float) -> str:
    """Return bytes in B, kB, MB or GB (powers of 1000) with three significant digits."""
    for unit in ("B", "kB", "MB"):
        if count < 999.5:
            return f"{_three(count) if unit != 'B' else f'{count:.0f}'} {unit}"
        count /= 1000
    return f"{_three(count)} GB"


def seconds_text(seconds: float) -> str:
    """Return seconds with the digits that a repeated measurement can bear out."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 99.95 else f"{seconds:.0f} s"


def _three(number: float) -> str:
    digits = 2 if number < 9.995 else 1 if number < 99.95 else 0
    return f"{number:.{digits}f}"


def ratio_text(of: float, to: float) -> str:
    """Return how `of` compares with `to`: "17 ×" when it is larger, "6 %" when smaller.

    Raises ResultInvalid when `to` is zero: nothing is a multiple of nothing.
    """
    if to == 0:
        raise ResultInvalid(
            "a ratio to zero has no value",
            why="the other value is 0",
            next_step="compare with another variant, or show the two values instead",
        )
    ratio = of / to
    if ratio >= 1:
        return f"{ratio:.0f} ×" if ratio >= 9.95 else f"{ratio:.1f} ×"
    return percent_text(ratio)


def percent_text(part: float) -> str:
    """Return a part of one as a percentage, "6.1 %", with two digits however small it is."""
    percent = part * 100
    if math.isinf(percent):
        return "∞"
    if percent == 0 or percent >= 9.95:
        # 0.997 is not all of it, so it must not be rounded up to 100 %.
        return f"{min(round(percent), 99) if part < 1 else round(percent)} %"
    return f"{percent:.{max(1 - math.floor(math.log10(percent)), 0)}f} %"


_PLAIN = frozenset(" .,/=+-:;()@%?'")


def escape(text: str) -> str:
    """Return foreign text as harmless Markdown and HTML on one line.

    Every sign that HTML, Markdown, a table or the macros could read becomes an entity, so a
    step named `<script>` or one that holds braces is shown and never acted on.
    """
    return " ".join(text.split()).translate(_HARMLESS)


class _Harmless(dict[int, str]):
    """What stands for a sign, by its number: found out once for each."""

    def __missing__(self, number: int) -> str:
        self[number] = _harmless(chr(number))
        return self[number]


_HARMLESS = _Harmless()


def _harmless(sign: str) -> str:
    if not sign.isprintable():
        # Control signs are not even allowed as entities, and some turn the text around.
        return "\N{REPLACEMENT CHARACTER}"
    if sign.isalnum() or sign in _PLAIN or not sign.isascii():
        return sign
    return f"&#{ord(sign)};"


def code(text: str) -> str:
    """Return foreign text as inline code, escaped. HTML, for backticks cannot be escaped."""
    return f"<code>{escape(text)}</code>"
