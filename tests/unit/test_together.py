"""Work in threads: what it gives, and that nothing of it goes on when one piece fails."""

from __future__ import annotations

import _thread
import threading
from functools import partial

import pytest

from advices.core.process import clock, poll, stream_stderr
from advices.core.threads import GivenUp, alive, at_once, begun, ended_by


def wait_long() -> str:
    for _ in poll(timeout_seconds=30):
        pass
    return "waited"


def fail() -> str:
    raise KeyError("it broke")


def test_each_piece_gives_its_part_in_order() -> None:
    work = {name: partial(str.upper, name) for name in ("b", "a", "c")}
    assert list(at_once(work, 2).items()) == [("b", "B"), ("a", "A"), ("c", "C")]


def test_no_more_than_asked_for_run_at_a_time() -> None:
    both, running, most = threading.Barrier(2), list[int](), list[int]()

    def piece() -> None:
        running.append(1)
        most.append(len(running))
        both.wait(10)
        running.pop()

    at_once({str(n): piece for n in range(6)}, 2)
    assert max(most) == 2


def test_a_piece_begins_when_those_before_it_are_done_and_what_needs_none_overtakes_it() -> None:
    did: list[str] = []
    beside = threading.Barrier(2)

    def does(name: str) -> str:
        if name in ("first", "beside"):
            beside.wait(10)
        did.append(name)
        return name

    names = ("last", "second", "first", "beside")
    after = {"second": {"first"}, "last": {"second", "beside"}}
    found = at_once({name: partial(does, name) for name in names}, 2, after)
    assert list(found) == list(names)
    assert did.index("first") < did.index("second") < did.index("last") == 3


def test_a_fault_ends_what_waits_and_what_was_not_begun() -> None:
    begun: list[str] = []

    def third() -> str:
        begun.append("third")
        return ""

    started = clock()
    with pytest.raises(KeyError, match="it broke"):
        at_once({"waits": wait_long, "fails": fail, "third": third}, 2)
    assert clock() - started < 10
    assert begun in ([], ["third"]), "a worker may have taken it up before it heard"


def test_the_fault_is_told_and_not_what_was_given_up_for_it() -> None:
    ended = threading.Event()

    def fails_late() -> str:
        try:
            return wait_long()
        except GivenUp:
            ended.set()
            raise

    with pytest.raises(KeyError):
        at_once({"given up": fails_late, "fails": fail}, 2)
    assert ended.is_set()


def test_a_program_is_ended_and_none_begins_after() -> None:
    began = threading.Event()

    def program() -> str:
        argv = ["sh", "-c", "echo begun >&2; exec sleep 30"]
        code, _ = stream_stderr(argv, lambda _: began.set(), timeout_seconds=60)
        return str(code)

    def fails_then() -> str:
        assert began.wait(10)
        return fail()

    started = clock()
    with pytest.raises(KeyError):
        at_once({"program": program, "fails": fails_then}, 2)
    assert clock() - started < 10


def test_giving_up_reaches_groups_within_and_not_those_beside() -> None:
    inner_waits, other_done = threading.Event(), list[str]()

    def inner() -> str:
        inner_waits.set()
        return wait_long()

    def outer() -> dict[str, str]:
        return at_once({"inner": inner, "another": inner}, 2)

    def fails_then() -> dict[str, str]:
        assert inner_waits.wait(10)
        fail()
        return {}

    def beside() -> None:
        with pytest.raises(KeyError):
            at_once({"outer": outer, "fails": fails_then}, 2)
        alive()
        other_done.append("lives")

    thread = threading.Thread(target=beside)
    thread.start()
    thread.join(20)
    assert other_done == ["lives"]
    alive()


def test_what_comes_too_late_is_given_up_at_once() -> None:
    heard: list[str] = []

    def late() -> str:
        for _ in range(1_000_000_000):
            try:
                alive()
            except GivenUp:
                break
        with ended_by(lambda: heard.append("ended")):
            heard.append("the body ran")
        return ""

    with pytest.raises(KeyError):
        at_once({"late": late, "fails": fail}, 2)
    assert heard == []


def test_a_signal_that_no_wait_is_woken_by_is_heard_all_the_same() -> None:
    heard = threading.Event()

    def job() -> None:
        # Marks the signal as come, as one does that comes just before the main thread waits.
        _thread.interrupt_main()
        try:
            for _ in poll(timeout_seconds=5, every_seconds=0.01):
                alive()
        except GivenUp:
            heard.set()
            raise

    with pytest.raises(KeyboardInterrupt):
        at_once({"a": job}, 1)
    assert heard.is_set(), "the interrupt came only after the work had ended by itself"


def test_outside_of_any_group_nothing_is_given_up() -> None:
    with ended_by(lambda: None):
        alive()


def test_what_was_begun_goes_on_beside_and_tells_its_fault_only_who_asks() -> None:
    asked = threading.Event()
    answer = begun(lambda: asked.wait(10))
    asked.set()
    assert answer() is True
    assert answer() is True, "it was called once"
    failed = begun(fail)
    with pytest.raises(KeyError, match="it broke"):
        failed()
