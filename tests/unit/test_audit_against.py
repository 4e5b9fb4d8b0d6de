"""An audit against another commit: what git writes, what is compared, and what is worse."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import factory
import fake_bench
import pytest
from test_audit import BAD, ROOT, World, git, made, measured
from test_audit_command import advices, world

from advices import audit
from advices.audit import git_tree
from advices.audit.against import Against
from advices.audit.touches import touches
from advices.core import LabInvalid, Layout
from advices.engine import BuildOrder, Built
from advices.lab import Replay
from advices.results import VariantResult

__all__ = ["advices", "world"]

GOOD = BAD.replace("COPY . .\nRUN pip", "COPY requirements.txt ./\nRUN pip").replace(
    "EXPOSE", "COPY . .\nUSER 10001\nEXPOSE"
)


def committed(root: Path, message: str = "x") -> Path:
    if not (root / ".git").exists():
        git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", message)
    return root


# ---------- the commit's files ----------


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


# ---------- the difference ----------


def against(result: VariantResult, **more: Any) -> Against:
    replays = {"edit-source": Replay(says="x", file="a", append="{sample}")}
    return Against("main", "1" * 40, result, replays, **more)


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ({"uid": 1}, {"uid": 0}, ["uid"]),
        ({"uid": 0}, {"uid": 1}, []),
        ({"uid": 7}, {"uid": 8}, []),
        ({"stop_exit_code": 0}, {"stop_exit_code": 137}, ["stop_exit_code"]),
        ({"stop_exit_code": 137}, {"stop_exit_code": 0}, []),
        ({"compilers": 0}, {"compilers": 1}, ["compilers"]),
        ({"compilers": 1}, {"compilers": 0}, []),
        ({"hidden_bytes": 0}, {"hidden_bytes": 999_999}, []),
        ({"hidden_bytes": 0}, {"hidden_bytes": 1_000_001}, ["hidden_bytes"]),
        ({"stop_seconds": 1.0}, {"stop_seconds": 9.0}, []),
        ({}, {"compilers": 1}, []),
    ],
)
def test_worse_is_what_is_exact(
    before: dict[str, Any], after: dict[str, Any], worse: list[str]
) -> None:
    changes = against(measured(**before)).changes(measured(**after))
    assert [str(one.measure) for one in changes if one.is_worse] == worse


def test_seconds_count_only_as_a_ratio_that_was_asked_for() -> None:
    def took(seconds: float) -> VariantResult:
        build = factory.variant().builds["cold"]
        timing = build.timing.model_copy(update={"samples": (seconds,)})
        builds = {"edit-source": build.model_copy(update={"timing": timing})}
        return measured().model_copy(update={"builds": builds})

    assert against(took(1.0)).changes(took(9.0)) == ()
    (slow,) = against(took(1.0), seconds=2.0).changes(took(2.1))
    assert slow.is_worse
    (fast,) = against(took(1.0), seconds=2.0).changes(took(1.9))
    assert not fast.is_worse


def test_bytes_are_left_out_where_they_cannot_be_compared() -> None:
    before, after = measured(hidden_bytes=0, uid=1), measured(hidden_bytes=9_000_000, uid=0)
    changes = against(before, no_bytes="because").changes(after)
    assert [str(one.measure) for one in changes] == ["uid"]


# ---------- the whole way ----------


def test_only_what_is_worse_than_there_fails(
    advices: Callable[..., int], world: World, tmp_path: Path
) -> None:
    committed(world.root)
    both = ("--against", "HEAD", "--fail-on", "non-root,base-image,build-cache")
    # The debt was there before: only what could not be measured is left to say.
    assert advices("--against", "HEAD", "--fail-on", "base-image,build-cache") == 0
    assert advices("--fail-on", "base-image,build-cache") == 1
    (world.root / "Dockerfile").write_text(GOOD)
    committed(world.root)
    (world.root / "Dockerfile").write_text(GOOD.replace("USER 10001\n", ""))
    report = tmp_path / "a.json"
    sarif = tmp_path / "a.sarif"
    assert advices(*both, "--json", str(report), "--sarif", str(sarif)) == 1
    told = json.loads(report.read_text())["against"]
    assert told["ref"] == "HEAD"
    (change,) = (one for one in told["changes"] if one["is_worse"])
    assert (change["measure"], change["before"], change["after"]) == ("uid", 10001, 0)
    states = {
        one["ruleId"]: one["baselineState"]
        for one in json.loads(sarif.read_text())["runs"][0]["results"]
    }
    assert (states["non-root"], states["base-image"]) == ("new", "unchanged")


def test_the_same_file_is_edited_on_both_sides(world: World) -> None:
    """Without a history, as in the files of a commit, the largest file would be taken for code."""
    (world.root / "views.py").write_text("x = 1\n" * 99)
    committed(world.root)
    for number in range(3):
        (world.root / "app.py").write_text(f"print({number})\n")
        committed(world.root)
    edited = []
    build = world.engine.build

    def watched(order: BuildOrder, on_step: Any = None) -> Built:
        if "edit-source" in order.tag:
            texts = {name: (order.context / name).read_text() for name in ("app.py", "views.py")}
            edited.append([name for name, text in texts.items() if "#" in text])
        return build(order, on_step)

    world.engine.build = watched  # type: ignore[method-assign]
    workshop = fake_bench.workshop(Layout(ROOT), engine=world.engine)
    found = world.audited()
    there = audit.compared(workshop, found, "HEAD", audit.check_ref(found.project, "HEAD"))
    assert edited == [["app.py"]] * len(edited) != []
    assert there.against is not None
    assert there.against.changes(there.trial.yours) == ()


def test_what_got_worse_without_a_remedy_is_said_too(world: World) -> None:
    found = world.audited()
    yours = found.trial.yours
    there = yours.model_copy(update={"probed": {**yours.probed, "hidden_bytes": 0}})
    here = yours.model_copy(update={"probed": {**yours.probed, "hidden_bytes": 5_000_000}})
    found = replace(
        found,
        trial=replace(found.trial, yours=here),
        against=Against("main", "1" * 40, there, {}),
    )
    rules = audit.Policy(frozenset({"remove-tools"}))
    (one,) = audit.regressions(found, rules)
    assert (str(one.change.measure), one.chapters) == ("hidden_bytes", ("remove-tools",))
    assert audit.fails(found, rules)
    assert not audit.fails(found, audit.Policy(frozenset({"multi-stage"})))
    for text in (audit.markdown(found), audit.html(found), audit.junit(found, rules)):
        assert "Hidden bytes" in text
        assert "5.00 MB" in text


@pytest.mark.parametrize("ref", ["nothing", "HEAD~9"])
def test_an_unknown_commit_ends_it_before_anything_is_built(
    ref: str, advices: Callable[..., int], world: World
) -> None:
    committed(world.root)
    world.refuses = lambda _: pytest.fail("it was built")
    assert advices("--against", ref) == 10


def test_a_commit_without_the_dockerfile_is_said(
    advices: Callable[..., int], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    file = world.root / "Dockerfile"
    text = file.read_text()
    file.unlink()
    committed(world.root)
    file.write_text(text)
    assert advices("--against", "HEAD") == 10
    assert "that commit has no Dockerfile" in capsys.readouterr().err
