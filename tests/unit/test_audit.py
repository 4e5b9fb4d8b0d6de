"""The audit of a reader's own project: what is read, what is proved, and what is told."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import factory
import fake_bench
import pytest
from container_programs import STATUS, Program, printed
from layer_tars import file, layer_tar
from local_sites import sites
from memory_engine import MemoryEngine

from advices import audit
from advices.audit import lab_of
from advices.audit.gate import broken
from advices.audit.touches import touches
from advices.core import DiskFull, LabInvalid, Layout, StepFailed
from advices.engine import RUN_LABEL, BuildOrder, BuildStep, Built, Start
from advices.lab import MeasureName, parse_dockerfile
from advices.results import Boot, VariantResult

ROOT = Path(__file__).parents[2]
BAD = """\
FROM python:3.14
WORKDIR /app
# All of it.
COPY . .
RUN pip install -r requirements.txt
EXPOSE 8080/tcp
CMD python app.py
"""


def made(root: Path, dockerfile: str = BAD, **files: str) -> Path:
    """Return a project of these files, with a list of packages and some code."""
    texts = {"Dockerfile": dockerfile, "requirements.txt": "flask==3.1\n", "app.py": "print(1)\n"}
    for name, text in {**texts, **{n.replace("__", "/"): t for n, t in files.items()}}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def read(root: Path, **asked: Any) -> audit.Project:
    return audit.read_project(root, audit.Asked(**asked))


# ---------- what is read ----------


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


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)


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


# ---------- the gate ----------


def measured(answered: bool = True, **values: Any) -> VariantResult:
    boot = Boot(answered=answered, uid=values.pop("uid", 1000), page_digest=values.pop("page", "a"))
    return factory.variant().model_copy(update={"boot": boot, "probed": values})


BROKEN: dict[str, tuple[VariantResult, VariantResult, str]] = {
    "nothing": (measured(), measured(), ""),
    "silent": (measured(), measured(answered=False), "no longer answers"),
    "another page": (measured(), measured(page="b"), "the page is not the same"),
    "root": (measured(), measured(uid=0), "PID 1 became root"),
    "root before": (measured(uid=0), measured(uid=0), ""),
    "silent before": (measured(answered=False), measured(answered=False), ""),
    "a package": (
        measured(distributions_failing=1),
        measured(distributions_failing=2),
        "Python packages that do not import: 2, before 1",
    ),
    "a library": (measured(missing_libraries=0), measured(missing_libraries=1), "missing: 1"),
    "fewer": (measured(missing_libraries=1), measured(missing_libraries=0), ""),
    "killed": (measured(stop_exit_code=0), measured(stop_exit_code=137), "has to kill it"),
    "killed before": (measured(stop_exit_code=137), measured(stop_exit_code=137), ""),
    "not measured": (measured(), measured(stop_exit_code=137), ""),
}


@pytest.mark.parametrize(("before", "after", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_the_gate(before: VariantResult, after: VariantResult, says: str) -> None:
    found = broken(before, after)
    assert found == says == "" or says in found != ""


# ---------- the whole way, on an engine in memory ----------


class World:
    """A project on an engine whose images are what its Dockerfiles say."""

    def __init__(self, root: Path, port_of: Callable[[bytes], int]) -> None:
        self.root, self._port_of = root, port_of
        self.refuses: Callable[[str], bool] = lambda _text: False
        self.page: Callable[[str], bytes] = lambda _text: b"a page"
        self.checks: Callable[[str], int] = lambda _text: 0
        self.config: Callable[[str], dict[str, Any]] = lambda _text: {}
        self.healthy: Callable[[str], bool] = lambda _text: True
        self.fills: Callable[[str], bool] = lambda _text: False
        self.checked: list[dict[str, str]] = []
        self.texts: dict[str, str] = {}
        self.ends = False
        self.engine = MemoryEngine(self._runs)
        for name, size in (("python:3.14", 9_000_000), ("python:3.14-slim", 1_000_000)):
            base = layer_tar({"usr/lib/base": file(b"x" * size)})
            self.engine.add(name, base, repo_digests=(f"python@sha256:{size}",))
        self.engine.build = self._build  # type: ignore[method-assign]

    def audited(self, check: str = "", **asked: Any) -> audit.Audit:
        workshop = fake_bench.workshop(Layout(ROOT), engine=self.engine)
        return audit.audited(workshop, read(self.root, **asked), check)

    def _build(self, order: BuildOrder, on_step: Any = None) -> Built:
        text = order.dockerfile.read_text("utf-8")
        if self.refuses(text):
            raise StepFailed("[2/3] RUN x failed", next_step="fix it")
        if self.fills(text):
            raise DiskFull("no space left on device")
        base = str(parse_dockerfile(text).final_base)
        below = self.engine._find(order.bases[base])
        assert below is not None
        ignore = order.context / ".dockerignore"
        ignored = ignore.read_text() if ignore.is_file() else ""
        copies = text.index("COPY . ") < text.index("pip install")
        edited = order.tag.rpartition("-")[2] if "edit" in order.tag else ""
        layer = layer_tar({"app/x": file(f"{text}{ignored}{edited}".encode())})
        config = {"WorkingDir": "/app", "Labels": {RUN_LABEL: order.run_id}, **self.config(text)}
        image = self.engine.add(order.tag, *below.layers, layer, config=config)
        self.texts[image.id] = text
        ran = "edit-source" in order.tag
        return Built(
            (
                BuildStep("COPY . .", cached=False, seconds=0.1),
                BuildStep("RUN pip install", cached=ran and not copies, seconds=2.0),
            ),
            2.0,
        )

    def _runs(self, image: str, how: Start) -> Program:
        text = self.texts.get(image) or self.texts[self.engine._find(image).image.id]  # type: ignore[union-attr]
        if how.entrypoint == ("sh", "-c"):
            self.checked.append(dict(how.env))
            return printed("the last line\n", exit_code=self.checks(text))
        if how.entrypoint is not None:
            return printed("no python\n", exit_code=1)
        if self.ends:
            return printed("its last words\n", exit_code=1)
        uid = "10001" if "USER 10001" in text else "0"
        status = STATUS.replace("1000", uid) + f"Gid:\t{uid}\t{uid}\nGroups:\t\n"
        healthy = self.healthy(text)
        return Program(
            port=self._port_of(self.page(text)),
            answers=lambda argv: status if argv != ["check"] else "ok" if healthy else None,
        )


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    with sites() as port_of:
        yield World(made(tmp_path / "project"), port_of)


def test_what_passes_alone_is_built_together_and_is_the_diff(world: World) -> None:
    before = {one: one.read_bytes() for one in world.root.rglob("*") if one.is_file()}
    found = world.audited()
    assert set(found.trial.names) >= {"order", "slim", "user"}
    assert found.trial.fixed is not None
    assert found.trial.fixed.boot.uid == 10001
    told = audit.diff(found)
    for line in (
        *("-FROM python:3.14\n", "+FROM python:3.14-slim\n", "+COPY requirements.txt ./\n"),
        *("+USER 10001:10001\n", " # All of it.\n"),
    ):
        assert line in told
    assert "runs 2 steps again" in audit.sentence(found)
    assert "after this diff it is 1 step" in audit.sentence(found)
    assert "It still serves the same page." in audit.sentence(found)
    # Nothing is written, and what the diff says can be applied.
    assert before == {one: one.read_bytes() for one in world.root.rglob("*") if one.is_file()}
    patch = ["patch", "-p1", "--quiet"]
    subprocess.run(patch, cwd=world.root, input=told, text=True, check=True)
    name = "Dockerfile"
    assert (world.root / name).read_text() == found.files[name][1]
    # Nothing of the run is left in the engine.
    assert [name for name in world.engine.known if "docker-advices-run" in name] == []


def test_only_what_is_in_the_diff_is_said_to_be(world: World) -> None:
    found = world.audited()
    assert found.trial.change is not None
    told = audit.record(found)
    for one in told["tried"]:
        if one["in_the_diff"]:
            assert one["says"] in found.trial.change.says
        else:
            assert one["says"] not in found.trial.change.says


def test_what_another_change_does_as_well_is_a_finding_and_not_in_the_diff(world: World) -> None:
    trial = world.audited().trial
    (slim,) = (one for one in trial.tried if one.remedy.name == "slim")
    tried = tuple(replace(one, is_covered=True) if one == slim else one for one in trial.tried)
    names = tuple(name for name in trial.names if name != "slim")
    found = audit.findings(replace(trial, tried=tried, names=names))
    (told,) = (one for one in found if one.fix == "slim")
    assert told.says == f"covered by another change: {slim.change.says}"
    # Nothing was proved without a diff.
    alone = replace(trial, tried=tried, names=(), fixed=None)
    assert "slim" not in {one.fix for one in audit.findings(alone)}


def test_a_fix_that_breaks_the_page_is_told_and_not_in_the_diff(world: World) -> None:
    world.page = lambda text: b"another page" if "slim" in text else b"a page"
    found = world.audited()
    assert "slim" not in found.trial.names
    assert "slim" not in audit.diff(found)
    rows = dict(audit.refused_rows(found)[1:])
    assert rows["The image starts from `python:3.14-slim`."] == "the page is not the same any more"


def test_a_fix_that_does_not_build_is_told(world: World) -> None:
    world.refuses = lambda text: "USER 10001" in text
    found = world.audited()
    assert "user" not in found.trial.names
    reasons = [why for _, why in audit.refused_rows(found)]
    assert "it does not build: [2/3] RUN x failed" in reasons


def test_a_check_of_the_reader_refuses_what_it_does_not_like(world: World) -> None:
    world.checks = lambda text: 3 if "USER 10001" in text else 0
    found = world.audited("test -w /app")
    assert "user" not in found.trial.names
    (tried,) = (one for one in found.trial.tried if one.remedy.name == "user")
    assert tried.refused == "`test -w /app` ended with exit code 3: the last line"


def test_a_check_has_the_variables_of_the_container(world: World) -> None:
    world.audited("test $A", env={"A": "1"})
    assert world.checked == [{"A": "1"}] * len(world.checked) != []


def test_a_full_disk_is_no_fault_of_a_change(world: World) -> None:
    world.fills = lambda text: "slim" in text
    with pytest.raises(DiskFull):
        world.audited()


def test_a_check_that_fails_before_any_change_is_said_first(world: World) -> None:
    world.checks = lambda _: 1
    with pytest.raises(StepFailed, match="the project as it is does not pass --check"):
        world.audited("false")


def test_what_does_not_go_together_is_left_out_of_it(world: World) -> None:
    world.refuses = lambda text: "USER 10001" in text and "slim" in text
    found = world.audited()
    assert {"slim", "user"} - set(found.trial.names) == {"user"}
    (tried,) = (one for one in found.trial.tried if one.remedy.name == "user")
    assert tried.refused.startswith("with the other changes: it does not build")


def test_a_project_that_does_not_build_ends_there(world: World) -> None:
    world.refuses = lambda _: True
    with pytest.raises(StepFailed, match="RUN x failed"):
        world.audited()


def test_findings_name_the_chapter_and_what_became_of_them(world: World) -> None:
    found = {(one.lab, str(one.measure)): one for one in audit.findings(world.audited().trial)}
    user = found["non-root", "uid"]
    assert (user.before, user.after, user.fix) == (0, 10001, "user")
    assert user.is_gone
    order = found["build-cache", "edit-source.steps_run"]
    assert (order.before, order.after, order.fix) == (2, 1, "order")
    assert {lab for lab, _ in found} <= audit.CHAPTERS


def test_what_was_not_measured_is_listed_with_the_reason(world: World) -> None:
    rows = audit.not_judged_rows(world.audited())
    assert len(rows) > 1
    assert all(why for _, why in rows)


def test_a_container_that_never_answers_is_judged_by_the_rest(world: World) -> None:
    world.ends = True
    found = world.audited()
    assert not found.trial.yours.boot.answered
    rows = dict(audit.not_judged_rows(found)[1:])
    assert "ended with exit code 1" in rows["Answers"]
    assert "order" in found.trial.names
    assert "nobody knows whether it still works" in audit.sentence(found)


def test_nothing_in_a_file_ends_the_fence_of_the_diff(world: World) -> None:
    (world.root / "Dockerfile").write_text(f"# ````\n{BAD}")
    assert "`````diff\n" in audit.markdown(world.audited())


def test_the_record_is_json(world: World) -> None:
    told = json.loads(json.dumps(audit.record(world.audited())))
    assert told["schema_version"] == 1
    assert told["diff"].startswith("--- a/Dockerfile\n+++ b/Dockerfile\n")
    assert {one["measure"] for one in told["tried"]} >= {"uid", "disk_bytes"}


def test_what_a_project_is_called_does_no_harm_in_markdown(world: World, tmp_path: Path) -> None:
    world.root = made(tmp_path / "a|b <script>")
    text = audit.markdown(world.audited())
    assert "<script>" not in text


def test_a_measure_is_described(world: World) -> None:
    rows = audit.measured_rows(world.audited())
    assert rows[0] == ["measure", "yours", "with the diff"]
    assert "User" in {row[0] for row in rows}
    assert MeasureName("uid") in world.audited().trial.yours.measures()
