"""How an audit is done: quick, on other bases, within limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from audit_called import advices, audited, built, ordered, world
from audit_world import ROOT, World

from advices import audit
from advices.core import BuildLimited
from advices.engine import BuildOrder, Built
from advices.lab import MeasureName, labfile

__all__ = ["advices", "ordered", "world"]


# ---------- quick ----------


def test_a_quick_audit_tries_all_changes_at_once(
    world: World,
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
    world: World,
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
    world: World,
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


def test_changes_that_break_something_together_are_tried_alone(world: World) -> None:
    world.refuses = lambda text: "USER 10001" in text
    found = audited(world, audit.How(quick=True))
    assert set(found.trial.names) >= {"order", "slim"}
    (tried,) = (one for one in found.trial.tried if one.remedy.name == "user")
    assert tried.refused == "it does not build: [2/3] RUN x failed"
    assert "what each change brings alone" not in dict(audit.not_judged_rows(found))


def test_nothing_to_change_is_no_fault_of_a_quick_audit(world: World) -> None:
    first = audited(world, audit.How(quick=True))
    for name, (_, text) in first.files.items():
        (world.root / name).write_text(text)
    again = audited(world, audit.How(quick=True))
    assert (again.trial.names, again.files) == ((), {})


# ---------- another base ----------


def test_a_build_stands_on_the_image_that_was_asked_for(
    world: World,
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
    advices: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert advices("--quick", "--base", word) == code
    said = capsys.readouterr().err
    assert said == "" or "is not NAME=" in said or "there are python:3.14, python:3.14-slim" in said


# ---------- limits ----------


def test_each_build_has_limits_of_time_processes_memory_and_disk(
    world: World,
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
    world: World,
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


def test_the_labs_of_this_site_have_their_own_limit_of_time() -> None:
    lab = labfile.read(ROOT / "labs", "build-cache")
    assert lab.build_timeout_seconds == audit.How().build_seconds
