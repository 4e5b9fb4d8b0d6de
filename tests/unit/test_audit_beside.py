"""What a project needs beside it: started afresh for each change, or said to be missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from audit_world import BAD, World, made
from container_programs import Program, printed
from layer_tars import file, layer_tar
from local_sites import sites

from advices import audit
from advices.core import EngineRefused, NotMeasured
from advices.engine import BuildOrder, Built, Start

LISTENS = (
    "  sl  local_address rem_address   st\n   0: 00000000:1538 00000000:0000 0A 0 0 0\n"
    "   1: 0B00007F:A1B2 00000000:0000 0A 0 0 0\n"
)
SILENT = "  sl  local_address rem_address   st\n   1: 0B00007F:A1B2 00000000:0000 0A 0 0 0\n"
COMPOSE = """\
services:
  web:
    build: .
    environment: {DATABASE_URL: "postgres://db/x"}
    depends_on: [db]
  db:
    image: postgres:16
    environment: {POSTGRES_PASSWORD: secret, POSTGRES_DB: x}
    command: postgres -c fsync=off
    depends_on: [disk]
  disk: {image: disk}
"""


class Beside(World):
    """A project that needs a database, whose container does what a test says."""

    def __init__(self, root: Path, port: int) -> None:
        super().__init__(root, port)
        (root / "compose.yaml").write_text(COMPOSE)
        self.database: Program | EngineRefused = Program(answers=lambda _: LISTENS)
        for name in ("postgres:16", "disk"):
            self.engine.add(name, layer_tar({"x": file(name.encode())}))
        self.engine.runs = self._runs_all

    def _runs_all(self, image: str, how: Start) -> Program | EngineRefused:
        if image in ("postgres:16", "disk", "mysql:8"):
            return self.database if image != "disk" else printed()
        return self._runs(image, how)

    def of(self, image: str) -> list[Start]:
        return [one.how for one in self.engine.started if one.image == image]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    with sites() as port_of:
        here = Beside(made(tmp_path / "project"), port_of)
        yield here


def test_what_a_service_needs_is_started_beside_it_before_each_measure(world: Beside) -> None:
    found = world.audited()
    assert found.left_out == {}
    databases = world.of("postgres:16")
    # The project is measured once more: what its page shows by itself is not of the database.
    measured = 2 + len(found.trial.tried) + 1
    assert len(databases) == measured == len(world.of("disk"))
    (one,) = {(how.alias, how.network, how.command) for how in databases}
    assert one[0] == "db"
    assert one[1] is not None
    assert one[1].startswith("internal of ")
    assert one[2] == ("postgres", "-c", "fsync=off")
    assert databases[0].env == {"POSTGRES_PASSWORD": "secret", "POSTGRES_DB": "x"}
    assert databases[0].default_capabilities
    pages = [one.how for one in world.engine.started if one.port]
    assert {how.also for how in pages} == {(one[1],)}
    assert {how.env["DATABASE_URL"] for how in pages} == {"postgres://db/x"}
    # What the database itself needs is there first.
    started = [one.image for one in world.engine.started]
    assert started.index("disk") < started.index("postgres:16")
    # Nothing is left.
    assert world.engine.programs == {}
    assert world.engine.did[-1] == "network gone"


def test_a_health_check_of_the_image_reaches_it_too(world: Beside) -> None:
    build = world.engine.build

    def checked(order: BuildOrder, on_step: Any = None) -> Built:
        built = build(order, on_step)
        known = world.engine.known[order.tag]
        config = {**known.image.config, "Healthcheck": {"Test": ["CMD", "true"]}}
        world.engine.known[order.tag] = replace(known, image=replace(known.image, config=config))
        return built

    world.engine.build = checked  # type: ignore[method-assign]
    world.audited()
    pages = [one.how for one in world.engine.started if one.port]
    assert {how.also for how in pages} == {(world.of("postgres:16")[0].network,)}
    assert {how.env["DATABASE_URL"] for how in pages} == {"postgres://db/x"}


def test_a_check_of_the_reader_reaches_it_too(world: Beside) -> None:
    world.audited("true")
    checks = [one.how for one in world.engine.started if one.how.command == ("true",)]
    assert checks
    assert all(how.also == (world.of("postgres:16")[0].network,) for how in checks)


def test_an_image_that_is_not_to_be_had_is_not_judged(world: Beside) -> None:
    del world.engine.known["postgres:16"]
    found = world.audited(images={"db": "mysql:8"})
    rows = dict(audit.not_judged_rows(found)[1:])
    assert rows["with db"].startswith("needs db, whose image mysql:8 could not be had: `FROM mysql")
    assert audit.record(found)["left_out"] == found.left_out
    assert "with db" in audit.markdown(found)
    # The rest is measured.
    assert found.trial.yours.boot.answered


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (
            printed("no password is set\n", exit_code=1),
            "ended with exit code 1: no password is set",
        ),
        (EngineRefused("no such user"), "did not start: no such user"),
        (Program(answers=lambda _: SILENT), "was not ready within 0 s"),
    ],
)
def test_what_does_not_start_is_said_and_not_started_again(
    world: Beside, does: Program | EngineRefused, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advices.audit.beside._READY_SECONDS", 0.3)
    world.database = does
    found = world.audited()
    assert says in found.left_out["with db"]
    assert len(world.of("postgres:16")) <= 1
    assert found.trial.fixed is not None


def test_what_cannot_be_asked_where_it_listens_is_ready_after_a_while(
    world: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advices.audit.beside._UNKNOWN_SECONDS", 0.1)
    world.database = Program(answers=lambda _: None)
    assert world.audited().left_out == {}


def test_what_has_to_be_built_itself_is_not_judged(world: Beside) -> None:
    text = "services: {web: {build: ., depends_on: [api]}, api: {build: api, image: x}}"
    (world.root / "compose.yaml").write_text(text)
    found = world.audited()
    assert found.left_out["with api"] == (
        "needs api, which this project builds, and an audit starts images only: "
        "`--with api=IMAGE` names one"
    )


@pytest.mark.parametrize(
    ("image", "env"),
    [
        ("postgres:16", {"POSTGRES_HOST_AUTH_METHOD": "trust"}),
        ("mysql:8", {"MYSQL_ALLOW_EMPTY_PASSWORD": "yes"}),
    ],
)
def test_a_database_asked_for_by_its_image_lets_in(
    world: Beside, image: str, env: dict[str, str]
) -> None:
    (world.root / "compose.yaml").unlink()
    world.engine.add(image, layer_tar({"x": file(b"x")}))
    found = world.audited(images={"db": image})
    assert found.left_out == {}
    assert world.of(image)[0].env == env


def test_a_base_that_is_not_to_be_had_is_not_measured(world: Beside) -> None:
    (world.root / "Dockerfile").write_text(BAD.replace("python:3.14", "made/up:1"))
    with pytest.raises(NotMeasured, match=r"^not measured: `FROM made/up:1`") as told:
        world.audited()
    assert told.value.exit_code == 57


def test_what_only_python_has_is_left_out_of_other_languages(world: Beside) -> None:
    for name in ("app.py", "requirements.txt", "compose.yaml"):
        (world.root / name).unlink()
    (world.root / "go.mod").write_text("module x\n")
    (world.root / "main.go").write_text("package main\n")
    found = world.audited()
    assert "the project is in Go (go.mod)" in found.left_out["packages and imports"]
    (world.root / "app.py").write_text("")
    assert world.audited().left_out == {}
