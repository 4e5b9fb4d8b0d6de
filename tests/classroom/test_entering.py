"""What is put right when a seat is entered: the firewall's order, a server that was left there."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from seat_rooms import at, spawned

from advices.classroom import Classroom, Seat, ensure
from advices.classroom.hub.spawner import SERVER_PORT
from advices.classroom.resetting import ensure_for_server
from advices.core import poll

pytestmark = [pytest.mark.classroom, pytest.mark.root]
PYTHON = sys.executable


def test_the_rules_of_an_engine_that_starts_again_come_after_ours(
    room: Classroom, ada: Seat
) -> None:
    def iptables(*words: str) -> str:
        asked = ["iptables", "--wait", "30", *words]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout

    # As Docker puts its own: in front.
    opens = ("FORWARD", "-i", "adv-seat+", "-o", "docker+", "-j", "ACCEPT")
    iptables("-I", *opens)
    try:
        ensure(room, ada)
        rules = [one for one in iptables("-S", "FORWARD").splitlines() if one.startswith("-A")]
        own = [number for number, one in enumerate(rules) if "ADVICES-CLASS-FWD" in one]
        assert own == [0, 1]
        assert rules.index(f"-A {' '.join(opens)}") > 1
    finally:
        iptables("-D", *opens)


def test_a_server_that_no_hub_knows_leaves_its_port_to_the_next_one(
    room: Classroom, ada: Seat, ben: Seat
) -> None:
    serves = (
        f"import socket, time; s = socket.create_server(('{{}}', {SERVER_PORT})); time.sleep(900)"
    )
    with contextlib.ExitStack() as both:
        for seat in (ada, ben):
            words = (PYTHON, "-c", serves.format(seat.address), "-m", "jupyterhub.singleuser")
            both.enter_context(spawned(room, seat, *words))
            assert any(at(room, seat, PYTHON, "-c", _port(seat)).returncode == 0 for _ in poll(20))
        ensure_for_server(room, ada)
        assert at(room, ada, PYTHON, "-c", _port(ada)).returncode != 0
        assert at(room, ben, PYTHON, "-c", _port(ben)).returncode == 0


def _port(seat: Seat) -> str:
    return f"import socket; socket.create_connection(('{seat.address}', {SERVER_PORT}), timeout=2)"
