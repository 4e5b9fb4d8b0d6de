"""Which module is which probe of lab.toml."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from advices.core import LabInvalid
from advices.lab import PROBED
from advices.probes.subject import Probe

_ELSEWHERE = {"set": "image_set"}


def probe(name: str) -> Probe:
    """Return the probe of a name in lab.toml: `probe` of the module called like it.

    Raises LabInvalid for an unknown name.
    """
    if name not in PROBED:
        raise LabInvalid(f"there is no probe `{name}`", why=f"the probes are {', '.join(PROBED)}")
    module = import_module(f"advices.probes.{_ELSEWHERE.get(name, name.replace('-', '_'))}")
    return cast("Probe", module.probe)
