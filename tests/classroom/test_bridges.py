"""Between a seat and the containers of this machine's own engine nothing passes."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import pytest
from seat_rooms import at, spawned

from advices.classroom import Classroom, Seat
from advices.core import poll

pytestmark = [pytest.mark.classroom, pytest.mark.root]
PYTHON = sys.executable
# As an engine names the bridge of a network of its own, and as a container has its address.
_BRIDGE, _CONTAINER, _PORT = "br-adv0test0", "adv-test-container", 8000
_GATEWAY, _ADDRESS = "10.254.77.1", "10.254.77.2"
_REACHES = f"import socket; socket.create_connection(('{{}}', {_PORT}), timeout=2)"
_SERVES = f"import socket, time; s = socket.create_server(('', {_PORT})); time.sleep(900)"


def _run(line: str) -> None:
    subprocess.run(line.split(), check=True, capture_output=True, text=True)


@pytest.fixture
def container() -> Iterator[None]:
    """A container's network behind a bridge, with a port that something listens at."""
    made = (
        f"ip link add {_BRIDGE} type bridge",
        f"ip addr add {_GATEWAY}/24 dev {_BRIDGE}",
        f"ip link set {_BRIDGE} up",
        f"ip netns add {_CONTAINER}",
        f"ip link add adv-test0 type veth peer name eth0 netns {_CONTAINER}",
        f"ip link set adv-test0 master {_BRIDGE} up",
        f"ip -n {_CONTAINER} addr add {_ADDRESS}/24 dev eth0",
        f"ip -n {_CONTAINER} link set eth0 up",
        f"ip -n {_CONTAINER} link set lo up",
        f"ip -n {_CONTAINER} route add default via {_GATEWAY}",
    )
    removed = (f"ip netns del {_CONTAINER}", f"ip link del {_BRIDGE}")
    with contextlib.ExitStack() as ended:
        for line in removed:
            ended.callback(subprocess.run, line.split(), check=False, capture_output=True)
        for line in made:
            _run(line)
        ended.enter_context(_listening(["ip", "netns", "exec", _CONTAINER]))
        yield


@contextlib.contextmanager
def _listening(inside: list[str]) -> Iterator[None]:
    with subprocess.Popen([*inside, PYTHON, "-c", _SERVES]) as server:
        try:
            here = [*inside, PYTHON, "-c", _REACHES.format("127.0.0.1")]
            assert any(
                subprocess.run(here, check=False, capture_output=True).returncode == 0
                for _ in poll(20)
            )
            yield
        finally:
            server.kill()


@contextlib.contextmanager
def _rule(*words: str) -> Iterator[None]:
    """A rule in front of a chain, as an engine puts its own."""
    _run(" ".join(("iptables --wait 30", "-I", *words)))
    try:
        yield
    finally:
        _run(" ".join(("iptables --wait 30", "-D", *words)))


@pytest.mark.usefixtures("container")
def test_the_rules_of_an_engine_that_starts_again_open_nothing(room: Classroom, ada: Seat) -> None:
    def seat_reaches() -> bool:
        return at(room, ada, PYTHON, "-c", _REACHES.format(_ADDRESS)).returncode == 0

    def container_reaches() -> bool:
        asked = _REACHES.format(ada.address)
        words = ["ip", "netns", "exec", _CONTAINER, PYTHON, "-c", asked]
        return subprocess.run(words, check=False, capture_output=True).returncode == 0

    with (
        _rule("FORWARD", "-i", _BRIDGE, "-j", "ACCEPT"),
        _rule("FORWARD", "-o", _BRIDGE, "-j", "ACCEPT"),
        _seats_port(room, ada),
    ):
        assert not seat_reaches()
        assert not container_reaches()
        # What these rules let through where nothing of ours comes before them.
        with (
            _rule("FORWARD", "-t", "mangle", "-i", _BRIDGE, "-j", "ACCEPT"),
            _rule("FORWARD", "-t", "mangle", "-o", _BRIDGE, "-j", "ACCEPT"),
        ):
            assert seat_reaches()
            assert container_reaches()


@contextlib.contextmanager
def _seats_port(room: Classroom, seat: Seat) -> Iterator[None]:
    """Something of a learner's that listens at a port of the seat."""
    with spawned(room, seat, PYTHON, "-c", _SERVES):
        here = _REACHES.format("127.0.0.1")
        assert any(at(room, seat, PYTHON, "-c", here).returncode == 0 for _ in poll(20))
        yield
