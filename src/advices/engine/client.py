"""The Docker port: one engine, reached as the docker command would reach it."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator

import docker.errors

from advices.core import CommandFailed, run
from advices.engine import buildx
from advices.engine.build_watch import within
from advices.engine.buildx import BuildOrder, Built
from advices.engine.cache import EngineCache
from advices.engine.client_settings import proxies, proxy_words
from advices.engine.containers import EngineContainers
from advices.engine.frontends import Frontends
from advices.engine.images import EngineImages
from advices.engine.link import BASE_LABEL, RUN_LABEL
from advices.engine.port import Engine
from advices.engine.records import Container, EngineFacts

__all__ = [
    "BASE_LABEL",
    "BUILDX_VARIABLE",
    "RUN_LABEL",
    "DockerEngine",
    "EngineFacts",
    "buildx_version",
    "connect",
]

BUILDX_VARIABLE = "ADVICES_BUILDX"


class DockerEngine(EngineImages, EngineContainers, EngineCache):
    """A real engine, as `port.Engine` says it."""

    def __init__(self) -> None:
        super().__init__()
        self._frontends = Frontends()

    def bridge_address(self) -> str | None:
        with self._asking(), contextlib.suppress(docker.errors.NotFound, KeyError, IndexError):
            bridge = self._docker.api.inspect_network("bridge")
            return str(bridge["IPAM"]["Config"][0]["Gateway"])
        return None

    @contextlib.contextmanager
    def network(self, run_id: str, *, internal: bool = False) -> Iterator[str]:
        name = f"docker-advices-{run_id}-{secrets.token_hex(4)}"
        with self._asking():
            # Without an address of its bridge an internal network goes for this host as well,
            # which would answer there otherwise.
            self._docker.api.create_network(
                name,
                driver="bridge",
                internal=internal,
                options={"com.docker.network.bridge.inhibit_ipv4": "true"} if internal else None,
                labels={RUN_LABEL: run_id},
            )
        try:
            yield name
        finally:
            with self._asking(), contextlib.suppress(docker.errors.NotFound):
                self._docker.api.remove_network(name)

    @contextlib.contextmanager
    def joined(self, container: Container, network: str, alias: str) -> Iterator[None]:
        with self._asking():
            self._docker.api.connect_container_to_network(container.id, network, aliases=[alias])
        try:
            yield
        finally:
            with self._asking(), contextlib.suppress(docker.errors.APIError):
                self._docker.api.disconnect_container_from_network(
                    container.id, network, force=True
                )

    def run_ids(self) -> set[str]:
        ours = {"label": RUN_LABEL}
        # The plain lists of the API: the client's own ask again for each entry, and an entry of
        # another run may be gone by then.
        with self._asking():
            api = self._docker.api
            listed = [*api.containers(all=True, filters=ours), *api.images(filters=ours)]
            listed += api.networks(filters=ours)
        return {str(entry["Labels"][RUN_LABEL]) for entry in listed}

    def remove_run(self, run_id: str) -> None:
        mine: dict[str, str | list[str] | bool] = {"label": f"{RUN_LABEL}={run_id}"}
        with self._asking():
            api = self._docker.api
            for container in api.containers(all=True, filters=mine):
                with contextlib.suppress(docker.errors.NotFound):
                    api.remove_container(container["Id"], v=True, force=True)
            for network in api.networks(filters=mine):
                with contextlib.suppress(docker.errors.NotFound):
                    # A learner's container that was scanned may still be on it: it stays. One
                    # that stopped could not start again if its network were gone.
                    on_it: dict[str, str | list[str] | bool] = {"network": str(network["Id"])}
                    for one in api.containers(all=True, filters=on_it):
                        with contextlib.suppress(docker.errors.NotFound):
                            api.disconnect_container_from_network(
                                one["Id"], network["Id"], force=True
                            )
                    api.remove_network(network["Id"])
            for image in api.images(filters=mine):
                with contextlib.suppress(docker.errors.NotFound):
                    api.remove_image(str(image["Id"]), force=True)

    def build(self, order: BuildOrder, on_step: Callable[[str], None] | None = None) -> Built:
        direct = self._reached_directly()
        more = proxy_words(self.address, direct) if direct else ()
        if order.limits is None:
            return buildx.build(order, on_step, frontends=self._frontends, more=more)
        image = next(iter(order.bases.values()), None)
        with within(order.limits, order.dockerfile.name, self, self.facts(), image) as watch:

            def hear(step: str) -> None:
                watch.hear(step)
                if on_step is not None:
                    on_step(step)

            more = (*more, *watch.words)
            return buildx.build(order, hear, frontends=self._frontends, more=more)

    def _reached_directly(self) -> list[str]:
        """Return the addresses of our own that builds reach: this host's, and those of containers.

        They are asked for only where docker's settings send builds through a proxy.
        """
        if not proxies(self.address):
            return []
        with self._asking(), contextlib.suppress(docker.errors.NotFound, KeyError, IndexError):
            bridge = self._docker.api.inspect_network("bridge")["IPAM"]["Config"][0]
            return [str(bridge[name]) for name in ("Gateway", "Subnet") if bridge.get(name)]
        return []

    def buildx_version(self) -> str | None:
        return buildx_version()


def connect() -> Engine:
    """Return the engine that answers.

    Raises EngineMissing, EngineForbidden, EngineUnsuitable or EngineElsewhere.
    """
    return DockerEngine()


def buildx_version() -> str | None:
    """Return buildx's version, None where the docker command or the plugin is missing.

    The docker command takes a sixth of a second to say it, so that kernels inherit the answer.
    """
    if known := os.environ.get(BUILDX_VARIABLE):
        return known
    try:
        return run(["docker", "buildx", "version"]).stdout.split()[1]
    except (CommandFailed, IndexError):
        return None
