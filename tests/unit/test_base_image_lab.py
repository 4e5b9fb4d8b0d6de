"""Slim is the tip of its lab: what is smaller stands among trade-offs, never as what beats it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from advices.lab import MeasureName, describe, labfile
from advices.results import Result, store
from advices.site import charts, tables

ROOT = Path(__file__).parents[2]
SLUG = "base-image"
LAB = labfile.read(ROOT / "labs", SLUG)
RESULT = store.load(ROOT / "docs" / "results", SLUG)
# Both start from slim, the second with one package more.
SLIM = ("good", "slim-wheel")


def calls() -> Iterator[ast.Call]:
    """Yield each call of a macro in the chapter, and of the session in the notebook."""
    chapter = (ROOT / "docs" / "chapters" / f"{SLUG}.md").read_text("utf-8")
    for said in re.findall(r"\{\{(.+?)\}\}", chapter):
        found = ast.parse(said.strip(), mode="eval").body
        assert isinstance(found, ast.Call)
        assert ast.literal_eval(found.args.pop(0)) == SLUG
        yield found
    for cell in json.loads((ROOT / "notebooks" / f"{SLUG}.ipynb").read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield node


def marked(call: ast.Call) -> Iterator[tuple[MeasureName, list[str]]]:
    """Yield each measure that a call shows with the direction that is better, and its variants."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    args = [ast.literal_eval(one) for one in call.args]
    given = {one.arg: ast.literal_eval(one.value) for one in call.keywords}
    if not given.pop("better", True):
        return
    notebook = isinstance(call.func, ast.Attribute)
    match name:
        case "compare" if notebook:
            names, variants = args, given.get("variants")
        case "compare":
            names, variants = args[:1], args[1] if args[1:] else ["bad", "good"]
        case "measures":
            names, variants = args[0], args[1]
        case "bar_chart" | "layers_chart":
            names, variants = args[:1] or ["disk_bytes"], given.get("variants", args[1:2] or None)
        case "replay_chart":
            names = [f"{replay}.{args[0]}" for replay in LAB.replays]
            variants = given.get("variants")
        case _:
            return
    for one in names:
        yield MeasureName.parse(one), variants or [*LAB.variants]


def beaten(result: Result, measure: MeasureName, variants: list[str]) -> list[str]:
    """Return the variants with a clearly better number than the one on slim among them."""
    lower = describe(measure).lower_is_better
    ours = [name for name in variants if name in SLIM]
    if lower is None or not ours:
        return []
    values = {name: float(result.value(name, measure)) for name in variants}
    limit = values[ours[0]]
    # Layers of the same content differ by some bytes of times and order.
    return [n for n, v in values.items() if (v < 0.98 * limit if lower else v > 1.02 * limit)]


def test_no_mark_says_that_slim_is_beaten() -> None:
    seen = [one for call in calls() for one in marked(call)]
    assert len(seen) > 8
    found = {
        str(measure): worse
        for measure, variants in seen
        if (worse := beaten(RESULT, measure, variants))
    }
    assert found == {}


def test_no_claim_says_that_slim_is_beaten() -> None:
    for claim in LAB.claims:
        assert "good" not in claim.fails_for, claim.id
        lower = describe(claim.measure).lower_is_better
        if claim.relative_to in SLIM and lower is not None:
            # What is compared with slim costs more than it.
            assert claim.at_least is not None if lower else claim.at_most is not None, claim.id


@pytest.mark.parametrize("better", [True, False])
def test_only_what_is_no_trade_off_says_which_direction_is_better(better: bool) -> None:
    name = MeasureName("disk_bytes")
    table = tables.measures_table(RESULT, [name], ["good", "alpine"], better=better)
    figure = charts.bar_figure(RESULT, name, ["good", "alpine"], better=better)
    assert ("↓ lower" in table, "ower is better" in figure) == (better, better)
    assert ("↓ lower" in figure) == better
