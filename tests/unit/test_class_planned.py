"""What a class is planned to be: its seats, its network, its file and its bundle."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_machine import LIMITS

from advices.classroom import (
    Asked,
    Classroom,
    accounts,
    images,
    network,
    places,
    preparing,
    seat_of,
    stored,
)
from advices.core import BundleRefused, ClassMissing, CommandFailed, FileRefused, SeatUnknown


def asked(seats: int, **more: object) -> Asked:
    return Asked(seats=seats, limits=LIMITS, project=Path("/srv/project"), **more)  # type: ignore[arg-type]


def planned(old: Classroom | None, seats: int) -> Classroom:
    return preparing.planned(old, asked(seats), used={47_000, 47_002}, routes=["10.197.0.0/16"])


def test_seats_get_numbers_and_addresses_that_nobody_has() -> None:
    room = planned(None, 3)
    assert [seat.uid for seat in room.seats] == [47_001, 47_003, 47_004]
    assert [seat.name for seat in room.seats] == ["adv-seat-01", "adv-seat-02", "adv-seat-03"]
    assert room.subnet == "10.198.0.0/20"
    taken = [one for seat in room.seats for one in (seat.address, seat.gateway)]
    assert len(set(taken)) == 6
    assert (room.seats[0].gateway, room.seats[0].address) == ("10.198.0.5", "10.198.0.6")


def test_a_larger_class_keeps_the_seats_that_are_there_and_a_smaller_one_the_first() -> None:
    three = planned(None, 3)
    five = planned(three, 5)
    assert five.seats[:3] == three.seats
    assert five.id == three.id
    assert len({seat.uid for seat in five.seats}) == 5
    assert planned(five, 2).seats == three.seats[:2]


def test_the_largest_class_has_an_address_and_a_short_name_for_each_link() -> None:
    room = planned(None, 200)
    assert len({seat.address for seat in room.seats}) == 200
    assert all(len(places.link(seat)) <= 15 for seat in room.seats)


def test_without_room_for_accounts_or_networks_it_says_so() -> None:
    with pytest.raises(CommandFailed, match="only 0 of the numbers"):
        accounts.free_ids(1, range(47_000, 60_000))
    with pytest.raises(CommandFailed, match="no network is left"):
        network.free_subnet(["10.0.0.0/8"])


def test_what_a_seat_may_reach() -> None:
    room = planned(None, 1)
    rules = [" ".join(words) for words in network.rule_words(room)]
    inward = [one for one in rules if "-A ADVICES-CLASS-IN" in one]
    assert inward[1].endswith("-p tcp -d 10.198.0.0/20 --dport 8081 -j ACCEPT")
    assert inward[-1].endswith("-j REJECT")
    through = [one for one in rules if "-A ADVICES-CLASS-FWD" in one]
    assert through[-1].endswith("-j REJECT")
    assert not any("MASQUERADE" in one for one in rules)
    outward = [one for one in rules if "-A ADVICES-CLASS-OUT" in one]
    assert "--uid-owner 0 -j ACCEPT" in outward[-2]
    assert outward[-1].endswith("OUT -j REJECT")
    # The built-in chains lead to ours last: no half of the rules is ever in force.
    first = min(number for number, one in enumerate(rules) if " -I " in one)
    assert all(" -I " in one for one in rules[first:])


def test_with_a_network_a_seat_reaches_no_other_seat_and_no_secrets_of_a_cloud() -> None:
    room = planned(None, 1).model_copy(update={"has_network": True})
    rules = [" ".join(words) for words in network.rule_words(room)]
    through = [one for one in rules if "-A ADVICES-CLASS-FWD" in one]
    accepts = through.index(next(one for one in through if one.endswith("FWD -j ACCEPT")))
    others = ("-o adv-seat+", "-d 169.254.0.0/16")
    for refused in (f"{one} -j REJECT" for one in others):
        assert any(one.endswith(refused) for one in through[:accepts])
    bridged = [one for one in rules if "-t mangle -A ADVICES-CLASS-BRIDGE" in one]
    assert {one.partition("BRIDGE ")[2] for one in bridged} == {
        f"{way} {bridge} -j DROP" for way in ("-i", "-o") for bridge in ("docker+", "br-+")
    }
    assert any("MASQUERADE" in one for one in rules)


def test_the_file_of_a_class_is_roots_alone_and_comes_back_whole(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    assert stored.read(folder) is None
    room = planned(None, 2)
    stored.write(room, folder)
    assert stored.read(folder) == room
    assert places.class_file(folder).stat().st_mode & 0o777 == 0o600
    places.class_file(folder).write_text("{")
    with pytest.raises(FileRefused, match="is not as this toolkit writes it"):
        stored.read(folder)


def test_a_seat_is_found_by_name_and_by_number() -> None:
    room = planned(None, 2)
    for word in ("adv-seat-02", "2", "02"):
        assert seat_of(room, word) is room.seats[1]
    with pytest.raises(SeatUnknown, match="no seat `3`"):
        seat_of(room, "3")
    with pytest.raises(ClassMissing, match="no class is prepared"):
        seat_of(None, "1")


def test_what_a_command_in_a_seat_said_is_the_error_of_the_class() -> None:
    printed = "bundle: verifying\nerror: x.bundle is incomplete\nwhy: it stopped\nnext: copy it\n"
    found = images.fault(34, printed)
    assert isinstance(found, BundleRefused)
    assert (found.what, found.why, found.next_step) == (
        "x.bundle is incomplete",
        "it stopped",
        "copy it",
    )
    other = images.fault(137, "Killed\n")
    assert isinstance(other, CommandFailed)
    assert "Killed" in other.what


def test_a_bundle_is_told_by_its_content_and_one_that_is_not_there_refused(tmp_path: Path) -> None:
    for name, content in {"a": b"1", "b": b"1", "c": b"2"}.items():
        (tmp_path / name).write_bytes(content)
    key = images.key_of(tmp_path / "a")
    assert key == images.key_of(tmp_path / "b")
    assert key != images.key_of(tmp_path / "c")
    with pytest.raises(BundleRefused, match="cannot be read"):
        images.key_of(tmp_path / "none")
