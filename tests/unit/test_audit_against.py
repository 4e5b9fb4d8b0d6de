"""An audit against another commit: what is compared, and what is worse."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import factory
import fake_bench
import pytest
from audit_called import advices, world
from audit_world import BAD, ROOT, World, committed, measured

from advices import audit
from advices.audit.against import Against
from advices.core import Layout
from advices.engine import BuildOrder, Built
from advices.lab import Replay
from advices.results import VariantResult

__all__ = ["advices", "world"]

GOOD = BAD.replace("COPY . .\nRUN pip", "COPY requirements.txt ./\nRUN pip").replace(
    "EXPOSE", "COPY . .\nUSER 10001\nEXPOSE"
)


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
