"""Pure: what a run or a check found, as Markdown for people, JUnit XML and JSON for tools."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from advices.lab import MeasureName
from advices.results import Drift, Result, VariantResult, Verdict, code, escape, value_text
from advices.site.tables import table


@dataclass(frozen=True)
class Outcome:
    """What became of one lab.

    `faults` are broken claims, mistakes and exercises in words, `drifts` the measures that left
    their limits, `notes` what was compared by claims only and why. `unchanged` says that it was
    not measured again, and `result` is then the committed one. `spent` are this run's seconds by
    the kind of work.
    """

    slug: str
    result: Result
    verdicts: tuple[Verdict, ...] = ()
    faults: tuple[str, ...] = ()
    drifts: tuple[Drift, ...] = ()
    notes: tuple[str, ...] = ()
    unchanged: bool = False
    seconds: float = field(default=0.0, compare=False)
    spent: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def sound(self) -> bool:
        """Return whether nothing is wrong with the lab."""
        return not self.faults and not self.drifts


def markdown(outcomes: Sequence[Outcome]) -> str:
    """Return a table of the labs, then a section for each that is not sound."""
    rows = [
        [
            code(outcome.slug),
            "ok" if outcome.sound else "<strong>not ok</strong>",
            "unchanged" if outcome.unchanged else f"{outcome.seconds:.0f} s",
            str(sum(verdict.as_demanded for verdict in outcome.verdicts)),
            str(len(outcome.faults)),
            str(len(outcome.drifts)),
        ]
        for outcome in outcomes
    ]
    header = ["Lab", "", "Measured in", "Claims as demanded", "Faults", "Drifted"]
    parts = ["## Docker Advices\n", table(header, rows, "  rrrr")]
    for outcome in outcomes:
        if outcome.sound and not outcome.notes:
            continue
        parts.append(f"### {outcome.slug}\n")
        parts += [f"- {escape(line)}" for line in (*outcome.faults, *outcome.notes)]
        if outcome.drifts:
            parts.append("\n" + drift_table(outcome.drifts))
            parts.append(f"\nIf the change is right: `advices run {outcome.slug} --force`\n")
    return "\n".join(parts) + "\n"


def drift_table(drifts: Sequence[Drift]) -> str:
    """Return what drifted: old, new and the limit."""
    rows = [
        [
            code(drift.variant),
            code(str(drift.measure)),
            escape(value_text(drift.measure, drift.old)),
            escape(value_text(drift.measure, drift.new)),
            escape(drift.limit),
        ]
        for drift in drifts
    ]
    return table(["Variant", "Measure", "Before", "Now", "Limit"], rows, "  rr")


def junit(outcomes: Sequence[Outcome]) -> str:
    """Return JUnit XML: a suite for each lab, a case for each claim, fault and drift."""
    root = ElementTree.Element("testsuites", name="advices")
    for outcome in outcomes:
        suite = ElementTree.SubElement(root, "testsuite", name=outcome.slug)
        for verdict in outcome.verdicts:
            case = _case(suite, outcome, f"{verdict.claim.id} for {verdict.variant}")
            if verdict.not_run:
                ElementTree.SubElement(case, "skipped", message=verdict.not_run)
            elif not verdict.as_demanded:
                _fail(case, f"{verdict.claim.says} {verdict.summary}")
        broken = {v.claim.id for v in outcome.verdicts if not v.as_demanded}
        for number, fault in enumerate(outcome.faults, start=1):
            if not any(f"claim `{name}`" in fault for name in broken):
                _fail(_case(suite, outcome, f"fault {number}"), fault)
        for drift in outcome.drifts:
            case = _case(suite, outcome, f"{drift.measure} of {drift.variant}")
            _fail(case, f"{drift.old} before, {drift.new} now, limit: {drift.limit}")
        cases = suite.findall("testcase")
        suite.set("tests", str(len(cases)))
        suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
        suite.set("time", f"{outcome.seconds:.1f}")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ElementTree.Element, outcome: Outcome, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", classname=f"advices.{outcome.slug}", name=_printable(name)
    )


def _fail(case: ElementTree.Element, message: str) -> None:
    ElementTree.SubElement(case, "failure", message=_printable(message))


def _printable(text: str) -> str:
    """Return text that XML can hold: some control characters it cannot, even escaped."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def benchmark(outcomes: Sequence[Outcome]) -> str:
    """Return every number as JSON in the form of github-action-benchmark's custom tools."""
    entries = [entry for outcome in outcomes for entry in _entries(outcome)]
    return json.dumps(entries, indent=1, ensure_ascii=False) + "\n"


def _entries(outcome: Outcome) -> Iterator[dict[str, object]]:
    for variant, result in outcome.result.variants.items():
        for measure, value in result.measures().items():
            if isinstance(value, bool | str):
                continue
            entry: dict[str, object] = {
                "name": f"{outcome.slug} {variant} {measure}",
                "unit": measure.unit,
                "value": value,
            }
            spread = _spread(result, measure)
            yield {**entry, "range": spread} if spread else entry


def _spread(result: VariantResult, measure: MeasureName) -> str:
    """Return the fastest and the slowest sample of a timing, "" for what is no timing."""
    timing = result.timings.get(str(measure))
    if measure.name == "seconds" and measure.of in result.builds:
        timing = result.builds[measure.of].timing
    if timing is None or len(timing.samples) < 2:
        return ""
    fastest, slowest = timing.spread
    return f"{fastest:g} to {slowest:g}"


def as_json(outcomes: Sequence[Outcome]) -> str:
    """Return what was found as JSON: for each lab its verdicts, faults, drifts and notes."""
    found = [
        {
            "lab": outcome.slug,
            "sound": outcome.sound,
            "unchanged": outcome.unchanged,
            "seconds": round(outcome.seconds, 1),
            "claims": [
                {
                    "id": verdict.claim.id,
                    "variant": verdict.variant,
                    "value": verdict.value if _is_finite(verdict.value) else "infinite",
                    "threshold": verdict.demanded,
                    "holds": verdict.holds,
                    "must_hold": verdict.must_hold,
                    "as_demanded": verdict.as_demanded,
                    "not_run": verdict.not_run,
                }
                for verdict in outcome.verdicts
            ],
            "faults": outcome.faults,
            "drifts": [{**vars(drift), "measure": str(drift.measure)} for drift in outcome.drifts],
            "notes": outcome.notes,
        }
        for outcome in outcomes
    ]
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _is_finite(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def files(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Return the text of each report by its file name."""
    return {
        "summary.md": markdown(outcomes),
        "junit.xml": junit(outcomes),
        "report.json": as_json(outcomes),
        "benchmark.json": benchmark(outcomes),
    }
