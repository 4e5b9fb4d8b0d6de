"""What a learner is told: each claim with value, reference and limit, and the right hints."""

from __future__ import annotations

from typing import Any

import factory
import pytest
from asked_exercise import EMPTY, GOOD, claim, exercise, mistake, result

from advices.lab.dockerfile import parse_dockerfile
from advices.lab.scans import Scan, not_run
from advices.lab.signs import Sign
from advices.results.exercise import Checked, Row, checked, hints, start_rows
from advices.results.record import Boot, VariantResult
from advices.site.exercise import checked_shown


@pytest.mark.parametrize(
    ("predicate", "row"),
    [
        (
            {"measure": "disk_bytes", "at_most": 1.1, "relative_to": "good"},
            (False, "300 MB", "140 MB", "at most 154 MB"),
        ),
        (
            {"measure": "disk_bytes", "at_most": 3.0, "relative_to": "good"},
            (True, "300 MB", "140 MB", "at most 420 MB"),
        ),
        (
            {"measure": "cold.new_transfer_bytes", "at_least": 0.045, "relative_to": "good"},
            (True, "20.0 MB", "20.0 MB", "at least 900 kB"),
        ),
        (
            {"measure": "transfer_bytes", "at_most": 90_000_000},
            (False, "110 MB", "50.0 MB", "at most 90.0 MB"),
        ),
        ({"measure": "layers", "at_most": 3}, (True, "2", "2", "at most 3")),
        (
            {"measure": "layers", "at_most": 1.5, "relative_to": "good"},
            (True, "2", "2", "at most 3"),
        ),
        ({"measure": "uid", "at_least": 1000}, (True, "1000", "1000", "at least 1000")),
        ({"measure": "uid", "equals": 65534}, (False, "1000", "1000", "65534")),
        ({"measure": "answered", "equals": True}, (True, "yes", "yes", "yes")),
        (
            {"measure": "page_digest", "equals": True, "relative_to": "good"},
            (True, "the same page", "the page", "the same page"),
        ),
        (
            {"measure": "page_digest", "equals": False, "relative_to": "good"},
            (False, "the same page", "the page", "another page"),
        ),
        # Nothing was found out about it in the learner's image.
        ({"measure": "shells", "equals": 0}, (False, "nothing", "9", "0")),
        (
            {"measure": "shells", "at_most": 0.5, "relative_to": "good"},
            (False, "nothing", "9", "at most 4.5"),
        ),
    ],
)
def test_a_row_says_yours_the_reference_and_the_limit(
    predicate: dict[str, Any], row: tuple[bool, str, str, str]
) -> None:
    found = checked(exercise(claim(**predicate)), result(factory.variant(scale=3)), EMPTY)
    assert found.rows == (Row("It is so.", *row),)
    assert found.solved == row[0]


def test_the_steps_of_a_build_that_was_ended_are_the_least_that_ran() -> None:
    edit = GOOD.builds["cold"].model_copy(update={"is_unfinished": True})
    yours = GOOD.model_copy(update={"builds": {**GOOD.builds, "edit": edit}})
    few = claim(measure="edit.steps_run", equals=0)
    (row,) = checked(exercise(few), result(yours), EMPTY).rows
    assert (row.holds, row.yours) == (False, f"at least {edit.steps_run}")
    assert edit.measures() == {"steps_run": edit.steps_run}


def test_without_a_reference_the_limit_is_a_part_of_it() -> None:
    silent = GOOD.model_copy(update={"boot": Boot(answered=False)})
    one = claim(measure="uid", at_most=1.0, relative_to="good")
    (row,) = checked(exercise(one), result(GOOD, silent), EMPTY).rows
    assert (row.holds, row.reference, row.limit) == (False, "nothing", "at most 100 % of good")


def test_claims_that_need_timing_are_no_business_of_a_learner() -> None:
    timed = claim(measure="cold.seconds", at_most=0.0)
    found = checked(exercise(timed), result(GOOD), EMPTY)
    assert (found.rows, found.solved) == ((), True)


def test_the_start_stands_beside_the_solution() -> None:
    one = claim(measure="uid", equals=1000)
    start = GOOD.model_copy(update={"boot": Boot(answered=True, uid=0)})
    assert start_rows(exercise(one), result(start, name="bad")) == (
        Row("It is so.", False, "0", "1000", "1000"),
    )


ONE, TWO, BOTH = mistake("one", "a"), mistake("two", "b"), mistake("both", "a", "b")
SIGNED = mistake("signed", "a", sign=Sign(user="root"))


@pytest.mark.parametrize(
    ("red", "dockerfile", "shown"),
    [
        ((), "FROM x\nUSER root\n", []),
        (("a",), "", ["one"]),
        (("b",), "", ["two"]),
        (("c",), "", []),
        (("b", "c", "a"), "", ["one", "two", "both"]),
        (("a",), "FROM x\nUSER 0\n", ["one", "signed"]),
        (("a",), "FROM x\nRUN echo USER root\n", ["one"]),
        (("b",), "FROM x\nUSER root\n", ["two"]),
    ],
)
def test_a_hint_is_shown_when_all_that_it_breaks_is_red_and_its_sign_is_there(
    red: tuple[str, ...], dockerfile: str, shown: list[str]
) -> None:
    given = (ONE, TWO, BOTH, SIGNED)
    known = exercise(*(claim(id=name, measure="uid", equals=1) for name in "ab"), mistakes=given)
    assert [one.id for one in hints(known, red, parse_dockerfile(dockerfile))] == shown


