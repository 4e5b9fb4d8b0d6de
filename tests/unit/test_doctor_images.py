"""What the doctor finds of registries, base images and images of scanners."""
# ruff: noqa: F401  # the fixture `_well` is imported

from __future__ import annotations

from typing import Any

import pytest
from well_machine import FakeEngine, FakeScanners, _well, examine

from advices.core import (
    BaseUnavailable,
    ImageUnknown,
    LabInvalid,
    PullFailed,
    PullForbidden,
    PullsLimited,
    RegistrySilent,
)
from advices.scanners.images import ScannerImage
from advices.workshop import workshop


@pytest.mark.parametrize(("registry", "how"), [(True, "it is pulled"), (False, "it is built")])
def test_without_a_registry_bases_are_built(
    registry: bool, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeEngine, "registry", None if registry else RegistrySilent)
    found = examine()
    assert found["registry"].mark == ("ok" if registry else "note")
    assert found["b:1"].fix.startswith(how)


@pytest.mark.parametrize("kind", [PullsLimited, PullForbidden, ImageUnknown])
def test_what_a_registry_refuses_is_told(
    kind: type[PullFailed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeEngine, "registry", kind)
    found = examine()["registry"]
    assert (found.mark, found.says) == ("bad", "`a:1` was not pulled: so")
    assert found.fix == kind.next_step


def test_bases_that_cannot_be_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(*_: Any) -> None:
        raise BaseUnavailable("builds cannot reach an index", next_step="unset it")

    monkeypatch.setattr(workshop, "Bases", unavailable)
    found = examine()["base images"]
    assert (found.mark, found.fix) == ("bad", "unset it")


@pytest.mark.parametrize(
    ("name", "registry", "fix"),
    [
        ("Wapiti", True, "it is built when a lab needs it"),
        ("Wapiti", False, "it is built when a lab needs it"),
        ("ZAP", True, "it is pulled when a lab needs it"),
        ("ZAP", False, "the lab runs without it and says so; to get it, `docker load` it"),
    ],
)
def test_a_scanner_that_is_missing_is_a_note_that_says_how_it_comes(
    name: str, registry: bool, fix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeScanners, "there", {})
    monkeypatch.setattr(FakeEngine, "registry", None if registry else RegistrySilent)
    found = examine()[f"scanner {name}"]
    assert (found.mark, found.says) == ("note", "not there")
    assert found.fix.startswith(fix)


def test_a_stub_in_the_place_of_a_scanner_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    stub = ScannerImage("zap", "zap:stub", "sha256:1", stub=True)
    monkeypatch.setattr(FakeScanners, "there", {"zap": stub})
    found = examine()["scanner ZAP"]
    assert (found.mark, found.says, found.fix) == ("bad", "zap:stub is a stub", "`docker rmi` it")


def test_recipes_that_cannot_be_read_are_bad_and_the_rest_is_examined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault = LabInvalid("labs/scanners/scanners.toml: it broke", next_step="mend it")
    monkeypatch.setattr(FakeScanners, "there", {"wapiti": fault, "zap": fault})
    found = examine()
    assert (found["scanner ZAP"].mark, found["scanner ZAP"].fix) == ("bad", "mend it")
    assert found["a:1"].mark == "ok"
