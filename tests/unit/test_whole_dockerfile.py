"""The capstone: its page explains each line, leads to each chapter, shows what each tip gave."""

from __future__ import annotations

import re
from pathlib import Path

import made_labs
import pytest

from advices import results
from advices.lab import labfile
from advices.site import Views
from advices.site.registration import Macros
from advices.site.views import ViewsOf

ROOT = Path(__file__).parents[2]
SLUG = "whole-dockerfile"
LAB = labfile.read(ROOT / "labs", SLUG)
PAGE = (ROOT / "docs" / "chapters" / f"{SLUG}.md").read_text("utf-8")


def lines_of(dockerfile: str) -> list[str]:
    """Return each instruction of a Dockerfile on one line."""
    joined = re.sub(r"\\\n\s*", "", dockerfile)
    return [line for line in joined.splitlines() if line]


def explained(page: str) -> list[str]:
    """Return what the page's table explains, from top to bottom."""
    section = page.partition("## Line by line\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.M)


def unexplained(lines: list[str], said: list[str]) -> list[str]:
    """Return the instructions that no row is about, and the rows that are about none, in order."""
    left = [*said]
    missing = []
    for line in lines:
        if not (left and left[0] in line):
            missing.append(line)
        while left and left[0] in line:
            left.pop(0)
    return missing + left


WHOLE = lines_of(LAB.dockerfile("good").read_text("utf-8"))


def test_the_page_explains_each_line_in_its_order() -> None:
    assert unexplained(WHOLE, explained(PAGE)) == []


def test_a_line_without_a_word_is_found_and_so_is_a_row_of_a_line_that_went() -> None:
    said = explained(PAGE)
    assert len(said) > 10
    assert unexplained([*WHOLE, "LABEL a=b"], said) == ["LABEL a=b"]
    assert unexplained(WHOLE[1:], said) != []
    assert unexplained(WHOLE, said[::-1]) != []


def test_the_script_of_progress_knows_which_chapters_have_no_exercise() -> None:
    script = (ROOT / "docs" / "assets" / "progress.js").read_text("utf-8")
    (listed,) = re.findall(r"WITHOUT_EXERCISE = new Set\(\[(.*?)\]\)", script)
    without = [lab.slug for lab in labfile.in_order(ROOT / "labs") if lab.exercise is None]
    assert re.findall(r'"([a-z-]+)"', listed) == without


def test_the_page_leads_to_every_other_chapter() -> None:
    linked = set(re.findall(r"\]\(([a-z-]+)\.md[#)]", PAGE))
    assert {*labfile.slugs(ROOT / "labs")} - {SLUG} <= linked


def test_the_steps_of_the_page_are_all_variants_in_their_order() -> None:
    (called,) = re.findall(r"in_turn\(\"whole-dockerfile\", \{(.*?)\}\)", PAGE, re.S)
    assert re.findall(r"^  \"([a-z-]+)\":", called, re.M) == [*LAB.variants]


def test_nearly_all_of_its_claims_are_those_of_other_labs() -> None:
    lent = [claim.of.partition("/")[0] for claim in LAB.claims if claim.of]
    assert len(lent) == len(LAB.claims) - 1
    assert len(set(lent)) > 5
    assert all("good" in claim.holds_for for claim in LAB.claims)


@pytest.fixture
def views(tmp_path: Path) -> Views:
    """Return the views of a made-up lab, whose second and third variant lack some measures."""
    project = made_labs.project(tmp_path)
    lab = labfile.read(project / "labs", "build-cache")
    made = results.load(project / "docs" / "results", "build-cache")
    first = made.variants["bad"]
    first = first.model_copy(update={"probed": {**first.probed, "secrets_in_layers": 2}})
    return ViewsOf(lab, made.model_copy(update={"variants": {**made.variants, "bad": first}}))


def cells(text: str) -> list[list[str]]:
    plain = re.sub(r"<[^>]+>", "", text).replace("&nbsp;", " ")
    rows = [line for line in plain.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_each_step_has_its_numbers_and_a_dash_for_what_nobody_measured(views: Views) -> None:
    header, _, bad, good = cells(views.in_turn({"bad": "Worst", "good": "+ [all](a.md)"}).text)
    assert header == [
        *("Step", "Size to move", "Rebuild after one edited line", "User of PID 1"),
        *("Layers with the secret", "docker stop"),
    ]
    assert bad == ["Worst", "110 MB", "6 steps 65.6 MB to move 4.50 s", "1000", "2", "—"]
    assert good == ["+ [all](a.md)", "50.0 MB", "2 steps 10.0 kB to move 1.50 s", "1000", "—", "—"]


def test_without_names_all_variants_are_steps_in_the_labs_words(views: Views) -> None:
    _, _, *rows = cells(views.in_turn().text)
    assert [row[0] for row in rows] == [
        "everything copied before pip install",
        "requirements first, source last",
        "as good, and pip's downloads in a cache mount",
    ]


def test_a_claim_of_another_lab_leads_to_its_chapter(views: Views) -> None:
    assert "../chapters/" not in views.claims().text
    lent = views._lab.claims[0].model_copy(update={"of": "base-image/small"})
    lab = views._lab.model_copy(update={"claims": (lent, *views._lab.claims[1:])})
    _, _, first, *others = cells(ViewsOf(lab, views._of()).claims().text)
    assert first[0].endswith("[base-image](../chapters/base-image.md)")
    assert not any("../chapters/" in row[0] for row in others)


def test_claims_may_be_those_of_some_variants(views: Views) -> None:
    assert cells(views.claims(["bad"]).text)[0] == ["Claim", "Demanded", "bad"]


def test_a_lesson_without_an_exercise_is_talk(tmp_path: Path) -> None:
    project = made_labs.project(tmp_path)
    (project / "labs/build-cache/exercise/exercise.toml").unlink()
    macros = Macros(project / "labs", project / "docs", lambda: "trainers.md")
    lesson, end = macros.agenda("09:00", "build-cache").splitlines()[2:4]
    assert "[Order for the cache](chapters/build-cache.md): talk | 10 |  |" in lesson
    assert "09:10 | End" in end
