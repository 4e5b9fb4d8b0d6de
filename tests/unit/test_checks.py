"""The doctor's checks: every one helps on every system, and page and command say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.cli import doctor
from advices.core import LabInvalid
from advices.engine import apt
from advices.site import checks, doctor_page
from advices.site.checks import SYSTEMS, Check, System
from advices.site.registration import Macros

PAGE = Path(__file__).parents[2] / "docs" / "run.md"


@pytest.mark.parametrize("check", checks.ALL, ids=lambda check: check.subject)
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_check_helps_on_every_system(check: Check, system: System) -> None:
    assert check.looks
    assert check.fix_on(system)
    assert not check.fix_on(system).endswith("."), "the command's lines are no sentences"


def test_the_page_has_every_check_and_the_steps_of_every_system() -> None:
    looks = doctor_page.looks()
    for check in checks.ALL:
        assert f"- **{check.subject}**: " in looks
    text = PAGE.read_text("utf-8")
    for system in SYSTEMS:
        assert f'{{{{ doctor_steps("{system}") }}}}' in text
        assert doctor_page.steps(system).count("\n- **") + 1 == sum(
            system in check.own for check in checks.ALL
        )
    assert "{{ doctor_checks() }}" in text


def test_the_page_says_what_the_command_says() -> None:
    said = checks.BUILDX.fix_on("another Linux")
    assert said in doctor_page.steps("another Linux")
    assert "; `docker system df` shows" in doctor_page.looks()
    assert "`./run advices -- engine start`" in doctor_page.steps("Debian or Ubuntu")


def test_a_system_that_nobody_knows() -> None:
    unknown: System = "BeOS"  # type: ignore[assignment]
    with pytest.raises(LabInvalid, match="knows no system `BeOS`"):
        doctor_page.steps(unknown)


def test_labs_with_a_mirror_are_linked() -> None:
    root = PAGE.parents[1]
    said = Macros(root / "labs", root / "docs", lambda: "start.md").need_a_mirror()
    assert "(chapters/multi-stage.md)" in said
    assert "build-cache" not in said


@pytest.mark.parametrize(
    ("platform", "release", "like", "found"),
    [
        ("darwin", "24.0", "", "macOS"),
        ("linux", "5.15.0-microsoft-standard-WSL2", "debian", "Windows with WSL"),
        ("linux", "6.1", "debian", "Debian or Ubuntu"),
        ("linux", "6.1", "fedora", "another Linux"),
    ],
)
def test_the_system_is_recognised(
    platform: str, release: str, like: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.sys, "platform", platform)
    monkeypatch.setattr(doctor.platform, "release", lambda: release)
    monkeypatch.setattr(apt, "system", lambda: apt.System("x", "", like))
    monkeypatch.setattr(apt.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert doctor.system() == found
