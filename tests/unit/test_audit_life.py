"""What serves no page is judged by whether it runs; what compose decides is not tried."""
# ruff: noqa: F401, F811  # the fixture `world` is imported

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from audit_world import World, made, read, worker, world
from container_programs import STATUS, Program, printed

from advices import audit
from advices.audit.decided import decided
from advices.audit.life import Life, worse
from advices.audit.writing import write_fix
from advices.core import FileRefused
from advices.engine import Start

RUNS = Life("", None, listens=False, seconds=5.0)
LISTENS = Life("", None, listens=True, seconds=0.1)
DONE = Life("ends with exit code 0: done", 0, listens=False, seconds=0.2)
FAILS = Life("ends with exit code 3: no", 3, listens=False, seconds=0.2)
WORSE: dict[str, tuple[Life, Life, str]] = {
    "runs": (RUNS, RUNS, ""),
    "runs and ended": (RUNS, FAILS, "the container ends with exit code 3: no"),
    "runs and is done": (RUNS, DONE, "the container ends with exit code 0: done"),
    "listens": (LISTENS, LISTENS, ""),
    "listens no more": (LISTENS, RUNS, "the container listens on no port any more"),
    "listens now": (RUNS, LISTENS, ""),
    "is done": (DONE, DONE, ""),
    "was done": (DONE, FAILS, "the container ends with exit code 3: no"),
    "failed before": (FAILS, FAILS, ""),
}


@pytest.mark.parametrize(("before", "after", "says"), WORSE.values(), ids=WORSE)
def test_what_serves_no_page_is_judged_by_whether_it_runs(
    before: Life, after: Life, says: str
) -> None:
    assert worse(before, after) == says


def test_a_worker_is_waited_for_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advices.audit.lab_of._ANSWERS_WITHIN_SECONDS", 0.2)
    monkeypatch.setattr("advices.audit.life._RUNS_SECONDS", 0.1)

    def runs(text: str) -> Program:
        status = STATUS.replace("1000", "10001" if "USER" in text else "0")
        return Program(answers=lambda argv: status if "/proc/1/status" in argv else "")

    started = worker(world, runs)
    found = world.audited()
    assert "listens on no port" in found.trial.silence
    assert {"order", "slim"} <= {*found.trial.names}
    assert "its container still runs" in audit.sentence(found)
    # As whom it runs and how it stops is seen without a page.
    assert found.trial.yours.boot.uid == 0
    assert found.trial.yours.probed["stop_exit_code"] == 0
    assert "user" in found.trial.names
    # Once for the page, and once each for what a worker does.
    assert started.count(started[0]) == 2
    assert all(started.count(one) <= 2 for one in started[2:])
    assert len(found.trial.tried) + 3 == len(started)


def test_a_change_that_ends_a_worker_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advices.audit.lab_of._ANSWERS_WITHIN_SECONDS", 0.2)
    monkeypatch.setattr("advices.audit.life._RUNS_SECONDS", 0.1)
    worker(
        world,
        lambda text: printed("no\n", exit_code=3) if "slim" in text else Program(),
    )
    found = world.audited()
    (slim,) = (one for one in found.trial.tried if one.remedy.name == "slim")
    assert slim.refused == "the container ends with exit code 3: no"
    assert "order" in found.trial.names


OVERRULED: dict[str, tuple[str, dict[str, str]]] = {
    "nothing": ("", {}),
    "its user": ("\n    user: '7'", {"user": "`user:`"}),
    "its command": (
        "\n    command: python app.py",
        {"exec": "`command:`", "settings": "`command:`"},
    ),
    "its entrypoint": (
        "\n    entrypoint: [python, app.py]",
        {"exec": "`entrypoint:`", "settings": "`entrypoint:`"},
    ),
}


@pytest.mark.parametrize(("more", "expected"), OVERRULED.values(), ids=OVERRULED)
def test_what_compose_decides_is_known(more: str, expected: dict[str, str], tmp_path: Path) -> None:
    root = made(tmp_path / "project")
    (root / "compose.yaml").write_text(f"services:\n  web:\n    build: .{more}\n")
    found = decided(read(root))
    assert found.keys() == expected.keys()
    assert all(word in found[name] for name, word in expected.items())


def test_a_command_of_compose_is_what_an_entrypoint_gets(tmp_path: Path) -> None:
    root = made(tmp_path / "project", "FROM python:3.14-slim\nENTRYPOINT ./start\n")
    (root / "compose.yaml").write_text("services:\n  web:\n    build: .\n    command: web\n")
    assert decided(read(root)) == {}


def test_what_compose_decides_is_not_tried_and_said(world: World) -> None:
    (world.root / "compose.yaml").write_text("services:\n  web:\n    build: .\n    user: '0'\n")
    found = world.audited()
    assert "user" not in {one.remedy.name for one in found.trial.tried}
    rows = dict(audit.not_judged_rows(found)[1:])
    assert "`user:` decides as whom the container runs" in rows["the change `user`"]


# ---------- links ----------


def test_a_link_is_written_through(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "docker").mkdir(parents=True)
    file, link = root / "docker" / "web.Dockerfile", root / "Dockerfile"
    file.write_text("FROM a\n")
    link.symlink_to("docker/web.Dockerfile")
    write_fix(root, {"Dockerfile": ("FROM a\n", "FROM b\n")})
    assert link.is_symlink()
    assert file.read_text() == "FROM b\n"


def test_a_link_of_a_part_may_lead_to_another_part_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in ("shared", "web"):
        (tmp_path / name).mkdir()
    (tmp_path / "shared" / "Dockerfile").write_text("FROM a\n")
    (tmp_path / "web" / "Dockerfile").symlink_to("../shared/Dockerfile")
    write_fix(tmp_path / "web", {"Dockerfile": ("FROM a\n", "FROM b\n")})
    assert (tmp_path / "shared" / "Dockerfile").read_text() == "FROM b\n"


def test_a_link_that_leads_out_is_not_written(tmp_path: Path) -> None:
    root, outside = tmp_path / "project", tmp_path / "Dockerfile"
    root.mkdir()
    outside.write_text("FROM a\n")
    (root / "Dockerfile").symlink_to(outside)
    texts: dict[str, Any] = {"x": ("", "x"), "Dockerfile": ("FROM a\n", "FROM b\n")}
    with pytest.raises(FileRefused, match="leads out of"):
        write_fix(root, texts)
    assert outside.read_text() == "FROM a\n"
    assert not (root / "x").exists()
