"""Pure: the picture that other sites show of a shared chapter, with its headline number."""

from __future__ import annotations

import textwrap

from advices.lab import Lab, describe
from advices.results import Result, escape, value_text


def picture(frame: str, lab: Lab, result: Result) -> str:
    """Return a chapter's picture as SVG: title, what is counted, the bad and the good value.

    `frame` is docs/assets/social.svg; what it says of the whole site gives way to the chapter.
    """
    head, _, rest = frame.partition('<g font-family="')
    fonts, _, _ = rest.partition(">")
    about = describe(lab.headline, lab.says()).label
    bad, good = (
        value_text(lab.headline, result.value(name, lab.headline)) for name in ("bad", "good")
    )
    title = textwrap.wrap(lab.title, 21)
    counted = textwrap.wrap(about, 44)
    lines = [
        _text(130, 34, "Docker Advices", "#8fe3d5"),
        *(_text(215 + 68 * n, 58, line, weight=700) for n, line in enumerate(title)),
        *(_text(385 + 38 * n, 30, line, "#c5d0e6") for n, line in enumerate(counted)),
        _text(530, 84, f"{bad} → {good}", weight=700),
    ]
    return f'{head}<g font-family="{fonts}>{"".join(lines)}</g>\n</svg>\n'


def _text(y: int, size: int, words: str, fill: str = "#fff", weight: int = 400) -> str:
    return (
        f'<text x="80" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}">'
        f"{escape(words)}</text>"
    )
