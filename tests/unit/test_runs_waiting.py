"""Who of several processes waits for whom: for the one that measures, and for a timed step."""
# ruff: noqa: F401, F811  # the fixture `child` is imported

from __future__ import annotations

import getpass
import os
import re
import subprocess
import sys
import threading

import pytest
from lock_holder import CHILD, Child, child

from advices.core.process import poll
from advices.core.threads import at_once
from advices.runs import lifecycle, locks


@pytest.mark.parametrize("child", ["measuring"], indirect=True)
def test_measuring_waits_for_the_other(child: Child) -> None:
    heard: list[object] = []

    def say(message: object) -> None:
        assert child.process.poll() is None, "nobody held it"
        heard.append(message)
        child.end()

    with locks.measuring(say):
        assert child.process.poll() == 0, "entered while the other one measured"
    account = getpass.getuser()
    (told,) = map(str, heard)
    assert re.fullmatch(
        rf"waiting: `-c measuring` \(process {child.process.pid} of {account}\) is at work, and "
        r"one measures at a time, since \d\d:\d\d:\d\d",
        told,
    )


@pytest.mark.parametrize("child", ["measuring"], indirect=True)
def test_who_waits_is_told_so_though_nobody_wrote_for_whom(child: Child) -> None:
    # A full disk, or a toolkit of before.
    (locks.state_folder() / "measuring.lock").write_text("")
    heard: list[str] = []

    def say(event: object) -> None:
        heard.append(str(event))
        child.end()

    with locks.measuring(say):
        pass
    assert heard == ["waiting: another command is at work, and one measures at a time"]
    assert (locks.state_folder() / "measuring.lock").read_text() == "", "nobody holds it"


@pytest.mark.parametrize("child", ["alone"], indirect=True)
def test_who_waits_behind_a_step_that_is_timed_is_told_so(child: Child) -> None:
    heard: list[str] = []

    def say(event: object) -> None:
        heard.append(str(event))
        child.end()

    with locks.undisturbed(alone=False, say=say):
        pass
    assert len(heard) == 1
    assert heard[0].startswith("waiting: something that is timed runs alone now: ")


@pytest.mark.parametrize("child", ["measuring"], indirect=True)
def test_measuring_does_not_wait_for_the_dead(child: Child) -> None:
    child.crash()
    with locks.measuring(pytest.fail):
        pass
    with locks.measuring(pytest.fail):
        pass


def entered(*, alone: bool) -> bool:
    """Return whether a step may begin before its time is up."""
    begun = threading.Event()

    def step() -> None:
        with locks.undisturbed(alone=alone):
            begun.set()

    def give_up() -> None:
        begun.wait(1)
        raise InterruptedError

    # Given up after a second: a step that waits for ever would keep the test from ending.
    with pytest.raises(InterruptedError):
        at_once({"step": step, "limit": give_up}, 2)
    return begun.is_set()


@pytest.mark.parametrize(
    ("child", "alone", "may"),
    [
        ("beside", False, True),
        ("beside", True, False),
        ("alone", False, False),
        ("alone", True, False),
    ],
    indirect=["child"],
)
def test_a_step_that_is_timed_runs_alone(child: Child, alone: bool, may: bool) -> None:
    assert entered(alone=alone) == may
    child.end()
    assert entered(alone=alone)


def test_a_step_that_wants_to_be_alone_lets_none_pass(
    request: pytest.FixtureRequest,
) -> None:
    first = Child("beside")
    waits = subprocess.Popen(
        [sys.executable, "-c", CHILD, "alone"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    line = lifecycle.state_folder() / "step.line.lock"
    request.addfinalizer(first.crash)
    request.addfinalizer(waits.kill)
    for _ in poll(timeout_seconds=30):
        held = locks.locked(line)
        if held is None:
            break
        os.close(held)
    assert not entered(alone=False), "it passed the one that waits"
    first.end()
    assert waits.stdout
    assert waits.stdout.readline() == b"holds alone\n"
    waits.communicate(input=b"", timeout=30)
    assert entered(alone=False)
