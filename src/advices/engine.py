"""The Docker port: one engine, reached as the docker command would reach it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import docker
import docker.errors
from docker.context import ContextAPI
from docker.models.containers import Container
from docker.models.images import Image
from requests.exceptions import RequestException

from advices.command import run
from advices.errors import (
    CommandFailed,
    DiskFull,
    EngineForbidden,
    EngineLost,
    EngineMissing,
)

RUN_LABEL = "io.docker-advices.run"
BASE_LABEL = "io.docker-advices.base"
DEFAULT_SOCKET = "/var/run/docker.sock"


@dataclass(frozen=True)
class EngineFacts:
    """What an engine says of itself."""

    version: str
    storage_driver: str
    platform: str
    cores: int
    data_folder: str


def context_name() -> str:
    """Return the docker context in force, `default` where none was chosen."""
    if os.environ.get("DOCKER_HOST"):
        return "default"
    chosen = os.environ.get("DOCKER_CONTEXT")
    return chosen or str(ContextAPI.get_current_context().Name)


def address() -> str:
    """Return where the engine is looked for: DOCKER_HOST, else the context's, else the socket.

    Raises EngineMissing when the chosen context does not exist.
    """
    if host := os.environ.get("DOCKER_HOST"):
        return host
    name = context_name()
    if name == "default":
        return f"unix://{DEFAULT_SOCKET}"
    context = ContextAPI.get_context(name)
    if context is None:
        raise EngineMissing(
            f"the docker context `{name}` does not exist",
            why="DOCKER_CONTEXT or docker's own settings name it",
            next_step="`docker context ls` shows the contexts; `docker context use` chooses one",
        )
    return str(context.Host)


def is_default_socket() -> bool:
    """Return whether the engine is looked for on this machine's default socket."""
    return address() in (f"unix://{DEFAULT_SOCKET}", "unix:///run/docker.sock")


def _client() -> docker.DockerClient:
    if os.environ.get("DOCKER_HOST") or context_name() == "default":
        return docker.from_env(timeout=120)
    context = ContextAPI.get_context(context_name())
    if context is None:
        address()  # raises, and says which context is missing
    return docker.DockerClient(base_url=address(), tls=context.TLSConfig or False, timeout=120)


def answers() -> bool:
    """Return whether an engine answers at `address()`."""
    try:
        with contextlib.closing(_client()) as client:
            return bool(client.ping())
    except (docker.errors.DockerException, RequestException, OSError):
        return False


