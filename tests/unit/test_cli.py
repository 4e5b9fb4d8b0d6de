"""The command: what it prints, where, and with which exit code it ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from advices import cli, errors
from advices.doctor import Finding

ROOT = Path(__file__).parents[2]
Printed = pytest.CaptureFixture[str]
FAULTS = [cls for cls in errors.tree() if cls is not errors.AdvicesError]


@pytest.fixture
def advices(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return a function that runs the command in the project and returns its exit code."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv(cli.VERBOSE_VARIABLE, "")

    def run(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["advices", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert isinstance(end.value.code, int)
        return end.value.code

    return run


def raising(fault: BaseException) -> Callable[..., None]:
    def command(*_: Any, **__: Any) -> None:
        raise fault

    return command


@pytest.mark.parametrize("cls", FAULTS)
def test_a_fault_is_a_message_and_its_own_exit_code(
    cls: type[errors.AdvicesError],
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    fault = cls("it broke [at] the end", why="of [bold]this[/bold]", next_step="do [that]")
    monkeypatch.setattr(cli, "run_labs", raising(fault))
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
    monkeypatch.setattr(cli, "run_labs", raising(errors.AdvicesError("word " * 60)))
    assert advices("run") == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_fault_that_nobody_foresaw_is_not_hidden(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "run_labs", raising(ZeroDivisionError("a bug")))
    with pytest.raises(ZeroDivisionError):
        advices("run")


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), typer.Abort()])
def test_an_interrupt_ends_with_130(
    fault: BaseException,
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    monkeypatch.setattr(cli, "run_labs", raising(fault))
    assert advices("run") == 130
    assert "interrupted" in capsys.readouterr().err


def test_sigterm_is_an_interrupt(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(cli, "run_labs", lambda *_: os.kill(os.getpid(), signal.SIGTERM))
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
    for slug in cli.lab.slugs(ROOT / "labs"):
        read = cli.lab.read(ROOT / "labs", slug)
        assert read.advice in found[slug]
        assert found[slug].rstrip().endswith(", ".join(read.variants))


def test_list_shows_an_advice_as_it_is(
    advices: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    shutil.copytree(ROOT / "labs" / "build-cache", tmp_path / "labs" / "build-cache")
    shutil.copytree(ROOT / "labs" / "app", tmp_path / "labs" / "app")
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


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize(
    ("words", "slugs", "samples"),
    [
        ([], [], (1, 3)),
        (["build-cache"], ["build-cache"], (1, 3)),
        (["a", "b", "--samples", "5", "--cold-samples", "2"], ["a", "b"], (2, 5)),
        (["--quick"], [], (1, 1)),
        (["--quick", "--samples", "9"], [], (1, 1)),
    ],
)
def test_what_is_run(
    command: str,
    words: list[str],
    slugs: list[str],
    samples: tuple[int, int],
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(cli, f"{command}_labs", lambda *given: called.append(given))
    assert advices(command, *words) == 0
    ((layout, asked, wanted, say),) = called
    assert (layout.root, list(asked)) == (ROOT, slugs)
    assert (wanted.cold, wanted.replay) == samples
    assert say is cli.say


@pytest.mark.parametrize("verbose", [True, False])
def test_verbose_shows_every_command(
    verbose: bool,
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    argv = [sys.executable, "-c", "pass # two words"]
    monkeypatch.setattr(cli, "run_labs", lambda *_: cli.index.run(argv))
    assert advices(*(["--verbose"] if verbose else []), "run") == 0
    wanted = f"+ {sys.executable} -c 'pass # two words'\n"
    assert capsys.readouterr().err == (wanted if verbose else "")


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
    monkeypatch.setattr(cli.doctor_, "examine", lambda _: iter(found))
    assert advices("doctor") == code


def test_the_doctor_tells_each_fix(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.setattr(cli.doctor_, "examine", lambda _: iter([WELL, SO_SO, BAD]))
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
    monkeypatch.setattr(cli.provision, "STATE", tmp_path / "engine.json")
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
