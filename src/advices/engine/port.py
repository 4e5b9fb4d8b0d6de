"""What other rooms ask of an engine. `client.DockerEngine` is the real one.

All of it may raise EngineLost when the engine breaks off, EngineRefused when it refuses, and
DiskFull.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import IO, Protocol

from advices.engine.buildx import BuildOrder, Built
from advices.engine.records import Container, End, EngineFacts, Image, State
from advices.engine.start import HARDENED, Hears, Once, Start


class Images(Protocol):
    """The images of an engine."""

    def image(self, reference: str) -> Image | None:
        """Return a local image, None if there is none of that name or id."""

    def saved(self, images: Iterable[Image]) -> Iterator[bytes]:
        """Yield an archive as `docker save` writes it for some images, each layer once."""

    def load(self, archive: IO[bytes]) -> list[Image]:
        """Return the images of a `docker save` archive, loaded. Raises BundleRefused, DiskFull."""

    def tag(self, image: Image, reference: str) -> None:
        """Give an image one more name. One that another image has must not be given."""

    def pull(self, name: str, say: Callable[[str], object] | None = None) -> Image:
        """Return the image of a registry. `say` hears every few seconds how far it is.

        Raises RegistrySilent when none answers, and another PullFailed for what one answers.
        """

    def ask_registry(self, name: str) -> None:
        """Return when a registry has an image, without pulling it. Raises as `pull` does."""

    def import_root(self, tar: str, reference: str, changes: list[str]) -> None:
        """Make an image of one layer out of a root file system's tar."""

    def with_files(
        self, base: str, files: Mapping[str, bytes], reference: str, *, run_id: str
    ) -> Image:
        """Return a new image: a local one with one more layer, of files that all may read.

        The rest of its settings stay.
        """

    def remove_image(self, reference: str) -> None:
        """Remove one tag of ours; the layers go with the last tag."""

    def build(self, order: BuildOrder, on_step: Callable[[str], None] | None = None) -> Built:
        """Build an image and return what ran. `on_step` hears each step's name as it begins.

        Raises DockerfileInvalid, StepFailed, DiskFull, EngineLost, BuildHung, BuildLimited for one
        that has limits and reached one, or CommandFailed.
        """


class Containers(Protocol):
    """The containers of an engine. They are those that `start` gave, but for `others`."""

    def start(
        self, image: str, *, run_id: str, port: int | None = None, how: Start = HARDENED
    ) -> Container:
        """Start a container of ours: no mounts, limits on memory and processes.

        `port` is published on 127.0.0.1 only. Without a network in `how` it is the default
        bridge. Raises EngineRefused, and then leaves no container.
        """

    def run_once(
        self,
        image: str,
        *,
        run_id: str,
        how: Start,
        timeout_seconds: float = 60,
        fetch: str | None = None,
        hears: Hears | None = None,
    ) -> Once:
        """Run a container to its end and return its exit code and what it printed.

        `fetch` names a file to copy out of it when it has ended. While it runs `hears` is called
        every few seconds with the seconds so far and the last line that it printed. Raises
        CommandFailed when it does not end in time, EngineRefused when it does not start.
        """

    def stop(self, container: Container) -> int:
        """Stop a container as `docker stop` does and return its exit code.

        It gets SIGTERM, and SIGKILL after docker's default grace of 10 s.
        """

    def published_port(self, container: Container, port: int) -> int | None:
        """Return the port of 127.0.0.1 that reaches the container's, None if it is not up."""

    def running(self, container: Container) -> bool:
        """Return whether the container still runs."""

    def end(self, container: Container) -> End | None:
        """Return how a container ended, None while it runs."""

    def state(self, container: Container) -> State:
        """Return how a container is now: whether it runs, and what its HEALTHCHECK says."""

    def last_lines(self, container: Container, lines: int = 12) -> str:
        """Return the end of what a container printed."""

    def stdout(self, container: Container) -> str:
        """Return all that a container has printed to stdout so far, without its stderr."""

    def changed_files(self, container: Container) -> list[str]:
        """Return the paths that a container added, changed or removed, folders among them."""

    def restart(self, container: Container) -> None:
        """Kill a container and start the same one again: its own files stay as they are."""

    def exec_output(self, container: Container, argv: list[str]) -> str | None:
        """Return what a command inside a container prints, None when it fails there."""

    def address_of(self, container: Container) -> str:
        """Return the address of a running container on the default bridge, "" without one."""

    def others(self) -> list[Container]:
        """Return the running containers that do not carry our label."""

    def remove_container(self, container: Container) -> None:
        """Remove a container that carries our label."""

    def network(self, run_id: str, *, internal: bool = False) -> AbstractContextManager[str]:
        """Give the name of a network of ours, which goes at the end.

        From an `internal` one nothing but its own containers can be reached.
        """

    def joined(
        self, container: Container, network: str, alias: str
    ) -> AbstractContextManager[None]:
        """Connect a container of somebody to a network of ours, under a name, for a while."""


class Engine(Images, Containers, Protocol):
    """An engine that answers. Threads may share it."""

    address: str

    def facts(self) -> EngineFacts:
        """Return version, storage driver, platform, cores, data folder, rootless or not."""

    def buildx_version(self) -> str | None:
        """Return buildx's version, None where the docker command or the plugin is missing."""

    def must_be_here(self) -> None:
        """Raise EngineElsewhere when the engine is on another machine: no port is reached there."""

    def bridge_address(self) -> str | None:
        """Return the host's address on the default bridge, None where there is no bridge."""

    def run_ids(self) -> set[str]:
        """Return the run ids on all containers, networks and images that carry our label."""

    def remove_run(self, run_id: str) -> None:
        """Remove the containers, networks and images that carry this run's label, no others."""

    def mark_cache(self, run_id: str) -> str:
        """Mark what this run's builds left in the build cache, none of anybody's; return the mark.

        It is all that stands on the bases that were made for this run: they must be there still.
        "" where there are none.
        """

    def remove_marked(self, run_id: str, word: str) -> int:
        """Remove what of a run's build cache has a mark, which nothing uses; return its bytes."""

    def build_cache_bytes(self) -> int:
        """Return the bytes that the build cache alone holds: what an image has too stays there."""

    def shrink_build_cache(self, to_bytes: int) -> None:
        """Remove build cache, the least used first, until it holds no more than that."""

    def close(self) -> None:
        """Close the connections of every thread."""
