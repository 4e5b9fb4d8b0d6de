"""Which remedy belongs to which advice, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from advices.audit.remedies import (
    base,
    credentials,
    env,
    ignore,
    installs,
    mounts,
    order,
    rights,
    secret,
    settings,
    stages,
    start,
    user,
)
from advices.audit.remedies.source import Change, Source
from advices.lab import MeasureName
from advices.results import Value

_KILLED = 137


@dataclass(frozen=True)
class Remedy:
    """One remedy: its name, the lab whose advice it follows, what it makes better, the change.

    Several make `measure` better where that is the size of the image. Then `own` is what only this
    one is meant to make less, None where nothing is.
    """

    name: str
    lab: str
    measure: MeasureName
    apply: Callable[[Source], Change | None]
    own: MeasureName | None = None

    def is_better(self, before: Value, after: Value) -> bool:
        """Return whether a value of its measure is better than the one before."""
        if self.measure.name == "uid":
            return before == 0 and after != 0
        if self.measure.name == "stop_exit_code":
            return before == _KILLED and after != _KILLED
        if isinstance(before, str) or isinstance(after, str):
            return False
        return after < before


REMEDIES = (
    Remedy(
        *("credentials", "configuration", MeasureName("secrets_in_layers")),
        apply=credentials.credentials,
    ),
    Remedy("order", "build-cache", MeasureName("steps_run", "edit-source"), order.order),
    Remedy(
        *("project", "build-cache", MeasureName("new_transfer_bytes", "edit-source")),
        apply=order.project_last,
    ),
    Remedy("ignore", "build-cache", MeasureName("context_bytes"), ignore.ignore),
    Remedy(
        *("mounts", "build-cache", MeasureName("downloaded_bytes", "edit-packages")),
        apply=mounts.mounts,
    ),
    Remedy("slim", "base-image", MeasureName("disk_bytes"), base.slim),
    Remedy(
        *("pip-cache", "remove-tools", MeasureName("disk_bytes"), installs.no_pip_cache),
        own=MeasureName("pip_cache_bytes"),
    ),
    Remedy(
        *("apt", "remove-tools", MeasureName("disk_bytes"), installs.apt_hygiene),
        own=MeasureName("apt_lists_bytes"),
    ),
    Remedy(
        *("chown", "remove-tools", MeasureName("disk_bytes"), rights.chown),
        own=MeasureName("hidden_bytes"),
    ),
    Remedy("stages", "multi-stage", MeasureName("compilers"), stages.stages),
    Remedy("env", "configuration", MeasureName("env_wrong"), env.env),
    Remedy("secret", "configuration", MeasureName("secrets_in_history"), secret.secret),
    Remedy(
        *("settings", "configuration", MeasureName("secrets_in_layers")), apply=settings.settings
    ),
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


def together(source: Source, wanted: Sequence[Remedy]) -> Change:
    """Return what some remedies make of a Dockerfile, one after the other."""
    said: list[str] = []
    ignores: tuple[str, ...] = ()
    files: dict[str, str] = {}
    secrets: tuple[str, ...] = ()
    secret_files: dict[str, str] = {}
    env_files: tuple[str, ...] = ()
    for _, change in _in_turn(source, wanted):
        said.append(change.says)
        ignores += change.ignores
        files |= change.files
        secrets += change.secrets
        secret_files |= change.secret_files
        env_files += change.env_files
        source = _changed(source, change)
    return Change(" ".join(said), source.text, ignores, files, secrets, secret_files, env_files)


def in_effect(source: Source, wanted: Sequence[Remedy]) -> tuple[Remedy, ...]:
    """Return those of some remedies that still change something behind those before them."""
    return tuple(one for one, _ in _in_turn(source, wanted))


def _in_turn(source: Source, wanted: Sequence[Remedy]) -> Iterator[tuple[Remedy, Change]]:
    for one in wanted:
        change = one.apply(source)
        if change is not None:
            yield one, change
            source = _changed(source, change)


def _changed(source: Source, change: Change) -> Source:
    return replace(source, text=change.dockerfile, files={**source.files, **change.files})
