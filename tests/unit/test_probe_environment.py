"""How the probe `environment` compares what was meant with what came out."""

from __future__ import annotations

from advices.probes.environment import wrong

INTENDED = {"A": "1", "B": "2", "EMPTY": ""}


def test_what_came_out_as_meant_is_not_wrong() -> None:
    assert wrong(INTENDED, ["A=1", "B=2", "EMPTY=", "OTHER=x", ""]) == {}


def test_a_continuation_that_sets_one_variable_to_a_whole_line_is_seen() -> None:
    assert wrong(INTENDED, ["A=1 B=2", "EMPTY="]) == {"A": "1 B=2", "B": None}


def test_an_empty_value_is_not_an_unset_one() -> None:
    assert wrong({"EMPTY": ""}, []) == {"EMPTY": None}


def test_a_value_may_hold_an_equals_sign_and_the_first_entry_counts() -> None:
    assert wrong({"URL": "a=b"}, ["URL=a=b", "URL=other"]) == {}
