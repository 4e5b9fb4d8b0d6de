"""Edits of files: of a variant, of a replay, of a mistake."""

from __future__ import annotations

from pathlib import Path

import made_labs
import pytest

from advices.core import LabInvalid
from advices.lab import Edit, Lab, Mistake, Replay, edited, project_file
from advices.measure.candidate import copied, of_mistake, of_variant, replayed

EDIT = '[{ file = "views.py", replace = "x = 1", by = "x = 2" }]'


def text_of(lab: Lab, mistake: Mistake | None, to: Path) -> str:
    candidate = of_mistake(lab, mistake, to.parent) if mistake else of_variant(lab, "good")
    return (copied(lab, candidate, to, canary="c") / "views.py").read_text()


def test_an_edit_changes_the_copy_and_not_the_project(tmp_path: Path) -> None:
    lab = made_labs.read_lab(tmp_path)
    edits = (Edit(file="views.py", replace="x = 1", by="x = 2"),)
    good = lab.variants["good"].model_copy(update={"edits": edits})
    changed = lab.model_copy(update={"variants": {**lab.variants, "good": good}})
    assert text_of(changed, None, tmp_path / "a") == "x = 2\n"
    assert project_file(changed, "good", "views.py") == "x = 2\n"
    assert project_file(changed, "bad", "views.py") == "x = 1\n"
    assert project_file(changed, "good", "none.py") == ""
    assert (lab.context / "views.py").read_text() == "x = 1\n"
    mistake = Mistake(
        id="more",
        says="",
        edits=(Edit(file="views.py", replace="x = 2", by="x = 3"),),
        breaks=("builds",),
    )
    assert text_of(changed, mistake, tmp_path / "b") == "x = 3\n"
    assert mistake.applied("FROM a\n") == "FROM a\n"


def test_a_replay_edits_with_a_mark_of_the_sample(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a\nb\n")
    edits = (
        Edit(file="a.py", replace="a\n", by="a {sample}\n"),
        Edit(file="a.py", replace="b\n", by="c\n"),
    )
    replayed(tmp_path, tmp_path, Replay(says="", edits=edits), "mark-1")
    assert (tmp_path / "a.py").read_text() == "a mark-1\nc\n"


def test_edits_of_a_replay_without_a_mark_are_refused() -> None:
    with pytest.raises(ValueError, match="later sample would be cached"):
        Replay(says="", edits=(Edit(file="a.py", replace="a", by="b"),))


def test_a_text_that_is_not_there_once_is_refused() -> None:
    one = Edit(file="a.py", replace="a", by="b")
    assert edited("xa", "a.py", [one]) == "xb"
    assert edited("xa", "other.py", [one]) == "xa"
    for text, times in (("x", 0), ("aa", 2)):
        with pytest.raises(LabInvalid, match=f"once in a.py but occurs {times} times"):
            edited(text, "a.py", [one])


@pytest.mark.parametrize(
    ("edits", "says"),
    [
        (EDIT.replace("x = 1", "y = 1"), "must occur once in views.py but occurs 0 times"),
        (EDIT.replace("views.py", "gone.py"), "gone.py is not among the project's files"),
        (EDIT.replace("views.py", "../order/lab.toml"), "is not among the project's files"),
    ],
)
def test_an_edit_that_cannot_be_made_is_named_with_its_line(
    tmp_path: Path, edits: str, says: str
) -> None:
    before = 'dockerfile = "bad.Dockerfile"\n'
    lab = made_labs.LAB.replace(before, f"{before}edits = {edits}\n", 1)
    with pytest.raises(LabInvalid, match=says) as raised:
        made_labs.read_lab(tmp_path, lab)
    line = lab.splitlines().index(f"edits = {edits}") + 1
    assert f"lab.toml:{line}:" in raised.value.what
