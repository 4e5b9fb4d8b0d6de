"""What a page may read of an exercise: the files of the project, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.lab import Lab, labfile
from advices.learn.material import project_files

LABS = Path(__file__).parents[2] / "labs"


@pytest.mark.parametrize(
    "exercise", [one for one in labfile.all_of(LABS) if one.is_exercise], ids=lambda one: one.slug
)
def test_a_learner_reads_what_a_build_gets_and_no_solution(exercise: Lab) -> None:
    files = project_files(exercise)
    assert {"app.py", "requirements.txt", ".dockerignore"} <= {*files}
    for name in ("solution.Dockerfile", "exercise.toml"):
        assert not any(name in path for path in files)
    solution = exercise.dockerfile("good").read_text("utf-8").strip()
    assert not any(solution in text for text in files.values())


def test_what_lies_over_the_project_is_what_a_build_gets() -> None:
    exercise = labfile.read(LABS, "web-scan").its_exercise()
    overlay = exercise.variants["bad"].overlay
    assert overlay is not None
    own = (exercise.folder / overlay / "app.py").read_text("utf-8")
    assert project_files(exercise)["app.py"] == own


def with_context(folder: Path) -> Lab:
    exercise = labfile.read(LABS, "non-root").its_exercise()
    return exercise.model_copy(update={"context": folder})


def test_links_lead_nowhere_and_what_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    project, secret = tmp_path / "project", tmp_path / "secret"
    project.mkdir()
    secret.mkdir()
    (secret / "key").write_text("hidden")
    (project / "key").symlink_to(secret / "key")
    (project / "all").symlink_to(secret)
    (project / "picture.png").write_bytes(b"\x89PNG\r\n\xff")
    (project / "long.csv").write_text("1\n" * 100_000)
    (project / "__pycache__").mkdir()
    (project / "__pycache__" / "app.pyc").write_bytes(b"")
    assert project_files(with_context(project)) == {
        "long.csv": "(200000 bytes, too many to show here)",
        "picture.png": "(7 bytes that are no text)",
    }
