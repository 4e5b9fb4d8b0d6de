"""`scan`: what it is asked for, and how alerts and faults read."""
# ruff: noqa: F401, F811  # the fixture `advices` is imported

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import factory
import pytest
from command_line import Printed, advices, raising

from advices import scanners
from advices.cli.display import Display
from advices.core import errors
from advices.lab.scans import Scan, not_run
from advices.scanners.own import Wanted
from advices.workshop import workshop

ENGINE = object()


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
