"""The tree of errors: exit codes, messages, and the way across from a kernel."""

from __future__ import annotations

from collections import Counter

import pytest

from advices.core import StepFailed, errors

CLASSES = list(errors.tree())

# Scripts and CI read these: a number once given stays.
EXIT_CODES = {
    "AdvicesError": 1,
    "LabInvalid": 10,
    "EngineMissing": 11,
    "EngineLost": 12,
    "DiskFull": 13,
    "DockerfileInvalid": 14,
    "StepFailed": 15,
    "NeverAnswered": 16,
    "ResultInvalid": 17,
    "ClaimBroken": 18,
    "ResultDrifted": 19,
    "BaseUnavailable": 20,
    "NotebookFailed": 21,
    "CommandFailed": 22,
    "InstallRefused": 23,
    "PortTaken": 24,
    "BuildHung": 25,
    "UnsteadyMeasure": 26,
    "FileRefused": 27,
    "EngineForbidden": 28,
    "DatabaseDown": 29,
    "ScanFailed": 30,
    "TargetRefused": 31,
    "ScannerMissing": 32,
    "EngineUnsuitable": 46,
    "NotMeasured": 57,
}


def test_exit_codes_are_stable() -> None:
    codes = {cls.__name__: cls.exit_code for cls in CLASSES}
    assert {name: codes.get(name) for name in EXIT_CODES} == EXIT_CODES


def test_exit_codes_are_unique_and_nobody_elses() -> None:
    counts = Counter(cls.exit_code for cls in CLASSES)
    assert [code for code, times in counts.items() if times > 1] == []
    assert not {0, 2, 130} & counts.keys()
    assert all(10 <= c.exit_code < 126 for c in CLASSES if c is not errors.AdvicesError)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_class_says_what_it_is(cls: type[errors.AdvicesError]) -> None:
    assert cls.__doc__


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize(
    ("what", "why", "next_step"),
    [
        ("it broke", "because: of this", "do `that`: now"),
        ("it broke", "", ""),
        ("it broke:\nlast line: 1\n\n  indented\nwhy not: there", "the reason", "the step"),
    ],
)
def test_an_error_comes_back_from_its_name_and_message(
    cls: type[errors.AdvicesError], what: str, why: str, next_step: str
) -> None:
    sent = cls(what, why=why, next_step=next_step)
    back = errors.rebuild(cls.__name__, str(sent))
    assert type(back) is cls
    assert vars(back) == vars(sent)
    assert str(back) == str(sent)


@pytest.mark.parametrize("word", ["why", "next"])
def test_a_line_of_a_program_is_not_taken_for_ours(word: str) -> None:
    what = f"this step failed:\n{word}: said pip"
    sent = StepFailed(what, why="the reason", next_step="the step")
    back = errors.rebuild("StepFailed", str(sent))
    assert back is not None
    assert (back.what, back.why, back.next_step) == (what, "the reason", "the step")


@pytest.mark.parametrize("name", ["ValueError", "Exception", "", "advices.core.StepFailed"])
def test_what_is_not_ours_does_not_come_back(name: str) -> None:
    assert errors.rebuild(name, "why: x") is None


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (errors.AdvicesError("what"), "what"),
        (errors.AdvicesError("what", why="why"), "what\nwhy: why"),
        (errors.AdvicesError("what", next_step="do"), "what\nnext: do"),
        (errors.AdvicesError("what", why="why", next_step="do"), "what\nwhy: why\nnext: do"),
    ],
)
def test_a_message_is_what_why_and_next(error: errors.AdvicesError, message: str) -> None:
    assert str(error) == message
    assert error._render_traceback_() == [f"{type(error).__name__}: {message}"]


@pytest.mark.parametrize("cls", CLASSES)
def test_a_class_says_what_its_error_does_not(cls: type[errors.AdvicesError]) -> None:
    plain, own = cls("what"), cls("what", why="own why", next_step="own step")
    assert (plain.why, plain.next_step) == (cls.why, cls.next_step)
    assert str(own) == "what\nwhy: own why\nnext: own step"
    assert "\n" not in cls.why + cls.next_step, "a message is of three lines"
