"""What a class is: its seats, what each may take, and where they are on this machine."""

from __future__ import annotations

from pathlib import Path

from advices.core import Record

FORMAT = 1
"""The version of a class's file."""


class Limits(Record):
    """What one seat may take, server, kernels, engine, builds and containers together."""

    memory_bytes: int
    disk_bytes: int
    processes: int
    cpus: float


class Seat(Record):
    """One learner's place: an account, a home on a disk with a size, a network, an engine.

    `number` counts from 1. `address` is the seat's own in the network between it and this machine,
    `gateway` is this machine's there. Nothing but this machine is reached at `address`.
    """

    name: str
    number: int
    account: str
    uid: int
    home: Path
    runtime: Path
    address: str
    gateway: str
    network: str

    @property
    def socket(self) -> Path:
        """Return the socket of the seat's engine; only the seat's account can open its folder."""
        return self.runtime / "docker.sock"

    @property
    def docker_host(self) -> str:
        """Return what the variable DOCKER_HOST is in this seat."""
        return f"unix://{self.socket}"


class Classroom(Record):
    """A prepared class. Its file is root's alone; a later command finds all of a class by it.

    `project` has the labs and the built site, readable for every seat. `subnet` has the addresses
    of all seats. A seat reaches only `hub_port` of this machine, and with `has_network` what this
    machine reaches. `made_forwarding` says that this machine forwards packets because of us.
    """

    format: int = FORMAT
    id: str
    seats: tuple[Seat, ...]
    limits: Limits
    project: Path
    subnet: str = "10.197.0.0/20"
    hub_port: int = 8081
    has_network: bool = False
    made_forwarding: bool = False
