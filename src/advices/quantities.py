"""Pure: what each measure means, and how a value, a ratio or a foreign text is written.

This is the only place that turns a number into words, so a notebook, a chart and a chapter
write the same number in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from advices.errors import ResultInvalid
from advices.lab import COLD
from advices.results import Value


@dataclass(frozen=True)
class Measure:
    """What a measure is called, what it counts, and which direction is better, if any."""

    label: str
    meaning: str
    lower_is_better: bool | None = None

    @property
    def direction(self) -> str:
        """Return "lower is better", "higher is better", or "" when neither is."""
        if self.lower_is_better is None:
            return ""
        return f"{'lower' if self.lower_is_better else 'higher'} is better"


OF_AN_IMAGE: dict[str, Measure] = {
    "disk_bytes": Measure(
        "Bytes on disk", "all layers, unpacked, as a machine stores them that has the image", True
    ),
    "transfer_bytes": Measure(
        "Bytes to transfer", "all layers, compressed: what a first pull moves", True
    ),
    "context_bytes": Measure("Build context", "the files that .dockerignore lets in", True),
    "layers": Measure("Layers", "the layers of the image, those of the base included"),
    "answered": Measure("Answers", "the running container answered HTTP 200", False),
    "first_200_seconds": Measure(
        "Time to the first answer", "from the start of the container to HTTP 200, median", True
    ),
    "uid": Measure("User", "the uid of PID 1 in the running container"),
    "page_digest": Measure("Page", "SHA-256 of the page that it serves, first 12 digits"),
}

OF_A_BUILD: dict[str, Measure] = {
    "steps_run": Measure("Steps run", "the build steps that ran", True),
    "steps_cached": Measure("Steps from the cache", "the build steps that did not run", False),
    "new_disk_bytes": Measure(
        "New bytes on disk",
        "layers that a machine lacks which has the image before, unpacked",
        True,
    ),
    "new_transfer_bytes": Measure(
        "New bytes to transfer",
        "layers that a machine lacks which has the image before, compressed: what a deploy moves",
        True,
    ),
    "seconds": Measure("Build time", "wall time of the build with its export, median", True),
}

Says = Mapping[str, str]
"""What each replay does, in the words of lab.toml, by the replay's name."""


def describe(measure: str, says: Says | None = None) -> Measure:
    """Return what a measure means; for `<build>.<name>` the label says which build.

    Raises ResultInvalid for a name that has no description here.
    """
    build, dot, name = measure.rpartition(".")
    known = (OF_A_BUILD if dot else OF_AN_IMAGE).get(name)
    if known is None:
        raise ResultInvalid(
            f"the measure `{measure}` has no description",
            why="it is misspelt, or new and not described in src/advices/quantities.py",
            next_step="use a name that the result has, or describe the new one there",
        )
    return replace(known, label=f"{known.label} {when(build, says)}") if dot else known


def when(build: str, says: Says | None = None) -> str:
    """Return the words that place a build in a sentence: "when one line is edited"."""
    if build == COLD:
        return "in the first build"
    return f"when {says[build]}" if says and build in says else f"after {build}"


def value_text(measure: str, value: Value) -> str:
    """Return a value with the unit that the measure's name ends in, "12.3 MB" or "1.25 s".

    Bytes are decimal and have three digits, as Docker prints them. An answer is yes or no.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value[:12]
    if measure.endswith("_bytes"):
        return bytes_text(value)
    if measure.endswith("seconds"):
        return seconds_text(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


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
            why="the measure that is compared with came out as 0",
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
    return "".join(map(_harmless, " ".join(text.split())))


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
