"""Pure: claims with their verdicts, and known mistakes, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from advices.lab import BUILDS, Lab
from advices.results import Result, Verdict, code, escape
from advices.site.tables.writing import table


def claims_table(verdicts: Iterable[Verdict]) -> str:
    """Return claims (rows) by variant (columns): measured, and whether that is as demanded."""
    by_claim: dict[str, dict[str, Verdict]] = {}
    for verdict in verdicts:
        by_claim.setdefault(verdict.claim.id, {})[verdict.variant] = verdict
    # A dict keeps the order of first sight, a set would not.
    variants = list(dict.fromkeys(name for row in by_claim.values() for name in row))
    rows = []
    for found in by_claim.values():
        first = next(iter(found.values()))
        cells = [_outcome(found[name]) if name in found else "—" for name in variants]
        rows.append([escape(first.claim.says), escape(first.demanded), *cells])
    shown = table(["Claim", "Demanded", *map(code, variants)], rows)
    every = [verdict for found in by_claim.values() for verdict in found.values()]
    return f"{shown}\n{_FAILS}\n" if any(map(_fails_as_demanded, every)) else shown


_FAILS = "<small>✗ fails: that, too, is what the lab demands there.</small>"


def verdict_mark(verdict: Verdict) -> str:
    """Return a verdict as a sign and a word, which have a colour on the site."""
    if verdict.not_run:
        return "not run here"
    word = "✓ holds" if verdict.holds else "✗ fails"
    if not verdict.as_demanded:
        return f"<strong>{word}, but must {'hold' if verdict.must_hold else 'fail'}</strong>"
    return f'<span class="adv-{"holds" if verdict.holds else "fails"}">{word}</span>'


def _outcome(verdict: Verdict) -> str:
    said = "" if verdict.not_run else f" {escape(verdict.measured)}"
    return verdict_mark(verdict) + said


def _fails_as_demanded(verdict: Verdict) -> bool:
    return verdict.as_demanded and not (verdict.holds or verdict.not_run)


def mistakes_table(lab: Lab, result: Result) -> str:
    """Return each known mistake and the claims that it turned red, alone in the good Dockerfile."""
    if result.provenance.mode == "quick" and not result.mistakes:
        return "The mistakes were not applied, because this was a quick run.\n"
    says = {claim.id: claim.says for claim in lab.claims} | {BUILDS: "The image builds."}
    rows = []
    for mistake in lab.mistakes:
        found = result.mistakes.get(mistake.id)
        red = [escape(says.get(claim, claim)) for claim in found.red] if found else ["not measured"]
        red += [
            f"{escape(says.get(claim, claim))} (not run here)"
            for claim in (found.not_judged if found else ())
            if claim in mistake.breaks
        ]
        rows.append([escape(mistake.says), "<br>".join(red) or "nothing"])
    proved = table(["Mistake, on its own in the good Dockerfile", "Claims that it broke"], rows)
    elsewhere = [one.date for one in result.mistakes.values() if one.elsewhere]
    if elsewhere:
        proved += (
            f"\n{len(elsewhere)} of these {len(rows)} were applied on a different kind of machine, "
            f"the first on {escape(min(elsewhere))}. Nothing that this project decides of them "
            "has changed since.\n"
        )
    return proved
