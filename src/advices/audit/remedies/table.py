"""Which remedy belongs to which advice, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from advices.audit.remedies import base, ignore, installs, order, rights, start, user
from advices.audit.remedies.source import Change, Source
from advices.lab import MeasureName


@dataclass(frozen=True)
class Remedy:
    """One remedy: its name, the lab whose advice it follows, what it makes better, the change."""

    name: str
    lab: str
    measure: MeasureName
    apply: Callable[[Source], Change | None]


REMEDIES = (
    Remedy("order", "build-cache", MeasureName("new_transfer_bytes", "edit-source"), order.order),
    Remedy("ignore", "build-cache", MeasureName("context_bytes"), ignore.ignore),
    Remedy("slim", "base-image", MeasureName("disk_bytes"), base.slim),
    Remedy("pip-cache", "remove-tools", MeasureName("disk_bytes"), installs.no_pip_cache),
    Remedy("apt", "remove-tools", MeasureName("disk_bytes"), installs.apt_hygiene),
    Remedy("chown", "remove-tools", MeasureName("disk_bytes"), rights.chown),
    Remedy("user", "non-root", MeasureName("uid"), user.user),
    Remedy("exec", "stop-and-start", MeasureName("stop_exit_code"), start.exec_form),
)
"""Every remedy."""


def remedies(source: Source) -> dict[str, Change]:
    """Return what each remedy makes of a Dockerfile, by its name; of some it makes nothing.

    Raises DockerfileInvalid for a file that cannot be read.
    """
    found = {one.name: one.apply(source) for one in REMEDIES}
    return {name: change for name, change in found.items() if change is not None}
