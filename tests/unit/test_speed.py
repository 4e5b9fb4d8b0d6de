"""How fast this project is beside others: ratios, the record, and its table."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from advices.core import ResultInvalid
from advices.site import registration, speed
from advices.site.speed import COMPARISONS, Speed

RESULTS = Path(__file__).parents[2] / "docs" / "results"
PAIRS = ((2.0, 2.0), (2.2, 2.0), (9.0, 3.0))


def record(pairs=PAIRS, name="forced-run-full"):
    return Speed(
        date="2026-01-02T03:04:05+00:00",
        commit="a" * 40,
        machine=("2 cores", "Docker 26 <b>"),
        pairs={name: pairs},
    )


def row(*pairs, name="forced-run-full"):
    (found,) = speed.rows(record(pairs, name))
    return dict(zip(speed.HEADER, found, strict=True))


def test_the_ratio_is_the_median_of_pairs_and_not_a_ratio_of_medians():
    found = row((2.0, 1.0), (8.0, 8.0), (9.0, 10.0))
    assert (found["Ratio"], found["Spread"]) == ("1.000", "0.90 to 2.00")
    assert (found["Samples"], found["Seconds"], found["Theirs"]) == ("3", "8.00 s", "8.00 s")


def test_the_ratio_is_for_equal_work():
    assert row((10.0, 2.0), name="growth-site")["Ratio"] == "0.500"


@pytest.mark.parametrize(
    ("ours", "name", "shown"),
    [
        (1.1504, "forced-run-full", ("1.150", "at most 1.15", "met")),
        (1.1506, "forced-run-full", ("1.151", "at most 1.15", "not met")),
        (1.06, "forced-run", ("1.060", "at most 1.05", "not met")),
        (0.35, "unchanged-suite", ("0.350", "at most 0.35", "met")),
        (1.26, "site-build", ("1.260", "at most 1.25", "not met")),
        (50.0, "execute-nbmake", ("50.000", "none", "—")),
    ],
)
def test_a_goal_is_met_or_not_by_the_ratio_that_is_shown(ours, name, shown):
    found = row((ours, 1.0), name=name)
    assert (found["Ratio"], found["Goal"], found["Met"]) == shown


@pytest.mark.parametrize("pairs", [(), ((1.0,),), ((1.0, 0.0),), ((1.0, 1.0, 1.0),)])
def test_samples_without_counterpart_are_refused(pairs):
    with pytest.raises(ValidationError):
        record(pairs)


def test_what_is_saved_is_loaded(tmp_path):
    file = speed.save(tmp_path, record())
    assert file.name == "bench.json"
    assert speed.load(tmp_path) == record()
    file.write_text(file.read_text().replace('"date"', '"hidden": 1, "date"', 1))
    with pytest.raises(ResultInvalid, match="hidden"):
        speed.load(tmp_path)


@pytest.mark.parametrize("text", [None, "", "{}", '{"schema_version": 1}', "[1]", "\udcff"])
def test_a_record_that_is_missing_or_damaged_names_the_command(tmp_path, text):
    if text is not None:
        (tmp_path / "bench.json").write_text(text, errors="surrogateescape")
    with pytest.raises(ResultInvalid, match=r"docs/results/bench\.json cannot be read") as caught:
        speed.load(tmp_path)
    assert "./run bench" in caught.value.next_step


def test_a_comparison_that_nobody_knows_is_refused(tmp_path):
    speed.save(tmp_path, record()).write_text(
        record().model_dump_json().replace("forced-run-full", "other")
    )
    with pytest.raises(ResultInvalid, match="other"):
        speed.load(tmp_path)


def test_the_table_shows_ratio_spread_samples_and_a_goal_that_was_missed():
    text = speed.markdown(record(((2.0, 2.0), (2.4, 2.0), (9.0, 3.0))))
    # No line breaks behind the dashes of an option.
    assert text.splitlines()[2] == (
        '| advices run LAB <span class="adv-option">--force</span> '
        "| a shell script with its builds, inspects and starts | 1.200 | 1.00 to 3.00 | 3 "
        "| 2.40 s | 2.00 s | at most 1.15 | <strong>not met</strong> |"
    )
    where = "Measured 2026-01-02 at commit aaaaaaaaaaaa on 2 cores, Docker 26 &#60;b&#62;."
    assert where in text


def test_the_macro_shows_the_record_of_the_site(tmp_path):
    macros = registration.Macros(tmp_path / "labs", tmp_path, lambda: "method.md")
    with pytest.raises(ResultInvalid):
        macros.bench()
    speed.save(tmp_path / "results", record())
    assert macros.bench() == speed.markdown(record())
    assert "bench" in registration.MACROS


def test_what_is_committed_is_no_trial_and_holds_every_comparison():
    committed = speed.load(RESULTS)
    assert all(len(pairs) >= COMPARISONS[name].samples for name, pairs in committed.pairs.items())
    assert committed.pairs.keys() == COMPARISONS.keys()
    assert re.fullmatch(r"[0-9a-f]{40}", committed.commit), "measured with changes in no commit"
