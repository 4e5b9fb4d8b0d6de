"""The containers of an engine: ours are started and asked, those of others only looked at."""

from __future__ import annotations

import contextlib
import io
import tarfile
from typing import Any

import docker.errors
from docker.models.containers import Container

from advices.core import CommandFailed, poll
from advices.engine.link import RUN_LABEL, EngineLink
from advices.engine.start import HARDENED, Once, Start


class EngineContainers(EngineLink):
    """Starts containers of ours, asks them, and removes them."""

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

    def address_of(self, container: Container) -> str:
        """Return the address of a running container on the default bridge, "" without one."""
        with self._lost():
            container.reload()
            networks = container.attrs["NetworkSettings"]["Networks"]
        return str(networks.get("bridge", {}).get("IPAddress", ""))

    def others(self) -> list[Container]:
        """Return the running containers that do not carry our label."""
        with self._lost():
            listed = self._docker.containers.list(ignore_removed=True)
        # An engine's list may still name one that just ended; the client asked for each by itself.
        return [one for one in listed if one.status == "running" and RUN_LABEL not in one.labels]

    def remove_container(self, container: Container) -> None:
        """Remove a container that carries our label."""
        with self._lost(), contextlib.suppress(docker.errors.NotFound):
            container.remove(force=True, v=True)
