"""The copy of a project that an audit builds: what is in it, and that nothing leads out of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from audit_world import git, made, read

from advices.audit import lab_of
from advices.audit.touches import touches
from advices.core import DiskFull, LabInvalid
from advices.packages import proxy

# ---------- what is in it ----------


def test_the_copy_has_what_a_build_may_copy_and_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("a secret")
    root = made(tmp_path / "project", notes__a="", **{".dockerignore": "notes\n"})
    (root / "link").symlink_to(outside)
    (root / "README.md").symlink_to(outside / "secret.txt")
    copy = lab_of.copy_context(read(root), tmp_path / "copy")
    assert sorted(p.relative_to(copy).as_posix() for p in copy.rglob("*")) == [
        *(".dockerignore", "Dockerfile", "README.md", "app.py", "link", "requirements.txt"),
    ]
    assert (copy / "link").is_symlink()
    assert (copy / "README.md").is_symlink()
    assert "edit-readme" not in touches(read(root))


def test_a_context_that_is_too_large_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab_of, "CONTEXT_AT_MOST_BYTES", 10)
    with pytest.raises(LabInvalid, match="has more than 0 MB of files") as told:
        lab_of.copy_context(read(made(tmp_path / "project")), tmp_path / "copy")
    assert ".dockerignore" in told.value.why


# ---------- hostile projects ----------


def test_no_link_leads_a_change_of_the_copy_out_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("uv.lock", "advices", "README.md", "app.py"):
        (outside / name).write_text("theirs\n")
    root = made(tmp_path / "project")
    (root / "app.py").unlink()
    git(root, "init", "-q")
    for name in ("uv.lock", "README.md", "app.py"):
        (root / name).symlink_to(outside / name)
    names = {one.file for one in touches(read(root)).values()}
    (root / ".git" / "docker-advices").symlink_to(outside / "advices")
    (root / "sub").symlink_to(outside)
    project = read(root)
    assert {one.file for one in touches(project).values()} == names - {".git/docker-advices"}
    copy = lab_of.copy_context(project, tmp_path / "copy")
    monkeypatch.setattr(proxy, "index_for_builds", lambda _: "http://index.example/")
    proxy.lead(copy, None)  # type: ignore[arg-type]
    assert {one.read_text() for one in outside.iterdir()} == {"theirs\n"}


def test_a_pipe_in_a_project_is_not_waited_for(tmp_path: Path) -> None:
    root = made(tmp_path / "project")
    (root / "requirements.txt").unlink()
    for name in ("requirements.txt", "README.md", "uv.lock"):
        os.mkfifo(root / name)
    project = read(root)
    assert project.source().files["requirements.txt"] == ""
    copy = lab_of.copy_context(project, tmp_path / "copy")
    assert {one.name for one in copy.iterdir()} == {"Dockerfile", "app.py"}
    assert {one.file for one in touches(project).values()} == {"app.py"}


def test_a_context_of_two_gigabytes_is_refused_before_anything_is_copied(tmp_path: Path) -> None:
    root = made(tmp_path / "project")
    with (root / "data.bin").open("wb") as data:
        data.truncate(2_000_000_000)
    with pytest.raises(LabInvalid, match="has more than 500 MB of files"):
        lab_of.copy_context(read(root), tmp_path / "copy")
    assert sum(one.stat().st_blocks for one in (tmp_path / "copy").rglob("*")) * 512 < 1_000_000
    (root / ".dockerignore").write_text("*.bin\n")
    lab_of.copy_context(read(root), tmp_path / "again")


def test_a_file_that_nobody_may_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = made(tmp_path / "project")

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lab_of.shutil, "copy2", refuse)
    with pytest.raises(DiskFull, match="could not copy the project"):
        lab_of.copy_context(read(root), tmp_path / "copy")
