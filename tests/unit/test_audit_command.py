"""`advices audit` as it is called: its options, what it prints, writes and returns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from audit_called import advices, world
from audit_world import World

from advices import audit as room
from advices.audit.shared import weighed
from advices.results import Layer

__all__ = ["advices", "world"]


def test_it_prints_a_sentence_tables_and_the_diff(
    advices: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert advices() == 0
    said = capsys.readouterr().out
    assert said.startswith("A one-line edit of app.py runs 2 steps again and moves ")
    for part in ("non-root", "not in the diff, because", "not judged", "+USER 10001:10001"):
        assert part in said


def test_a_diff_that_is_no_terminals_keeps_its_line_ends(
    advices: Callable[..., int], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    file = world.root / "Dockerfile"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert advices() == 0
    assert "\r\n+USER 10001:10001\r\n" in capsys.readouterr().out


def test_nothing_is_written_unless_it_is_asked_for(
    advices: Callable[..., int], world: World, tmp_path: Path
) -> None:
    before = {one: one.read_bytes() for one in world.root.rglob("*") if one.is_file()}
    reports = [f"--{kind}={tmp_path / f'a.{kind}'}" for kind in ("html", "json", "markdown")]
    assert advices(*reports) == 0
    assert before == {one: one.read_bytes() for one in world.root.rglob("*") if one.is_file()}
    told = json.loads((tmp_path / "a.json").read_text())
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")
    assert told["sentence"] in (tmp_path / "a.markdown").read_text()
    assert advices("--fix") == 0
    assert (world.root / "Dockerfile").read_text().count("USER 10001:10001") == 1
    # What was fixed is not found again. And what nobody could count is not clean.
    assert advices("--fail-on", "non-root") == 57


@pytest.mark.parametrize(("chapters", "code"), [("non-root", 1), ("web-scan", 2), ("", 0)])
def test_findings_of_some_chapters_are_an_exit_code(
    chapters: str, code: int, advices: Callable[..., int]
) -> None:
    assert advices("--fail-on", chapters) == code


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--env", "NAME"), ("--env", "=x"), ("--build-arg", "NAME"), ("--build-arg", "=x")),
        *(("--port", "0"), ("--port", "65536"), ("--url-path", "health")),
        *(("--with", "=redis:7"), ("--with", "db="), ("--with", "")),
        *(("--html", "/"), ("--json", "/"), ("--write-baseline", "/")),
    ],
)
def test_what_means_nothing_is_wrong_use(
    option: str, value: str, advices: Callable[..., int]
) -> None:
    assert advices(option, value) == 2


def test_what_was_asked_for_reaches_the_project(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def read(_: Path, asked: room.Asked) -> room.Project:
        seen.append(asked)
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "read_project", read)
    words = ("--env", "A=1", "--env", "B=x=y", "--build-arg", "C=", "--port", "81")
    more = ("--target", "t", "--service", "s", "--with", "db=postgres:17", "--with", "x/redis:7")
    assert advices(*words, *more, "--url-path", "/up") == 130
    (asked,) = seen
    assert (asked.env, asked.build_args) == ({"A": "1", "B": "x=y"}, {"C": ""})
    assert (asked.port, asked.url_path) == (81, "/up")
    assert (asked.target, asked.service, asked.images) == (
        "t",
        "s",
        {"db": "postgres:17", "redis": "x/redis:7"},
    )


def test_a_dockerfile_within_a_compose_file_is_not_fixed(
    advices: Callable[..., int], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "services: {s: {build: {dockerfile_inline: 'FROM a'}}}"
    (world.root / "compose.yaml").write_text(text)
    assert advices("--fix") == 10
    assert "is written in compose.yaml" in capsys.readouterr().err
    assert (world.root / "compose.yaml").read_text() == text


def test_a_service_is_audited_by_its_stage_and_its_ignore_file(
    advices: Callable[..., int], world: World
) -> None:
    more = "FROM python:3.14 AS later\nRUN true\n"
    old = world.root / "Dockerfile"
    old.rename(world.root / "prod.Dockerfile")
    text = (
        (world.root / "prod.Dockerfile")
        .read_text()
        .replace("FROM python:3.14\n", "FROM python:3.14 AS prod\n")
    )
    (world.root / "prod.Dockerfile").write_text(text + more)
    (world.root / "prod.Dockerfile.dockerignore").write_text("README.md\n")
    (world.root / "node_modules").mkdir()
    (world.root / "node_modules" / "x.js").write_text("x" * 99)
    (world.root / "compose.yaml").write_text(
        "services: {web: {build: {dockerfile: prod.Dockerfile, target: prod}, ports: ['80:8080']}}"
    )
    assert advices("--fix") == 0
    fixed = (world.root / "prod.Dockerfile").read_text()
    assert fixed.endswith(more)
    assert "USER 10001:10001\n" in fixed.removesuffix(more)
    # The file that BuildKit reads gets the lines, and no other.
    assert (world.root / "prod.Dockerfile.dockerignore").read_text().startswith("README.md\n")
    assert "node_modules" in (world.root / "prod.Dockerfile.dockerignore").read_text()
    assert not (world.root / ".dockerignore").exists()
    assert not (world.root / "Dockerfile").exists()
    assert all(one.how.default_capabilities for one in world.engine.started if one.port)


def test_every_service_gets_a_report_and_shared_layers_count_once(
    advices: Callable[..., int],
    world: World,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = (world.root / "Dockerfile").read_text().replace("3.14\n", "3.14-slim\n")
    (world.root / "other.Dockerfile").write_text(other)
    (world.root / "compose.yaml").write_text(
        "services:\n  web: {build: .}\n  db: {image: x}\n  same: {build: .}\n"
        "  other: {build: {dockerfile: other.Dockerfile}, user: '10001'}\n"
    )
    report = tmp_path / "report.json"
    # --base is for the services that name it.
    words = ("--service", "all", "--json", str(report), "--fail-on", "base-image")
    assert advices(*words, "--base", "python:3.14=python:3.14") == 1
    assert not report.exists()
    told = {
        name: json.loads((tmp_path / f"report-{name}.json").read_text())
        for name in ("web", "same", "other")
    }
    assert "base-image" in {one["lab"] for one in told["web"]["findings"]}
    assert "base-image" not in {one["lab"] for one in told["other"]["findings"]}
    said = capsys.readouterr().out
    assert [said.index(f"service {name}") for name in told] == sorted(
        said.index(f"service {name}") for name in told
    )
    shared = dict(line.split("  ", 1) for line in said.rstrip().splitlines()[-6:])
    assert list(shared) == [
        *("service", "web", "same", "other", "all on one machine", "shared"),
    ]
    assert advices(*words, "--base", "python:3.13=python:3.14") == 2
    # Nothing of it is left in the engine.
    assert "docker-advices-run" not in "".join(world.engine.known)


def test_without_services_all_is_the_project(
    advices: Callable[..., int], world: World, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    assert advices("--service", "all", "--json", str(report)) == 0
    assert report.exists()


def test_layers_of_one_digest_weigh_once() -> None:
    def layer(name: str, weight: int) -> Layer:
        return Layer(
            diff_id=name, created_by="", disk_bytes=0, transfer_bytes=weight, from_base=False
        )

    own = {"a": ("own", 10), "b": ("more", 1), "c": ("own", 10)}
    found = weighed({name: [layer("base", 100), layer(*one)] for name, one in own.items()})
    assert (found.alone, found.together, found.shared) == ({"a": 110, "b": 101, "c": 110}, 111, 210)
    assert found.rows()[-1][0] == "shared"


def test_a_name_moves_no_cursor(
    advices: Callable[..., int], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    (world.root / "\x1b[2Jb\N{RIGHT-TO-LEFT OVERRIDE}.py").write_text("x = 1\n" * 99)
    assert advices() == 0
    said = capsys.readouterr().out
    assert "A one-line edit of \N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}.py" in said
    assert "\x1b" not in said


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
