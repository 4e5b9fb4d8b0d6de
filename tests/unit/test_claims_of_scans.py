"""Claims about what a scanner found: rules in a list, and a scanner that did not run."""

from __future__ import annotations

from typing import Any

import factory
import pytest
from judged_claims import judge, lab_of

from advices.core import LabInvalid
from advices.lab.model import Claim
from advices.lab.scans import not_run
from advices.results.claims import Verdict, judged, red, verdicts
from advices.results.predicates import found_text

RULES = factory.scan("a", "b", "c d")
MISSING = not_run("wapiti", "no image")


def of_rules(scans: list[Any], **claim: Any) -> Verdict:
    """Return the verdict of a claim on the good variant's rules, beside a bad one of no scan."""
    result = factory.scanned(good=scans, bad=[RULES])
    return judge(result, measure="wapiti_rules", **{"fails_for": (), **claim})[0]


@pytest.mark.parametrize(
    ("claim", "demanded", "holds"),
    [
        ({"includes": ("a",)}, "with a", True),
        ({"includes": ("c d", "a")}, "with c d; a", True),
        ({"includes": ("a", "x")}, "with a; x", False),
        # A part of a rule's name is no rule.
        ({"includes": ("c",)}, "with c", False),
        ({"includes": ("a; b",)}, "with a; b", False),
        ({"excludes": ("x", "y")}, "without x; y", True),
        ({"excludes": ("x", "a")}, "without x; a", False),
        ({"excludes": ("c",)}, "without c", True),
    ],
)
def test_a_list_has_or_has_not(claim: dict[str, Any], demanded: str, holds: bool) -> None:
    found = of_rules([RULES], **claim)
    assert (found.value, found.demanded, found.holds) == ("a; b; c d", demanded, holds)


@pytest.mark.parametrize(("claim", "holds"), [("includes", False), ("excludes", True)])
def test_a_scan_without_alerts_has_no_rule(claim: str, holds: bool) -> None:
    assert of_rules([factory.scan()], **{claim: ("a",)}).holds == holds


@pytest.mark.parametrize("must_hold", [True, False])
@pytest.mark.parametrize("claim", [{"includes": ("a",)}, {"excludes": ("a",)}, {"equals": ""}])
def test_of_a_scanner_that_did_not_run_nothing_is_known_and_nothing_demanded(
    claim: dict[str, Any], must_hold: bool
) -> None:
    wanted = {"holds_for": ("good" if must_hold else "bad",), "fails_for": ("good",)}
    result = factory.scanned(good=[MISSING], bad=[MISSING])
    for verdict in judge(result, measure="wapiti_rules", **wanted, **claim):
        assert (verdict.not_run, verdict.value, verdict.holds) == ("no image", None, False)
        assert verdict.as_demanded


@pytest.mark.parametrize(
    ("scans", "value"), [([], None), ([RULES, not_run("zap", "no image")], "a; b; c d")]
)
def test_only_its_own_scanner_excuses_a_claim(scans: list[Any], value: str | None) -> None:
    # Without a scan the container did not answer, for the scanner is here: see the bad one.
    found = of_rules(scans, excludes=("a",))
    assert (found.not_run, found.value, found.as_demanded) == ("", value, False)


def test_what_did_not_answer_fails_nothing_where_the_scanner_is_missing() -> None:
    lab = lab_of(
        Claim(id="rules", says="", measure="wapiti_rules", excludes=("a",)),
        Claim(id="banner", says="", measure="uid", equals=0),
    )
    result = factory.scanned(good=[MISSING], bad=[MISSING], yours=[])
    assert [verdict.not_run for verdict in verdicts(lab, result)[:2]] == ["no image"] * 2
    assert [verdict.claim.id for verdict in judged(lab, result, "yours")] == ["banner"]


def test_a_measure_of_no_scanner_at_all_is_still_unknown() -> None:
    with pytest.raises(LabInvalid, match="has no measure `nikto_rules`"):
        judge(factory.scanned(good=[MISSING], bad=[MISSING]), measure="nikto_rules", equals="")


def test_a_learner_is_not_judged_by_a_scanner_that_did_not_run() -> None:
    lab = lab_of(
        Claim(id="rules", says="", measure="wapiti_rules", excludes=("a",)),
        Claim(id="user", says="", measure="uid", equals=0),
    )
    known = judged(lab, factory.scanned(good=[RULES], bad=[RULES]), "bad")
    assert red(known) == ("rules", "user")
    assert red(judged(lab, factory.scanned(good=[MISSING], bad=[MISSING]), "bad")) == ("user",)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"excludes": ("A", "C")}, "A"),
        ({"excludes": ("C", "D")}, "none of them"),
        ({"includes": ("A", "B")}, "all of them"),
        ({"includes": ("A", "C", "D")}, "without C; D"),
    ],
)
def test_what_was_measured_of_a_list_is_what_the_claim_names(
    rule: dict[str, Any], said: str
) -> None:
    claim = Claim(id="x", says="", measure="zap_rules", **rule)
    assert found_text(claim, "A; B") == said
