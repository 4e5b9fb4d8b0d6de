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

import factory
import made_labs
import pytest
import typer

from advices import cli, notebooks, scanners
from advices.cli import doctor
from advices.cli.display import Display
from advices.cli.doctor import Finding
from advices.core import StepFailed, errors
from advices.core import process as core_process
from advices.engine import own_engine
from advices.lab import labfile
from advices.lab.model import Mistake
from advices.lab.scans import Scan, not_run
from advices.results import HintSteps
from advices.results.exercise import Checked, Row
from advices.scanners.own import Wanted
from advices.workshop import workshop

ROOT = Path(__file__).parents[2]
ENGINE = object()
Printed = pytest.CaptureFixture[str]
FAULTS = [cls for cls in errors.tree() if cls is not errors.AdvicesError]


@pytest.fixture
def advices(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return a function that runs the command in the project and returns its exit code."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv(core_process.VERBOSE_VARIABLE, "")

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
    monkeypatch.setattr(
        notebooks, f"{command}_labs", lambda *given, **how: called.append((*given, how))
    )
    assert advices(command, *words) == 0
    ((shop, asked, wanted, how),) = called
    assert (shop.layout.root, list(asked)) == (ROOT, slugs)
    assert (wanted.cold, wanted.replay) == samples
    assert isinstance(shop.say, Display)
    assert callable(how.pop("told"))
    settings = ("prove_all", "in_turn", "labs_in_turn", "confirm")
    of_a_run = {"force": False, "proofs": "--quick" not in words}
    assert how == (of_a_run if command == "run" else dict.fromkeys(settings, False))


def test_a_check_can_prove_all_and_confirm(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(notebooks, "check_labs", lambda *_, **how: called.append(how))
    assert advices("check", "--all", "--confirm") == 0
    assert (called[0]["prove_all"], called[0]["confirm"]) == (True, True)
    assert advices("check", "--in-turn") == 0
    assert (called[1]["in_turn"], called[1]["labs_in_turn"]) == (True, False)
    # What was measured in part cannot be confirmed.
    assert advices("check", "--in-turn", "--confirm") == 2
    assert len(called) == 2
    assert advices("check", "--labs-in-turn", "--confirm") == 0
    assert (called[2]["in_turn"], called[2]["labs_in_turn"]) == (False, True)


MET = Row("It is [small].", True, "1 MB", "2 MB", "at most 2 MB")
NOT_MET = Row("It is safe.", False, "nothing", "1000", "1000")
HINT = Mistake(id="x", says="", replace="x", breaks=("x",), hint="Look at [user].")
STEPS = HintSteps("x", "", "", "In line 3, `USER [a]`: Look at [user].")


@pytest.mark.parametrize(
    ("found", "code", "lines"),
    [
        (
            Checked((MET,), ()),
            0,
            [
                "met It is [small].",
                "yours 1 MB, reference 2 MB, limit at most 2 MB",
                "solved: every claim is met",
            ],
        ),
        (
            Checked((MET, NOT_MET), (HINT,), steps=(STEPS,)),
            1,
            [
                "met It is [small].",
                "yours 1 MB, reference 2 MB, limit at most 2 MB",
                "not met It is safe.",
                "yours nothing, reference 1000, limit 1000",
                "hint In line 3, `USER [a]`: Look at [user].",
                "not solved yet; `advices check-exercise order --solution` shows a solution",
            ],
        ),
    ],
)
def test_an_exercise_is_solved_or_not(
    found: Checked,
    code: int,
    lines: list[str],
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    monkeypatch.setattr(notebooks, "check_exercise", lambda *_, **__: found)
    assert advices("check-exercise", "order") == code
    printed = capsys.readouterr().out.splitlines()
    assert [" ".join(line.split()) for line in printed] == lines


@pytest.mark.parametrize(
    ("words", "file"),
    [([], None), (["--file", "mine/Dockerfile", "--again"], Path("mine/Dockerfile"))],
)
def test_which_file_of_an_exercise_is_checked(
    words: list[str],
    file: Path | None,
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(
        *(notebooks, "check_exercise"),
        lambda *given, again: called.append((*given, again)) or Checked((), ()),
    )
    assert advices("check-exercise", "order", *words) == 0
    ((shop, slug, given, again),) = called
    assert (shop.layout.root, slug, given, again) == (ROOT, "order", file, "--again" in words)
    assert isinstance(shop.say, Display)


def test_a_fault_of_a_learner_s_build_has_its_exit_code(
    advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    fault = StepFailed("this step failed: RUN [x]\nits last line")
    monkeypatch.setattr(notebooks, "check_exercise", raising(fault))
    assert advices("check-exercise", "order") == 15
    assert "RUN [x]\nits last line\nwhy: " in capsys.readouterr().err


def test_the_solution_is_shown_as_it_is_and_nothing_is_built(
    advices: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    monkeypatch.chdir(made_labs.project(tmp_path))
    assert advices("check-exercise", "build-cache", "--solution") == 0
    assert capsys.readouterr().out == made_labs.GOOD
    assert advices("check-exercise", "base-image", "--solution") == errors.LabInvalid.exit_code
    assert "has no exercise" in capsys.readouterr().err


@pytest.mark.parametrize("sound", [True, False])
def test_an_exercise_is_proved(
    sound: bool, advices: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    fault = errors.ClaimBroken("order exercise: the start file gets no hint")
    monkeypatch.setattr(notebooks, "prove_exercise", (lambda *_: None) if sound else raising(fault))
    assert advices("check-exercise", "order", "--prove") == (0 if sound else 18)
    printed = capsys.readouterr()
    assert printed.out == ("order: the exercise works\n" if sound else "")
    assert ("gets no hint" in printed.err) == (not sound)


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


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch, advices: Callable[..., int]) -> Callable[..., Any]:
    """Return a function that scans with the command, and what the command asked for."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(workshop, "connect", lambda: ENGINE)

    def run(found: tuple[Scan, ...], *words: str) -> Any:
        asked: list[Any] = []
        monkeypatch.setattr(scanners, "scan_own", lambda *given: asked.append(given) or found)
        assert advices("scan", *words) == 0
        ((engine, wanted, _find, say),) = asked
        assert engine is ENGINE
        assert isinstance(say, Display)
        return wanted

    return run


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], Wanted("shop")),
        (["--scanner", "zap"], Wanted("shop", "zap")),
        (["--active", "--as", "www.example.org"], Wanted("shop", None, True, "www.example.org")),
    ],
)
def test_what_is_scanned(words: list[str], wanted: Wanted, scans: Callable[..., Any]) -> None:
    assert scans((), "shop", *words) == wanted


def test_alerts_are_shown_by_rule_and_as_they_are(
    scans: Callable[..., Any], capsys: Printed
) -> None:
    nasty = factory.alert(
        "1", scanner="zap", name="[red]x[/red] [/]", url="http://shop/[b]", risk="high"
    )
    low = factory.alert("No CSP", scanner="zap")
    scans((factory.scan(scanner="zap", version="2 [i]", alerts=(low, nasty, low)),), "shop")
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "ZAP 2 [i]: 7 addresses found, 2.0 s",
        "risk rule places the first few",
        "high 1 [red]x[/red] [/] 1 GET http://shop/[b]",
        "low No CSP 2 GET http://site:8000/",
    ]


def test_a_scan_without_alerts_and_a_scanner_that_did_not_run_read_differently(
    scans: Callable[..., Any], capsys: Printed
) -> None:
    scans((factory.scan(), not_run("zap", "no [image] here")), "shop")
    assert capsys.readouterr().out.splitlines() == [
        "Wapiti 3.3.2: 7 addresses found, 2.0 s",
        "no alert",
        "ZAP did not run: no [image] here",
    ]


@pytest.mark.parametrize(
    "cls", [errors.ScanFailed, errors.TargetRefused, errors.ScannerMissing, errors.EngineMissing]
)
def test_a_scan_that_fails_has_the_exit_code_of_its_fault(
    cls: type[errors.AdvicesError],
    advices: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    monkeypatch.setattr(workshop, "connect", lambda: ENGINE)
    monkeypatch.setattr(scanners, "scan_own", raising(cls("it broke [there]")))
    assert advices("scan", "shop") == cls.exit_code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: it broke [there]\nwhy: ")


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
