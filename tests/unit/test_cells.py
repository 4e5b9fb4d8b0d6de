"""What the page's code calls in a learner's kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advices.core import BuildHung, EngineLost
from advices.lab.model import Mistake
from advices.learn import cells
from advices.results.exercise import Checked, Row
from advices.site.shown import Shown

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
    bundle = cells.Verdict(Checked((ROW,), (HINT,)))._repr_mimebundle_()
    assert bundle[cells.CHECKED] == {
        "solved": False,
        "fault": "",
        "rows": [
            {
                **{"says": "PID 1 is not root.", "holds": False, "yours": "0"},
                **{"reference": "1000", "limit": "at least 1"},
            }
        ],
        "hints": ["Look again."],
    }
    assert "not met" in bundle["text/plain"]


def test_a_check_writes_no_file_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Session:
        scratch = tmp_path / "scratch"

        def checked(self, file: Path, *, build_seconds: float) -> Any:
            return file.read_text()

    opened: list[str] = []
    monkeypatch.setattr(cells, "open_lab", lambda slug: opened.append(slug) or Session())
    cells._session.cache_clear()
    for text in ("FROM a\n", "FROM b\n"):
        assert cells.check("non-root", text).found == text
    assert opened == ["non-root"], "one run for all checks"
    cells._session.cache_clear()


@pytest.mark.parametrize(("told", "seconds"), [("", 180), ("600", 600)])
def test_a_build_has_three_minutes_unless_told_otherwise(
    told: str, seconds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Session:
        scratch = tmp_path

        def checked(self, file: Path, *, build_seconds: float) -> Any:
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
        "why": "the engine was stopped or crashed while it worked",
        "next": "look at its log (`advices doctor` says where), then run it again here",
    }
    assert said["text/plain"].startswith("it stopped\nwhy: ")
