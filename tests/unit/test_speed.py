"""How fast this project is beside others: ratios, the record, and its table."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from advices.core.errors import ResultInvalid
from advices.results.record import Timing
from advices.site import registration, speed
from advices.site.speed import Comparison, Machine, Speed

RESULTS = Path(__file__).parents[2] / "docs" / "results"


def comparison(ours=(2.0, 2.2, 9.0), theirs=(2.0, 2.0, 3.0), **change):
    given = {
        "id": "x",
        "what": "ours | <b>",
        "against": "theirs",
        "goal": 1.15,
        "ours": Timing(samples=tuple(ours)),
        "theirs": Timing(samples=tuple(theirs)),
    }
    return Comparison(**(given | change))


def record(*comparisons):
    return Speed(
        date="2026-01-02T03:04:05+00:00",
        commit="a" * 40,
        machine=Machine(
            cores=2,
            memory_bytes=8 << 30,
            platform="linux/amd64",
            engine_version="26.1.5",
            buildx_version="0.13.1",
            storage_driver="overlay2",
            versions={"mkdocs": "1.6.1"},
        ),
        comparisons=comparisons or (comparison(),),
    )


def test_the_ratio_is_the_median_of_neighbours_and_not_a_ratio_of_medians():
    one = comparison(ours=(2.0, 8.0, 9.0), theirs=(1.0, 8.0, 10.0))
    assert one.ratios == (2.0, 1.0, 0.9)
    assert one.ratio == 1.0


def test_the_ratio_is_for_equal_work():
    assert comparison(ours=(10.0,), theirs=(2.0,), work=10).ratio == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("ours", "change", "met"),
    [
        (1.14, {}, True),
        (1.16, {}, False),
        (1.0, {"goal": 1.0}, True),
        (1.0, {"goal": 1.0, "strictly": True}, False),
        (0.99, {"goal": 1.0, "strictly": True}, True),
        (50.0, {"goal": None}, None),
    ],
)
def test_a_goal_is_met_or_not(ours, change, met):
    assert comparison(ours=(ours,), theirs=(1.0,), **change).met is met


@pytest.mark.parametrize(
    "change", [{"ours": (1.0,)}, {"ours": (), "theirs": ()}, {"theirs": (1.0, 0.0, 1.0)}]
)
def test_samples_without_counterpart_are_refused(change):
    with pytest.raises(ValidationError):
        comparison(**change)


def test_what_is_saved_is_loaded(tmp_path):
    file = speed.save(tmp_path, record())
    assert file.name == "bench.json"
    assert speed.load(tmp_path) == record()


def test_a_missing_record_names_the_command(tmp_path):
    with pytest.raises(ResultInvalid, match=r"docs/results/bench\.json is not there") as caught:
        speed.load(tmp_path)
    assert "./run bench" in caught.value.next_step


@pytest.mark.parametrize("text", ["", "{}", '{"schema_version": 2}', "[1]"])
def test_a_damaged_record_is_an_error(tmp_path, text):
    (tmp_path / "bench.json").write_text(text)
    with pytest.raises(ResultInvalid, match="cannot be read"):
        speed.load(tmp_path)


def test_an_unknown_key_is_an_error(tmp_path):
    file = speed.save(tmp_path, record())
    file.write_text(file.read_text().replace('"date"', '"hidden": 1, "date"', 1))
    with pytest.raises(ResultInvalid, match="hidden"):
        speed.load(tmp_path)


def test_the_table_shows_ratio_spread_samples_and_a_goal_that_was_missed():
    missed = comparison(ours=(2.0, 2.4, 9.0, 2.2, 2.6), theirs=(2.0, 2.0, 3.0, 2.0, 2.0))
    text = speed.markdown(record(missed))
    row = text.splitlines()[2]
    assert row == (
        "| ours &#124; &#60;b&#62; | theirs | 1.20 | 1.00 to 3.00 | 5 | 2.40 s | 2.00 s "
        "| at most 1.15 | <strong>not met</strong> |"
    )
    assert "2026-01-02" in text
    assert "2 cores with 8.0 GiB" in text
    assert "Docker 26.1.5" in text
    assert "mkdocs 1.6.1" in text


@pytest.mark.parametrize(
    ("ours", "change", "shown"),
    [
        (1.1546, {}, "1.155"),
        (1.1496, {}, "1.15"),
        (1.15, {}, "1.15"),
        (1.1504, {}, "1.1504"),
        (1.151, {}, "1.151"),
        (1.1546, {"goal": None}, "1.15"),
        (0.996, {"goal": 1.0, "strictly": True}, "0.996"),
        (1.15 + 1e-9, {}, "1.150000001"),
    ],
)
def test_a_goal_that_was_missed_by_a_hair_is_seen_to_be_missed(ours, change, shown):
    (row,) = speed.rows(record(comparison((ours,), (1.0,), **change)))
    assert row[2] == shown


def test_no_line_breaks_behind_the_dashes_of_an_option():
    words = {"what": "run --force, <b>", "against": "a--b -- c"}
    text = speed.markdown(record(comparison((1.0,) * 5, (1.0,) * 5, **words)))
    row = text.splitlines()[2]
    kept = '<span class="adv-option">--force,</span>'
    assert row.startswith(f"| run {kept} &#60;b&#62; | a--b -- c |")


def test_no_goal_and_a_goal_to_be_faster_are_told_apart():
    rows = speed.rows(record(comparison(goal=None), comparison(goal=1.0, strictly=True)))
    assert [row[-2:] for row in rows] == [("none", "—"), ("below 1", "not met")]


@pytest.mark.parametrize(("count", "trial"), [(4, True), (5, False)])
def test_few_samples_are_called_a_trial(count, trial):
    one = comparison(ours=(1.0,) * count, theirs=(1.0,) * count)
    assert ("A trial" in speed.markdown(record(one))) == trial


def test_one_short_comparison_makes_the_whole_record_a_trial():
    short = comparison(ours=(1.0,) * 2, theirs=(1.0,) * 2)
    full = comparison(ours=(1.0,) * 5, theirs=(1.0,) * 5)
    assert record(full, short).samples == 2


def test_changes_that_no_commit_holds_are_told():
    changed = record().model_copy(update={"commit": f"{'a' * 40}+changes"})
    assert "at commit aaaaaaaaaaaa with changes on" in speed.where(changed)
    assert "with changes" not in speed.where(record())


def test_the_macro_shows_the_record_of_the_site(tmp_path):
    macros = registration.Macros(tmp_path / "labs", tmp_path, lambda: "method.md")
    with pytest.raises(ResultInvalid):
        macros.bench()
    speed.save(tmp_path / "results", record())
    assert macros.bench() == speed.markdown(record())
    assert "bench" in registration.MACROS


def test_what_is_committed_is_no_trial_and_holds_every_comparison():
    committed = speed.load(RESULTS)
    assert committed.samples >= speed.ENOUGH_SAMPLES
    assert [one.id for one in committed.comparisons] == [
        *("forced-lab", "forced-run", "forced-run-full", "forced-run-weighing", "unchanged-suite"),
        *("execute-nbconvert", "execute-nbmake"),
        *("site-build", "growth-unchanged", "growth-site", "growth-check"),
    ]
    assert re.fullmatch(r"[0-9a-f]{40}", committed.commit), "measured with changes in no commit"
