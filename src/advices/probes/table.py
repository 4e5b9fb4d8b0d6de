"""Which module is which probe of lab.toml, and which programs it sends into containers."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any, cast

from advices.core import LabInvalid, meaning_of
from advices.lab import PROBED
from advices.probes import (
    environment,
    files,
    health,
    image_set,
    imports,
    installed,
    inventory,
    limits,
    opened,
    secrets,
    stop,
    twelve_factor,
    user,
    web_scan,
)
from advices.probes.programs import program
from advices.probes.subject import Probe


@dataclass(frozen=True)
class _Entry:
    module: ModuleType
    programs: tuple[str, ...] = ()


TABLE = {
    "environment": _Entry(environment, ("environment",)),
    "files": _Entry(files),
    "health": _Entry(health, ("processes",)),
    "imports": _Entry(imports, ("imports",)),
    "installed": _Entry(installed),
    "inventory": _Entry(inventory, ("opened", "opened_hook")),
    "limits": _Entry(limits, ("processes",)),
    "opened": _Entry(opened, ("opened", "opened_hook")),
    "secrets": _Entry(secrets),
    "set": _Entry(image_set, ("image_set_check",)),
    "stop": _Entry(stop, ("stop",)),
    "twelve-factor": _Entry(
        twelve_factor,
        ("twelve_factor_distributions", "twelve_factor_files", "twelve_factor_visitor"),
    ),
    "user": _Entry(user, ("status", "user")),
    "web-scan": _Entry(web_scan),
}
"""Every probe by its name."""


def probe(name: str) -> Probe:
    """Return the probe of a name in lab.toml. Raises LabInvalid for an unknown name."""
    return cast("Probe", _entry(name).module.probe)


def asked(name: str) -> dict[str, Any]:
    """Return how a probe asks and reads: its method and the programs that it sends.

    Raises LabInvalid for an unknown name.
    """
    entry = _entry(name)
    programs = {one: meaning_of(program(one)) for one in entry.programs}
    return {"method": entry.module.METHOD, "programs": programs}


def _entry(name: str) -> _Entry:
    if name not in TABLE:
        raise LabInvalid(f"there is no probe `{name}`", why=f"the probes are {', '.join(PROBED)}")
    return TABLE[name]
