"""How an audit is done: quick, on other bases, within limits; what a hostile project may not."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from test_audit import ROOT, World, git, made, measured, read
from test_audit_command import advices, world  # noqa: F401  # fixtures

from advices import audit
from advices.audit import lab_of
from advices.audit.remedies import REMEDIES
from advices.audit.taking import Groups, in_order, overlapped, planned_for
from advices.audit.touches import touches
from advices.core import BuildLimited, DiskFull, LabInvalid, Layout, poll
from advices.engine import BuildOrder, Built, Image
from advices.lab import MeasureName, labfile
from advices.measure import ProbeImage
from advices.packages import proxy
from advices.workshop import Workshop


@pytest.fixture
def ordered(world: World) -> Iterator[list[BuildOrder]]:  # noqa: F811
    """Give the orders of all builds."""
    orders: list[BuildOrder] = []
    build = world.engine.build

    def noted(order: BuildOrder, on_step: Any = None) -> Built:
        orders.append(order)
        return build(order, on_step)

    world.engine.build = noted  # type: ignore[method-assign]
    yield orders


def audited(world: World, how: audit.How, **instead: str) -> audit.Audit:  # noqa: F811
    workshop = Workshop(Layout(ROOT), print, world.engine, instead)
    return audit.audited(workshop, read(world.root), how=how)


def built(orders: list[BuildOrder]) -> list[str]:
    return [order.tag.partition(":audit-")[2] for order in orders]


# ---------- quick ----------


def test_a_quick_audit_tries_all_changes_at_once(
    world: World,  # noqa: F811
    ordered: list[BuildOrder],
) -> None:
    found = audited(world, audit.How(quick=True))
    assert set(found.trial.names) >= {"order", "slim", "user"}
    assert set(found.lab.replays) == {"edit-source"}
    # What brought nothing with all others is left out, and the rest is built again.
    assert set(built(ordered)) == {
        f"{name}-{build}" for name in ("yours", "fixed") for build in ("cold", "edit-source")
    }
    whole = audited(world, audit.How())
    assert found.trial.names == whole.trial.names
    rows = dict(audit.not_judged_rows(found))
    assert rows["what each change brings alone"].startswith("--quick tries them together")
    assert rows["a build when one line is added to requirements.txt"] == "--quick leaves it out"
    assert audit.record(found)["left_out"].keys() <= rows.keys()
    assert whole.trial.left_out == ()


def test_a_quick_audit_says_no_number_that_several_changes_share(
    world: World,  # noqa: F811
) -> None:
    """The slim base saves all the bytes, for no image has a cache of pip."""
    found = audited(world, audit.How(quick=True))
    tried = {one.remedy.name: one for one in found.trial.tried}
    assert (tried["slim"].is_fix, tried["pip-cache"].is_fix) == (True, False)
    assert dict(audit.refused_rows(found))[tried["pip-cache"].change.says].startswith("it brings")
    told = audit.record(found)
    told_of = {one["name"]: one for one in told["tried"]}
    assert (told_of["slim"]["alone"], told_of["slim"]["after"]) == (False, None)
    header, *rows = told["shown"]["findings"]
    assert len(rows) >= 3
    assert {row[header.index("difference")] for row in rows} == {""}
    assert {row[0] for row in told["shown"]["alone"][1:]} == {""}
    # What all of them make of it together is a number that was measured.
    (slim,) = (row for row in rows if row[0] == "base-image")
    assert slim[3:5] == ["9.00 MB", "1.00 MB"]
    assert "with this change alone" not in audit.sarif(found, audit.Policy())


def test_what_is_built_twice_under_one_name_does_not_find_its_own_edits(
    world: World,  # noqa: F811
) -> None:
    build, edited = world.engine.build, []

    def noted(order: BuildOrder, on_step: Any = None) -> Built:
        if order.tag.endswith("-edit-source"):
            edited.append((order.context / "app.py").read_text())
        return build(order, on_step)

    world.engine.build = noted  # type: ignore[method-assign]
    audited(world, audit.How(quick=True))
    # Yours, all changes, and those of them that brought something.
    assert len(edited) >= 3
    assert len({*edited}) == len(edited)


def test_changes_that_break_something_together_are_tried_alone(world: World) -> None:  # noqa: F811
    world.refuses = lambda text: "USER 10001" in text
    found = audited(world, audit.How(quick=True))
    assert set(found.trial.names) >= {"order", "slim"}
    (tried,) = (one for one in found.trial.tried if one.remedy.name == "user")
    assert tried.refused == "it does not build: [2/3] RUN x failed"
    assert "what each change brings alone" not in dict(audit.not_judged_rows(found))


def test_nothing_to_change_is_no_fault_of_a_quick_audit(world: World) -> None:  # noqa: F811
    first = audited(world, audit.How(quick=True))
    for name, (_, text) in first.files.items():
        (world.root / name).write_text(text)
    again = audited(world, audit.How(quick=True))
    assert (again.trial.names, again.files) == ((), {})


# ---------- what is done beside what ----------


def test_what_the_cache_has_is_built_before_what_it_has_not(
    world: World,  # noqa: F811
    ordered: list[BuildOrder],
) -> None:
    """Beside a build of other steps BuildKit looks for them in vain."""
    audited(world, audit.How())
    tags = built(ordered)
    assert {"user-cold", "exec-cold", "order-cold", "slim-cold"} <= {*tags}
    cached = [tags.index(f"{name}-cold") for name in ("user", "exec")]
    others = [tags.index(f"{name}-cold") for name in ("order", "mounts", "slim", "pip-cache")]
    assert max(cached) < min(others)


def test_what_comes_beside_begins_when_it_is_let() -> None:
    heard: list[str] = []
    begun = threading.Event()

    def work(free: Callable[[], object]) -> str:
        heard.append("built")
        free()
        # It goes on while the other one is at work.
        assert begun.wait(10)
        return "measured"

    def then() -> None:
        heard.append("beside")
        begun.set()

    assert overlapped(work, then) == "measured"
    assert heard == ["built", "beside"]


def test_what_comes_beside_is_left_out_where_nothing_was_built() -> None:
    heard: list[str] = []
    assert overlapped(lambda _free: None, lambda: heard.append("beside")) is None
    assert heard == []


def test_a_fault_of_either_ends_both() -> None:
    def goes_on(free: Callable[[], object]) -> None:
        free()
        for _ in poll(60):
            pass

    def fails() -> None:
        raise DiskFull("no space left on device")

    with pytest.raises(DiskFull):
        overlapped(goes_on, fails)
    with pytest.raises(ZeroDivisionError):
        overlapped(lambda _free: 1 // 0, lambda: None)


def test_others_begin_when_all_first_ones_are_built_and_not_before() -> None:
    heard: list[str] = []
    one_built, begun = threading.Event(), threading.Event()

    def alone(name: str, built: Callable[[], object]) -> None:
        if name in ("order", "mounts"):
            heard.append(name)
            begun.set()
            return
        if name == "exec":
            assert one_built.wait(10)
            # Nothing begins while this one still builds.
            assert not begun.wait(0.3)
        heard.append(name)
        built()
        one_built.set()
        # A container of it is still looked at.
        assert begun.wait(10)

    in_order(alone, print, Groups(("user", "exec"), (), (), ("order", "mounts")), 2)
    assert heard[:2] == ["user", "exec"]
    assert sorted(heard[2:]) == ["mounts", "order"]


@pytest.mark.parametrize("at_a_time", [1, 2])
@pytest.mark.parametrize("first", [(), ("user",)])
def test_others_begin_where_nothing_comes_first_or_is_built(
    first: tuple[str, ...], at_a_time: int
) -> None:
    heard: list[str] = []
    in_order(
        lambda name, _: heard.append(name), print, Groups(first, (), (), ("order",)), at_a_time
    )
    assert heard == [*first, "order"]


@pytest.mark.parametrize("at_a_time", [1, 2])
def test_what_hides_something_is_looked_at_together_when_all_of_it_is_built(at_a_time: int) -> None:
    heard: list[object] = []
    in_order(
        lambda name, _: heard.append(name),
        heard.append,
        Groups(("user",), ("slim",), ("credentials", "settings"), ("order", "mounts")),
        at_a_time,
    )
    looked = heard.index(("credentials", "settings"))
    assert heard[:1] == ["user"]
    assert {"credentials", "settings"} <= {*heard[:looked]}
    assert len(heard) == 7


def test_changes_are_built_while_the_project_as_it_is_is_looked_at(
    world: World,  # noqa: F811
    ordered: list[BuildOrder],
) -> None:
    saved, seen = world.engine.saved, []

    def waits(images: Sequence[Image]) -> Iterator[bytes]:
        # No step of its own, a step of its own.
        wanted = {"user-cold", "slim-cold"}
        if not seen and any(":audit-yours-" in tag for one in images for tag in one.tags):
            seen.append(any(wanted <= {*built(ordered)} for _ in poll(20)))
        yield from saved(images)

    world.engine.saved = waits  # type: ignore[method-assign]
    found = audited(world, audit.How())
    assert seen == [True]
    assert {"order", "user"} <= {*found.trial.names}


# ---------- another base ----------


def test_a_build_stands_on_the_image_that_was_asked_for(
    world: World,  # noqa: F811
    ordered: list[BuildOrder],
) -> None:
    (world.root / "Dockerfile").write_text(
        (world.root / "Dockerfile").read_text().replace("python:3.14", "corp/python:7")
    )
    found = audited(world, audit.How(quick=True), **{"corp/python:7": "python:3.14-slim"})
    assert all(set(order.bases) == {"corp/python:7"} for order in ordered)
    size = found.trial.yours.measures()[MeasureName("disk_bytes")]
    assert 1_000_000 < int(size) < 2_000_000


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("python:3.14=python:3.14-slim", 0),
        # A change names it.
        ("python:3.14-slim=python:3.14", 0),
        ("python:3=python:3.14", 2),
        ("python:3.14", 2),
    ],
)
def test_a_base_is_asked_for_by_a_name_that_a_from_has(
    word: str,
    code: int,
    advices: Callable[..., int],  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert advices("--quick", "--base", word) == code
    said = capsys.readouterr().err
    assert said == "" or "is not NAME=" in said or "there are python:3.14, python:3.14-slim" in said


# ---------- limits ----------


def test_each_build_has_limits_of_time_processes_memory_and_disk(
    world: World,  # noqa: F811
    ordered: list[BuildOrder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ADVICES_BUILD_DISK_MB", "7")
    audited(world, audit.How(quick=True, build_seconds=90))
    for order in ordered:
        assert order.timeout_seconds == 90
        assert order.limits is not None
        assert order.limits.disk_bytes == 7_000_000
        assert order.limits.processes > 1000


def test_what_takes_too_much_as_it_is_ends_the_audit_and_as_a_change_only_itself(
    world: World,  # noqa: F811
) -> None:
    build = world.engine.build

    def greedy(order: BuildOrder, on_step: Any = None) -> Built:
        if "slim" in order.dockerfile.read_text():
            raise BuildLimited("slim.Dockerfile: the build took all that it may have")
        return build(order, on_step)

    world.engine.build = greedy  # type: ignore[method-assign]
    found = audited(world, audit.How())
    assert "slim" not in found.trial.names
    assert "took all that it may have" in str(audit.refused_rows(found))
    (world.root / "Dockerfile").write_text("FROM python:3.14-slim\nCOPY . /srv\n")
    with pytest.raises(BuildLimited):
        audited(world, audit.How())


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


def test_the_labs_of_this_site_have_their_own_limit_of_time() -> None:
    lab = labfile.read(ROOT / "labs", "build-cache")
    assert lab.build_timeout_seconds == audit.How().build_seconds


# ---------- what is looked at ----------


@pytest.mark.parametrize(
    ("name", "exit_code", "is_left_out"),
    [("order", 137, True), ("order", 0, False), ("exec", 137, False), ("exec", 0, False)],
)
def test_only_what_is_about_it_stops_a_container_that_has_to_be_killed_again(
    name: str, exit_code: int, is_left_out: bool, tmp_path: Path
) -> None:
    lab = lab_of.lab_of(read(made(tmp_path / "project")), tmp_path / "lab")
    (remedy,) = [one for one in REMEDIES if one.name == name]
    planned = planned_for(lab, remedy, lambda: measured(stop_exit_code=exit_code))
    out = [step for step in planned.steps if planned.leaves_out(step)]
    assert out == ([ProbeImage("stop")] if is_left_out else [])
    assert ProbeImage("stop") in planned.steps
