"""What has its turn on a day: a tenth of all proofs, some of the labs, and all of them in time."""

from __future__ import annotations

import datetime as dt

from advices.measure import LAB_TURNS, TURNS, due, labs_due, turn_of

NAMES = [f"lab mistake-{number:03}" for number in range(25)]


def test_ten_days_prove_all_and_each_day_a_tenth() -> None:
    days = [dt.date(2026, 12, 28) + dt.timedelta(number) for number in range(TURNS)]
    proved = [due(NAMES, turn_of(day)) for day in days]
    assert sorted(name for one in proved for name in one) == NAMES
    assert {len(one) for one in proved} == {2, 3}


def test_a_day_has_one_turn_whatever_the_order() -> None:
    day = dt.date(2026, 11, 28)
    assert turn_of(day) == turn_of(day + dt.timedelta(TURNS)) != turn_of(day + dt.timedelta(1))
    assert due(NAMES, 3) == due([*NAMES[7:], *NAMES[:7]], 3)


def test_each_lab_has_its_turn_and_so_has_what_is_in_turn_within_it() -> None:
    first = dt.date(2026, 12, 28)
    days = [first + dt.timedelta(number) for number in range(LAB_TURNS * TURNS)]
    labs = [f"lab-{number}" for number in range(14)]
    for some in (days[:LAB_TURNS], days[7 : 7 + LAB_TURNS]):
        checked = [labs_due(labs, day) for day in some]
        assert sorted(slug for one in checked for slug in one) == sorted(labs)
        assert {len(one) for one in checked} == {4, 5}
    # A mistake is proved only with its lab.
    together = {(turn_of(day), slug) for day in days for slug in labs_due(labs, day)}
    assert len(together) == TURNS * len(labs)
