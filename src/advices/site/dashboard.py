"""Pure: "Does this advice still hold?" - the labs' history as tables and small curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from advices.results import (
    Entry,
    Value,
    Verdict,
    code,
    escape,
    ratio_text,
    reversed_claims,
    stepped_back,
    value_text,
)
from advices.site.tables import judged_and_not, table, verdict_mark

_WIDTH, _HEIGHT, _EDGE = 120, 28, 3


def all_verdicts(of_labs: Iterable[Sequence[Verdict]]) -> str:
    """Return one sentence on how many of the labs' verdicts are as demanded."""
    judged = [one for found in of_labs for one in found if not one.not_run]
    good = sum(one.as_demanded for one in judged)
    every = "All" if good == len(judged) else f"{good} of"
    return f"**{every} {len(judged)} verdicts are as the labs demand.**\n"


def effect_text(entry: Entry) -> str:
    """Return the good value of the headline beside the bad one, as far as both are numbers."""
    bad, good = entry.values.get("bad"), entry.values.get("good")
    if _is_number(bad) and _is_number(good) and bad:
        return ratio_text(float(good or 0), float(bad))
    return "—"


def runs_table(entries: Sequence[Entry]) -> str:
    """Return every refresh, the newest first: date, bad, good, and the good beside the bad one.

    The order is that of the runs, whatever their clocks said; a date that steps back is marked.
    """
    rows = [
        [
            _date(entry, before),
            code(entry.commit[:12]),
            _value(entry, "bad"),
            _value(entry, "good"),
            escape(effect_text(entry)),
            # A run whose verdicts were others ended with an error, and wrote no line.
            f"all {len(entry.claims)}",
        ]
        for entry, before in reversed([*zip(entries, (None, *entries), strict=False)])
    ]
    header = ["Measured", "Commit", "Bad", "Good", "Good as % of bad", "Verdicts as demanded"]
    return table(header, rows, "  rrrr")


def _date(entry: Entry, before: Entry | None) -> str:
    text = escape(entry.date[:10]) + (" (quick)" if entry.mode == "quick" else "")
    wrong = before is not None and stepped_back(before, entry)
    return text + (" (wrong clock: the run below has a later date)" if wrong else "")


def _value(entry: Entry, variant: str) -> str:
    value = entry.values.get(variant)
    return "—" if value is None else escape(value_text(entry.headline, value))


def claims_table(verdicts: Sequence[Verdict], measured: str, entries: Sequence[Entry]) -> str:
    """Return every claim over every variant: its verdict, its last date, and when it changed."""
    changed = reversed_claims(entries)
    rows = []
    judged, unjudged = judged_and_not(verdicts)
    for verdict in judged:
        key = f"{verdict.claim.id}/{verdict.variant}"
        rows.append(
            [
                escape(verdict.claim.says),
                code(verdict.variant),
                verdict_mark(verdict),
                escape(measured[:10]),
                escape(changed[key][:10]) if key in changed else "never",
            ]
        )
    shown = table(["Claim", "Variant", "Verdict", "Last measured", "Verdict changed"], rows)
    return f"{shown}\n{unjudged}\n" if unjudged else shown


def curve(entries: Sequence[Entry], label: str) -> str:
    """Return the effect over time as a small inline SVG, "" where it never moved."""
    points = [
        float(entry.values["good"]) / float(entry.values["bad"])
        for entry in entries
        if _is_number(entry.values.get("bad")) and _is_number(entry.values.get("good"))
        if entry.values["bad"]
    ]
    if len({ratio_text(point, 1.0) for point in points}) < 2:
        return ""
    top = max(*points, 1e-9)
    step = (_WIDTH - 2 * _EDGE) / (len(points) - 1)
    room = _HEIGHT - 2 * _EDGE
    line = " ".join(
        f"{_EDGE + step * number:.1f},{_EDGE + room * (1 - point / top):.1f}"
        for number, point in enumerate(points)
    )
    return (
        f'<svg class="adv-curve" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img"><title>{escape(label)}: the good value divided by the '
        f'bad one, over {len(points)} runs</title><polyline points="{line}"/></svg>'
    )


def _is_number(value: Value | None) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
