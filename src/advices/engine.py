"""The Docker port: one engine, reached as the docker command would reach it."""

from __future__ import annotations

import contextlib
import io
import re
import secrets
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import docker.errors
from docker.models.containers import Container
from docker.models.images import Image
from requests.exceptions import RequestException

from advices import connection
from advices.command import poll, run
from advices.errors import (
    BundleRefused,
    CommandFailed,
    DiskFull,
    EngineForbidden,
    EngineLost,
    EngineMissing,
)
from advices.starts import HARDENED, Once, Start

RUN_LABEL = "io.docker-advices.run"
BASE_LABEL = "io.docker-advices.base"


@dataclass(frozen=True)
class EngineFacts:
    """What an engine says of itself."""

    version: str
    storage_driver: str
    platform: str
    cores: int
    data_folder: str


class Engine:
    """A connection to an engine that answers. Raises EngineMissing when none does."""

    def __init__(self) -> None:
        self.address = connection.address()
        try:
            self._docker = connection.client()
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

    def saved(self, images: Iterable[Image]) -> Iterator[bytes]:
        """Yield the bytes of `docker save` for some images, each layer once.

        The SDK saves one image a call; the engine's API takes several.
        """
        api = self._docker.api
        with self._lost():
            answer = api.get(
                f"{api.base_url}/v{api.api_version}/images/get",
                params={"names": [str(image.id) for image in images]},
                stream=True,
                timeout=api.timeout,
            )
            with contextlib.closing(answer):
                answer.raise_for_status()
                yield from answer.iter_content(1 << 20)

    def load(self, archive: IO[bytes]) -> list[Image]:
        """Return the images of a `docker save` archive, loaded. Raises BundleRefused, DiskFull.

        The SDK's own reading misses images without names: an engine tells several in one piece.
        """
        told = ""
        api: Any = self._docker.api
        with self._lost():
            for said in api.load_image(archive):
                if "no space left on device" in str(said.get("error", "")):
                    raise DiskFull("the engine has no space left on its device")
                if "error" in said:
                    raise BundleRefused(f"the engine refuses the images: {said['error']}")
                told += str(said.get("stream", ""))
        names = re.findall(r"(?m)^Loaded image(?: ID)?: (\S+)$", told)
        return [image for name in names if (image := self.image(name)) is not None]

    def tag(self, image: Image, reference: str) -> None:
        """Give an image one more name. One that another image has must not be given."""
        repository, _, tag = reference.rpartition(":")
        with self._lost():
            image.tag(repository, tag)

    def address_of(self, container: Container) -> str:
        """Return the address of a running container on the default bridge, "" without one."""
        with self._lost():
            container.reload()
            networks = container.attrs["NetworkSettings"]["Networks"]
        return str(networks.get("bridge", {}).get("IPAddress", ""))

    def pull(self, name: str) -> Image | None:
        """Return the image of a registry, None when no registry answers or it has none."""
        repository, _, tag = name.partition("@" if "@" in name else ":")
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

    def start(
        self, image: str, *, run_id: str, port: int | None = None, how: Start = HARDENED
    ) -> Container:
        """Start a container of ours: no mounts, limits on memory and processes.

        `port` is published on 127.0.0.1 only. Without a network in `how` it is the default
        bridge.
        """
        options: dict[str, Any] = {
            "detach": True,
            "labels": {RUN_LABEL: run_id},
            "mem_limit": how.memory,
            "pids_limit": how.processes,
            "environment": dict(how.env),
            "read_only": how.read_only,
        }
        if port is not None:
            options["ports"] = {f"{port}/tcp": ("127.0.0.1", 0)}
        if not how.default_capabilities:
            options |= {"cap_drop": ["ALL"], "security_opt": ["no-new-privileges"]}
        if how.user is not None:
            options["user"] = how.user
        if how.entrypoint is not None:
            options["entrypoint"] = list(how.entrypoint)
        with self._lost():
            if how.network is None and not how.files:
                run_now: Container = self._docker.containers.run(
                    image, list(how.command) or None, **options
                )
                return run_now
            # Connected before it starts, so that its names are known from its first moment.
            if how.network is not None:
                options["network"] = how.network
            made: Container = self._docker.containers.create(
                image, list(how.command) or None, **options
            )
            try:
                if how.network is not None and how.alias is not None:
                    network = self._docker.networks.get(how.network)
                    network.disconnect(made)
                    network.connect(made, aliases=[how.alias])
                if how.files:
                    made.put_archive("/", how.files)
                made.start()
            except BaseException:
                made.remove(force=True, v=True)
                raise
            return made

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

    def run_once(
        self,
        image: str,
        *,
        run_id: str,
        how: Start,
        timeout_seconds: float = 60,
        fetch: str | None = None,
    ) -> Once:
        """Run a container to its end and return its exit code and what it printed.

        `fetch` names a file to copy out of it when it has ended. Raises CommandFailed when it
        does not end in time.
        """
        container = self.start(image, run_id=run_id, how=how)
        try:
            for _ in poll(timeout_seconds):
                if not self.running(container):
                    break
            else:
                raise CommandFailed(
                    f"`{' '.join(how.command)[:80]}` in a container did not end within "
                    f"{timeout_seconds:.0f} s"
                )
            with self._lost():
                stdout = container.logs(stdout=True, stderr=False)
                stderr = container.logs(stdout=False, stderr=True)
                state = container.attrs["State"]
                fetched = self._fetched(container, fetch) if fetch else None
        finally:
            self.remove_container(container)
        return Once(
            int(state["ExitCode"]),
            stdout.decode("utf-8", "replace"),
            stderr.decode("utf-8", "replace"),
            fetched,
            bool(state.get("OOMKilled")),
        )

    @staticmethod
    def _fetched(container: Container, path: str) -> bytes | None:
        """Return one file of a container, as `docker cp` does; None when it is not there."""
        try:
            chunks, _ = container.get_archive(path)
        except docker.errors.NotFound:
            return None
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
            member = archive.next()
            file = archive.extractfile(member) if member is not None else None
            return file.read() if file is not None else None

    def stop(self, container: Container) -> int:
        """Stop a container as `docker stop` does and return its exit code.

        It gets SIGTERM, and SIGKILL after docker's default grace of 10 s.
        """
        with self._lost():
            container.stop()
            container.reload()
        return int(container.attrs["State"]["ExitCode"])

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

    def changed_files(self, container: Container) -> list[str]:
        """Return the paths that a container added, changed or removed, folders among them."""
        with self._lost():
            return [str(change["Path"]) for change in container.diff() or []]

    def stdout(self, container: Container) -> str:
        """Return all that a container has printed to stdout so far, without its stderr."""
        with self._lost():
            printed = container.logs(stdout=True, stderr=False)
        assert isinstance(printed, bytes)  # not a stream: `stream` was not asked for
        return printed.decode("utf-8", "replace")

    def restart(self, container: Container) -> None:
        """Kill a container and start the same one again: its own files stay as they are."""
        with self._lost():
            container.restart(timeout=0)

    def exec_output(self, container: Container, argv: list[str]) -> str | None:
        """Return what a command inside a container prints, None when it fails there."""
        with self._lost():
            try:
                code, output = container.exec_run(argv)
            except docker.errors.APIError:
                return None
        assert isinstance(output, bytes)  # not a stream: `stream` was not asked for
        return output.decode("utf-8", "replace") if code == 0 else None

    def others(self) -> list[Container]:
        """Return the running containers that do not carry our label."""
        with self._lost():
            found = self._docker.containers.list(ignore_removed=True)
        return [one for one in found if RUN_LABEL not in one.labels]

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

    def remove_container(self, container: Container) -> None:
        """Remove a container that carries our label."""
        with self._lost(), contextlib.suppress(docker.errors.NotFound):
            container.remove(force=True, v=True)

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
