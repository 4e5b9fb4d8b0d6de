"""An audit of projects that look like no sample: other line ends, places, styles, and wrong use."""
# ruff: noqa: F401, F811  # the fixture `world` is imported

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from audit_world import World, made, read, worker, world
from container_programs import STATUS, Program

from advices import audit
from advices.audit.audit import files_of
from advices.audit.gate import last_words
from advices.audit.lab_of import copy_context
from advices.audit.remedies import Change
from advices.audit.report.commands import repeat
from advices.audit.report.cost import costs, difference_text
from advices.audit.report.rows import diff_of, refused_rows
from advices.audit.touches import touches
from advices.core import LabInvalid
from advices.lab import MeasureName

# ---------- what is printed ----------


def test_a_command_names_the_compose_file_that_is_elsewhere(world: World) -> None:
    file = world.root / "deploy" / "compose.yaml"
    file.parent.mkdir()
    file.write_text("services: {web: {build: .., environment: {A: b}}}\n")
    found = world.audited(file=file, service="web")
    again = repeat(found, MeasureName("context_bytes"))
    assert again.startswith("advices audit . --file deploy/compose.yaml --context . --port 8080")
    assert again.endswith(" --service web")


def test_a_command_has_what_the_reader_said(world: World) -> None:
    secret = world.root / "token"
    secret.write_text("hush")
    found = world.audited(
        build_args={"TOKEN": "hush"},
        env={"KEY": "hush", "an odd;name": "hush"},
        secrets=(audit.Secret("t", secret),),
    )
    asked = replace(found.project.asked, images={"db": "postgres:17"})
    found = replace(found, project=replace(found.project, asked=asked))
    assert repeat(found, MeasureName("context_bytes")).endswith(
        ' --secret id=t,src=token --with db=postgres:17 --build-arg TOKEN="$TOKEN" --env KEY="$KEY"'
    )


def test_the_sentence_is_true_of_what_was_measured(world: World) -> None:
    found = world.audited()
    trial = found.trial
    assert trial.fixed is not None
    same = replace(found, trial=replace(trial, fixed=trial.yours))
    assert " to a server, before and after this diff. It still serves " in audit.sentence(same)
    none = replace(found, trial=replace(trial, fixed=None, tried=()))
    assert audit.sentence(none).endswith("No change that an audit knows makes this project better.")
    # Without a line of code to edit it is about the whole image, and units stay as they are.
    yours, fixed = (
        one.model_copy(update={"builds": {k: v for k, v in one.builds.items() if "edit" not in k}})
        for one in (trial.yours, trial.fixed)
    )
    no_code = replace(found, trial=replace(trial, yours=yours, fixed=fixed))
    said = audit.sentence(no_code)
    assert said.startswith("The image moves ")
    assert "B to a server; after this diff it is " in said
    assert said.endswith(". It still serves the same page.")


def test_what_several_changes_save_begins_with_no_comma(world: World) -> None:
    steps = MeasureName("steps_run", "edit-source")
    (cost,) = (one for one in costs(world.audited()) if one.finding.measure == steps)
    cost = replace(cost, bytes=3_000_000)
    assert difference_text(cost) == "−1, −3.00 MB to move"
    assert difference_text(replace(cost, shares=True)) == "−3.00 MB to move"


@pytest.mark.parametrize(
    "text", [b"*.bak\r\n", b"\xef\xbb\xbf*.bak\r\n# \xc3\xa9", b"a\x0cb\n", b""]
)
def test_a_diff_applies_whatever_the_line_ends_are(text: bytes, tmp_path: Path) -> None:
    root = made(tmp_path, "FROM a\r\n# A form\x0c feed.\r\nCOPY . .\r\n")
    (root / "Dockerfile").write_bytes(b"FROM a\r\n# A form\x0c feed.\r\nCOPY . .\r\n")
    if text:
        (root / ".dockerignore").write_bytes(text)
    project = read(root)
    ignored = Change("", project.text + "USER 1\r\n", ("**/__pycache__",))
    files = files_of(project, ignored)
    diff = diff_of(project, files).encode()
    subprocess.run(["git", "apply", "-"], cwd=root, input=diff, check=True, timeout=60)
    for name, (_, after) in files.items():
        assert (root / name).read_bytes() == after.encode()
    assert (root / ".dockerignore").read_bytes().startswith(text)
    line_end = b"\r\n" if b"\r\n" in text else b"\n"
    assert (root / ".dockerignore").read_bytes().endswith(b"**/__pycache__" + line_end)


def test_a_script_keeps_its_line_ends(tmp_path: Path) -> None:
    root = made(tmp_path, 'FROM a\nCOPY . /app\nCMD ["/app/start.sh"]\n')
    (root / "start.sh").write_bytes(b'#!/bin/sh\r\n"$@"\r\n')
    assert read(root).source().files["start.sh"] == '#!/bin/sh\r\n"$@"\r\n'


def test_a_stage_ends_at_the_same_line_as_for_the_builder(tmp_path: Path) -> None:
    text = "FROM a AS one\n# A form\x0c feed.\nRUN x\nFROM one AS two\nRUN y\n"
    found = read(made(tmp_path, text), target="one")
    assert found.text + found.rest == text
    assert found.rest == "FROM one AS two\nRUN y\n"


# ---------- what is read ----------


def test_code_is_that_of_a_stage_that_is_built(tmp_path: Path) -> None:
    text = "FROM a AS api\nCOPY api api\nFROM a AS jobs\nCOPY jobs jobs\n"
    files = {"api__app.py": "x = 1\n" * 9, "jobs__run.py": "x = 1\n"}
    found = touches(read(made(tmp_path, text, **files)))
    assert found["edit-source"].file == "jobs/run.py"


