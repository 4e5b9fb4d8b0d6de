"""A class is prepared: what it is gets written first, then made, seat by seat.

Each step finds what an earlier run left and goes on from there, so it may be interrupted anywhere.
"""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from advices.classroom import (
    accounts,
    engines,
    filling,
    machine,
    network,
    places,
    seats,
    store,
    stored,
)
from advices.classroom.entering import inside
from advices.classroom.filling import Fill
from advices.classroom.keeping import keeper
from advices.classroom.records import Classroom, Limits, Seat
from advices.classroom.verdict import Verdict, Wanted, judge
from advices.core import ClassUnfit, Layout, Say, Step, run
from advices.lab import Lab, labfile

_ANY_CODE = frozenset(range(256))


@dataclass(frozen=True)
class Asked:
    """The class that is asked for. `key` tells the images from others, "" takes what is there."""

    seats: int
    limits: Limits
    project: Path
    has_network: bool = False
    key: str = ""


def check(asked: Asked, proxy: str = "") -> Verdict:
    """Return what this machine allows of a class. Changes nothing."""
    there = store.kept()
    disks = sorted((places.FOLDER / "disks").glob("*.img"))
    taken = sum(one.stat().st_blocks * 512 for one in disks) + (there.size_bytes if there else 0)
    wanted = Wanted(
        seats=asked.seats,
        limits=asked.limits,
        store_bytes=there.size_bytes if there else 0,
        stored_bytes=taken,
        lab_bytes=max((lab.needs_free_bytes for lab in _labs(asked.project)), default=0),
    )
    return judge(machine.facts(proxy=proxy), wanted)


def _labs(project: Path) -> tuple[Lab, ...]:
    return labfile.in_order(Layout(project).labs)


def demand(verdict: Verdict) -> None:
    """Raise ClassUnfit where a machine does not allow the class."""
    fault = verdict.fault
    if fault is not None:
        raise ClassUnfit(
            f"this machine cannot have the class: {fault.subject}: {fault.says}",
            next_step=fault.fix or ClassUnfit.next_step,
        )


def planned(old: Classroom | None, asked: Asked, used: set[int], routes: list[str]) -> Classroom:
    """Return the class as it is to be; seats that are there keep their accounts and addresses.

    `used` are numbers of accounts and groups, `routes` destinations. Raises CommandFailed.
    """
    kept = old.seats[: asked.seats] if old else ()
    subnet = old.subnet if old else network.free_subnet(routes)
    missing = range(len(kept) + 1, asked.seats + 1)
    ids = accounts.free_ids(len(missing), used | {seat.uid for seat in kept})
    new = (_seat(number, uid, subnet) for number, uid in zip(missing, ids, strict=True))
    return Classroom(
        id=old.id if old else secrets.token_hex(4),
        seats=(*kept, *new),
        limits=asked.limits,
        project=asked.project,
        subnet=subnet,
        hub_port=old.hub_port if old else 8081,
        has_network=asked.has_network,
        made_forwarding=old.made_forwarding if old else False,
    )


def _seat(number: int, uid: int, subnet: str) -> Seat:
    name = places.name_of(number)
    gateway, address = network.addresses(subnet, number)
    return Seat(
        name=name,
        number=number,
        account=name,
        uid=uid,
        home=places.FOLDER / "seats" / f"{number:02}" / "home",
        runtime=Path(f"/run/user/{uid}"),
        address=address,
        gateway=gateway,
        network=name,
    )


def prepare(asked: Asked, fill: contextlib.AbstractContextManager[Fill], say: Say) -> Classroom:
    """Return the class when each seat is up and its engine answers.

    `fill` is entered only where the store must be made. Raises CommandFailed, DiskFull,
    EngineMissing, ClassUnfit where the class has other images, and what `fill` raises.
    """
    with stored.changed_alone():
        old = stored.read()
        classroom = planned(old, asked, accounts.used_ids(), network.routes())
        _demand_same_images(asked)
        classroom = _forwarding(classroom)
        stored.write(classroom)
        steps = 2 + len(classroom.seats)
        for seat in old.seats[asked.seats :] if old else ():
            seats.remove(seat)
        if old is not None and _same(old) != _same(classroom):
            for seat in old.seats:
                seats.bring_down(seat)
            network.remove_rules()
        if store.kept() is None:
            say(Step("class", "images", "one engine loads them for all", 0, steps))
            for seat in classroom.seats:
                seats.remove(seat)
            with fill as filled:
                filling.make(classroom, asked.key, filled)
        for done, seat in enumerate(classroom.seats):
            say(Step("class", seat.name, "account, disk, network, engine", 1 + done, steps))
            engines.ensure(classroom, seat)
        _demand_readable(classroom)
        keeper().stay()
        say(Step("class", "seats", "", steps, steps))
    return classroom


def _demand_readable(classroom: Classroom) -> None:
    """Raise ClassUnfit where seats cannot read the project, or the toolkit that runs this."""
    looks = (
        [sys.executable, "-c", "import advices"],
        ["test", "-r", str(classroom.project / "mkdocs.yml")],
    )
    for words in looks:
        done = run(inside(classroom, classroom.seats[0], words, clean=True), accept=_ANY_CODE)
        if done.exit_code != 0:
            raise ClassUnfit(
                f"a seat cannot read {classroom.project}, or the Python that runs this command",
                why=(done.stderr.strip().splitlines() or ["its files are closed to others"])[-1],
                next_step=f"`chmod -R go+rX {classroom.project} {sys.prefix}`, then run it again",
            )


def _demand_same_images(asked: Asked) -> None:
    there = store.kept()
    if there is not None and asked.key and asked.key != there.key:
        raise ClassUnfit(
            "the class that is prepared here has other images",
            why="other images would replace all that learners have in their engines",
            next_step="`advices class stop` removes the class; then prepare it again",
        )


def _forwarding(classroom: Classroom) -> Classroom:
    """Let this machine pass packets on, where the class has a network, and note that we did it."""
    if not classroom.has_network or network.forwards():
        return classroom
    noted = classroom.model_copy(update={"made_forwarding": True})
    stored.write(noted)
    network.let_forward(on=True)
    return noted


def _same(classroom: Classroom) -> tuple[object, ...]:
    """Return what seats are brought up with: where it changed, they are brought up anew."""
    of = classroom
    return of.limits, of.project, of.subnet, of.hub_port, of.has_network


def seats_up(classroom: Classroom) -> Iterator[tuple[Seat, bool]]:
    """Yield each seat, and whether its engine answers."""
    for seat in classroom.seats:
        yield seat, engines.answers(seat)
