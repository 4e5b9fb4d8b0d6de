"""The audit of a reader's own project, the whole way: what is proved, and what is told."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from audit_world import BAD, World, made, world

from advices import audit
from advices.core import DiskFull, StepFailed
from advices.lab import MeasureName

__all__ = ["world"]


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
