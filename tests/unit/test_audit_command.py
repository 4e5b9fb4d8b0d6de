"""`advices audit` as it is called: its options, what it prints, writes and returns."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from memory_engine import site
from test_audit import World, made

from advices import audit as room
from advices import cli


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return a project on an engine in memory, which the command uses too."""
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    monkeypatch.setattr("advices.workshop.workshop.connect", lambda: here.engine)
    with site(lambda _: (200, here.serves)) as port:
        here = World(made(tmp_path / "project"), port)
        yield here


@pytest.fixture
def advices(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return a function that audits the project and returns the command's exit code."""

    def run(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["advices", "--quiet", "audit", str(world.root), *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert isinstance(end.value.code, int)
        return end.value.code

    return run


def test_it_prints_a_sentence_tables_and_the_diff(
    advices: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert advices() == 0
    said = capsys.readouterr().out
    assert said.startswith("A one-line edit of app.py runs 2 steps again and moves ")
    for part in ("non-root", "not in the diff, because", "not judged", "+USER 10001:10001"):
        assert part in said


def test_nothing_is_written_unless_it_is_asked_for(
    advices: Callable[..., int], world: World, tmp_path: Path
) -> None:
    before = {one: one.read_bytes() for one in world.root.rglob("*") if one.is_file()}
    assert advices("--json", str(tmp_path / "a.json"), "--markdown", str(tmp_path / "a.md")) == 0
    assert before == {one: one.read_bytes() for one in world.root.rglob("*") if one.is_file()}
    told = json.loads((tmp_path / "a.json").read_text())
    assert told["sentence"] in (tmp_path / "a.md").read_text()
    assert advices("--fix") == 0
    assert (world.root / "Dockerfile").read_text().count("USER 10001:10001") == 1
    # What was fixed is not found again.
    assert advices("--fail-on", "non-root") in (0, 1)


@pytest.mark.parametrize(("chapters", "code"), [("non-root", 1), ("web-scan", 2), ("", 0)])
def test_findings_of_some_chapters_are_an_exit_code(
    chapters: str, code: int, advices: Callable[..., int]
) -> None:
    assert advices("--fail-on", chapters) == code


@pytest.mark.parametrize("option", ["--env", "--build-arg"])
def test_what_is_no_pair_is_wrong_use(option: str, advices: Callable[..., int]) -> None:
    assert advices(option, "NAME") == 2


def test_what_was_asked_for_reaches_the_project(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def read(_: Path, asked: room.Asked) -> room.Project:
        seen.append(asked)
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "read_project", read)
    words = ("--env", "A=1", "--env", "B=x=y", "--build-arg", "C=", "--port", "81")
    assert advices(*words, "--url-path", "/up") == 130
    (asked,) = seen
    assert (asked.env, asked.build_args) == ({"A": "1", "B": "x=y"}, {"C": ""})
    assert (asked.port, asked.url_path) == (81, "/up")


def test_a_dash_prints_the_record_and_nothing_else(
    advices: Callable[..., int], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advices("--json", "-", "--fix") == 0
    told = json.loads(capsys.readouterr().out)
    assert not list(world.root.glob("-"))
    # What is written, in whole: who reads it need not apply a diff.
    written = {name: (world.root / name).read_text() for name in told["files"]}
    assert written == {name: one["after"] for name, one in told["files"].items()}
    alone = {one["name"]: one["diff"] for one in told["tried"]}
    assert "+USER 10001:10001" in alone["user"]
    assert "+USER" not in alone["order"]
    assert told["shown"]["findings"][0][0] == "chapter"
