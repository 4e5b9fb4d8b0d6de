"""Tables of claims and mistakes: what was demanded, what was measured, what turned red."""

import factory
import made_labs
import pytest

from advices.lab.scans import not_run
from advices.results import claims
from advices.results.record import Boot, MistakeResult
from advices.site import tables


def test_claims_say_what_was_measured_and_what_was_demanded(tmp_path):
    made = made_labs.read_lab(tmp_path)
    text = tables.claims_table(claims.verdicts(made, factory.result()))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = {line.split("|")[1].strip(): line for line in lines}
    assert len(rows) == len(made.claims) + 2
    moves = next(row for row in rows.values() if "moves at most a tenth" in row)
    assert "at most 10 % of bad" in moves
    assert '<span class="adv-holds">✓ holds</span> 0.015 %' in moves
    assert '<span class="adv-fails">✗ fails</span> 100 %' in moves
    assert "what the lab demands there" in text.splitlines()[-1]


def test_a_claim_that_came_out_wrong_is_strong(tmp_path):
    made = made_labs.read_lab(tmp_path)
    result = factory.result()
    worse = result.model_copy(
        update={"variants": {**result.variants, "good": result.variants["bad"]}}
    )
    text = tables.claims_table(claims.verdicts(made, worse))
    assert "<strong>✗ fails, but must hold</strong>" in text


def test_what_a_variant_does_not_have_is_nothing(tmp_path):
    made = made_labs.read_lab(
        tmp_path, made_labs.LAB.replace("fails_for = []", 'fails_for = ["bad"]')
    )
    result = factory.result()
    silent = result.variants["bad"].model_copy(update={"boot": Boot(answered=False)})
    result = result.model_copy(update={"variants": {**result.variants, "bad": silent}})
    text = tables.claims_table(claims.verdicts(made, result))
    assert "✗ fails</span> nothing" in text


@pytest.mark.parametrize(
    ("red", "cell"),
    [
        (("not-root",), "PID 1 has a user of its own."),
        (
            ("a-deploy-moves-little", "not-root"),
            "After an edit a deploy moves at most a tenth of what it moved.<br>"
            "PID 1 has a user of its own.",
        ),
        (("builds",), "The image builds."),
        ((), "nothing"),
        (None, "not measured"),
        (("a|claim",), "a&#124;claim"),
    ],
)
def test_a_mistake_stands_beside_what_it_turned_red(red, cell, tmp_path):
    made = made_labs.read_lab(tmp_path)
    found = {} if red is None else {"no-user": MistakeResult(says="", red=red)}
    result = factory.result().model_copy(update={"mistakes": found})
    row = tables.mistakes_table(made, result).splitlines()[-1]
    assert row == f"| The USER line is missing. | {cell} |"


def test_of_a_mistake_is_told_what_nobody_judged(tmp_path):
    made = made_labs.read_lab(tmp_path)
    found = MistakeResult(says="", red=(), not_judged=("not-root", "a-deploy-moves-little"))
    result = factory.result().model_copy(update={"mistakes": {"no-user": found}})
    row, _, line = tables.mistakes_table(made, result).splitlines()[-3:]
    assert row == "| The USER line is missing. | not judged here |"
    # Claims that the mistake need not break are no news.
    assert line == "Not judged here: claims about what could not be measured on this machine."


def test_mistakes_that_were_applied_on_another_machine_are_counted(tmp_path):
    made = made_labs.read_lab(tmp_path)
    found = MistakeResult(says="", red=("not-root",), date="2026-01-02", elsewhere=True)
    result = factory.result().model_copy(update={"mistakes": {"no-user": found}})
    text = tables.mistakes_table(made, result)
    assert (
        f"1 of these {len(made.mistakes)} were applied on another machine or on other base images"
        in text
    )
    here = found.model_copy(update={"elsewhere": False})
    text = tables.mistakes_table(made, result.model_copy(update={"mistakes": {"no-user": here}}))
    assert "another kind" not in text


RULES = """
[[claims]]
id = "no-xss"
says = "There is no XSS."
measure = "wapiti_rules"
excludes = ["XSS|<b>"]
holds_for = ["good"]

[[claims]]
id = "csp"
says = "There is a CSP."
measure = "wapiti_rules"
includes = ["CSP", "Other"]
holds_for = ["good"]
fails_for = []
"""


def claims_rows(tmp_path, **scans):
    """Return the cells of the two claims over what a scanner found."""
    made = made_labs.read_lab(tmp_path, made_labs.LAB + RULES)
    made = made.model_copy(update={"claims": made.claims[2:]})
    text = tables.claims_table(claims.verdicts(made, factory.scanned(**scans)))
    rows = [row for row in text.splitlines() if row.startswith("|")][2:]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]


def test_claims_of_rules_say_with_what_and_without_what(tmp_path):
    bad = factory.scan("XSS|<b>", "Other")
    no_xss, csp = claims_rows(tmp_path, good=[factory.scan("CSP", "Other")], bad=[bad])
    xss = "XSS&#124;&#60;b&#62;"
    assert no_xss[1:] == [
        f"without {xss}",
        '<span class="adv-holds">✓ holds</span> none of them',
        f'<span class="adv-fails">✗ fails</span> {xss}',
    ]
    assert csp[1:] == ["with CSP; Other", '<span class="adv-holds">✓ holds</span> all of them', "—"]


def test_a_claim_of_a_scanner_that_did_not_run_neither_holds_nor_fails(tmp_path):
    missing = not_run("wapiti", "no image")
    assert claims_rows(tmp_path, good=[missing], bad=[missing]) == []
    made = made_labs.read_lab(tmp_path / "again", made_labs.LAB + RULES)
    made = made.model_copy(update={"claims": made.claims[2:]})
    scanned = factory.scanned(good=[missing], bad=[missing])
    text = tables.claims_table(claims.verdicts(made, scanned))
    assert text == "2 claims about Wapiti are not judged: it did not run on this machine.\n"
    scanned = factory.scanned(good=[missing], bad=[factory.scan("Other")])
    text = tables.claims_table(claims.verdicts(made, scanned))
    # A claim that was judged of another variant keeps its row.
    assert text.count("not run here") == 1
