"""What an engine has, as all other rooms see it: nothing of the docker SDK leaves this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class EngineFacts:
    """What an engine says of itself.

    A `rootless` one has its bridge in a network of its own: no container there reaches this host.
    One with a `containerd_store` keeps images in containerd, others in the classic store.
    """

    version: str
    storage_driver: str
    platform: str
    cores: int
    data_folder: str
    rootless: bool = False
    containerd_store: bool = False


@dataclass(frozen=True)
class Image:
    """An image on an engine. `diff_ids` are those of its layers, lowest first.

    `config` is what a container of it starts with, as an engine writes it: Cmd, Env, Labels, ...
    `repo_digests` are those that registries gave it, by name.
    """

    id: str
    diff_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    repo_digests: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict, hash=False)
    created: str = ""
    architecture: str = ""

    @property
    def labels(self) -> Mapping[str, str]:
        """Return its labels."""
        return self.config.get("Labels") or {}

    @property
    def command(self) -> tuple[str, ...]:
        """Return the words of CMD, none where there is none."""
        return tuple(self.config.get("Cmd") or ())

    @property
    def entrypoint(self) -> tuple[str, ...]:
        """Return the words of ENTRYPOINT, none where there is none."""
        return tuple(self.config.get("Entrypoint") or ())

    @property
    def working_dir(self) -> str:
        """Return the folder that its containers start in, / where none was set."""
        return str(self.config.get("WorkingDir") or "/")


@dataclass(frozen=True)
class Container:
    """A container as it was when the engine was asked for it.

    `published` are the TCP ports inside of it with the port of the engine's machine for each.
    """

    id: str
    name: str = ""
    status: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    network_mode: str = "bridge"
    published: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class End:
    """How a container ended: its exit code, how long it lived, and whether memory ran out."""

    exit_code: int
    seconds: float
    out_of_memory: bool = False


@dataclass(frozen=True)
class Check:
    """One run of a container's HEALTHCHECK. The engine gives one that it ended the code -1.

    `began` is when, as the engine writes it.
    """

    exit_code: int
    seconds: float
    began: str = ""


@dataclass(frozen=True)
class State:
    """A container as it is now.

    `out_of_memory` says that the kernel killed one of its processes because of its limit, even if
    the container goes on. `health` is what its checks say, "" without any: starting, healthy or
    unhealthy. `checks` are the last of them.
    """

    running: bool
    exit_code: int = 0
    out_of_memory: bool = False
    health: str = ""
    checks: tuple[Check, ...] = ()


def state_of(state: Mapping[str, Any]) -> State:
    """Return a container's state from what the engine's API says of it."""
    health: Mapping[str, Any] = state.get("Health") or {}
    status = str(health.get("Status") or "none")
    return State(
        running=state["Status"] == "running",
        exit_code=int(state["ExitCode"]),
        out_of_memory=bool(state.get("OOMKilled")),
        health="" if status == "none" else status,
        checks=tuple(map(_check_of, health.get("Log") or ())),
    )


def _check_of(entry: Mapping[str, Any]) -> Check:
    began, ended = (datetime.fromisoformat(entry[at]) for at in ("Start", "End"))
    return Check(
        int(entry["ExitCode"]), max(0.0, (ended - began).total_seconds()), str(entry["Start"])
    )


def end_of(state: Mapping[str, Any]) -> End:
    """Return how a container ended from the state that the engine's API tells."""
    began, ended = (datetime.fromisoformat(state[at]) for at in ("StartedAt", "FinishedAt"))
    # One that could not be started at all began at no time.
    seconds = max(0.0, (ended - began).total_seconds()) if began.year > 1 else 0.0
    return End(int(state["ExitCode"]), seconds, bool(state.get("OOMKilled")))


def image_of(attrs: Mapping[str, Any]) -> Image:
    """Return an image from what the engine's API says of it."""
    return Image(
        id=str(attrs["Id"]),
        diff_ids=tuple(map(str, (attrs.get("RootFS") or {}).get("Layers") or ())),
        tags=tuple(map(str, attrs.get("RepoTags") or ())),
        repo_digests=tuple(map(str, attrs.get("RepoDigests") or ())),
        config=dict(attrs.get("Config") or {}),
        created=str(attrs.get("Created") or ""),
        architecture=str(attrs.get("Architecture") or ""),
    )


def container_of(attrs: Mapping[str, Any]) -> Container:
    """Return a container from what the engine's API says of it."""
    return Container(
        id=str(attrs["Id"]),
        name=str(attrs["Name"]).lstrip("/"),
        status=str(attrs["State"]["Status"]),
        labels=dict(attrs["Config"].get("Labels") or {}),
        network_mode=str(attrs["HostConfig"]["NetworkMode"]),
        published=published(attrs),
    )


def published(attrs: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    """Return the TCP ports of a container with the port of the engine's machine for each."""
    ports: Mapping[str, Any] = (attrs.get("NetworkSettings") or {}).get("Ports") or {}
    return tuple(
        (int(name.partition("/")[0]), int(one["HostPort"]))
        for name, bound in ports.items()
        if name.endswith("/tcp")
        for one in bound or ()
    )
