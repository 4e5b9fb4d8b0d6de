"""What is put right when a seat is entered: a server that was left there."""

from __future__ import annotations

import contextlib
import sys

import pytest
from seat_rooms import at, spawned

from advices.classroom import Classroom, Seat
from advices.classroom.hub.spawner import SERVER_PORT
from advices.classroom.resetting import ensure_for_server
from advices.core import poll

pytestmark = [pytest.mark.classroom, pytest.mark.root]
PYTHON = sys.executable


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
