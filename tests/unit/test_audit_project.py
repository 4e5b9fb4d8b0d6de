"""What an audit knows of a project: what is chosen, and the code that its history names."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_world import git, made, read

from advices.audit.touches import touches
from advices.core import LabInvalid


def test_what_was_chosen_is_told_with_the_option_that_changes_it(tmp_path: Path) -> None:
    found = read(made(tmp_path))
    told = {one.name: (one.value, one.why, one.option) for one in found.chosen}
    assert told == {
        "Dockerfile": ("Dockerfile", "it is the only one", "--file"),
        "context": (".", "its COPY lines find their files there", "--context"),
        "port": ("8080", "EXPOSE names it", "--port"),
        "language": ("Python with pip", "there is requirements.txt", ""),
        "capabilities": (
            *("Docker's default ones", "`docker run` gives them, and some programs need them"),
            "",
        ),
    }
    asked = read(tmp_path, file=tmp_path / "Dockerfile", context=tmp_path, port=9)
    assert ([one.name for one in asked.chosen if one.option], asked.port) == ([], 9)


def test_a_dockerfile_in_a_folder_builds_the_folder_that_has_its_files(tmp_path: Path) -> None:
    root = made(tmp_path, docker__Dockerfile="FROM a\nCOPY app.py requirements.txt /srv/\n")
    (root / "Dockerfile").unlink()
    assert read(root).context == root
    (root / "docker" / "app.py").write_text("")
    (root / "docker" / "start.sh").write_text("")
    (root / "docker" / "Dockerfile").write_text("FROM a\nCOPY start.sh app.py /srv/\n")
    assert read(root).context == root / "docker"


@pytest.mark.parametrize(
    ("dockerfile", "port"),
    [("FROM a\nENV PORT=81\n", 81), ("FROM a\nARG P=82\nEXPOSE $P\n", 82), ("FROM a\n", 8000)],
)
def test_the_port_is_the_one_that_the_file_names(
    dockerfile: str, port: int, tmp_path: Path
) -> None:
    assert read(made(tmp_path, dockerfile)).port == port


def test_nothing_to_build_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabInvalid, match="there is no Dockerfile in"):
        read(tmp_path)
    with pytest.raises(LabInvalid, match="is no folder"):
        read(tmp_path / "gone")


def test_code_is_what_changed_most_of_what_is_copied(tmp_path: Path) -> None:
    root = made(tmp_path, "FROM a\nCOPY app.py views.py /srv/\n")
    for name in ("views.py", "tests.py"):
        (root / name).write_text("x = 1\n" * 99)
    # Without a history the largest one counts; what no COPY brings never does.
    assert touches(read(root))["edit-source"].file == "views.py"
    git(root, "init", "-q")
    for number in range(3):
        (root / "app.py").write_text(f"x = {number}\n")
        (root / "tests.py").write_text(f"x = {number}\n")
        git(root, "add", ".")
        git(root, "commit", "-qm", "x")
    found = touches(read(root))
    assert found["edit-source"].file == "app.py"
    assert set(found) == {"edit-source", "edit-packages", "commit"}
    (root / ".dockerignore").write_text(".git\nrequirements.txt\n")
    assert set(touches(read(root))) == {"edit-source"}


def test_a_hook_of_a_worktree_reads_the_history_of_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git names the repository in a variable there, and a folder would count as its root."""
    root = made(tmp_path / "all" / "web", "FROM a\nCOPY app.py views.py /srv/\n")
    (root / "views.py").write_text("x = 1\n" * 99)
    git(root.parent, "init", "-q")
    for number in range(2):
        (root / "app.py").write_text(f"x = {number}\n")
        git(root.parent, "add", "web/app.py")
        git(root.parent, "commit", "-qm", "x")
    monkeypatch.setenv("GIT_DIR", str(root.parent / ".git"))
    assert touches(read(root))["edit-source"].file == "app.py"


def test_a_repository_starts_no_program_of_its_own(tmp_path: Path) -> None:
    root = made(tmp_path)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "x")
    evil = root / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {root}/was-run\n")
    evil.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "gpg.program", "diff.external"):
        git(root, "config", name, str(evil))
    git(root, "config", "log.showSignature", "true")
    touches(read(root))
    assert not (root / "was-run").exists()