def test_a_stage_that_may_be_meant_is_told(tmp_path: Path) -> None:
    text = "FROM a AS base\nFROM base AS production\nCMD x\nFROM base AS test\nRUN x\n"
    root = made(tmp_path, text)
    told = {one.name: (one.value, one.why, one.option) for one in read(root).chosen}
    assert told["target"] == (
        *("test", "it is the last one; it needs nothing of production"),
        "--target",
    )
    assert "target" not in {one.name for one in read(root, target="production").chosen}
    (root / "Dockerfile").write_text("FROM a AS base\nFROM a\nCOPY --from=base /x /x\n")
    assert "target" not in {one.name for one in read(root).chosen}


SAYS = {
    "a file": ("app.py", "is no folder", "advices audit /"),
    "a Dockerfile": ("Dockerfile", "is no folder", "Dockerfile"),
    "nothing": ("gone", "there is no folder", "name the folder"),
}


@pytest.mark.parametrize(("name", "says", "next_step"), SAYS.values(), ids=SAYS)
def test_what_is_no_folder_is_said(name: str, says: str, next_step: str, tmp_path: Path) -> None:
    made(tmp_path)
    with pytest.raises(LabInvalid, match=says) as told:
        read(tmp_path / name)
    assert next_step in told.value.next_step
    assert ("--file" in told.value.next_step) == (name == "Dockerfile")


def test_a_folder_that_may_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, scandir = made(tmp_path, data__x=""), os.scandir

    def refuses(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "data":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    # Root may read everything, and tests may run as root.
    monkeypatch.setattr(os, "scandir", refuses)
    with pytest.raises(LabInvalid, match="data cannot be read: Permission denied") as told:
        read(root)
    assert ".dockerignore" in told.value.next_step
    (root / ".dockerignore").write_text("data\n")
    assert read(root).folder == root
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(LabInvalid, match=f"^{root} cannot be read\n"):
        read(root)


@pytest.mark.parametrize("option", ["file", "context"])
def test_what_an_option_names_and_nobody_may_look_at_is_not_there(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, stat = tmp_path / "theirs" / "it", os.stat

    def refuses(path: Any, **how: Any) -> os.stat_result:
        if str(path) == str(hidden):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **how)

    root = made(tmp_path)
    monkeypatch.setattr(os, "stat", refuses)
    with pytest.raises(LabInvalid, match="there is no"):
        audit.read_project(root, audit.Asked(**{option: hidden}))


def test_a_file_that_may_not_be_copied_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(file: Path, _: Path) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr("advices.audit.lab_of.shutil.copy2", refuses)
    with pytest.raises(LabInvalid, match="cannot be read: Permission denied"):
        copy_context(read(made(tmp_path / "a")), tmp_path / "copy")


def test_an_ignore_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    root = made(tmp_path)
    (root / ".dockerignore").write_bytes("# Dépendances\n".encode("latin-1"))
    with pytest.raises(LabInvalid, match=r"\.dockerignore cannot be read: .*utf-8"):
        read(root)


def test_a_path_of_an_option_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = made(tmp_path / "project", docker__Dockerfile="FROM a\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LabInvalid, match=r"there is no file docker/Dockerfile") as told:
        read(root, file=Path("docker/Dockerfile"))
    assert told.value.next_step == f"name it so: --file {root / 'docker/Dockerfile'}"
    with pytest.raises(LabInvalid, match="there is no folder"):
        read(root, context=tmp_path / "gone")


def test_a_commit_that_is_not_there_is_said(tmp_path: Path) -> None:
    for words in (["init", "-q"], ["rev-parse", "--show-toplevel"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, timeout=60)
    with pytest.raises(LabInvalid, match="--against needs the commit `gone`") as told:
        audit.check_ref(read(made(tmp_path)), "gone")
    assert told.value.why == "no commit, tag or branch has this name"


# ---------- what does not answer ----------

SILENCE = (
    "audit: the container of `user` ended with exit code 3 after 0.5 s, before it answered. "
    "Its last lines:\n{}\nwhy: its program ended by itself\nnext: read its last lines above"
)


@pytest.mark.parametrize(
    ("printed", "says"),
    [
        ("a\nits last words", "its last words"),
        ("  raise x\nsqlite3.OperationalError: no\nReason: x.", "sqlite3.OperationalError: no"),
        ("an Error: here\nKeyError\nend", "KeyError"),
        ("(it printed nothing)", "(it printed nothing)"),
    ],
)
def test_why_nothing_answers_is_the_error_that_was_printed(printed: str, says: str) -> None:
    assert last_words(SILENCE.format(printed)) == says
    assert last_words(printed) == says
    assert last_words("") == ""


def test_what_was_not_measured_is_not_said_to_bring_nothing(world: World) -> None:
    found = world.audited()
    one = replace(found.trial.tried[0], before=None, after=None, refused="")
    left = replace(found, trial=replace(found.trial, tried=(one,), names=()))
    assert refused_rows(left)[1][1] == "what would show that it brings something was not measured"


TCP = " sl local_address rem_address st\n 0: 00000000:1388 00000000:0000 0A 00000000:00000000\n"


def test_a_port_that_was_guessed_wrong_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advices.audit.lab_of._ANSWERS_WITHIN_SECONDS", 0.2)
    answers = {"/proc/net/tcp": TCP, "/proc/net/tcp6": ""}
    worker(world, lambda _: Program(answers=lambda argv: answers.get(argv[-1], STATUS)))
    silence = world.audited().trial.silence
    assert "it listens on 0.0.0.0:5000\n" in silence
    assert silence.endswith("name the port that serves the page: --port 5000")
