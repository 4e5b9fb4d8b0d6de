"""The recorded audit of the sample: it is of the files that are there, and of today's remedies."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_audit import copied

from advices import audit
from advices.audit.remedies import remedies
from advices.lab import labfile
from advices.site import SAMPLE, load_sample

ROOT = Path(__file__).parents[2]
RECORDED = load_sample(ROOT / "docs" / "results")
AGAIN = "audit the sample again: `python tests/sample_audit.py`"


def test_it_is_of_the_sample_as_it_is() -> None:
    texts = {name: one["before"] for name, one in RECORDED.audit["files"].items()}
    found = {
        name: (ROOT / SAMPLE / name).read_text("utf-8") for name, text in texts.items() if text
    }
    assert found == {name: text for name, text in texts.items() if text}, AGAIN


def test_it_tried_what_an_audit_tries_today(tmp_path: Path) -> None:
    project = audit.read_project(copied(ROOT, tmp_path), audit.Asked())
    today = {name: change.says for name, change in remedies(project.source()).items()}
    assert {one["name"]: one["says"] for one in RECORDED.audit["tried"]} == today, AGAIN
    chosen = [vars(one) for one in project.chosen]
    assert RECORDED.audit["chosen"] == chosen, AGAIN


def test_everything_is_wrong_with_the_sample_and_fixed() -> None:
    rows = RECORDED.audit["shown"]["findings"][1:]
    assert {row[0] for row in rows} >= {
        *("build-cache", "base-image", "remove-tools", "non-root", "stop-and-start"),
    }
    assert {row[0] for row in rows} <= {*labfile.slugs(ROOT / "labs")}
    assert sum(row[-1] == "fixed by the diff" for row in rows) > 5


@pytest.mark.parametrize("word", ["Docker", "buildx", "toolkit", "python:3.14 ("])
def test_it_says_where_it_is_from(word: str) -> None:
    assert word in RECORDED.where()
