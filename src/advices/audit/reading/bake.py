"""Pure: what `docker buildx bake --print` says -> how each target is built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advices.audit.reading.service import Build, Service
from advices.core import LabInvalid

_NOT_BUILT_WITH = ("contexts", "secret", "ssh", "network", "extra-hosts", "entitlements")


def bake_services(said: Mapping[str, object], called: str) -> dict[str, Service]:
    """Return the targets by name, those of the default group first.

    Raises LabInvalid for what is no answer.
    """
    targets = said.get("target")
    if not isinstance(targets, Mapping):
        raise LabInvalid(
            f"{called}: `docker buildx bake --print` names no target",
            why="the file has none, or this version of buildx writes it in another way",
            next_step="name the Dockerfile itself: --file Dockerfile",
        )
    groups = said.get("group")
    default = groups.get("default") if isinstance(groups, Mapping) else None
    first = default.get("targets") if isinstance(default, Mapping) else None
    names = dict.fromkeys([*(first if isinstance(first, list) else []), *targets])
    return {
        str(name): Service(name=str(name), build=_build(targets[name]))
        for name in names
        if isinstance(targets.get(name), Mapping)
    }


def _build(said: Mapping[str, Any]) -> Build:
    given = Build()
    args = said.get("args")
    return Build(
        context=str(said.get("context") or given.context),
        dockerfile=str(said.get("dockerfile") or given.dockerfile),
        inline=str(said.get("dockerfile-inline") or ""),
        target=str(said.get("target") or ""),
        args={k: str(v) for k, v in args.items() if v is not None}
        if isinstance(args, Mapping)
        else {},
        left_out=tuple(key for key in _NOT_BUILT_WITH if said.get(key)),
    )
