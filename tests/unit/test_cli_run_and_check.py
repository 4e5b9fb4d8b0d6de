"""`run`, `check` and `check-exercise`: what they are asked for, what they print, how they end."""
# ruff: noqa: F401, F811  # the fixture `advices` is imported

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import factory
import made_labs
import pytest
from command_line import ROOT, Printed, advices, raising

from advices import notebooks
from advices.cli.display import Display
from advices.core import StepFailed, errors
from advices.lab.model import Mistake
from advices.results import HintSteps
from advices.results.exercise import Checked, Row


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize(
    ("words", "slugs", "samples"),
    [
        ([], [], (1, 3)),
        (["build-cache"], ["build-cache"], (1, 3)),
        (["a", "b", "--samples", "5", "--cold-samples", "2"], ["a", "b"], (2, 5)),
        (["--quick"], [], (1, 1)),
        (["--quick", "--samples", "9"], [], (1, 1)),
    ],
)
def test_what_is_run(
    command: str,
    words: list[str],
    slugs: list[str],
    samples: tuple[int, int],
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(
        notebooks, f"{command}_labs", lambda *given, **how: called.append((*given, how))
    )
    assert advices(command, *words) == 0
    ((shop, asked, wanted, how),) = called
    assert (shop.layout.root, list(asked)) == (ROOT, slugs)
    assert (wanted.cold, wanted.replay) == samples
    assert isinstance(shop.say, Display)
    assert callable(how.pop("told"))
    settings = ("prove_all", "in_turn", "labs_in_turn", "confirm")
    of_a_run = {"force": False, "proofs": "--quick" not in words}
    assert how == (of_a_run if command == "run" else dict.fromkeys(settings, False))


def test_a_check_can_prove_all_and_confirm(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(notebooks, "check_labs", lambda *_, **how: called.append(how))
    assert advices("check", "--all", "--confirm") == 0
    assert (called[0]["prove_all"], called[0]["confirm"]) == (True, True)
    assert advices("check", "--in-turn") == 0
    assert (called[1]["in_turn"], called[1]["labs_in_turn"]) == (True, False)
    # What was measured in part cannot be confirmed.
    assert advices("check", "--in-turn", "--confirm") == 2
    assert len(called) == 2
    assert advices("check", "--labs-in-turn", "--confirm") == 0
    assert (called[2]["in_turn"], called[2]["labs_in_turn"]) == (False, True)


MET = Row("It is [small].", True, "1 MB", "2 MB", "at most 2 MB")
NOT_MET = Row("It is safe.", False, "nothing", "1000", "1000")
HINT = Mistake(id="x", says="", replace="x", breaks=("x",), hint="Look at [user].")
STEPS = HintSteps("x", "", "", "In line 3, `USER [a]`: Look at [user].")


@pytest.mark.parametrize(
    ("found", "code", "lines"),
    [
        (
            Checked((MET,), ()),
            0,
            [
                "met It is [small].",
                "yours 1 MB, reference 2 MB, limit at most 2 MB",
                "solved: every claim is met",
            ],
        ),
        (
            Checked((MET, NOT_MET), (HINT,), steps=(STEPS,)),
            1,
            [
                "met It is [small].",
                "yours 1 MB, reference 2 MB, limit at most 2 MB",
                "not met It is safe.",
                "yours nothing, reference 1000, limit 1000",
                "hint In line 3, `USER [a]`: Look at [user].",
                "not solved yet; `advices check-exercise order --solution` shows a solution",
            ],
        ),
    ],
)
def test_an_exercise_is_solved_or_not(
    found: Checked,
    code: int,
    lines: list[str],
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    monkeypatch.setattr(notebooks, "check_exercise", lambda *_, **__: found)
    assert advices("check-exercise", "order") == code
    printed = capsys.readouterr().out.splitlines()
    assert [" ".join(line.split()) for line in printed] == lines


@pytest.mark.parametrize(
    ("words", "file"),
    [([], None), (["--file", "mine/Dockerfile", "--again"], Path("mine/Dockerfile"))],
)
def test_which_file_of_an_exercise_is_checked(
    words: list[str],
    file: Path | None,
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(
        *(notebooks, "check_exercise"),
        lambda *given, again: called.append((*given, again)) or Checked((), ()),
    )
    assert advices("check-exercise", "order", *words) == 0
    ((shop, slug, given, again),) = called
    assert (shop.layout.root, slug, given, again) == (ROOT, "order", file, "--again" in words)
    assert isinstance(shop.say, Display)


def test_a_fault_of_a_learner_s_build_has_its_exit_code(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    fault = StepFailed("this step failed: RUN [x]\nits last line")
    monkeypatch.setattr(notebooks, "check_exercise", raising(fault))
    assert advices("check-exercise", "order") == 15
    assert "RUN [x]\nits last line\nwhy: " in capsys.readouterr().err


def test_the_solution_is_shown_as_it_is_and_nothing_is_built(
    advices: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    monkeypatch.chdir(made_labs.project(tmp_path))
    assert advices("check-exercise", "build-cache", "--solution") == 0
    assert capsys.readouterr().out == made_labs.GOOD
    assert advices("check-exercise", "base-image", "--solution") == errors.LabInvalid.exit_code
    assert "has no exercise" in capsys.readouterr().err


@pytest.mark.parametrize("sound", [True, False])
def test_an_exercise_is_proved(
    sound: bool, advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    fault = errors.ClaimBroken("order exercise: the start file gets no hint")
    monkeypatch.setattr(notebooks, "prove_exercise", (lambda *_: None) if sound else raising(fault))
    assert advices("check-exercise", "order", "--prove") == (0 if sound else 18)
    printed = capsys.readouterr()
    assert printed.out == ("order: the exercise works\n" if sound else "")
    assert ("gets no hint" in printed.err) == (not sound)