@pytest.mark.parametrize(
    ("red", "left_out", "shown"),
    [
        (("a",), (), ["one"]),
        (("a",), ("b",), ["one", "both"]),
        ((), ("a",), []),
        ((), ("a", "b"), []),
    ],
)
def test_no_mistake_is_known_by_what_was_not_judged(
    red: tuple[str, ...], left_out: tuple[str, ...], shown: list[str]
) -> None:
    known = exercise(
        *(claim(id=name, measure="uid", equals=1) for name in "ab"), mistakes=(ONE, TWO, BOTH)
    )
    found = hints(known, red, parse_dockerfile("RUN chown"), left_out)
    assert [one.id for one in found] == shown


def test_a_learner_gets_the_hints_of_what_is_red() -> None:
    known = exercise(
        claim(id="a", measure="uid", equals=0),
        claim(id="b", measure="uid", equals=1000),
        mistakes=(ONE, TWO, BOTH, SIGNED),
    )
    assert checked(known, result(GOOD), parse_dockerfile("FROM x\nUSER 0\n")).hints == (ONE, SIGNED)


@pytest.mark.parametrize(
    ("yours", "shown"),
    [
        (Boot(answered=True, uid=0, page_digest="d"), ["root", "large", "other-page", "silent"]),
        # Nobody knows whether a silent image would be root's or show another page, and how large it
        # is can wait.
        (Boot(answered=False), ["silent"]),
    ],
)
def test_a_silent_image_gets_no_hint_on_what_nobody_saw(yours: Boot, shown: list[str]) -> None:
    known = exercise(
        claim(id="not-root", measure="uid", equals=1000),
        claim(id="same-page", measure="page_digest", equals="c" * 64),
        claim(id="small", measure="disk_bytes", at_most=1),
        mistakes=(
            mistake("root", "not-root"),
            mistake("large", "small"),
            mistake("other-page", "same-page"),
            mistake("silent", "same-page", "not-root"),
        ),
    )
    found = checked(known, result(GOOD.model_copy(update={"boot": yours})), EMPTY)
    assert [one.id for one in found.hints] == shown


def test_what_a_probe_did_not_find_in_an_image_that_answers_is_hinted_at() -> None:
    known = exercise(
        claim(id="no-shell", measure="shells", equals=0),
        claim(id="no-compiler", measure="compilers", equals=0),
        mistakes=(mistake("shell", "no-shell"),),
    )
    probed = GOOD.model_copy(update={"probed": {"shells": 0, "compilers": 0}})
    assert [one.id for one in checked(known, result(GOOD, probed), EMPTY).hints] == ["shell"]


def test_what_was_seen_of_an_image_that_did_not_answer_comes_first() -> None:
    found = Checked((Row("Yes.", False, *"abc"),), (), "ended with exit code 1\n\n<b>1/0</b>")
    shown = checked_shown(found).markdown
    assert shown.startswith("<pre>ended with exit code 1\n\n&#60;b&#62;1/0&#60;/b&#62;</pre>\n\n| ")


def test_markdown_is_a_table_and_the_hints() -> None:
    rows = (Row("So | it is.", False, "2 MB", "1 MB", "at most 1 MB"), Row("Yes.", True, *"abc"))
    lines = checked_shown(Checked(rows, (ONE,))).markdown.splitlines()
    assert lines[2:] == [
        "| <strong>not met</strong> | So &#124; it is. | 2 MB | 1 MB | at most 1 MB |",
        "| met | Yes. | a | b | c |",
        "",
        "- Hint: Hint: one.",
    ]
    solved = checked_shown(Checked(rows[1:], ())).markdown
    assert solved.endswith("\nSolved: every claim is met.\n")
    assert "Hint" not in solved


RULES = exercise(
    claim(id="no-xss", measure="wapiti_rules", excludes=("XSS", "SQL")),
    claim(id="csp", measure="wapiti_rules", includes=("CSP",)),
    claim(id="zap", measure="zap_rules", excludes=("10038",)),
    mistakes=(mistake("escape", "no-xss"), mistake("zap", "zap")),
)


def seen(*scans: Scan) -> VariantResult:
    return GOOD.model_copy(update={"scans": scans})


def test_a_row_of_rules_says_with_or_without_what() -> None:
    zap = factory.scan("10038", scanner="zap")
    yours = seen(factory.scan("XSS", "x" * 20), zap)
    found = checked(RULES, result(yours, seen(factory.scan("CSP"), zap)), EMPTY)
    assert [(row.holds, row.yours, row.reference, row.limit) for row in found.rows] == [
        (False, "XSS", "none of them", "without XSS; SQL"),
        (False, "without CSP", "all of them", "with CSP"),
        (False, "10038", "10038", "without 10038"),
    ]
    assert [one.id for one in found.hints] == ["escape", "zap"]


def test_no_rule_at_all_is_said_with_a_word() -> None:
    missing = not_run("zap", "no image")
    found = checked(RULES, result(seen(factory.scan(), missing), seen(factory.scan())), EMPTY)
    assert found.rows[0].yours == "none of them"


@pytest.mark.parametrize("answered", [True, False])
def test_a_scanner_that_did_not_run_has_no_row_and_gives_no_hint(answered: bool) -> None:
    missing = not_run("zap", "no image")
    yours = seen(factory.scan("XSS"), missing) if answered else seen()
    found = checked(RULES, result(yours, seen(factory.scan("CSP"), missing)), EMPTY)
    assert [row.limit for row in found.rows] == ["without XSS; SQL", "with CSP"]
    assert "zap" not in [one.id for one in found.hints]
