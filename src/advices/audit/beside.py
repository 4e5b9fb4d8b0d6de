"""The services that a project needs, such as its database, started beside its containers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from advices.audit.reading.found import started_as
from advices.audit.reading.service import Service
from advices.core import AdvicesError, BaseUnavailable, EngineRefused, PullFailed, poll
from advices.engine import Container, Start
from advices.probes import listeners
from advices.workshop import Workshop

_READY_SECONDS = 60.0
# What cannot be asked where it listens counts as ready when it runs for that long.
_UNKNOWN_SECONDS = 3.0
# What some images need to start, by the last part of their name, where nobody sets it.
_LETS_IN = {
    "postgres": ("POSTGRES_PASSWORD", "POSTGRES_HOST_AUTH_METHOD", "trust"),
    "postgis": ("POSTGRES_PASSWORD", "POSTGRES_HOST_AUTH_METHOD", "trust"),
    "mysql": ("MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "yes"),
    "mariadb": ("MARIADB_ROOT_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "yes"),
}


class Beside:
    """Services on a network of the run that leads nowhere else, under their names.

    `missing` says of each that could not be had or did not start why that is.
    """

    def __init__(self, workshop: Workshop, run_id: str, services: Sequence[Service]) -> None:
        self._workshop = workshop
        self._engine = workshop.engine
        self._run_id = run_id
        self._wanted = services
        self._images: dict[str, str] = {}
        self._network = ""
        self._running: list[Container] = []
        self.missing: dict[str, str] = {}

    @contextlib.contextmanager
    def up(self) -> Iterator[None]:
        """Find the images, pulled if need be, and keep a network for them; all goes at the end."""
        for one in self._wanted:
            self._find(one)
        if not self._images:
            yield
            return
        with self._engine.network(self._run_id, internal=True) as network:
            self._network = network
            try:
                yield
            finally:
                self._end()
                self._network = ""

    @property
    def how(self) -> Start:
        """Return what every start of a container that needs them has."""
        return Start(also=(self._network,) if self._network else ())

    def anew(self) -> None:
        """Start all of them with nothing in them: what an earlier container wrote is gone."""
        self._end()
        # What others need is listed behind them.
        for one in reversed(self._wanted):
            if one.name in self._images and one.name not in self.missing:
                self._start(one)

    def _find(self, service: Service) -> None:
        name = service.name
        if service.build is not None or not service.image:
            why = "this project builds" if service.build is not None else "names no image"
            self.missing[name] = (
                f"needs {name}, which {why}, and an audit starts images only: "
                f"`--with {name}=IMAGE` names one"
            )
            return
        try:
            base = self._workshop.bases.resolve([service.image])[service.image]
        except (BaseUnavailable, PullFailed) as error:
            self.missing[service.name] = (
                f"needs {service.name}, whose image {service.image} could not be had: {error.what}"
            )
            return
        self._images[service.name] = base.image

    def _start(self, service: Service) -> None:
        how = replace(started_as(service), network=self._network, alias=service.name)
        how = replace(how, env={**how.env, **_let_in(service)})
        image, run_id = self._images[service.name], self._run_id
        try:
            container = self._engine.start(image, run_id=run_id, how=how)
        except EngineRefused as error:
            self.missing[service.name] = f"needs {service.name}, which did not start: {error.what}"
            return
        self._running.append(container)
        if fault := self._fault(container):
            self.missing[service.name] = f"needs {service.name}, which {fault}"

    def _fault(self, container: Container) -> str:
        """Return why a service is not ready, "" once it is: it listens, or is done."""
        for waited in poll(_READY_SECONDS, every_seconds=0.2):
            end = self._engine.end(container)
            if end is not None and end.exit_code == 0:
                return ""
            if end is not None:
                last = " ".join(self._engine.last_lines(container, 2).split())
                return f"ended with exit code {end.exit_code}: {last or 'it printed nothing'}"
            found = listeners(self._engine, container)
            if found or (found is None and waited > _UNKNOWN_SECONDS):
                return ""
        return f"was not ready within {_READY_SECONDS:.0f} s"

    def _end(self) -> None:
        while self._running:
            with contextlib.suppress(AdvicesError):  # the run's own sweep removes what is left
                self._engine.remove_container(self._running.pop())


def _let_in(service: Service) -> dict[str, str]:
    """Return the variable without which the image of a database refuses to start."""
    name = service.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    wanted, variable, value = _LETS_IN.get(name, ("", "", ""))
    if not wanted or any(key.startswith(wanted) for key in service.env):
        return {}
    return {variable: value}
