"""A connection to an engine that answers, as the parts of the Docker port share it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import docker.errors
from requests.exceptions import RequestException

from advices.core import DiskFull, EngineForbidden, EngineLost, EngineMissing
from advices.engine import connection

RUN_LABEL = "io.docker-advices.run"
BASE_LABEL = "io.docker-advices.base"


class EngineLink:
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
