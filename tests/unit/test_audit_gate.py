"""What a remedy may not break: pages that change, rights, settings of the image, its health."""
# ruff: noqa: F401, F811  # the fixture `world` is imported

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from audit_world import World, made, measured, read, world
from container_programs import Program
from memory_engine import MemoryEngine

from advices import audit
from advices.audit import health, lab_of
from advices.audit.gate import broken, lost
from advices.audit.pages import Served
from advices.audit.variables import with_variables
from advices.engine import Start
from advices.results import Page, VariantResult, page_of

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


TYPE = "text/html"


def page(text: str, kind: str = TYPE) -> Page:
    return page_of(f"digest of {text}", kind, text.encode())


TOKEN, OTHER = "token 3d2f1a9b77c0aa51", "token 9c41e0d2aa17b3f8"
PAGES: dict[str, tuple[Page, Page, Page, bool]] = {
    "the same": (page("a"), page("a"), page("a"), False),
    "another one": (page("a"), page("a"), page("b"), True),
    "a token": (page(f"a {TOKEN}"), page(f"a {OTHER}"), page("a token 1f00d9a8b7c6d5e4"), False),
    "a counter": (page("seen 1"), page("seen 2"), page("seen 33"), False),
    "a token in another text": (page(f"a {TOKEN}"), page(f"a {OTHER}"), page(f"b {TOKEN}"), True),
    "words in any order": (page("x y"), page("y x"), page("z"), False),
    "words of another type": (page("x y"), page("y x"), page("x y", "text/plain"), True),
}


@pytest.mark.parametrize(("first", "second", "after", "is_other"), PAGES.values(), ids=PAGES)
def test_a_page_is_compared_as_far_as_it_stays_the_same(
    first: Page, second: Page, after: Page, is_other: bool
) -> None:
    served = Served(first, second)
    assert served.is_other(after) is is_other
    says = broken(measured(), measured(page="x"), served, after)
    assert says == ("the page is not the same any more" if is_other else "")


def test_how_far_a_page_was_compared_is_said() -> None:
    assert Served(page("a"), page("a")).said == ""
    assert "without numbers and tokens" in Served(page(f"a {TOKEN}"), page(f"a {OTHER}")).said
    assert "status and type alone" in Served(page("x y"), page("y x")).said


def test_what_the_user_may_change_may_not_become_more() -> None:
    before, after = measured(writable_app_files=0), measured(writable_app_files=7)
    assert broken(before, after) == (
        "files of the project that the container may change: 7, before 0"
    )
    assert broken(after, before) == ""


def test_a_file_that_the_change_adds_is_none_that_the_user_may_change_more() -> None:
    before, after = measured(writable_app_files=7), measured(writable_app_files=8)
    assert broken(before, after, added=1) == ""
    assert broken(before, measured(writable_app_files=9), added=1) != ""
    libraries = measured(missing_libraries=0), measured(missing_libraries=1)
    assert broken(*libraries, added=1) != ""


WITH = {
    "ExposedPorts": {"80/tcp": {}, "81/tcp": {}},
    "Volumes": {"/data": {}},
    "Healthcheck": {"Test": ["CMD", "true"]},
    "StopSignal": "SIGINT",
}
LOST = {
    "ExposedPorts": "no longer names the port 80/tcp, 81/tcp",
    "Volumes": "no longer names the volume /data",
    "Healthcheck": "no health check any more",
    "StopSignal": "sends another signal",
}


@pytest.mark.parametrize(("key", "says"), LOST.items())
def test_a_setting_may_not_get_lost(key: str, says: str) -> None:
    assert says in lost(WITH, {name: value for name, value in WITH.items() if name != key})
    assert lost(WITH, WITH) == lost({}, WITH | {"StopSignal": ""}) == ""


# ---------- the health check ----------


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, []),
        ({"Healthcheck": {"Test": ["NONE"]}}, []),
        ({"Healthcheck": {"Test": ["CMD", "a", "b c"]}}, ["a", "b c"]),
        ({"Healthcheck": {"Test": ["CMD-SHELL", "a || b"]}}, ["/bin/sh", "-c", "a || b"]),
        (
            {"Healthcheck": {"Test": ["CMD-SHELL", "a"]}, "Shell": ["bash", "-c"]},
            ["bash", "-c", "a"],
        ),
    ],
)
def test_the_command_of_a_health_check(config: dict[str, Any], words: list[str]) -> None:
    assert health.health_command(config) == words


CHECKED = {"Healthcheck": {"Test": ["CMD", "true"]}}


def test_a_health_check_has_the_time_of_an_answer(tmp_path: Path) -> None:
    tries = itertools.count()
    program = Program(answers=lambda _: "ok" if next(tries) == 2 else None)
    engine = MemoryEngine(lambda *_: program)
    lab = lab_of.lab_of(read(made(tmp_path / "project")), tmp_path / "lab")
    seconds = health.healthy_after(engine, lab, engine.add("a", config=CHECKED), "run", how=Start())
    assert seconds is not None
    assert seconds > 0
    assert engine.did == ["start container-1", "remove container-1"]


def test_a_container_that_ended_is_not_healthy(tmp_path: Path) -> None:
    engine = MemoryEngine(lambda *_: Program(running=False, answers=lambda _: None))
    lab = lab_of.lab_of(read(made(tmp_path / "project")), tmp_path / "lab")
    assert (
        health.healthy_after(engine, lab, engine.add("a", config=CHECKED), "run", how=Start())
        is None
    )


def test_variables_of_a_container_that_never_answers_are_those_of_its_image() -> None:
    silent, config = measured(answered=False), {"Env": ["PATH=/bin", "A=1 B 2"]}
    found = with_variables(silent, {"A": "1", "B": "2"}, config)
    assert found.probed["env_wrong"] == 2
    assert with_variables(silent, {"A": "1 B 2"}, config).probed["env_wrong"] == 0
    # What a process was asked counts, and without ENV there is nothing to ask.
    assert with_variables(measured(env_wrong=0), {"A": "1"}, config).probed["env_wrong"] == 0
    assert "env_wrong" not in with_variables(silent, {}, config).probed


# ---------- in an audit ----------


def test_a_page_that_changes_by_itself_refuses_no_remedy(world: World) -> None:
    numbers = itertools.count()
    world.page = lambda _: f"<p>visit {next(numbers)}</p>".encode()
    found = world.audited()
    assert {*found.trial.names} >= {"order", "slim", "user"}
    rows = dict(audit.not_judged_rows(found)[1:])
    assert rows["Page"].startswith("two containers of the same image served two different pages")


def test_a_page_that_changes_by_itself_may_not_become_another(world: World) -> None:
    numbers = itertools.count()
    world.page = lambda text: f"{'error' if 'slim' in text else 'ok'} {next(numbers)}".encode()
    found = world.audited()
    assert "slim" not in found.trial.names
    assert "order" in found.trial.names


def test_a_port_that_is_named_no_more_is_told(world: World) -> None:
    world.config = lambda text: {} if "USER" in text else {"ExposedPorts": {"80/tcp": {}}}
    reasons = dict(audit.refused_rows(world.audited())[1:]).values()
    assert "the image no longer names the port 80/tcp" in reasons


def test_a_health_check_that_fails_after_a_change_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "AT_LEAST_SECONDS", 0.2)
    world.config = lambda _: {"Healthcheck": {"Test": ["CMD", "check"]}}
    world.healthy = lambda text: "slim" not in text
    found = world.audited()
    (tried,) = (one for one in found.trial.tried if one.remedy.name == "slim")
    assert tried.refused == "its health check fails"
    assert "user" in found.trial.names
