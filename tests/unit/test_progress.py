"""What events say, how they cross from a kernel, and what they add up to on a terminal."""

from __future__ import annotations

import io
import threading
from dataclasses import replace

import pytest
from rich.console import Console

from advices.cli.display import Display
from advices.core.events import (
    Begun,
    Decided,
    Event,
    Instruction,
    Measured,
    Planned,
    State,
    Step,
    Waiting,
    line,
    received,
    sent,
)

STEP = Step("order", "bad", "cold, sample 1", done=0, steps=4)
COPY = Instruction("order", "bad", "[2/4] COPY . .")


def after(*events: Event) -> State:
    state = State()
    for event in events:
        state = state.after(event)
    return state


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ("said", "said"),
        (Planned(dict.fromkeys("abc", 0.0)), ""),
        (Begun("order", 9), "order: executing notebooks/order.ipynb"),
        (STEP, "order bad: cold, sample 1"),
        (replace(STEP, what="", done=4), ""),
        # A log would be full of them.
        (COPY, ""),
        (Measured("order", 61.7), "order: measured in 62 s"),
        (Decided("order", "yours", "It stops.", holds=False), "order yours: not met: It stops."),
        (Waiting("somebody measures"), "waiting: somebody measures"),
    ],
)
def test_an_event_is_a_line(event: Event, text: str) -> None:
    assert line(event) == text


def test_events_cross_as_text() -> None:
    odd = Step("order", 'exercise "x"\u2028', "start a\nb", done=1, steps=4)
    text = "".join(f"{sent(event)}\n" for event in (STEP, "a\x1eline", COPY, odd))
    assert list(received(text)) == [STEP, "a\x1eline", COPY, odd]


def test_steps_add_up_over_candidates() -> None:
    good = replace(STEP, candidate="good", done=2)
    lab = after(Begun("order", 20), STEP, replace(STEP, done=3), good).labs["order"]
    assert (lab.done, lab.steps) == (5, 20)
    assert lab.doing == "good: cold, sample 1"


def test_an_instruction_is_what_a_candidate_does_now() -> None:
    lab = after(Begun("order", 20), replace(STEP, done=2), COPY).labs["order"]
    assert (lab.done, lab.steps, lab.doing) == (2, 20, "bad: [2/4] COPY . .")
    assert after(COPY) == State(), "a lab that is not under work"


def test_a_candidate_that_ends_early_has_all_its_steps_behind_it() -> None:
    ended = replace(STEP, what="", done=1)
    lab = after(Begun("order", 20), STEP, ended).labs["order"]
    assert (lab.done, lab.doing) == (4, "bad: cold, sample 1")


def test_a_candidate_that_nobody_announced_counts_too() -> None:
    lab = after(replace(STEP, candidate="yours", done=2)).labs["order"]
    assert (lab.done, lab.steps) == (2, 4)


def test_labs_are_counted() -> None:
    state = after(
        Planned(dict.fromkeys(("order", "size", "user"), 60.0)),
        *(Begun("order", 9), Begun("size", 9), Measured("order", 5.0)),
    )
    assert (state.measured, state.planned, state.waiting) == (1, 3, ("user",))
    assert [*state.labs] == ["size"]


def test_what_remains_is_told_by_what_labs_took_the_last_time() -> None:
    known = after(Planned({"order": 60.0, "size": 90.0}), Begun("order", 9))
    assert known.seconds_left({"order": 20.0}) == 40 + 90
    assert known.seconds_left({"order": 600.0}) == 90, "it takes longer than the last time"
    assert after(Planned({"order": 60.0, "size": 0.0})).seconds_left({}) is None
    assert (
        after(Planned({"order": 60.0}), Begun("order", 1), Measured("order", 1.0)).seconds_left({})
        is None
    )


def shown(*events: Event, terminal: bool, quiet: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=terminal,
        quiet=quiet,
        width=100,
        highlight=False,
        _environ={"TERM": "xterm"},
    )
    with Display(console) as display:
        for event in events:
            display(event)
        # The picture is drawn at its own pace, and once more when it ends.
        display._live.refresh()
    return out.getvalue()


EVENTS = (
    Planned({"order": 0.0, "size": 0.0}),
    Begun("order", 8),
    "using [stand-ins]",
    replace(STEP, done=2),
)


def test_in_a_pipe_each_event_is_a_line() -> None:
    assert shown(*EVENTS, Measured("order", 3.0), terminal=False).splitlines() == [
        "order: executing notebooks/order.ipynb",
        "using [stand-ins]",
        "order bad: cold, sample 1",
        "order: measured in 3 s",
    ]


def test_on_a_terminal_there_is_a_picture_and_what_stays() -> None:
    text = shown(*EVENTS, terminal=True)
    assert "using [stand-ins]" in text
    assert "executing notebooks" not in text
    row = next(one for one in text.splitlines() if "bad: cold, sample 1" in one)
    assert "2/8" in row
    assert "order" in row
    assert "0 s" in row
    assert "0 of 2 labs measured" in text


def test_when_quiet_there_is_nothing() -> None:
    assert shown(*EVENTS, terminal=True, quiet=True) == ""
    assert shown(*EVENTS, terminal=False, quiet=True) == ""


def test_several_threads_may_tell() -> None:
    out = io.StringIO()
    display = Display(Console(file=out, width=200))
    threads = [
        threading.Thread(target=lambda lab=lab: [display(Begun(lab, 1)) for _ in range(50)])
        for lab in ("one", "two", "three")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(out.getvalue().splitlines()) == 150
    assert {*display._state.labs} == {"one", "two", "three"}
