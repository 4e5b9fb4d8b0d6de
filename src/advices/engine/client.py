"""The Docker port: one engine, reached as the docker command would reach it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import docker.errors
from docker.models.containers import Container

from advices.core import CommandFailed, run
from advices.engine.containers import EngineContainers
from advices.engine.images import EngineImages
from advices.engine.link import BASE_LABEL, RUN_LABEL

__all__ = ["BASE_LABEL", "RUN_LABEL", "Engine", "EngineFacts", "buildx_version"]


@dataclass(frozen=True)
class EngineFacts:
    """What an engine says of itself."""

    version: str
    storage_driver: str
    platform: str
    cores: int
    data_folder: str


class Engine(EngineImages, EngineContainers):
    """A connection to an engine that answers. Raises EngineMissing when none does."""

    def facts(self) -> EngineFacts:
        """Return version, storage driver, platform, cores and data folder."""
        with self._lost():
            info = self._docker.info()
            version = self._docker.version()
        return EngineFacts(
            version=str(version["Version"]),
            storage_driver=str(info["Driver"]),
            platform=f"{version['Os']}/{version['Arch']}",
            cores=int(info["NCPU"]),
            data_folder=str(info["DockerRootDir"]),
        )

    def bridge_address(self) -> str | None:
        """Return the host's address on the default bridge, None where there is no bridge."""
        with self._lost(), contextlib.suppress(docker.errors.NotFound, KeyError, IndexError):
            bridge = self._docker.networks.get("bridge")
            return str(bridge.attrs["IPAM"]["Config"][0]["Gateway"])
        return None

    @contextlib.contextmanager
    def network(self, run_id: str, *, internal: bool = False) -> Iterator[str]:
        """Give the name of a network of ours, which goes at the end.

        From an `internal` one nothing but its own containers can be reached. Without an address
        of its bridge that goes for this host as well, which would answer there otherwise.
        """
        name = f"docker-advices-{run_id}-{secrets.token_hex(4)}"
        with self._lost():
            made = self._docker.networks.create(
                name,
                driver="bridge",
                internal=internal,
                options={"com.docker.network.bridge.inhibit_ipv4": "true"} if internal else None,
                labels={RUN_LABEL: run_id},
            )
        try:
            yield name
        finally:
            with self._lost(), contextlib.suppress(docker.errors.NotFound):
                made.remove()

    @contextlib.contextmanager
    def joined(self, container: Container, network: str, alias: str) -> Iterator[None]:
        """Connect a container of somebody to a network of ours, under a name, for a while."""
        with self._lost():
            self._docker.networks.get(network).connect(container, aliases=[alias])
        try:
            yield
        finally:
            with self._lost(), contextlib.suppress(docker.errors.NotFound, docker.errors.APIError):
                self._docker.networks.get(network).disconnect(container, force=True)

    def run_ids(self) -> set[str]:
        """Return the run ids on all containers, networks and images that carry our label."""
        ours = {"label": RUN_LABEL}
        # The plain lists of the API: the client's own ask again for each entry, and an entry of
        # another run may be gone by then.
        with self._lost():
            api = self._docker.api
            listed = [*api.containers(all=True, filters=ours), *api.images(filters=ours)]
            listed += api.networks(filters=ours)
        return {str(entry["Labels"][RUN_LABEL]) for entry in listed}

    def remove_run(self, run_id: str) -> None:
        """Remove the containers, networks and images that carry this run's label, no others."""
        mine: dict[str, str | list[str] | bool] = {"label": f"{RUN_LABEL}={run_id}"}
        with self._lost():
            listed = self._docker.containers.list(all=True, filters=mine, ignore_removed=True)
            for container in listed:
                self.remove_container(container)
            for network in self._docker.networks.list(filters=mine, greedy=True):
                with contextlib.suppress(docker.errors.NotFound):
                    # A learner's container that was scanned may still be on it: it stays. One
                    # that stopped could not start again if its network were gone.
                    on_it: dict[str, str | list[str] | bool] = {"network": str(network.id)}
                    for one in self._docker.api.containers(all=True, filters=on_it):
                        with contextlib.suppress(docker.errors.NotFound):
                            network.disconnect(one["Id"], force=True)
                    network.remove()
            for image in self._docker.api.images(filters=mine):
                with contextlib.suppress(docker.errors.ImageNotFound):
                    self._docker.images.remove(str(image["Id"]), force=True)


def buildx_version() -> str | None:
    """Return buildx's version, None where the docker command or the plugin is missing."""
    try:
        return run(["docker", "buildx", "version"]).stdout.split()[1]
    except (CommandFailed, IndexError):
        return None
