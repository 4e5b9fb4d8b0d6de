"""The files of a commit that an audit compares with: what git writes, and what it may not."""

from __future__ import annotations

import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest
from audit_world import committed, git, made

from advices import audit
from advices.audit import git_tree
from advices.audit.touches import touches
from advices.core import LabInvalid


def tree(root: Path, to: Path, ref: str = "HEAD") -> dict[str, str]:
    found = git_tree.write_tree(root, git_tree.commit(root, ref), to)
    return {
        one.relative_to(found).as_posix(): one.read_text() if not one.is_symlink() else "->"
        for one in sorted(found.rglob("*"))
        if one.is_symlink() or one.is_file()
    }


def test_it_writes_the_commit_and_not_the_folder(tmp_path: Path) -> None:
    root = made(tmp_path / "project", deep__er__a="1\r\n", **{"ü b.txt": "x"})
    (root / "link").symlink_to("/etc/passwd")
    committed(root)
    (root / "app.py").write_text("changed\n")
    (root / "untracked").write_text("")
    found = tree(root, tmp_path / "to")
    assert found["app.py"] == "print(1)\n"
    assert found["link"] == "->"
    assert {"deep/er/a", "ü b.txt", "Dockerfile"} < found.keys()
    assert "untracked" not in found
    assert (tmp_path / "to" / "deep" / "er" / "a").read_bytes() == b"1\r\n"


@pytest.mark.parametrize("name", ["..", ".git", "link/x"])
def test_a_name_that_leads_elsewhere_writes_nothing_there(name: str, tmp_path: Path) -> None:
    """Git makes no such tree; whoever wants one writes it byte by byte."""
    root = committed(made(tmp_path / "project"))
    outside = tmp_path / "outside"
    outside.mkdir()

    def written(kind: str, data: bytes) -> bytes:
        argv = ["git", "-C", str(root), "hash-object", "-t", kind, "-w", "--stdin", "--literally"]
        done = subprocess.run(argv, input=data, check=True, capture_output=True)
        return bytes.fromhex(done.stdout.decode())

    evil = written("blob", b"evil")
    entry = b"100644 config\0" + evil
    if name == "link/x":
        to_outside = written("blob", str(outside).encode())
        inner = written("tree", b"100644 x\0" + evil)
        entry = b"120000 link\0" + to_outside + b"40000 link\0" + inner
    else:
        inner = written("tree", entry)
        entry = b"40000 " + name.encode() + b"\0" + inner
    made_up = written("tree", entry).hex()
    argv = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(
        [*argv, "commit-tree", "-m", "x", made_up], check=True, capture_output=True, text=True
    )
    # A folder and a link of one name are no fault: the folder wins.
    is_refused = name != "link/x"
    fault = pytest.raises(LabInvalid, match="cannot be written: ") if is_refused else nullcontext()
    with fault:
        git_tree.write_tree(root, done.stdout.strip(), tmp_path / "to")
    assert not (tmp_path / "config").exists()
    assert [*outside.iterdir()] == []


def test_nothing_that_the_repository_names_is_run(tmp_path: Path) -> None:
    root = made(tmp_path / "project")
    attributes = "* filter=evil text eol=crlf ident\napp.py export-ignore\n*.txt export-subst\n"
    (root / ".gitattributes").write_text(attributes)
    (root / "requirements.txt").write_text("$Format:%H$ $Id$\n")
    committed(root)
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\ncat\n")
    evil.chmod(0o755)
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        hook = root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(evil.read_text())
        hook.chmod(0o755)
    for name in (
        *("filter.evil.smudge", "filter.evil.process", "core.fsmonitor", "core.pager"),
        *("core.sshCommand", "tar.tar.command", "uploadpack.packObjectsHook"),
    ):
        git(root, "config", name, str(evil))
    found = tree(root, tmp_path / "to")
    assert not (tmp_path / "was-run").exists()
    # And none of its attributes changes what is written.
    assert found["app.py"] == "print(1)\n"
    assert found["requirements.txt"] == "$Format:%H$ $Id$\n"


def test_a_missing_object_is_not_fetched(tmp_path: Path) -> None:
    root = committed(made(tmp_path / "project"))
    evil = f"ext::sh -c touch% {tmp_path}/was-run"
    for name, value in (
        ("remote.origin.url", evil),
        ("remote.origin.promisor", "true"),
        ("extensions.partialClone", "origin"),
        ("core.repositoryFormatVersion", "1"),
        ("protocol.ext.allow", "always"),
    ):
        git(root, "config", name, value)
    with pytest.raises(LabInvalid):
        git_tree.commit(root, "1" * 40)
    # Nor where the history is asked which file changes most.
    argv = ["git", "-C", str(root), "rev-parse", "HEAD^{tree}"]
    name = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()
    (root / ".git" / "objects" / name[:2] / name[2:]).unlink()
    touches(audit.read_project(root, audit.Asked()))
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize("ref", ["nothing", "--help", "-x", "HEAD:app.py", ""])
def test_what_is_no_commit_is_said(ref: str, tmp_path: Path) -> None:
    root = committed(made(tmp_path / "project"))
    with pytest.raises(LabInvalid, match="git does not know it"):
        git_tree.commit(root, ref)


def test_a_folder_without_a_repository_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabInvalid, match="needs a folder of a repository"):
        git_tree.repository(made(tmp_path / "project"))
