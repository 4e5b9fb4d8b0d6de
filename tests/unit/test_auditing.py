"""The audit of a learner's project that a server does: what it keeps, writes, refuses and ends."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from audit_world import World, made
from auditing_ends import ended, refused
from local_sites import sites

from advices import audit
from advices.core import FileRefused, Layout, poll, stream_stderr
from advices.learn.audit_asked import Asked
from advices.learn.auditing import LINE_CHARACTERS, LINES_KEPT, Auditing
from advices.site import audit_report
from advices.workshop import Workshop

ROOT = Path(__file__).parents[2]
CHAPTERS = {"non-root": ("Do not run as root", "../chapters/non-root/")}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    with sites() as port_of:
        here = World(made(tmp_path / "project"), port_of)
        yield here


class Commands:
    """Commands that audit on the engine in memory, or say and print what a test wants."""

    def __init__(self, world: World | None = None) -> None:
        self.world, self.asked = world, list[list[str]]()
        self.printed, self.said, self.code = b"", list[str](), 0
        self.held, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def __call__(
        self, argv: list[str], on_line: Callable[[str], None], *, stdout: IO[bytes], **_: Any
    ) -> tuple[int, float]:
        self.asked.append(argv)
        for line in self.said:
            on_line(f"{line}\n")
        self.held.set()
        for _ in poll(60):
            if self.go_on.is_set():
                break
        if self.world is not None:
            heard = Workshop(
                Layout(ROOT), lambda event: on_line(f"{event}\n"), engine=self.world.engine
            )
            found = audit.audited(heard, audit.read_project(Path(argv[-1]), audit.Asked()))
            self.printed = json.dumps(audit.record(found)).encode()
        stdout.write(self.printed)
        return self.code, 0.1


def files(root: Path) -> dict[Path, bytes]:
    return {one: one.read_bytes() for one in root.rglob("*") if one.is_file()}


def test_an_audit_is_told_line_by_line_and_writes_what_it_found_only_when_asked(
    world: World,
) -> None:
    auditing = Auditing(ROOT, Commands(world))
    assert auditing.told() == {"state": "none"}
    before = files(world.root)
    auditing.start(Asked(str(world.root)))
    told = ended(auditing)
    assert (told["state"], told["fault"], told["number"]) == ("done", "", 1)
    assert told["asked"]["path"] == str(world.root)
    assert any("audit yours: " in line for line in told["lines"])
    # Who knows some lines hears the others; of another audit all are told.
    assert auditing.told(1, 3)["lines"] == told["lines"][3:]
    assert auditing.told(1, told["said"])["lines"] == []
    assert auditing.told(7, 3)["lines"] == told["lines"]
    assert files(world.root) == before
    assert (told["files"], told["written"]) == ({"Dockerfile": "changed"}, [])

    assert "no diff to write" in refused(lambda: auditing.write(2))
    auditing.write(1)
    assert auditing.told()["written"] == ["Dockerfile"]
    text = (world.root / "Dockerfile").read_text()
    assert text == auditing.record()["files"]["Dockerfile"]["after"]
    assert "USER 10001:10001" in text
    assert "no diff to write" in refused(lambda: auditing.write(1))


@pytest.mark.parametrize("becomes", ["FROM scratch\n", None, b"\xff"])
def test_a_file_that_was_changed_meanwhile_is_left_alone(world: World, becomes: Any) -> None:
    auditing = Auditing(ROOT, Commands(world))
    auditing.start(Asked(str(world.root)))
    assert ended(auditing)["state"] == "done"
    file = world.root / "Dockerfile"
    file.unlink()
    if becomes is not None:
        file.write_bytes(becomes if isinstance(becomes, bytes) else becomes.encode())
    before = files(world.root)
    with pytest.raises(FileRefused, match="Dockerfile is not what it was"):
        auditing.write(1)
    assert files(world.root) == before
    assert auditing.told()["written"] == []


def test_the_report_names_each_finding_with_its_chapter_and_its_own_change(world: World) -> None:
    auditing = Auditing(ROOT, Commands(world))
    auditing.start(Asked(str(world.root)))
    ended(auditing)
    record = auditing.record()
    shown = audit_report(record, CHAPTERS)
    assert '<a href="../chapters/non-root/">Do not run as root</a>' in shown
    bare = re.sub("<[^>]+>", "", shown)
    assert record["sentence"] in bare
    fixes = [one for one in record["tried"] if one["in_the_diff"]]
    assert shown.count("<summary>") >= len(fixes) > 2
    (own,) = re.findall(r"<summary>The container runs as .*?</summary>(.*?)</details>", shown, re.S)
    assert "USER 10001:10001" in re.sub("<[^>]+>", "", own)
    assert "slim" not in own


def test_the_client_lets_everything_through_that_a_report_is_drawn_of(world: World) -> None:
    auditing = Auditing(ROOT, Commands(world))
    auditing.start(Asked(str(world.root)))
    ended(auditing)
    shown = audit_report(auditing.record(), CHAPTERS)
    client = (ROOT / "src/advices/learn/client/html.js").read_text("utf-8")
    sets = re.findall(r"new Set\(\s*\((.*?)\)\.split", client, re.S)
    tags, attributes = (set(" ".join(re.findall('"(.*?)"', one)).split()) for one in sets)
    opened = re.findall(r"<([\w-]+)((?: [\w-]+=\"[^\"]*\")*)", shown)
    assert {"table", "pre", "svg"} <= {tag for tag, _ in opened} <= tags
    named = {name.lower() for _, those in opened for name in re.findall(r" ([\w-]+)=", those)}
    assert "data-label" in named
    assert {one for one in named if not one.startswith("aria-")} - {"href"} <= attributes


def test_what_a_project_is_called_and_says_is_shown_and_not_acted_on(world: World) -> None:
    auditing = Auditing(ROOT, Commands(world))
    auditing.start(Asked(str(world.root)))
    ended(auditing)
    record = auditing.record()
    evil = "<img src=x onerror=alert(1)> {{ 1 }} [a](javascript:b) ```\n\n<script>x</script>"
    record["sentence"] = evil
    record["diff"] = f"```\n{evil}\n````\n{evil}"
    for one in record["tried"]:
        one |= {"says": evil, "diff": evil, "chapter": evil}
    for name, rows in record["shown"].items():
        if name not in ("figures", "lint_said", "how_to_apply"):
            record["shown"][name] = [[evil] * len(rows[0] if rows else [0])] * 2
    bars = [[evil, evil, 1]]
    record["shown"] |= {"figures": [{"label": evil, "bars": bars}], "lint_said": [evil]}
    record["shown"]["how_to_apply"] = evil
    record["against"] = {"ref": evil, "bytes_not_compared": evil}
    shown = audit_report(record, CHAPTERS)
    assert not re.search("<(?:img|script|a )", shown)
    assert shown.count("alert(1)") + shown.count("alert&#40;1&#41;") > 30


def test_one_audit_at_a_time_and_one_that_is_stopped_has_no_report(tmp_path: Path) -> None:
    commands = Commands()
    commands.said = ["audit yours: build"]
    commands.go_on.clear()
    auditing = Auditing(ROOT, commands)
    auditing.start(Asked("/a"))
    assert commands.held.wait(20)
    told = auditing.told()
    assert (told["state"], told["lines"]) == ("running", ["audit yours: build"])
    assert "an audit of /a runs" in refused(lambda: auditing.start(Asked("/b")))
    auditing.end()
    assert auditing.told()["state"] == "stopped"
    assert auditing.record() == {}
    commands.go_on.set()
    auditing.start(Asked("/b"))
    told = ended(auditing)
    assert (told["number"], told["asked"]["path"], len(commands.asked)) == (2, "/b", 2)
    # What was stopped before does not end this one.
    assert (told["state"], told["fault"][:33]) == ("failed", "its report could not be read: Exp")


def test_a_command_that_fails_is_told_in_its_own_words() -> None:
    commands = Commands()
    commands.code, commands.said = 27, ["reads", "error: no room", "why: it is full", "next: go"]
    auditing = Auditing(ROOT, commands)
    auditing.start(Asked("/a"))
    told = ended(auditing)
    assert (told["state"], told["fault"]) == ("failed", "no room\nwhy: it is full\nnext: go")
    assert told["lines"] == ["reads"]


def test_what_it_prints_is_cut_and_holds_nothing_that_moves_a_cursor() -> None:
    commands = Commands()
    commands.said = [f"line {number}" for number in range(3 * LINES_KEPT)]
    commands.said += ["x" * 10 * LINE_CHARACTERS, "a\x1b[2Jb\x07\u202e"]
    auditing = Auditing(ROOT, commands)
    auditing.start(Asked("/a"))
    told = ended(auditing)
    assert len(told["lines"]) == LINES_KEPT
    assert told["said"] == 3 * LINES_KEPT + 2
    assert told["lines"][-2:] == ["x" * LINE_CHARACTERS, "a[2Jb"]
    # Also who knows lines that are gone.
    assert auditing.told(1, 5)["lines"] == told["lines"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("fault", [OSError("no such program"), TimeoutError(), ValueError("odd")])
def test_however_a_command_ends_the_audit_has_ended(fault: Exception) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise fault

    before = set(threading.enumerate())
    auditing = Auditing(ROOT, broken)
    auditing.start(Asked("/a"))
    told = ended(auditing)
    assert told["state"] == "failed" and told["fault"]
    # What nobody foresaw goes on to the log, after the audit has ended.
    for thread in set(threading.enumerate()) - before:
        thread.join(10)


def test_the_command_gets_the_variables_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nEXPOSE $PORT\n")
    said: list[str] = []

    def heard(argv: list[str], on_line: Callable[[str], None], **how: Any) -> tuple[int, float]:
        how["env"] = {**how["env"], "DOCKER_HOST": f"unix://{tmp_path}/none"}
        return stream_stderr(argv, lambda line: (said.append(line), on_line(line))[1], **how)

    auditing = Auditing(ROOT, heard)
    auditing.start(Asked.of({"path": str(tmp_path), "env": "PORT=4321"}))
    assert ended(auditing)["state"] == "failed"
    assert any("port: 4321" in line for line in said), said


def test_the_command_itself_is_asked(tmp_path: Path) -> None:
    # It ends before it needs an engine.
    auditing = Auditing(ROOT, stream_stderr)
    for folder, says in ((tmp_path / "gone", "is no folder"), (tmp_path, "there is no Dockerfile")):
        auditing.start(Asked.of({"path": str(folder), "check": "--help"}))
        told = ended(auditing)
        assert told["state"] == "failed"
        assert says in told["fault"] and "next: " in told["fault"]
