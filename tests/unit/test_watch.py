"""`advices watch`: what counts as a save, what each verdict says, and how it ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_labs
import pytest
from container_programs import STATUS, Program
from layer_tars import file, layer_tar
from local_sites import site
from memory_engine import MemoryEngine

from advices import cli
from advices.core import LabInvalid, Layout, StepFailed, saves
from advices.engine.buildx import BuildOrder
from advices.notebooks import Look, watch_exercise
from advices.results import Checked, Turned, turned
from advices.results.exercise import Row
from advices.workshop import Workshop, workshop

ROOT = Path(__file__).parents[2]
NO_USER = made_labs.GOOD.replace("USER 1000\n", "")


def later(seconds: float, act: Callable[[], object]) -> None:
    threading.Timer(seconds, act).start()


class World:
    """A project with one exercise and an engine whose containers are of the user of their image."""

    def __init__(self, folder: Path, port: int) -> None:
        self.layout = Layout(made_labs.project(folder))
        shutil.copytree(ROOT / "labs" / "bases", self.layout.bases)
        self.mine = self.layout.labs / "build-cache/exercise/Dockerfile"
        self.engine = MemoryEngine(self._runs)
        base = {"etc/base": file(b"base")}
        self.engine.add("python:3.14-slim", layer_tar(base), repo_digests=("python@sha256:1",))
        self.engine.content = self._read
        self.texts: dict[str, str] = {}
        self.port, self.shops = port, 0
        self.on_build: Callable[[], object] = lambda: None

    def looks(self) -> Iterator[Look]:
        return watch_exercise(self._shop, "build-cache", self.mine)

    @contextlib.contextmanager
    def _shop(self) -> Iterator[Workshop]:
        self.shops += 1
        yield Workshop(self.layout, lambda _: None, self.engine)  # type: ignore[arg-type]

    def _read(self, order: BuildOrder) -> dict[str, Any]:
        self.texts[order.tag] = order.dockerfile.read_text()
        self.on_build()
        return {}

    def _runs(self, image: str, _: Any) -> Program:
        is_root = "USER" not in next(t for tag, t in self.texts.items() if self._is(tag, image))
        return Program(
            self.port, answers=lambda _: STATUS.replace("1000", "0" if is_root else "1000")
        )

    def _is(self, tag: str, image: str) -> bool:
        known = self.engine.known.get(tag)
        return image == tag or (known is not None and image == known.image.id)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    with site(lambda _: (200, b"a page")) as port:
        yield World(tmp_path, port)


def by_rename(target: Path, text: str) -> None:
    """Save as many editors do: another file takes the name."""
    new = target.with_suffix(".new")
    new.write_text(text)
    new.replace(target)


@pytest.mark.parametrize("save", [Path.write_text, by_rename], ids=["in place", "by rename"])
def test_each_save_is_checked_and_says_what_turned(
    world: World, save: Callable[[Path, str], object]
) -> None:
    world.mine.write_text(NO_USER)
    looks = world.looks()
    first = next(looks)
    assert first.checked is not None
    assert [(row.yours, row.holds) for row in first.checked.rows][1] == ("0", False)
    assert [one.id for one in first.checked.hints] == ["no-user"]
    assert first.turned == Turned()
    save(world.mine, made_labs.GOOD)
    second = next(looks)
    assert second.checked is not None
    assert second.checked.solved
    assert second.turned == Turned(green=("PID 1 has a user of its own.",))
    save(world.mine, NO_USER)
    assert next(looks).turned == Turned(red=("PID 1 has a user of its own.",))
    assert world.engine.run_ids() == set()


def test_a_fault_is_told_and_the_next_save_is_checked(world: World) -> None:
    world.mine.write_text(NO_USER)
    looks = world.looks()
    assert next(looks).checked is not None
    world.engine.builds = [StepFailed("this step failed: RUN false")]
    world.mine.write_text(NO_USER + "RUN false\n")
    assert str(next(looks).fault).startswith("this step failed: RUN false")
    world.mine.unlink()
    assert isinstance(next(looks).fault, LabInvalid)
    world.mine.write_text(made_labs.GOOD)
    found = next(looks)
    assert found.checked is not None
    assert found.turned.green, "it is compared with the last verdict, not with the fault"
    assert world.shops == 4


def test_a_save_during_a_check_is_checked_after_it(world: World) -> None:
    world.mine.write_text(NO_USER)
    world.on_build = lambda: (
        (world.mine.read_text() == made_labs.GOOD) or by_rename(world.mine, made_labs.GOOD)
    )
    looks = world.looks()
    first, second = next(looks), next(looks)
    assert first.checked is not None
    assert not first.checked.solved, "it goes on with the text that it began with"
    assert second.checked is not None
    assert second.checked.solved


def test_a_save_that_is_still_written_and_several_in_a_row_are_one(tmp_path: Path) -> None:
    mine = tmp_path / "Dockerfile"
    mine.write_text("")
    seen = saves(mine)
    next(seen)

    def write() -> None:
        for number in range(8):
            mine.write_text("FROM x\n" * number)
            time.sleep(0.05)

    later(0.1, write)
    next(seen)
    assert mine.read_text() == "FROM x\n" * 7
    times: list[int] = []
    later(0.6, lambda: (times.append(1), os.utime(mine, (1, 1))))
    next(seen)
    assert times == [1], "nothing was saved until then; the same text again counts"


def test_an_open_file_alone_is_no_save(tmp_path: Path) -> None:
    mine = tmp_path / "Dockerfile"
    mine.write_text("FROM x\n")
    seen = saves(mine)
    next(seen)
    read: list[str] = []
    later(0.2, lambda: read.append(mine.read_text()))
    later(0.9, lambda: mine.write_text("FROM y\n"))
    next(seen)
    assert (read, mine.read_text()) == (["FROM x\n"], "FROM y\n")


ROW = Row("It is [small].", True, "1 MB", "2 MB", "at most 2 MB")
RED = replace(ROW, holds=False)


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        (None, ROW, Turned()),
        (Checked((ROW,), ()), ROW, Turned()),
        (Checked((RED,), ()), ROW, Turned(green=(ROW.says,))),
        (Checked((ROW,), ()), RED, Turned(red=(ROW.says,))),
        (Checked((), ()), RED, Turned()),
    ],
)
def test_what_turned(before: Checked | None, now: Row, found: Turned) -> None:
    assert turned(before, Checked((now,), ())) == found


def test_the_command_tells_verdicts_until_ctrl_c(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C comes in the third check: it is the end that one wants, and exit code 0."""
    monkeypatch.chdir(world.layout.root)
    monkeypatch.setattr(workshop, "connect", lambda: world.engine)
    monkeypatch.setattr(sys, "argv", ["advices", "--quiet", "watch", "build-cache"])
    world.mine.write_text(NO_USER)

    def act() -> None:
        count = sum(order.dockerfile == world.mine for order in world.engine.orders)
        if count == 1:
            by_rename(world.mine, made_labs.GOOD)
        elif count == 2:
            # Not what was checked first: that is answered without a build.
            by_rename(world.mine, f"{NO_USER}ENV AGAIN=1\n")
        elif count > 2:
            raise KeyboardInterrupt

    world.on_build = act
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0
    printed = capsys.readouterr()
    lines = [line if line[2:3] != ":" else line[9:] for line in printed.out.splitlines()]
    assert lines == [
        f"{world.mine} is checked now and after each save; Ctrl-C ends it",
        "not solved yet: 1 of 2 claims are met",
        "met     The image is at most a tenth larger than the solution's.",
        "not met PID 1 has a user of its own.",
        "        yours 0, reference 1000, limit 1000",
        "hint    Who is PID 1?",
        "solved: 2 of 2 claims are met",
        "met     The image is at most a tenth larger than the solution's.",
        "met     PID 1 has a user of its own. (since this save)",
        "ended; nothing that it built is left",
    ]
    assert printed.err == ""
    assert world.engine.run_ids() == set()


def test_an_exercise_that_is_not_there_is_told_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(world.layout.root)
    monkeypatch.setattr(sys, "argv", ["advices", "watch", "base-image"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == LabInvalid.exit_code
    assert "has no exercise" in capsys.readouterr().err
