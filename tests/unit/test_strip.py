"""The strip of each chapter: size, rebuild after an edit and user, of bad and of good."""

from __future__ import annotations

import re
from pathlib import Path

import made_labs
import pytest

from advices import results
from advices.lab import labfile
from advices.results import VariantResult
from advices.site.registration import Macros
from advices.site.tables import STRIP_VARIANTS

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "docs" / "chapters").glob("*.md"))
SLUG = "build-cache"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with made-up labs and results."""
    return made_labs.project(tmp_path)


def strip(project: Path) -> str:
    """Return the strip of the made-up lab, as a chapter shows it."""
    macros = Macros(project / "labs", project / "docs", lambda: f"chapters/{SLUG}.md")
    return str(macros._view(SLUG, "strip"))


def rows(text: str) -> list[list[str]]:
    """Return the cells of a strip's rows, as a reader sees them."""
    plain = re.sub(r"<[^>]+>", "", text).replace("&nbsp;", " ")
    lines = [line for line in plain.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def change(project: Path, **parts: object) -> None:
    """Write the made-up result again, its bad variant with these parts."""
    made = results.load(project / "docs/results", SLUG)
    bad: VariantResult = made.variants["bad"].model_copy(update=parts)
    results.save(
        project / "docs/results",
        made.model_copy(update={"variants": {**made.variants, "bad": bad}}),
    )


def test_it_shows_size_rebuild_and_user(project: Path) -> None:
    assert rows(strip(project)) == [
        ["bad", "110 MB", "6 steps 65.6 MB to move 4.50 s", "1000"],
        ["good", "50.0 MB", "2 steps 10.0 kB to move 1.50 s", "1000"],
    ]


def test_it_leads_to_where_its_numbers_come_from(project: Path) -> None:
    rebuild = ("steps_run", "new_transfer_bytes", "seconds")
    names = ",".join(["transfer_bytes", *(f"edit-source.{name}" for name in rebuild), "uid"])
    assert f'data-from="{SLUG}/bad,good/{names}"' in strip(project)


def test_root_is_named(project: Path) -> None:
    boot = results.load(project / "docs/results", SLUG).variants["bad"].boot
    change(project, boot=boot.model_copy(update={"uid": 0}))
    assert [row[3] for row in rows(strip(project))] == ["0 (root)", "1000"]


def test_what_was_not_measured_is_a_dash(project: Path) -> None:
    found = results.load(project / "docs/results", SLUG).variants["bad"]
    builds = {name: one for name, one in found.builds.items() if name != "edit-source"}
    change(project, builds=builds, boot=found.boot.model_copy(update={"uid": None}))
    bad, good = rows(strip(project))
    assert bad == ["bad", "110 MB", "— not measured", "— not measured"]
    assert "not measured" not in " ".join(good)


def test_a_result_of_before_the_replay_is_shown_too(project: Path) -> None:
    made = results.load(project / "docs/results", SLUG)
    older = {
        name: one.model_copy(update={"builds": {"cold": one.builds["cold"]}})
        for name, one in made.variants.items()
    }
    results.save(project / "docs/results", made.model_copy(update={"variants": older}))
    text = strip(project)
    assert [row[2] for row in rows(text)] == ["— not measured"] * 2
    assert f'data-from="{SLUG}/bad,good/transfer_bytes,uid"' in text


def test_a_single_step_is_one(project: Path) -> None:
    builds = dict(results.load(project / "docs/results", SLUG).variants["bad"].builds)
    edit = builds["edit-source"]
    first = edit.steps[0].model_copy(update={"cached": False})
    builds["edit-source"] = edit.model_copy(update={"steps": (first,)})
    change(project, builds=builds)
    assert rows(strip(project))[0][2].startswith("1 step ")


@pytest.mark.parametrize("lab", labfile.in_order(ROOT / "labs"), ids=lambda lab: str(lab.slug))
def test_each_lab_measures_what_its_strip_shows(lab: labfile.Lab) -> None:
    assert "edit-source" in lab.replays
    assert all(lab.replays["edit-source"].is_for(name) for name in STRIP_VARIANTS)
    assert lab.replays["edit-source"].file


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: str(chapter.stem))
def test_each_chapter_has_one_strip_under_its_headline(chapter: Path) -> None:
    head, *_ = chapter.read_text("utf-8").split("\n## ")
    assert head.count(f'{{{{ strip("{chapter.stem}") }}}}') == 1
    assert chapter.read_text("utf-8").count("{{ strip(") == 1
    assert head.index("{{ compare(") < head.index("{{ strip(")


def test_there_is_a_chapter_for_each_lab() -> None:
    assert {chapter.stem for chapter in CHAPTERS} == set(labfile.slugs(ROOT / "labs"))
