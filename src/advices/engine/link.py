"""A connection to an engine that answers, as the parts of the Docker port share it."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Iterator

import docker.errors
from docker import DockerClient
from requests.exceptions import RequestException

from advices.core import (
    DiskFull,
    EngineElsewhere,
    EngineForbidden,
    EngineLost,
    EngineMissing,
    EngineRefused,
    EngineUnsuitable,
    clock,
)
from advices.engine import connection, own_engine
from advices.engine.records import EngineFacts

RUN_LABEL = "io.docker-advices.run"
BASE_LABEL = "io.docker-advices.base"

# An engine that is replaced by another one is away for longer than this.
_FACTS_HOLD_SECONDS = 5
_CONTAINERD_STORE = ["driver-type", "io.containerd.snapshotter.v1"]


def base_tag(run_id: str) -> str:
    """Return how the names of the bases begin that were made for the builds of one run."""
    return f"docker-advices-run/{run_id}:base-"


class Clients:
    """A client for each thread: docker-py's must not be shared by threads.

    The client of a thread that ended goes with it.
    """

    def __init__(self) -> None:
        self._own = threading.local()
        self._all: weakref.WeakSet[DockerClient] = weakref.WeakSet()
        self._lock = threading.Lock()
        # The engine need not be asked again by the client of each thread.
        self._version: str | None = None

    def of_this_thread(self) -> DockerClient:
        """Return this thread's client; it is made when it is first asked for."""
        found: DockerClient | None = getattr(self._own, "client", None)
        if found is None:
            found = self._own.client = connection.client(version=self._version)
            with self._lock:
                self._all.add(found)
                self._version = found.api.api_version
        return found

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            for client in tuple(self._all):
                client.close()


class EngineLink:
    """A connection to an engine that answers.

    Raises EngineMissing when none does, EngineForbidden, EngineUnsuitable for Podman, and
    EngineElsewhere for an address that only the docker command can use.
    """

    def __init__(self) -> None:
        self.address = connection.address()
        if self.address.startswith("ssh://"):
            raise _elsewhere(self.address)
        self._clients = Clients()
        self._facts: tuple[float, EngineFacts] | None = None
        # Also at the end of the process: nobody has to close an engine.
        self._closed = weakref.finalize(self, self._clients.close)
        try:
            self._docker.ping()
            said = self._docker.version()
        except (docker.errors.DockerException, RequestException, OSError) as error:
            if "ermission denied" in str(error):
                raise EngineForbidden(
                    f"this user may not use the Docker engine at {self.address}"
                ) from None
            raise EngineMissing(
                f"no Docker engine answers at {self.address}",
                why=own_engine.how_it_ended() or EngineMissing.why,
            ) from None
        for part in said.get("Components") or ():
            if "podman" in str(part.get("Name")).lower():
                raise EngineUnsuitable(
                    f"Podman {part.get('Version')} answers at {self.address}, and it has no "
                    "BuildKit"
                )

    @property
    def _docker(self) -> DockerClient:
        return self._clients.of_this_thread()

    def facts(self) -> EngineFacts:
        """Return what the engine says of itself."""
        # A check asks several times while three threads want the engine for something else.
        if self._facts is None or clock() - self._facts[0] > _FACTS_HOLD_SECONDS:
            self._facts = clock(), self._asked_facts()
        return self._facts[1]

    def _asked_facts(self) -> EngineFacts:
        with self._asking():
            info = self._docker.info()
            version = self._docker.version()
        return EngineFacts(
            version=str(version["Version"]),
            storage_driver=str(info["Driver"]),
            platform=f"{version['Os']}/{version['Arch']}",
            cores=int(info["NCPU"]),
            data_folder=str(info["DockerRootDir"]),
            rootless="name=rootless" in (info.get("SecurityOptions") or ()),
            containerd_store=_CONTAINERD_STORE in (info.get("DriverStatus") or ()),
        )

    def close(self) -> None:
        """Close the connections of every thread."""
        self._closed()

    def must_be_here(self) -> None:
        """Raise EngineElsewhere when the engine is on another machine."""
        if not connection.is_here(self.address):
            raise _elsewhere(self.address)

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn what the SDK raises into DiskFull, EngineRefused or EngineLost."""
        try:
            yield
        except docker.errors.APIError as error:
            if "no space left on device" in str(error).lower():
                raise DiskFull("the engine has no space left on its device") from None
            raise EngineRefused(str(error.explanation or error)) from error
        except (RequestException, docker.errors.DockerException, ConnectionError) as error:
            raise EngineLost(
                f"the engine at {self.address} no longer answers",
                why=own_engine.how_it_ended() or EngineLost.why,
            ) from error


def _elsewhere(address: str) -> EngineElsewhere:
    return EngineElsewhere(f"the Docker engine at {address} is on another machine")
