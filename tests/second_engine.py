"""A second engine, which a test may kill or fill: the machine's own stays untouched."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from debs import with_programs
from engine_project import without_index
from processes import processes

from advices.core.process import poll
from advices.engine.client import connect


class SecondEngine:
    """An engine with a network of its own, no way out of it, and its data in a folder.

    A published port is one of that network: only a program started by the words `inside` finds it.
    `programs` is a folder with an engine's own programs, for one that is not this machine's.
    `hosts` are further addresses that it listens at.
    """

    def __init__(
        self,
        data: Path,
        *,
        programs: Path | None = None,
        hosts: tuple[str, ...] = (),
        **settings: object,
    ) -> None:
        self._data = data
        self._env = dict(os.environ) if programs is None else with_programs(programs)
        # A socket's path may have 107 characters: pytest's folders are too long for it.
        self._folder = Path(tempfile.mkdtemp(prefix="advices-test-", dir="/run"))
        # Who may use the socket, its own rights say.
        self._folder.chmod(0o711)
        self.address = f"unix://{self._folder}/docker.sock"
        told = {**settings, "hosts": [self.address, *hosts]}
        (self._folder / "daemon.json").write_text(json.dumps(told), "utf-8")
        if programs is not None:
            plugins = self._folder / "client" / "cli-plugins"
            plugins.mkdir(parents=True)
            own = programs / "usr/libexec/docker/cli-plugins/docker-buildx"
            (plugins / "docker-buildx").symlink_to(own)
            self._env["DOCKER_CONFIG"] = str(plugins.parent)
        # The network must outlive an engine that is killed, so somebody else holds it.
        self._network = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._network.stdout is not None
        assert self._network.stdout.readline() == "up\n"
        self.inside = ("nsenter", f"--net=/proc/{self._network.pid}/ns/net")
        self._engine: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the engine unless it runs, also after it was killed; return when it answers."""
        if self._engine is not None and self._engine.poll() is None:
            return
        words = [*self.inside, "dockerd", "--data-root", str(self._data)]
        words += ["--exec-root", f"{self._folder}/exec", "--pidfile", f"{self._folder}/pid"]
        words += ["--iptables=false", "--ip6tables=false"]
        words += ["--config-file", f"{self._folder}/daemon.json"]
        # A new engine would wait long for a containerd that died with the old one, unreaped.
        (self._folder / "exec" / "containerd" / "containerd.pid").unlink(missing_ok=True)
        file = self._folder / "log"
        with file.open("ab") as log:
            self._engine = subprocess.Popen(
                words, env=self._env, stdout=log, stderr=log, start_new_session=True
            )
        assert any(self._answers() for _ in poll(60, 0.1)), file.read_text("utf-8")

    def _answers(self) -> bool:
        ping = ["docker", "-H", self.address, "version"]
        return subprocess.run(ping, capture_output=True, check=False).returncode == 0

    def kill(self) -> None:
        """Kill the engine as it stands. Its containers still run."""
        assert self._engine is not None
        self._engine.kill()
        self._engine.wait(60)

    def kill_containers(self) -> None:
        """Kill what the dead engine's containers run: the next engine would wait for their end."""
        found = list(processes())
        shims = {
            one.pid
            for one in found
            if "containerd-shim" in one.command and str(self._folder) in one.command
        }
        for one in found:
            if one.parent in shims:
                one.kill()

    def docker(self, *words: str) -> str:
        """Run docker on this engine and return what it prints."""
        argv = ["docker", "-H", self.address, *words]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    def load(self, image: str) -> None:
        """Copy an image of the machine's own engine into this one."""
        save = subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE)
        load = ["docker", "-H", self.address, "load"]
        subprocess.run(load, stdin=save.stdout, capture_output=True, check=True)
        assert save.wait() == 0

    def run_ids(self) -> set[str]:
        """Return the runs that this engine still holds something of."""
        with mock.patch.dict(os.environ, DOCKER_HOST=self.address):
            return connect().run_ids()

    def environment(self, env: dict[str, str]) -> dict[str, str]:
        """Return `env` with this engine as docker's, and without CA or index settings."""
        own = {key: value for key, value in self._env.items() if os.environ.get(key) != value}
        return {**without_index(env), **own, "DOCKER_HOST": self.address}

    def remove(self) -> None:
        """End the engine and remove what it used. Its data goes with the folder of the test."""
        if self._engine is not None:
            self._engine.terminate()
            self._engine.wait(60)
        self._network.kill()
        self._network.wait()
        # An engine that was killed leaves its layers mounted.
        mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in reversed(mounted):
            if any(Path(mount).is_relative_to(used) for used in (self._data, self._folder)):
                subprocess.run(["umount", "--lazy", mount], check=True)
        shutil.rmtree(self._folder, ignore_errors=True)


@contextlib.contextmanager
def running(data: Path, *images: str, **settings: Any) -> Iterator[SecondEngine]:
    """Give an engine that knows these images of the machine's own.

    Settings are those of `SecondEngine`, or as in daemon.json.
    """
    engine = SecondEngine(data, **settings)
    try:
        engine.start()
        for image in images:
            engine.load(image)
        yield engine
    finally:
        engine.remove()
