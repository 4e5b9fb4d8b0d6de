"""Which module is which probe of lab.toml."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any, cast

from advices.core import LabInvalid, meaning_of
from advices.lab import PROBED
from advices.probes.programs import program
from advices.probes.subject import Probe

_ELSEWHERE = {"set": "image_set"}
_PROGRAMS = {
    "environment": ("environment",),
    "imports": ("imports",),
    "set": ("image_set_check",),
    "stop": ("stop",),
    "twelve-factor": (
        "twelve_factor_distributions",
        "twelve_factor_files",
        "twelve_factor_visitor",
    ),
    "user": ("status", "user"),
}
"""What a probe sends into containers."""


def probe(name: str) -> Probe:
    """Return the probe of a name in lab.toml: `probe` of the module called like it.

    Raises LabInvalid for an unknown name.
    """
    return cast("Probe", _module(name).probe)


def asked(name: str) -> dict[str, Any]:
    """Return how a probe asks and reads: its method and the programs that it sends.

    Raises LabInvalid for an unknown name.
    """
    programs = {one: meaning_of(program(one)) for one in _PROGRAMS.get(name, ())}
    return {"method": _module(name).METHOD, "programs": programs}


def _module(name: str) -> ModuleType:
    if name not in PROBED:
        raise LabInvalid(f"there is no probe `{name}`", why=f"the probes are {', '.join(PROBED)}")
    return import_module(f"advices.probes.{_ELSEWHERE.get(name, name.replace('-', '_'))}")
