"""What an audit does beside what, and in which order: builds, and looks at what was built."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from audit_called import audited, built, ordered, world
from audit_world import World, made, measured, read

from advices import audit
from advices.audit import lab_of
from advices.audit.remedies import REMEDIES
from advices.audit.taking import Groups, in_order, overlapped, planned_for
from advices.core import DiskFull, poll
from advices.engine import BuildOrder, Image
from advices.measure import ProbeImage

__all__ = ["ordered", "world"]


# ---------- what is done beside what ----------


def test_what_the_cache_has_is_built_before_what_it_has_not(
    world: World,
    ordered: list[BuildOrder],
) -> None:
    """Beside a build of other steps BuildKit looks for them in vain."""
    audited(world, audit.How())
    tags = built(ordered)
    assert {"user-cold", "exec-cold", "order-cold", "slim-cold"} <= {*tags}
    cached = [tags.index(f"{name}-cold") for name in ("user", "exec")]
    others = [tags.index(f"{name}-cold") for name in ("order", "mounts", "slim", "pip-cache")]
    assert max(cached) < min(others)


def test_what_comes_beside_begins_when_it_is_let() -> None:
    heard: list[str] = []
    begun = threading.Event()

    def work(free: Callable[[], object]) -> str:
        heard.append("built")
        free()
        # It goes on while the other one is at work.
        assert begun.wait(10)
        return "measured"

    def then() -> None:
        heard.append("beside")
        begun.set()

    assert overlapped(work, then) == "measured"
    assert heard == ["built", "beside"]


def test_what_comes_beside_is_left_out_where_nothing_was_built() -> None:
    heard: list[str] = []
    assert overlapped(lambda _free: None, lambda: heard.append("beside")) is None
    assert heard == []


def test_a_fault_of_either_ends_both() -> None:
    def goes_on(free: Callable[[], object]) -> None:
        free()
        for _ in poll(60):
            pass

    def fails() -> None:
        raise DiskFull("no space left on device")

    with pytest.raises(DiskFull):
        overlapped(goes_on, fails)
    with pytest.raises(ZeroDivisionError):
        overlapped(lambda _free: 1 // 0, lambda: None)


def test_others_begin_when_all_first_ones_are_built_and_not_before() -> None:
    heard: list[str] = []
    one_built, begun = threading.Event(), threading.Event()

    def alone(name: str, built: Callable[[], object]) -> None:
        if name in ("order", "mounts"):
            heard.append(name)
            begun.set()
            return
        if name == "exec":
            assert one_built.wait(10)
            # Nothing begins while this one still builds.
            assert not begun.wait(0.3)
        heard.append(name)
        built()
        one_built.set()
        # A container of it is still looked at.
        assert begun.wait(10)

    in_order(alone, print, Groups(("user", "exec"), (), (), ("order", "mounts")), 2)
    assert heard[:2] == ["user", "exec"]
    assert sorted(heard[2:]) == ["mounts", "order"]


@pytest.mark.parametrize("at_a_time", [1, 2])
@pytest.mark.parametrize("first", [(), ("user",)])
def test_others_begin_where_nothing_comes_first_or_is_built(
    first: tuple[str, ...], at_a_time: int
) -> None:
    heard: list[str] = []
    in_order(
        lambda name, _: heard.append(name), print, Groups(first, (), (), ("order",)), at_a_time
    )
    assert heard == [*first, "order"]


@pytest.mark.parametrize("at_a_time", [1, 2])
def test_what_hides_something_is_looked_at_together_when_all_of_it_is_built(at_a_time: int) -> None:
    heard: list[object] = []
    in_order(
        lambda name, _: heard.append(name),
        heard.append,
        Groups(("user",), ("slim",), ("credentials", "settings"), ("order", "mounts")),
        at_a_time,
    )
    looked = heard.index(("credentials", "settings"))
    assert heard[:1] == ["user"]
    assert {"credentials", "settings"} <= {*heard[:looked]}
    assert len(heard) == 7


def test_changes_are_built_while_the_project_as_it_is_is_looked_at(
    world: World,
    ordered: list[BuildOrder],
) -> None:
    saved, seen = world.engine.saved, []

    def waits(images: Sequence[Image]) -> Iterator[bytes]:
        # No step of its own, a step of its own.
        wanted = {"user-cold", "slim-cold"}
        if not seen and any(":audit-yours-" in tag for one in images for tag in one.tags):
            seen.append(any(wanted <= {*built(ordered)} for _ in poll(20)))
        yield from saved(images)

    world.engine.saved = waits  # type: ignore[method-assign]
    found = audited(world, audit.How())
    assert seen == [True]
    assert {"order", "user"} <= {*found.trial.names}


# ---------- what is looked at ----------


@pytest.mark.parametrize(
    ("name", "exit_code", "is_left_out"),
    [("order", 137, True), ("order", 0, False), ("exec", 137, False), ("exec", 0, False)],
)
def test_only_what_is_about_it_stops_a_container_that_has_to_be_killed_again(
    name: str, exit_code: int, is_left_out: bool, tmp_path: Path
) -> None:
    lab = lab_of.lab_of(read(made(tmp_path / "project")), tmp_path / "lab")
    (remedy,) = [one for one in REMEDIES if one.name == name]
    planned = planned_for(lab, remedy, lambda: measured(stop_exit_code=exit_code))
    out = [step for step in planned.steps if planned.leaves_out(step)]
    assert out == ([ProbeImage("stop")] if is_left_out else [])
    assert ProbeImage("stop") in planned.steps
