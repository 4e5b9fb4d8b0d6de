"""What the page's code calls in a learner's kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advices.core import AdvicesError, BuildHung, DockerfileInvalid, EngineLost, StepFailed
from advices.lab import labfile
from advices.lab.model import Mistake
from advices.learn import cells
from advices.results import HintSteps
from advices.results.exercise import Checked, Pending, Row
from advices.site.shown import Shown

ROOT = Path(__file__).parents[2]
HINT = Mistake(id="a", says="", replace="x", breaks=("c",), hint="Look again.")
ROW = Row("PID 1 is not root.", False, "0", "1000", "at least 1")


def test_markdown_becomes_what_the_site_makes_of_it() -> None:
    shown = cells.as_html(
        Shown("| A |\n| ---: |\n| <code>x</code> |\n\n```dockerfile\nFROM a\n```")
    )
    assert '<td style="text-align: right;"><code>x</code></td>' in shown
    assert '<div class="language-dockerfile highlight">' in shown
    assert '<span class="k">FROM</span>' in shown


def test_a_figure_stays_as_it_is() -> None:
    assert cells.as_html(Shown(figure="<figure>*a*</figure>")) == "<figure>*a*</figure>"


def test_a_verdict_is_data_for_the_page_and_text_for_others() -> None:
    steps = HintSteps("a", "Who runs it?", "Look at line 2.", "In line 2: Look again.")
    bundle = cells.Verdict(Checked((ROW,), (HINT,), steps=(steps,)))._repr_mimebundle_()
    assert bundle[cells.CHECKED] == {
        "solved": False,
        "fault": "",
        "rows": [
            {
                **{"says": "PID 1 is not root.", "holds": False, "yours": "0"},
                **{"reference": "1000", "limit": "at least 1"},
            }
        ],
        "difference": "",
        "measured": "",
        "hints": [
            {
                **{"id": "a", "nudge": "Who runs it?", "place": "Look at line 2."},
                **{"line": "In line 2: Look again."},
            }
        ],
    }
    assert "not met" in bundle["text/plain"]


def test_what_is_decided_so_far_leaves_open_what_is_not() -> None:
    bundle = cells.SoFar((ROW, Pending("It stops.")))._repr_mimebundle_()
    first, second = bundle[cells.SO_FAR]["rows"]
    assert (first["holds"], second) == (False, {"says": "It stops."})
    assert bundle["text/plain"] == "not met: PID 1 is not root."


def test_a_check_writes_no_file_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Session:
        scratch = tmp_path / "scratch"

        def checked(self, file: Path, **asked: Any) -> Any:
            again.append(asked["again"])
            return file.read_text()

    opened, again = list[str](), list[bool]()
    monkeypatch.setattr(cells, "open_lab", lambda slug: opened.append(slug) or Session())
    cells._session.cache_clear()
    for text in ("FROM a\n", "FROM b\n"):
        assert cells.check("non-root", text).found == text
    cells.check("non-root", "FROM b\n", 1)
    assert again == [False, False, True]
    assert opened == ["non-root"], "one run for all checks"
    cells._session.cache_clear()


@pytest.mark.parametrize("fault", [EngineLost("it stopped"), None])
def test_getting_ready_says_nothing(
    fault: EngineLost | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Session:
        def get_ready(self) -> None:
            asked.append("ready")
            if fault is not None:
                raise fault

    asked: list[str] = []
    monkeypatch.setattr(cells, "open_lab", lambda _: Session())
    cells._session.cache_clear()
    cells.get_ready("non-root")
    cells._session.cache_clear()
    assert asked == ["ready"]


@pytest.mark.parametrize(("told", "seconds"), [("", 180), ("600", 600)])
def test_a_build_has_three_minutes_unless_told_otherwise(
    told: str, seconds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Session:
        scratch = tmp_path

        def checked(self, file: Path, *, build_seconds: float, **_: Any) -> Any:
            assert file.is_file()
            raise BuildHung(f"it took {build_seconds} s")

    monkeypatch.setattr(cells, "open_lab", lambda _: Session())
    monkeypatch.setenv(cells.BUILD_SECONDS_VARIABLE, told)
    cells._session.cache_clear()
    with pytest.raises(BuildHung, match=f"took {seconds} s") as raised:
        cells.check("non-root", "FROM a\n")
    assert "ADVICES_LEARN_BUILD_SECONDS gives" in raised.value.next_step
    cells._session.cache_clear()


def test_a_fault_is_told_in_the_words_of_the_page() -> None:
    said = cells.fault(EngineLost("it stopped"))
    assert said[cells.FAULT] == {
        "what": "it stopped",
        "why": "somebody stopped the engine, or it crashed",
        "next": "look at its log (`./run advices -- doctor` in a terminal shows where), "
        "then run it again here",
        "tried": False,
    }
    assert said["text/plain"].startswith("it stopped\nwhy: ")


@pytest.mark.parametrize("fault", [StepFailed("it stopped"), DockerfileInvalid("line 3: no")])
def test_what_was_typed_in_the_page_is_changed_in_the_page(fault: AdvicesError) -> None:
    said = cells.fault(fault)[cells.FAULT]
    assert said["next"].endswith("in the editor, then press Check again")
    assert said["tried"]


def test_what_a_fault_itself_advises_is_not_replaced() -> None:
    own = StepFailed("it stopped", next_step="leave `--platform` out")
    assert cells.fault(own)[cells.FAULT]["next"] == "leave `--platform` out"


def test_a_build_that_fails_on_a_known_mistake_is_told_in_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = labfile.read(ROOT / "labs", "non-root").its_exercise()
    known = next(one for one in exercise.mistakes if one.id == "user-too-early")
    text = known.applied(exercise.dockerfile("good").read_text("utf-8"))

    class Session:
        scratch = tmp_path

        def checked(self, file: Path, **_: object) -> Any:
            step = "[4/5] RUN pip install --no-cache-dir -r requirements.txt"
            printed = "Could not install packages due to an OSError: [Errno 13] Permission denied"
            raise StepFailed("pip failed", step=step, printed=printed, next_step=known.hint)

    monkeypatch.setattr(cells, "open_lab", lambda _: Session())
    cells._session.cache_clear()
    with pytest.raises(StepFailed) as raised:
        cells.check("non-root", text)
    cells._session.cache_clear()
    said = cells.fault(raised.value)[cells.FAULT]
    (steps,) = said["hints"]
    assert said["next"] == "", "the whole hint comes last, not first"
    line = text.splitlines().index("RUN pip install --no-cache-dir -r requirements.txt") + 1
    assert steps["place"] == f"Look at the RUN in line {line} of your Dockerfile."
    assert steps["line"].endswith(known.hint)
    assert steps["line"].startswith(f"In line {line}, `RUN pip install")
