"""The lab *Lock and install*: its locks, and what its builds want of an index."""

from __future__ import annotations

from pathlib import Path

from advices.lab import labfile
from advices.packages import locks, selection

LABS = Path(__file__).parents[2] / "labs"


def test_nothing_but_addresses_changes() -> None:
    text = (LABS / "lock-and-install" / "project" / "uv.lock").read_text("utf-8")
    led = locks.at_index(text, "http://index.invalid/index/")
    assert "pypi.org" not in led
    assert "pythonhosted" not in led
    assert locks.wanted(led) == locks.wanted(text)
    assert len(led.splitlines()) == len(text.splitlines())


def test_what_uv_sync_installs_is_what_the_locks_name() -> None:
    lab = labfile.read(LABS, "lock-and-install")
    wanted = {one.requirement for one in selection.of_lab(lab)}
    text = (lab.folder / "project" / "uv.lock").read_text("utf-8")
    assert {one.requirement for one in locks.wanted(text)} <= wanted | {
        # pip's lists name these with the same digests
        one.requirement.partition(" ;")[0]
        for one in selection.of_lab(lab)
    }
    assert "itsdangerous==2.2.0" in wanted, "what a replay adds to the lock counts"
    assert any(one.startswith("uv==") for one in wanted)
    exercise = {one.requirement for one in selection.of_lab(lab.its_exercise())}
    assert "flask==3.1.3" in {one.partition(" ;")[0] for one in exercise}


def test_without_uv_sync_no_lock_counts() -> None:
    lab = labfile.read(LABS, "lock-and-install")
    by_pip = {"bad": lab.variants["bad"], "good": lab.variants["pip-locked"]}
    without = selection.of_lab(lab.model_copy(update={"variants": by_pip, "mistakes": ()}))
    only_in_the_lock = "psycopg-binary==3.3.6"
    assert only_in_the_lock not in {one.requirement for one in without}
    assert only_in_the_lock in {one.requirement for one in selection.of_lab(lab)}


def test_every_edit_that_ships_can_be_made() -> None:
    found = labfile.read(LABS, "lock-and-install")
    assert any(one.edits for one in found.mistakes)
    assert found.replays["add-dependency"].edits