class Engine:
    """A connection to an engine that answers. Raises EngineMissing when none does."""

    def __init__(self) -> None:
        self.address = address()
        try:
            self._docker = _client()
            self._docker.ping()
        except (docker.errors.DockerException, RequestException, OSError) as error:
            if "ermission denied" in str(error):
                raise EngineForbidden(
                    f"the Docker engine at {self.address} may not be used by this user"
                ) from None
            raise EngineMissing(f"no Docker engine answers at {self.address}") from None

    @contextlib.contextmanager
    def _lost(self) -> Iterator[None]:
        """Turn a dropped connection into EngineLost; an answer of the engine passes."""
        try:
            yield
        except docker.errors.APIError as error:
            if "no space left on device" in str(error).lower():
                raise DiskFull("the engine has no space left on its device") from None
            raise
        except (RequestException, docker.errors.DockerException, ConnectionError) as error:
            raise EngineLost(f"the engine at {self.address} does not answer any more") from error

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

    def image(self, reference: str) -> Image | None:
        """Return a local image, None if there is none of that name or id."""
        with self._lost():
            try:
                return self._docker.images.get(reference)
            except docker.errors.ImageNotFound:
                return None

    def history(self, image: Image) -> list[dict[str, Any]]:
        """Return the image's history, oldest first, with each entry's CreatedBy and Size."""
        with self._lost():
            return list(reversed(image.history()))

    def saved(self, image: Image) -> Iterator[bytes]:
        """Yield the bytes of `docker save` for one image."""
        with self._lost():
            yield from image.save(chunk_size=1 << 20)

    def pull(self, name: str) -> Image | None:
        """Return the image of a registry, None when no registry answers or it has none."""
        repository, _, tag = name.partition(":")
        try:
            return self._docker.images.pull(repository, tag=tag or "latest")
        except (docker.errors.DockerException, RequestException):
            return None

    def registry_answers(self, name: str) -> bool:
        """Return whether a registry knows an image, without pulling it."""
        try:
            self._docker.images.get_registry_data(name)
        except (docker.errors.DockerException, RequestException):
            return False
        return True

    def import_root(self, tar: str, reference: str, changes: list[str]) -> None:
        """Make an image of one layer out of a root file system's tar."""
        argv = ["docker", "import"]
        for change in changes:
            argv += ["--change", change]
        run([*argv, tar, reference])

    def start(self, image: str, *, run_id: str, port: int) -> Container:
        """Start a container of ours: port on 127.0.0.1 only, no mounts, no capabilities."""
        with self._lost():
            published: dict[str, int | list[int] | tuple[str, int] | None] = {
                f"{port}/tcp": ("127.0.0.1", 0)
            }
            return self._docker.containers.run(
                image,
                detach=True,
                labels={RUN_LABEL: run_id},
                ports=published,
                cap_drop=["ALL"],
                security_opt=["no-new-privileges"],
                mem_limit="512m",
                pids_limit=256,
            )

    def published_port(self, container: Container, port: int) -> int | None:
        """Return the host port that reaches the container's `port`, None if it is not up."""
        with self._lost():
            container.reload()
            bound = container.ports.get(f"{port}/tcp")
        return int(bound[0]["HostPort"]) if bound else None

    def running(self, container: Container) -> bool:
        """Return whether the container still runs."""
        with self._lost():
            container.reload()
            return bool(container.status == "running")

    def last_lines(self, container: Container, lines: int = 12) -> str:
        """Return the end of what a container printed."""
        with self._lost():
            printed = container.logs(tail=lines)
        assert isinstance(printed, bytes)  # not a stream: `stream` was not asked for
        return printed.decode("utf-8", "replace").strip()

    def exec_output(self, container: Container, argv: list[str]) -> str | None:
        """Return what a command inside a container prints, None when it fails there."""
        with self._lost():
            try:
                code, output = container.exec_run(argv)
            except docker.errors.APIError:
                return None
        assert isinstance(output, bytes)  # not a stream: `stream` was not asked for
        return output.decode("utf-8", "replace") if code == 0 else None

    def remove_container(self, container: Container) -> None:
        """Remove a container that carries our label."""
        with self._lost(), contextlib.suppress(docker.errors.NotFound):
            container.remove(force=True, v=True)

    def run_ids(self) -> set[str]:
        """Return the run ids on all containers, networks and images that carry our label."""
        found: set[str] = set()
        with self._lost():
            for container in self._docker.containers.list(all=True, filters={"label": RUN_LABEL}):
                found.add(str(container.labels[RUN_LABEL]))
            for image in self._docker.images.list(filters={"label": RUN_LABEL}):
                found.add(str(image.labels[RUN_LABEL]))
            for network in self._docker.networks.list(filters={"label": RUN_LABEL}):
                found.add(str(network.attrs["Labels"][RUN_LABEL]))
        return found

    def remove_run(self, run_id: str) -> None:
        """Remove the containers, networks and images that carry this run's label, no others."""
        mine: dict[str, str | list[str] | bool] = {"label": f"{RUN_LABEL}={run_id}"}
        with self._lost():
            for container in self._docker.containers.list(all=True, filters=mine):
                self.remove_container(container)
            for network in self._docker.networks.list(filters=mine):
                with contextlib.suppress(docker.errors.NotFound):
                    network.remove()
            for image in self._docker.images.list(filters=mine):
                with contextlib.suppress(docker.errors.ImageNotFound):
                    self._docker.images.remove(str(image.id), force=True)

    def remove_image(self, reference: str) -> None:
        """Remove one tag of ours; the layers go with the last tag."""
        with self._lost(), contextlib.suppress(docker.errors.ImageNotFound):
            self._docker.images.remove(reference, force=True)


def buildx_version() -> str | None:
    """Return buildx's version, None where the docker command or the plugin is missing."""
    try:
        return run(["docker", "buildx", "version"]).stdout.split()[1]
    except (CommandFailed, IndexError):
        return None
