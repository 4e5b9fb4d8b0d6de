"""A seat of a class for tests that make none."""

from __future__ import annotations

from pathlib import Path

from advices.classroom import Limits, Seat

LIMITS = Limits(memory_bytes=2 << 30, disk_bytes=8 << 30, processes=1500, cpus=1.5)
SEAT = Seat(
    name="adv-seat-01",
    number=1,
    account="adv-seat-01",
    uid=47001,
    home=Path("/var/lib/docker-advices/class/seats/01/home"),
    runtime=Path("/run/user/47001"),
    address="10.197.0.2",
    gateway="10.197.0.1",
    network="adv-seat-01",
)
