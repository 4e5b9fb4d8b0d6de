"""The containers of an engine: ours are started and asked, those of others only looked at."""

from __future__ import annotations

import contextlib
import io
import re
import tarfile
import threading
from collections.abc import Callable, Iterator
from typing import Any

import docker.errors

from advices.core import CommandFailed, EngineRefused, RuntimeUnusable, clock, ended_by, poll
from advices.engine.link import RUN_LABEL, EngineLink
from advices.engine.records import (
    Container,
    End,
    State,
    container_of,
    end_of,
    published,
    state_of,
)
from advices.engine.start import HARDENED, Hears, Once, Start, options
from advices.engine.start_faults import is_of_the_image

_HEAR_EVERY_SECONDS = 2.0
_LOOK_EVERY_SECONDS = 0.5
_LOOKS_AT_DISK = Start(
    entrypoint=("sh", "-c", "while df -Pk / | tail -n 1; do sleep 0.5; done"),
    network="none",
    memory="64m",
    processes=16,
)


class EngineContainers(EngineLink):
    """Starts containers of ours, asks them, and removes them."""

    def start(
        self, image: str, *, run_id: str, port: int | None = None, how: Start = HARDENED
    ) -> Container:
        said: dict[str, Any] = {
            "detach": True,
            "labels": {RUN_LABEL: run_id},
            # Proxies of docker's settings would be variables of what is measured.
            "use_config_proxy": False,
            **options(how, port),
        }
        if how.network is not None:
            said["network"] = how.network
        with self._asking():
            # Connected before it starts, so that its names are known from its first moment.
            new = self._docker.containers.create(image, list(how.command) or None, **said)
            made, api = container_of(new.attrs), self._docker.api
            try:
                if how.network is not None and how.alias is not None:
                    api.disconnect_container_from_network(made.id, how.network)
                    api.connect_container_to_network(made.id, how.network, aliases=[how.alias])
                for network in how.also:
                    api.connect_container_to_network(made.id, network)
                if how.files:
                    api.put_archive(made.id, "/", how.files)
                _start(api, made.id)
            except BaseException:
                api.remove_container(made.id, v=True, force=True)
                raise
        return made

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
        container = self.start(image, run_id=run_id, how=how)
        heard = 0.0
        try:
            for waited in poll(timeout_seconds):
                state = self._inspected(container)["State"]
                if state["Status"] != "running":
                    break
                if hears is not None and waited - heard >= _HEAR_EVERY_SECONDS:
                    hears(waited, self.last_lines(container, 1))
                    heard = waited
            else:
                raise CommandFailed(
                    f"`{' '.join(how.command)[:80]}` in a container did not end within "
                    f"{timeout_seconds:.0f} s",
                    printed=self._printed(container),
                )
            stdout = self._printed(container, stdout=True, stderr=False)
            stderr = self._printed(container, stdout=False, stderr=True)
            fetched = self._fetched(container, fetch) if fetch else None
        finally:
            self.remove_container(container)
        exit_code, out_of_memory = int(state["ExitCode"]), bool(state.get("OOMKilled"))
        return Once(exit_code, stdout, stderr, fetched, out_of_memory)

    def _inspected(self, container: Container) -> dict[str, Any]:
        with self._asking():
            return dict(self._docker.api.inspect_container(container.id))

    def _printed(self, container: Container, **what: Any) -> str:
        with self._asking():
            printed = self._docker.api.logs(container.id, **what)
        assert isinstance(printed, bytes)  # not a stream: `stream` was not asked for
        return printed.decode("utf-8", "replace")

    def _fetched(self, container: Container, path: str) -> bytes | None:
        """Return one file of a container, as `docker cp` does; None when it is not there."""
        with self._asking():
            try:
                chunks, _ = self._docker.api.get_archive(container.id, path)
            except docker.errors.NotFound:
                return None
            whole = b"".join(chunks)
        with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
            member = archive.next()
            file = archive.extractfile(member) if member is not None else None
            return file.read() if file is not None else None

    def stop(self, container: Container) -> int:
        with self._asking(), self._ended_by_its_end(container):
            self._docker.api.stop(container.id)
        return int(self._inspected(container)["State"]["ExitCode"])

    def published_port(self, container: Container, port: int) -> int | None:
        return dict(published(self._inspected(container))).get(port)

    def running(self, container: Container) -> bool:
        return bool(self._inspected(container)["State"]["Status"] == "running")

    def end(self, container: Container) -> End | None:
        state = self._inspected(container)["State"]
        return None if state["Status"] == "running" else end_of(state)

    def state(self, container: Container) -> State:
        return state_of(self._inspected(container)["State"])

    def last_lines(self, container: Container, lines: int = 12) -> str:
        return self._printed(container, tail=lines).strip()

    def changed_files(self, container: Container) -> list[str]:
        with self._asking():
            return [str(one["Path"]) for one in self._docker.api.diff(container.id) or []]

    def stdout(self, container: Container) -> str:
        return self._printed(container, stdout=True, stderr=False)

    def restart(self, container: Container) -> None:
        with self._asking():
            self._docker.api.restart(container.id, timeout=0)

    def exec_output(self, container: Container, argv: list[str]) -> str | None:
        api = self._docker.api
        with self._ended_by_its_end(container):
            try:
                with self._asking():
                    made = api.exec_create(container.id, argv)["Id"]
                    output = api.exec_start(made)
                    code = api.exec_inspect(made)["ExitCode"]
            except EngineRefused:
                return None
        assert isinstance(output, bytes)  # not a stream: `stream` was not asked for
        return output.decode("utf-8", "replace") if code == 0 else None

    @contextlib.contextmanager
    def _ended_by_its_end(self, container: Container) -> Iterator[None]:
        """Kill a container of ours when the work that waits for it is given up."""

        def kill() -> None:
            with contextlib.suppress(Exception):  # It may have ended, or its engine with it.
                self._docker.api.kill(container.id)

        # Whoever gives up must not wait, and has no client of its own to spare.
        with ended_by(lambda: threading.Thread(target=kill, daemon=True).start()):
            yield

    @contextlib.contextmanager
    def disk_seen_by(self, image: str, run_id: str) -> Iterator[Callable[[], int | None]]:
        """Give what tells the bytes that are free on the engine's disk, as a container sees it.

        It tells None where the image has no shell or no df.
        """
        try:
            container = self.start(image, run_id=run_id, how=_LOOKS_AT_DISK)
        except (EngineRefused, RuntimeUnusable):
            yield lambda: None
            return

        looked, seen = clock(), None

        def free() -> int | None:
            nonlocal looked, seen
            if seen is not None and clock() - looked < _LOOK_EVERY_SECONDS:
                return seen
            looked = clock()
            found = re.search(r"\s(\d+)\s+\d+%\s+/$", self.last_lines(container, 1))
            seen = int(found[1]) * 1024 if found else None
            return seen

        try:
            yield free
        finally:
            self.remove_container(container)

    def address_of(self, container: Container) -> str:
        networks = self._inspected(container)["NetworkSettings"]["Networks"]
        return str(networks.get("bridge", {}).get("IPAddress", ""))

    def others(self) -> list[Container]:
        with self._asking():
            listed = self._docker.containers.list(ignore_removed=True)
        found = [container_of(one.attrs) for one in listed]
        # An engine's list may still name one that just ended; the client asked for each by itself.
        return [one for one in found if one.status == "running" and RUN_LABEL not in one.labels]

    def remove_container(self, container: Container) -> None:
        with self._asking(), contextlib.suppress(docker.errors.NotFound):
            self._docker.api.remove_container(container.id, v=True, force=True)


def _start(api: Any, container_id: str) -> None:
    """Start a container. Raises RuntimeUnusable where its image is not to blame that it cannot."""
    try:
        api.start(container_id)
    except docker.errors.APIError as error:
        said = str(error.explanation or error)
        is_full = "no space left on device" in said.lower()
        if is_full or error.status_code == 404 or is_of_the_image(said):
            raise
        raise RuntimeUnusable(f"the engine could not start a container: {said}") from None
