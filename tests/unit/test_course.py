"""The page for trainers: agendas from what exercises measured, and mistakes from the labs."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import factory
import made_labs
import pytest

from advices.core import LabInvalid
from advices.lab import labfile
from advices.results import Timing
from advices.site import course
from advices.site.course import Block
from advices.site.registration import Macros

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "trainers.md"
REAL = Macros(ROOT / "labs", ROOT / "docs", lambda: "trainers.md")


def test_a_check_takes_what_the_solution_took_to_build_start_and_stop() -> None:
    found = factory.result()
    good = found.variants["good"]
    builds = sum(one.timing.median for one in good.builds.values())
    assert course.check_seconds(found) == pytest.approx(builds + 0.9)
    stops = good.model_copy(
        update={
            "timings": {"stop_seconds": Timing(samples=(2.0, 9.0, 3.0))},
            "starts": {"again": good.boot},
        }
    )
    more = found.model_copy(update={"variants": {**found.variants, "good": stops}})
    assert course.check_seconds(more) == pytest.approx(builds + 0.9 + 0.9 + 3.0)


@pytest.mark.parametrize(
    ("missed", "seconds", "minutes"),
    [(1, 5.0, 10), (3, 5.0, 15), (5, 5.0, 25), (5, 0.0, 20), (3, 60.0, 20)],
)
def test_an_exercise_takes_longer_with_each_claim_and_with_slow_checks(
    missed: int, seconds: float, minutes: int
) -> None:
    assert course.exercise_minutes(missed, seconds) == minutes


def test_an_agenda_says_when_each_part_begins_and_when_it_ends() -> None:
    blocks = [Block("Welcome", 20), Block("A chapter", 45, "6 s"), Block("Break", 15)]
    rows = course.agenda("09:50", blocks).splitlines()[2:]
    assert rows == [
        "| 09:50 | Welcome | 20 |  |",
        "| 10:10 | A chapter | 45 | 6 s |",
        "| 10:55 | Break | 15 |  |",
        "| 11:10 | End |  |  |",
    ]


@pytest.mark.parametrize("start", ["9", "9:00", "nine", "09:00 "])
def test_what_is_no_time_of_a_day(start: str) -> None:
    with pytest.raises(LabInvalid, match="is no time of a day"):
        course.agenda(start, [])


def test_a_lesson_comes_from_its_exercise(tmp_path: Path) -> None:
    project = made_labs.project(tmp_path)
    macros = Macros(project / "labs", project / "docs", lambda: "trainers.md")
    lesson, end = macros.agenda("09:00", "build-cache", ("Break", 15)).splitlines()[2:4]
    assert "[Order for the cache](chapters/build-cache.md): talk 10, exercise 10 | 20 |" in lesson
    assert 'data-from="exercises/build-cache/good/cold.seconds"' in lesson
    assert end.startswith("| 09:20 | Break | 15 |")


def agendas() -> list[list[str]]:
    """Return the rows of each agenda on the page."""
    found = re.findall(r"^\{\{ agenda\((.*)\) \}\}$", PAGE.read_text("utf-8"), re.M)
    calls: list[Any] = [ast.literal_eval(f"({arguments})") for arguments in found]
    return [REAL.agenda(*one).splitlines()[2:] for one in calls]


def test_each_agenda_is_no_longer_than_its_name_says() -> None:
    half, *days = ([row.split(" | ")[0].strip("| ") for row in rows] for rows in agendas())
    assert "12:00" <= half[-1] <= "13:00"
    assert len(days) == 3
    for day in days:
        assert "15:00" <= day[-1] <= "17:30"


def test_two_days_have_all_chapters_in_their_order() -> None:
    _, _, *both = agendas()
    shown = re.findall(r"\(chapters/([a-z-]+)\.md\)", "\n".join(row for day in both for row in day))
    labs = labfile.ordered(labfile.read(ROOT / "labs", one) for one in labfile.slugs(ROOT / "labs"))
    assert shown == [lab.slug for lab in labs]
    said = PAGE.read_text("utf-8").partition("What to say")[2]
    assert re.findall(r"^- \*\*\[.+?\]\(chapters/([a-z-]+)\.md\)", said, re.M) == shown


def test_every_mistake_of_every_exercise_is_there_with_its_hint() -> None:
    text = REAL.learner_mistakes()
    mistakes = [
        mistake
        for lab in labfile.all_of(ROOT / "labs")
        if lab.is_exercise
        for mistake in lab.mistakes
    ]
    assert len(mistakes) > 40
    assert len(re.findall(r"^    - \*\*.+\*\* .+$", text, re.M)) == len(mistakes)


def test_code_in_a_hint_stays_code_and_the_rest_is_harmless(tmp_path: Path) -> None:
    project = made_labs.project(tmp_path)
    file = project / "labs" / "build-cache" / "exercise" / "exercise.toml"
    text = file.read_text("utf-8")
    hint = re.search(r'^hint = "(.*)"$', text, re.M)
    assert hint
    file.write_text(
        text.replace(hint[1], "Use `--no-cache-dir`, <b>not</b> {{ that }}.", 1), "utf-8"
    )
    shown = Macros(project / "labs", project / "docs", lambda: "trainers.md").learner_mistakes()
    assert "Use `--no-cache-dir`, &#60;b&#62;not" in shown
    assert "{{" not in shown
