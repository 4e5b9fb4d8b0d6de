"""Starts a learner's server inside their seat, and ends it there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import Any

from jupyterhub.app import JupyterHub
from jupyterhub.spawner import LocalProcessSpawner
from tornado.netutil import bind_sockets
from traitlets import Any as Anything
from traitlets import Callable, Integer, Unicode

from advices.classroom.records import Classroom, Seat

SERVER_PORT = 8700
"""Where a server listens in its seat: at the seat's own address, so that all use the same port."""
LOG = "server.log"
"""What a server prints, in the home of its seat."""
# With the hub's own streams a learner could fill the disk of this machine, or empty the hub's log.
_LOGGED = 'exec >"$0" 2>&1 </dev/null; exec "$@"'
_STOP_SECONDS = 10


class SeatSpawner(LocalProcessSpawner):
    """A server in a seat.

    It is the process that the hub starts: what leads into the seat replaces itself.
    """

    classroom = Anything(help="The class that has the seats.").tag(config=True)
    inside = Callable(help="Returns the words that run others in a seat.").tag(config=True)
    ensure = Callable(help="Brings a seat and its engine up, without a server.").tag(config=True)
    hub_port = Integer(8081, help="Where the hub listens for servers.").tag(config=True)
    python = Unicode(help="The Python that servers run with.").tag(config=True)

    @property
    def seat(self) -> Seat:
        """Return the seat of this spawner's user."""
        room: Classroom = self.classroom
        for seat in room.seats:
            if seat.name == self.user.name:
                return seat
        raise _NoSeat(f"{self.user.name} has no seat, so no server starts here.")

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Return the variables of a server: nothing of the hub's own account is among them."""
        seat = self.seat
        env |= {
            "USER": seat.account,
            "HOME": str(seat.home),
            "DOCKER_HOST": seat.docker_host,
            "XDG_RUNTIME_DIR": str(seat.runtime),
        }
        return env

    async def start(self) -> tuple[str, int]:
        """Start the server, in a seat that is up; return where it listens."""
        seat = self.seat
        run = asyncio.get_running_loop().run_in_executor
        await run(None, self.ensure, self.classroom, seat)
        self.ip, self.port = seat.address, SERVER_PORT
        self.hub_connect_url = f"http://{seat.gateway}:{self.hub_port}"
        _listen_at(seat.gateway, self.hub_port)
        # The token is in the environment, which only root and the seat's account can read.
        server = [self.python, "-m", "jupyterhub.singleuser"]
        log = str(seat.home / LOG)
        self.cmd = self.inside(self.classroom, seat, ["sh", "-c", _LOGGED, log, *server])
        self.popen_kwargs = {"cwd": "/"}
        await super().start()
        return seat.address, SERVER_PORT

    def make_preexec_fn(self, name: str) -> None:
        """Return nothing to do before: the words that lead into the seat change the account."""

    async def stop(self, now: bool = False) -> None:
        """End the server and its kernels; the engine of the seat goes on."""
        group = self.pid
        for sign in (signal.SIGKILL,) if now else (signal.SIGTERM, signal.SIGKILL):
            if group and await self._ended_by(sign, group):
                return

    async def _ended_by(self, sign: signal.Signals, group: int) -> bool:
        """Return whether a signal ended all of the session that the server leads.

        What leads into the seat may end before the server does, which then still has the port.
        """
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, sign)
        for _ in range(_STOP_SECONDS * 10):
            # It also lets go of the process that we started.
            await self.poll()
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return True
            await asyncio.sleep(0.1)
        return False


class _NoSeat(Exception):
    """Shown to who asks for a server and has no seat."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.jupyterhub_message = message


def _listen_at(address: str, port: int) -> None:
    """Let the hub's own server listen at a seat's gateway too, once.

    It listens at no address of a network: each gateway is reached from its one seat only.
    """
    hub: Any = JupyterHub.instance()
    known: set[str] = hub.__dict__.setdefault("_advices_gateways", {"127.0.0.1"})
    if address not in known:
        hub.http_server.add_sockets(bind_sockets(port, address))
        known.add(address)
