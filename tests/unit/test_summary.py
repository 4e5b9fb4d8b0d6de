"""What a CI job is told of a run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import factory
import made_labs
import pytest

from advices.cli import labs as main
from advices.lab.measure_name import MeasureName
from advices.lab.model import Claim
from advices.results.claims import Verdict, verdicts
from advices.results.comparison import Drift
from advices.site import ci_reports
from advices.site.ci_reports import Outcome

CLAIM = Claim(id="small", says="It is small & <good>.", measure="disk_bytes", at_most=5)
GOOD = Verdict(CLAIM, "good", 4, holds=True, must_hold=True)
BROKEN = Verdict(CLAIM, "good", 9, holds=False, must_hold=True)
NOT_RUN = replace(BROKEN, not_run="no image")
DRIFT = Drift("good", MeasureName("disk_bytes"), 1_000_000, 9_000_000, "± 3%")
SOUND = Outcome("build-cache", factory.result(), (GOOD,), seconds=12.3)
FAULT = "build-cache: claim `small` must hold for `good`: disk_bytes is 9 B, claimed at most 5 B"
OTHER = "build-cache: mistake `x` must turn red a, and turned red | nothing"
UNSOUND = replace(SOUND, verdicts=(BROKEN,), faults=(FAULT, OTHER), drifts=(DRIFT,))


def test_a_sound_lab_is_one_row() -> None:
    text = ci_reports.markdown([SOUND])
    assert "| <code>build-cache</code> | ok | 12 s | 1 | 0 | 0 |" in text
    assert "###" not in text


def test_an_unchanged_lab_says_so() -> None:
    assert "| ok | unchanged |" in ci_reports.markdown([replace(SOUND, unchanged=True)])


def test_what_is_wrong_is_named_with_the_command_that_refreshes() -> None:
    text = ci_reports.markdown([UNSOUND])
    assert "<strong>not ok</strong>" in text
    assert "mistake &#96;x&#96; must turn red a, and turned red &#124; nothing" in text
    assert "| <code>good</code> | <code>disk&#95;bytes</code> | 1.00 MB | 9.00 MB | ± 3% |" in text
    assert "`advices run build-cache --force`" in text


def test_a_note_alone_is_shown_and_the_lab_is_sound() -> None:
    text = ci_reports.markdown([replace(SOUND, notes=("other base",))])
    assert "| ok |" in text
    assert "- other base" in text


@pytest.mark.parametrize(
    ("outcome", "tests", "failures", "skipped"),
    [
        (SOUND, 1, 0, 0),
        (replace(SOUND, verdicts=(GOOD, BROKEN)), 2, 1, 0),
        (replace(SOUND, verdicts=(NOT_RUN,)), 1, 0, 1),
        (UNSOUND, 3, 3, 0),
    ],
)
def test_junit_counts(outcome: Outcome, tests: int, failures: int, skipped: int) -> None:
    suite = ElementTree.fromstring(ci_reports.junit([outcome])).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == (str(tests), str(failures))
    assert len(suite.findall("testcase")) == tests
    assert len(suite.findall("testcase/failure")) == failures
    assert len(suite.findall("testcase/skipped")) == skipped


def test_junit_holds_signs_that_xml_does_not() -> None:
    outcome = replace(SOUND, faults=("a\x1b[0m \x00 fault",))
    failure = ElementTree.fromstring(ci_reports.junit([outcome])).find(".//failure")
    assert failure is not None
    assert failure.get("message") == "a [0m   fault"


def test_the_benchmark_has_numbers_with_unit_and_range() -> None:
    found = {entry["name"]: entry for entry in json.loads(ci_reports.benchmark([SOUND]))}
    assert found["build-cache good disk_bytes"] == {
        "name": "build-cache good disk_bytes",
        "unit": "bytes",
        "value": 140_000_000,
    }
    timing = found["build-cache good edit-source.seconds"]
    assert (timing["unit"], timing["range"]) == ("seconds", "1.35 to 1.65")
    assert "build-cache good answered" not in found
    assert "build-cache good page_digest" not in found


def test_the_json_names_every_verdict() -> None:
    (found,) = json.loads(ci_reports.as_json([replace(UNSOUND, verdicts=(BROKEN, NOT_RUN))]))
    assert (found["lab"], found["sound"]) == ("build-cache", False)
    assert [one["as_demanded"] for one in found["claims"]] == [False, True]
    assert found["claims"][0]["threshold"] == "at most 5 B"
    drift = {"variant": "good", "measure": "disk_bytes", "old": 1_000_000, "new": 9_000_000}
    assert found["drifts"] == [{**drift, "limit": "± 3%"}]


def test_a_ratio_without_end_is_still_json() -> None:
    verdict = replace(BROKEN, value=float("inf"))
    text = ci_reports.as_json([replace(SOUND, verdicts=(verdict,))])
    assert json.loads(text)[0]["claims"][0]["value"] == "infinite"


def test_real_verdicts_fit(tmp_path: Path) -> None:
    lab = made_labs.read_lab(tmp_path)
    outcome = Outcome(lab.slug, factory.result(), verdicts(lab, factory.result()))
    assert all(text for text in ci_reports.files([outcome]).values())


def test_reports_are_written_also_when_a_run_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n")
    monkeypatch.setenv(main.JOB_PAGE_VARIABLE, str(page))
    with pytest.raises(ZeroDivisionError), main._reported(tmp_path / "reports") as told:
        told(UNSOUND)
        raise ZeroDivisionError
    names = {file.name for file in (tmp_path / "reports").iterdir()}
    assert names == {"summary.md", "junit.xml", "report.json", "benchmark.json"}
    assert page.read_text().startswith("before\n## Docker Advices")


def test_no_report_is_written_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(main.JOB_PAGE_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    with main._reported(None) as told:
        told(SOUND)
    assert list(tmp_path.glob("*.md")) == []
