"""Pure: where a number, a table or a chart comes from, as a link to the provenance of its lab.

The link works everywhere. With JavaScript, docs/assets/provenance.js opens what it leads to on
the spot. For that it carries `data-from`: `slug`, or `slug/variants/measures`. Variants and
measures are separated by commas; no variant stands for all, `a:b` for a beside b, and `+.seconds`
for the seconds of every build. An exercise's slug is `exercises/slug`, as its result lies.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from advices.results import Result, escape

REBUILT = ("+.steps_run", "+.steps_cached", "+.new_transfer_bytes", "+.seconds")
"""What a table of builds shows."""

OF_LAYERS = ("layers", "disk_bytes", "transfer_bytes")
"""What a table of layers shows."""

CLAIMS = "Each claim of the lab, and what was measured for it"
MISTAKES = "Each known mistake, alone in the good Dockerfile, and the claims that it turned red"
EXERCISE = "The start of the exercise beside its solution"
LEARNERS = "The Dockerfile of the exercise, as it stands, beside its solution"
SCANNERS = "What each web scanner did, or why it did not run"
ALERTS = "What the web scanners reported"
STAGES = "The stages of the Dockerfile that was measured"
REFRESHES = "The measure of the front page, each time that the lab was measured"
BASES = "The images behind the names in FROM"


def data(slug: str, variants: Sequence[str] | None = None, measures: Sequence[str] = ()) -> str:
    """Return `data-from` of measures of variants, None for all of them."""
    if not measures and variants is None:
        return slug
    return f"{slug}/{','.join(variants or ())}/{','.join(measures)}"


def link(text: str, target: str, source: str, title: str = "", look: str = "") -> str:
    """Return a link to a provenance section as Markdown.

    `text` is Markdown, `title` plain text, `source` a `data-from`, `look` a CSS class.
    """
    said = f' "{escape(title)}"' if title else ""
    return f'[{text}]({target}{said}){{ {f".{look} " if look else ""}data-from="{source}" }}'


def line(result: Result, target: str, source: str, title: str = "") -> str:
    """Return the line below a table or a chart that says when, and leads to where it comes from."""
    text = f"Measured {escape(result.provenance.date[:10])} · where from"
    return link(text, target, source, title, "adv-from") + "\n"


def of_cell(code: str, slug: str) -> tuple[str, str]:
    """Return `data-from` and title of what a notebook's cell shows, as far as its call says it."""
    try:
        last = ast.parse(code).body[-1]
        assert isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)
        call = last.value
        assert isinstance(call.func, ast.Attribute)
        given = [ast.literal_eval(one) for one in call.args]
        named = {str(one.arg): ast.literal_eval(one.value) for one in call.keywords}
        variants, measures, title = _CALLS[call.func.attr](*given, **named)
    except (AssertionError, IndexError, KeyError, SyntaxError, TypeError, ValueError):
        return slug, ""
    # A call that is no notebook's of ours could hold what ends an attribute.
    if not all(re.fullmatch(r"[\w.+-]+", str(name)) for name in (*(variants or ()), *measures)):
        return slug, ""
    return data(slug, variants, measures), title


_Shown = tuple[Sequence[str] | None, Sequence[str], str]
_CALLS: dict[str, Callable[..., _Shown]] = {
    "measure": lambda *variants: (variants, REBUILT, ""),
    "compare": lambda *measures, variants=None: (variants, measures, ""),
    "bar_chart": lambda measure, variants=None: (variants, [measure], ""),
    "replay_chart": lambda measure, variants=None: (variants, [f"+.{measure}"], ""),
    "layers_chart": lambda size, variants=None: (variants, [size], ""),
    "layers": lambda variant: ([variant], OF_LAYERS, ""),
    "steps": lambda variant, build: ([variant], of_steps(build), ""),
    "mistakes": lambda: (None, (), MISTAKES),
    "finish": lambda: (None, (), CLAIMS),
    "exercise": lambda _=None: (None, (), LEARNERS),
    "cache_timeline": lambda build, *variants: (variants or None, of_steps(build), ""),
    "alerts_by_risk": lambda *variants: (variants or None, (), ALERTS),
    "stages": lambda variant: ([variant], (), STAGES),
    "scanners": lambda: (None, (), SCANNERS),
    "alerts": lambda *variants: (variants or None, (), ALERTS),
    "alert": lambda variant, *_: ([variant], (), ALERTS),
}
"""What each call of a notebook's session shows: variants, measures, title."""


def of_steps(build: str) -> tuple[str, ...]:
    """Return what a table of the steps of one build shows."""
    return tuple(f"{build}.{name}" for name in ("steps_run", "steps_cached", "seconds"))
