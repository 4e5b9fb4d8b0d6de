"""The command: what it prints, where, and with which exit code it ends."""
# ruff: noqa: F401, F811  # the fixture `advices` is imported

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from command_line import ROOT, Printed, advices, raising

from advices import notebooks
from advices.cli import doctor
from advices.cli.doctor import Finding
from advices.core import errors
from advices.core import process as core_process
from advices.engine import own_engine
from advices.lab import labfile

FAULTS = [cls for cls in errors.tree() if cls is not errors.AdvicesError]


@pytest.mark.parametrize("cls", FAULTS)
def test_a_fault_is_a_message_and_its_own_exit_code(
    cls: type[errors.AdvicesError],
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    fault = cls("it broke [at] the end", why="of [bold]this[/bold]", next_step="do [that]")
    monkeypatch.setattr(notebooks, "run_labs", raising(fault))
    assert advices("run") == cls.exit_code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "error: it broke [at] the end",
        "why: of [bold]this[/bold]",
        "next: do [that]",
    ]


def test_a_long_message_is_not_wrapped(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(notebooks, "run_labs", raising(errors.AdvicesError("word " * 60)))
    assert advices("run") == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_fault_that_nobody_foresaw_is_not_hidden(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebooks, "run_labs", raising(ZeroDivisionError("a bug")))
    with pytest.raises(ZeroDivisionError):
        advices("run")


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), typer.Abort()])
def test_an_interrupt_ends_with_130(
    fault: BaseException,
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    monkeypatch.setattr(notebooks, "run_labs", raising(fault))
    assert advices("run") == 130
    assert "interrupted" in capsys.readouterr().err


def test_sigterm_is_an_interrupt(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(
        notebooks, "run_labs", lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM)
    )
    assert advices("run") == 130
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["rum"], "No such command"),
        (["engine", "restart"], "No such command"),
        (["run", "--fast"], "No such option"),
        (["run", "--samples", "0"], "Invalid value for '--samples'"),
        (["check", "--samples", "x"], "Invalid value for '--samples'"),
        (["doctor", "build-cache"], "unexpected extra argument"),
        (["scan"], "Missing argument 'target'"),
        (["scan", "shop", "--scanner", "nikto"], "the scanners are wapiti, zap"),
        (["scan", "shop", "--scanner"], "requires an argument"),
        (["scan", "shop", "--attack"], "No such option"),
        (["check-exercise"], "Missing argument 'slug'"),
        (["check-exercise", "order", "again"], "unexpected extra argument"),
        (["check-exercise", "order", "--quick"], "No such option"),
    ],
)
def test_wrong_usage_ends_with_2(
    words: list[str], says: str, advices: Callable[..., int], capsys: Printed
) -> None:
    assert advices(*words) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: ")
    assert says in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["engine", "--help"]])
def test_help(words: list[str], advices: Callable[..., int], capsys: Printed) -> None:
    assert advices(*words) == 0
    assert "Usage:" in capsys.readouterr().out


def test_no_word_at_all_shows_the_help(advices: Callable[..., int], capsys: Printed) -> None:
    assert advices() == 2
    printed = capsys.readouterr()
    assert "doctor" in printed.out + printed.err


def test_list_names_the_labs_with_their_advice_and_variants(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert advices("list") == 0
    lines = capsys.readouterr().out.splitlines()
    found = {line.split()[0]: line for line in lines}
    for slug in labfile.slugs(ROOT / "labs"):
        read = labfile.read(ROOT / "labs", slug)
        assert read.advice in found[slug]
        assert found[slug].rstrip().endswith(", ".join(read.variants))


def test_list_shows_an_advice_as_it_is(
    advices: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    shutil.copytree(ROOT / "labs" / "build-cache", tmp_path / "labs" / "build-cache")
    for app in ("app", "exercise-app"):
        shutil.copytree(ROOT / "labs" / app, tmp_path / "labs" / app)
    (tmp_path / "mkdocs.yml").touch()
    file = tmp_path / "labs" / "build-cache" / "lab.toml"
    file.write_text(re.sub('advice = ".*"', 'advice = "Use CMD [exec] form."', file.read_text()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    assert advices("list") == 0
    assert "Use CMD [exec] form." in capsys.readouterr().out


def test_outside_of_the_project(
    advices: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert advices("list") == errors.LabInvalid.exit_code
    assert "not inside a Docker Advices project" in capsys.readouterr().err


@pytest.mark.parametrize("verbose", [True, False])
def test_verbose_shows_every_command(
    verbose: bool,
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    argv = [sys.executable, "-c", "pass # two words"]
    monkeypatch.setattr(notebooks, "run_labs", lambda *_, **__: core_process.run(argv))
    assert advices(*(["--verbose"] if verbose else []), "run") == 0
    wanted = f"+ {sys.executable} -c 'pass # two words'\n"
    said = capsys.readouterr().err
    assert wanted in said if verbose else said == ""


WELL = Finding("ok", "engine", "26.1.5 [here]")
SO_SO = Finding("note", "registry", "none answers", "stand-ins are used")
BAD = Finding("bad", "buildx", "not installed", "install [it]")


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([WELL], 0),
        ([WELL, SO_SO], 0),
        ([WELL, BAD], 1),
    ],
)
def test_the_doctor_ends_with_what_it_found(
    found: list[Finding],
    code: int,
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda _: iter(found))
    assert advices("doctor") == code


def test_the_doctor_tells_each_fix(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda _: iter([WELL, SO_SO, BAD]))
    advices("doctor")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [" ".join(line) for line in lines] == [
        "ok engine: 26.1.5 [here]",
        "note registry: none answers",
        "fix: stand-ins are used",
        "bad buildx: not installed",
        "fix: install [it]",
    ]


def test_nothing_to_stop(
    advices: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    monkeypatch.setattr(own_engine, "STATE", tmp_path / "engine.json")
    assert advices("engine", "stop") == 0
    assert "nothing to stop" in capsys.readouterr().out


def test_a_real_process_ends_with_the_faults_exit_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "advices", "list"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == errors.LabInvalid.exit_code
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 3
    assert "Traceback" not in done.stderr
