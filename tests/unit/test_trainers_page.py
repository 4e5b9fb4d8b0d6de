"""docs/trainers.md, followed: what a trainer asks, shows and says is where the page says it is."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from advices.lab import labfile, parse_dockerfile
from advices.results import hint_steps
from advices.site.registration import Macros

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "trainers.md").read_text("utf-8")
CLIENT = ROOT / "src" / "advices" / "learn" / "client"
LABS = list(labfile.all_of(ROOT / "labs"))
SLUGS = re.findall(r"^- \*\*\[.+?\]\(chapters/([a-z-]+)\.md\)", PAGE, re.M)
NUMBERS = {"two": 2, "three": 3}


def agendas() -> list[list[str]]:
    """Return the chapters of each agenda, in its order."""
    calls = re.findall(r"^\{\{ agenda\((.*)\) \}\}$", PAGE, re.M)
    return [[one for one in re.findall(r'"([a-z-]+)"', call) if one in SLUGS] for call in calls]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_chapter_has_what_a_lesson_goes_through(slug: str) -> None:
    """A question, two Dockerfiles, a number with its origin, limits, an exercise, and a box."""
    text = (ROOT / "docs" / "chapters" / f"{slug}.md").read_text("utf-8")
    lead = text.partition("\n# ")[2].partition("{ .adv-lead }")[0]
    assert lead.rstrip().rstrip("*").endswith("?"), lead
    assert len(re.findall(rf'\{{\{{ dockerfile\("{slug}"', text)) >= 2
    assert f'{{{{ measured("{slug}") }}}}' in text
    assert len(re.findall("^## When it does not help$", text, re.M)) == 1
    assert text.count('!!! example "On your own project"') == 1
    lab = next(one for one in LABS if one.slug == slug and not one.is_exercise)
    has_exercise = bool(re.search("^## Exercise$", text, re.M))
    assert has_exercise is bool(lab.exercise)
    if has_exercise:
        assert (ROOT / "labs" / slug / "exercise" / "solution.Dockerfile").is_file()


def test_the_day_has_what_half_a_day_has() -> None:
    half, day, *_ = agendas()
    assert len(half) == 6, "the sentence above the agenda names six"
    assert [one for one in day if one in half] == half
    assert day[-1] == "whole-dockerfile"


def test_each_chapter_has_one_thing_to_say_and_one_to_ask() -> None:
    said = PAGE.partition("What to say and to ask:")[2].partition("\n## ")[0]
    items = said.strip().split("\n- ")
    assert len(items) == len(SLUGS) > 10
    for item in items:
        lines = item.splitlines()
        assert [line.split()[0] for line in lines[1:]] == ["Say:", "Ask:"], item
        assert "?" in lines[2]


def test_the_hint_that_the_page_quotes_ends_the_hint_that_a_learner_reads() -> None:
    """A learner reads where it is before it, and nothing else."""
    macros = Macros(ROOT / "labs", ROOT / "docs", lambda: "trainers.md")
    quoted = html.unescape(macros.learner_mistakes())
    seen = 0
    for lab in LABS:
        if not lab.is_exercise:
            continue
        good = lab.dockerfile("good").read_text("utf-8")
        for mistake in lab.mistakes:
            # A build that fails has its hint from the step that failed: see test_hint_steps.py.
            if mistake.replace is None or "builds" in mistake.breaks:
                continue
            text = good.replace(mistake.replace, mistake.by or "")
            steps = hint_steps(lab, mistake, parse_dockerfile(text))
            place, hint = steps.line.removesuffix(mistake.hint), mistake.hint
            assert steps.line.endswith(hint)
            assert re.fullmatch(r"(In lines? [\d, andto]+(, `.*`)?: )?", place, re.S), steps.line
            assert " ".join(hint.split()) in quoted
            seen += 1
    assert seen > 30


def test_the_solution_asks_first_as_often_as_the_page_says() -> None:
    (word,) = re.findall(r"before (\w+) tries it only asks", PAGE)
    (tries,) = re.findall(r"^const TRIES = (\d+);$", (CLIENT / "workbench.js").read_text(), re.M)
    assert NUMBERS[word] == int(tries)
    assert "Ask for two checks" in PAGE
