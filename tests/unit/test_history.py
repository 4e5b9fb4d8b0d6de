"""What is kept of each refresh, and what the dashboard makes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import factory
import fake_bench
import made_labs
import pytest

from advices.core import ResultInvalid
from advices.core.files import write_whole
from advices.core.paths import Layout
from advices.lab.measure_name import MeasureName
from advices.lab.model import Claim
from advices.measure.plan import Samples
from advices.notebooks import labs
from advices.notebooks.execution import Executed
from advices.notebooks.labs import run_labs
from advices.results import history
from advices.results.claims import Verdict, verdicts
from advices.results.history import Entry
from advices.site import dashboard

CLAIM = Claim(id="small", says="It is | <small>.", measure="disk_bytes", at_most=5)
HOLDS = Verdict(CLAIM, "good", 4, holds=True, must_hold=True)
FAILS = Verdict(CLAIM, "bad", 9, holds=False, must_hold=False)


def of(date: str, bad: object = 100, good: object = 10, **claims: bool) -> Entry:
    return Entry(
        date=date,
        commit="c" * 40,
        mode="full",
        bases={},
        headline="disk_bytes",
        values={"bad": bad, "good": good},
        claims={name.replace("__", "/"): holds for name, holds in claims.items()},
    )


OLD = of("2026-01-01T00:00:00", small__good=True, small__bad=False)
NEW = of("2026-02-02T00:00:00", good=50, small__good=False, small__bad=False)


def test_an_entry_holds_the_headline_of_every_variant_and_every_verdict() -> None:
    made = history.entry(
        factory.result(), MeasureName("disk_bytes"), (HOLDS, FAILS, replace(HOLDS, not_run="x"))
    )
    assert made.values == {"bad": 300_000_000, "good": 140_000_000, "cache-mount": 140_000_000}
    assert made.claims == {"small/good": True, "small/bad": False}
    assert made.bases["python:3.14-slim"].startswith("stand-in sha256:")
    assert (made.date[:10], made.mode) == ("2026-01-02", "full")


def test_a_variant_without_the_measure_is_left_out() -> None:
    assert history.entry(factory.result(), MeasureName("behaviours"), ()).values == {}


def add(folder: Path, new: Entry) -> Path:
    return write_whole(*history.appended(folder, "x", new))


def test_lines_are_added_and_read_in_order(tmp_path: Path) -> None:
    assert history.load(tmp_path, "x") == ()
    add(tmp_path, OLD)
    file = add(tmp_path, NEW)
    assert history.load(tmp_path, "x") == (OLD, NEW)
    assert len(file.read_text().splitlines()) == 2


def test_lines_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    file = add(tmp_path, OLD)
    # As the first toolkits wrote them, and without a newline at the end.
    first = file.read_text().replace('"schema_version": 1, ', "  ").rstrip()
    file.write_text(first)
    add(tmp_path, of("2026-01-02", good="a\u2028b"))
    assert file.read_text().startswith(f"{first}\n{{")
    assert [one.values["good"] for one in history.load(tmp_path, "x")] == [10, "a\u2028b"]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("{", "Expecting property name"),
        ("{}", "date: Field required"),
        ('{"date": 1}', "date: Input should be a valid string"),
        ("[]", "top: Input should be an object"),
        ("\x00", "Expecting value"),
    ],
)
def test_a_damaged_history_is_named(line: str, cause: str, tmp_path: Path) -> None:
    file = add(tmp_path, OLD)
    file.write_text(file.read_text() + line + "\n")
    with pytest.raises(ResultInvalid) as raised:
        history.load(tmp_path, "x")
    assert raised.value.what.startswith(f"line 2 of history/x.jsonl cannot be read: {cause}")
    assert "\n" not in raised.value.what


def test_a_history_that_is_no_text(tmp_path: Path) -> None:
    add(tmp_path, OLD).write_bytes(b"\xff\xfe")
    with pytest.raises(ResultInvalid, match=r"history/x\.jsonl cannot be read: "):
        history.load(tmp_path, "x")


def test_a_claim_that_reversed_is_found_with_its_date() -> None:
    assert history.reversed_claims((OLD, NEW)) == {"small/good": NEW.date}
    assert history.reversed_claims((OLD, OLD)) == {}
    assert history.reversed_claims((NEW, of("2026-03-03", other__good=True))) == {}


def test_runs_are_shown_newest_first() -> None:
    lines = dashboard.runs_table((OLD, NEW)).splitlines()[2:]
    assert lines[0].startswith(
        "| 2026-02-02 | <code>cccccccccccc</code> | 100 B | 50 B | 50 % | all 2"
    )
    assert lines[1].startswith(
        "| 2026-01-01 | <code>cccccccccccc</code> | 100 B | 10 B | 10 % | all 2"
    )


@pytest.mark.parametrize(
    ("bad", "good", "shown"),
    [(100, 10, "10 %"), (2.0, 4.0, "2.0 ×"), (0, 1, "—"), ("a", "b", "—"), (True, True, "—")],
)
def test_an_effect_is_shown_where_there_is_one(bad: object, good: object, shown: str) -> None:
    assert dashboard.effect_text(of("2026-01-01", bad, good)) == shown


def test_every_claim_has_its_verdict_and_date() -> None:
    text = dashboard.claims_table((HOLDS, FAILS), "2026-02-02T00:00:00", (OLD, NEW))
    says = "It is &#124; &#60;small&#62;."
    holds, fails = (f'<span class="adv-{one}">' for one in ("holds", "fails"))
    good = f"| <code>good</code> | {holds}✓ holds</span> | 2026-02-02 | 2026-02-02 |"
    assert f"| {says} {good}" in text
    assert f"| {says} | <code>bad</code> | {fails}✗ fails</span> | 2026-02-02 | never |" in text


def test_the_dashboard_begins_with_how_many_verdicts_are_as_demanded() -> None:
    assert dashboard.all_verdicts([(HOLDS, FAILS), (HOLDS,)]).startswith("**All 3 verdicts")
    wrong = replace(HOLDS, holds=False)
    assert dashboard.all_verdicts([(HOLDS,), (wrong,)]).startswith("**1 of 2 verdicts")


def test_a_curve_is_drawn_only_where_something_moved() -> None:
    assert dashboard.curve((OLD, OLD.model_copy(update={"date": "2026-02-02"})), "x") == ""
    assert dashboard.curve((OLD, NEW), "x").startswith("<svg")


def test_a_verdict_that_must_not_be_is_strong_and_a_missing_scanner_is_no_verdict() -> None:
    text = dashboard.claims_table((replace(HOLDS, holds=False),), "2026", ())
    assert "<strong>✗ fails, but must hold</strong>" in text
    quiet = Claim(id="quiet", says="ZAP is silent.", measure="zap_rules", excludes=("1",))
    unjudged = Verdict(quiet, "good", None, holds=False, must_hold=True, not_run="no image")
    text = dashboard.claims_table((HOLDS, unjudged), "2026", ())
    assert "ZAP is silent" not in text
    assert text.endswith("1 claim about ZAP is not judged: it did not run on this machine.\n")


def test_a_curve_needs_two_numbers() -> None:
    assert dashboard.curve((OLD,), "x") == ""
    assert dashboard.curve((OLD, of("2026-01-02", "a", "b")), "x") == ""
    drawn = dashboard.curve((OLD, NEW), "<x>")
    assert 'points="3.0,20.6 117.0,3.0"' in drawn
    assert "<title>&#60;x&#62;: the good value" in drawn


def test_a_refresh_adds_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(made_labs.project(tmp_path))
    lab = made_labs.read_lab(tmp_path)
    found = verdicts(lab, factory.result())
    done = Executed(lab, factory.result(), "# Page\n", found, None, ())
    monkeypatch.setattr(labs, "one_by_one", lambda *_: (one for one in (done,)))
    for lines in (1, 2):
        run_labs(fake_bench.workshop(layout), [lab.slug], Samples(), force=True)
        assert len(history.load(layout.results, lab.slug)) == lines
    assert history.load(layout.results, lab.slug)[0].headline == lab.headline
