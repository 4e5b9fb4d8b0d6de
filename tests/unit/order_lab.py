"""A sound lab named order, with an exercise, for a test to break."""

from __future__ import annotations

from pathlib import Path

import pytest

# Line numbers in test_lab and test_lab_faults are read from this text: change all together.
TOML = """\
title = "Order"
advice = "Order well."
context = "app"
headline = "disk_bytes"

[serve]
port = 8000

[variants.bad]
dockerfile = "bad.Dockerfile"
says = "bad"

[variants.good]
dockerfile = "good.Dockerfile"
says = "good"

[replays.unchanged]
says = "nothing changes"

[replays.edit]
says = "a line is edited"
file = "views.py"
append = "# {sample}"

[[claims]]
id = "steps"
says = "Few steps run."
measure = "edit.steps_run"
at_most = 2

[[claims]]
id = "same-page"
says = "The page is the same."
measure = "page_digest"
relative_to = "bad"
equals = true
holds_for = ["good"]
fails_for = []

[starts.bare]
says = "without a file system to write to"
read_only = true

[[mistakes]]
id = "one-more"
says = "One more step runs."
replace = "slim"
breaks = ["steps"]
by = "slim\\nRUN one-more"
"""
EXERCISE = """\
title = "Order another"
advice = "Order well."
context = "app"
task = "Mend it."

[[claims]]
id = "small"
says = "It is small."
measure = "disk_bytes"
at_most = 1.1
relative_to = "good"

[[mistakes]]
id = "large"
says = "It is large."
replace = "slim"
breaks = ["small"]
hint = "Look at FROM."
sign = { user = "missing" }
"""


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    """Return a folder of labs with one sound lab in it."""
    folder = tmp_path / "labs"
    (folder / "order").mkdir(parents=True)
    (folder / "app").mkdir()
    (folder / "app" / "views.py").write_text("x = 1\n")
    (folder / "order" / "lab.toml").write_text(TOML)
    for name in ("bad", "good"):
        (folder / "order" / f"{name}.Dockerfile").write_text("FROM python:3.14-slim\n")
    exercise = folder / "order" / "exercise"
    exercise.mkdir()
    (exercise / "exercise.toml").write_text(EXERCISE)
    for name in ("Dockerfile", "solution.Dockerfile"):
        (exercise / name).write_text("FROM python:3.14-slim\n")
    return folder


def change(labs: Path, old: str, new: str) -> None:
    assert TOML.count(old) == 1, old
    (labs / "order" / "lab.toml").write_text(TOML.replace(old, new))
