"""Pure: claims with their verdicts, and known mistakes, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from advices.lab import BUILDS, SCANNERS, Claim, Lab, describe
from advices.results import Result, Verdict, code, escape
from advices.site.tables.writing import cards, table


def claims_table(verdicts: Iterable[Verdict]) -> str:
    """Return claims (rows) by variant (columns): measured, and whether that is as demanded.

    Claims about a scanner that did not run have no rows but one sentence.
    """
    by_claim: dict[str, dict[str, Verdict]] = {}
    shown, unjudged = judged_and_not(verdicts)
    for verdict in shown:
        by_claim.setdefault(verdict.claim.id, {})[verdict.variant] = verdict
    # A dict keeps the order of first sight, a set would not.
    variants = list(dict.fromkeys(name for row in by_claim.values() for name in row))
    rows = []
    for found in by_claim.values():
        first = next(iter(found.values()))
        cells = [_outcome(found[name]) if name in found else "—" for name in variants]
        rows.append([_says(first.claim), escape(first.demanded), *cells])
    every = [verdict for found in by_claim.values() for verdict in found.values()]
    parts = [
        *([cards(table(["Claim", "Demanded", *map(code, variants)], rows))] if rows else []),
        *([f"{_FAILS}\n"] if any(map(_fails_as_demanded, every)) else []),
        *([f"{unjudged}\n"] if unjudged else []),
    ]
    return "\n".join(parts)


def _says(claim: Claim) -> str:
    """Return a claim's sentence; of one that is another lab's with a link to that chapter."""
    if claim.of is None:
        return escape(claim.says)
    slug = claim.of.partition("/")[0]
    # Chapters, labs and notebooks are all one folder below the same one.
    return f"{escape(claim.says)} [{escape(slug)}](../chapters/{slug}.md)"


def judged_and_not(verdicts: Iterable[Verdict]) -> tuple[tuple[Verdict, ...], str]:
    """Return the verdicts on claims that some variant was judged by, and a line on the others.

    The line says how many claims are about which scanner that did not run, or why a probe could not
    measure, "" where there are none.
    """
    every = tuple(verdicts)
    judged = {verdict.claim.id for verdict in every if not verdict.not_run}
    others = {v.claim.id: v for v in every if v.claim.id not in judged}
    about = Counter(map(_about, others.values()))
    said = [
        f"{count} claim{'s' if count > 1 else ''} {escape(what)} "
        f"{'are' if count > 1 else 'is'} not judged: {escape(why)}."
        for (what, why), count in about.items()
    ]
    return tuple(verdict for verdict in every if verdict.claim.id in judged), " ".join(said)


def _about(verdict: Verdict) -> tuple[str, str]:
    """Return what an unjudged claim is about, and why nobody judged it."""
    for scanner, name in SCANNERS.items():
        if verdict.claim.measure.is_by(scanner):
            return f"about {name}", "it did not run on this machine"
    label = describe(verdict.claim.measure).label
    return f"about “{label}”", verdict.not_run


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
    rows, unjudged = [], False
    for mistake in lab.mistakes:
        found = result.mistakes.get(mistake.id)
        red = [escape(says.get(claim, claim)) for claim in found.red] if found else ["not measured"]
        waits = bool(found and {*found.not_judged} & {*mistake.breaks})
        unjudged = unjudged or waits
        nothing = "not judged here" if waits else "nothing"
        rows.append([escape(mistake.says), "<br>".join(red) or nothing])
    proved = table(["Mistake, on its own in the good Dockerfile", "Claims that it broke"], rows)
    if unjudged:
        proved += "\nNot judged here: claims about what could not be measured on this machine.\n"
    elsewhere = [one.date for one in result.mistakes.values() if one.elsewhere]
    if elsewhere:
        proved += (
            f"\n{len(elsewhere)} of these {len(rows)} were applied on another machine or on other "
            f"base images, the first on {escape(min(elsewhere))}. Nothing that this project "
            "decides of them has changed since.\n"
        )
    return proved
