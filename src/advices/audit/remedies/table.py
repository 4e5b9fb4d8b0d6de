"""Which remedy belongs to which advice, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from advices.audit.remedies import base, ignore, installs, order, rights, start, user
from advices.audit.remedies.source import Change, Source


@dataclass(frozen=True)
class Remedy:
    """One remedy: its name, the slug of the lab whose advice it follows, and the change."""

    name: str
    lab: str
    apply: Callable[[Source], Change | None]


REMEDIES = (
    Remedy("order", "build-cache", order.order),
    Remedy("ignore", "build-cache", ignore.ignore),
    Remedy("slim", "base-image", base.slim),
    Remedy("pip-cache", "remove-tools", installs.no_pip_cache),
    Remedy("apt", "remove-tools", installs.apt_hygiene),
    Remedy("chown", "remove-tools", rights.chown),
    Remedy("user", "non-root", user.user),
    Remedy("exec", "stop-and-start", start.exec_form),
)
"""Every remedy."""


def remedies(source: Source) -> dict[str, Change]:
    """Return what each remedy makes of a Dockerfile, by its name; of some it makes nothing.

    Raises DockerfileInvalid for a file that cannot be read.
    """
    found = {one.name: one.apply(source) for one in REMEDIES}
    return {name: change for name, change in found.items() if change is not None}
