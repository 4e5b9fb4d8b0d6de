"""A class in a cluster, as the chart writes it for the hub."""

from __future__ import annotations

from typing import Any

SHARE = {"memory_mib": 1000, "cpus": 0.5, "disk_gib": 1}
ROOM: dict[str, Any] = {
    "id": "class.default",
    "seat_count": 2,
    "origin": "https://class.example.org",
    "keep_days": 14,
    "image": "seat:1",
    "engine_image": "docker:28-dind",
    "isolation": "user-namespaces",
    "runtime_class": "",
    "bundle_claim": "",
    "bundle_file": "labs.bundle",
    "server": SHARE,
    "engine": SHARE,
}


def class_of(seats: int) -> dict[str, Any]:
    """Return a class of so many seats."""
    return {**ROOM, "seat_count": seats}
