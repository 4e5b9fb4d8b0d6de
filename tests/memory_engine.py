"""An engine in memory: images of real layers, builds by the word of a test, programs that it says.

What a container does is a `Program`: it answers at a port of this machine, or has ended.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from container_programs import Program
from memory_images import MemoryImages

from advices.core import CommandFailed, EngineElsewhere, EngineRefused
from advices.engine.link import RUN_LABEL
from advices.engine.records import Container, End, EngineFacts, State
from advices.engine.start import HARDENED, Hears, Once, Start

FACTS = EngineFacts("26.1.5", "overlay2", "linux/amd64", 2, "/nowhere")


@dataclass(frozen=True)
class Started:
    """A container that was started: of which image, for which run, how."""

    image: str
    run_id: str
    port: int | None
    how: Start


class MemoryEngine(MemoryImages):
    """An `advices.engine.Engine`. What it was asked for is in its lists, `did` has the order."""

    def __init__(self, runs: Callable[[str, Start], Program | EngineRefused] | None = None) -> None:
        super().__init__()
        self.address = "unix:///memory.sock"
        self.said = FACTS
        self.buildx: str | None = "0.13.1"
        self.is_here = True
        self.theirs: list[Container] = []
        self.runs = runs or (lambda _image, _how: Program())
        self.programs: dict[str, Program] = {}
        self.did: list[str] = []
        self.started: list[Started] = []
        self.cache_bytes = 0
        self.kept_bytes: list[int] = []

    # Containers

    def start(
        self, image: str, *, run_id: str, port: int | None = None, how: Start = HARDENED
    ) -> Container:
        program = self.runs(image, how)
        if isinstance(program, EngineRefused):
            raise program
        with self._lock:
            self.started.append(Started(image, run_id, port, how))
            name = f"container-{len(self.started)}"
            self.programs[name] = program
        self.did.append(f"start {name}")
        status = "running" if program.running else "exited"
        return Container(name, name, status, {RUN_LABEL: run_id}, how.network or "bridge")

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
        program = self.programs[container.id]
        if hears is not None:
            for second, line in enumerate(program.stdout.splitlines(), 2):
                hears(second, line)
        self.remove_container(container)
        if program.running:
            raise CommandFailed(
                f"`{how.command}` did not end within {timeout_seconds:.0f} s",
                printed=program.stdout,
            )
        fetched = program.files.get(fetch) if fetch else None
        return Once(
            *(program.exit_code, program.stdout, program.stderr, fetched, program.out_of_memory)
        )

    def stop(self, container: Container) -> int:
        found = self.programs[container.id]
        self.programs[container.id] = replace(found, running=False, port=None)
        return found.exit_code

    def published_port(self, container: Container, port: int) -> int | None:
        return self.programs[container.id].port

    def running(self, container: Container) -> bool:
        return self.programs[container.id].running

    def end(self, container: Container) -> End | None:
        found = self.programs[container.id]
        return None if found.running else End(found.exit_code, 0.3, found.out_of_memory)

    def state(self, container: Container) -> State:
        found = self.programs[container.id]
        return State(
            running=found.running,
            exit_code=0 if found.running else found.exit_code,
            out_of_memory=found.out_of_memory,
            health=found.health(),
            checks=found.checks,
        )

    def last_lines(self, container: Container, lines: int = 12) -> str:
        found = self.programs[container.id]
        return "\n".join((found.stdout + found.stderr).splitlines()[-lines:])

    def stdout(self, container: Container) -> str:
        return self.programs[container.id].stdout

    def changed_files(self, container: Container) -> list[str]:
        return sorted(self.programs[container.id].files)

    def restart(self, container: Container) -> None:
        self.did.append(f"restart {container.name}")

    def exec_output(self, container: Container, argv: list[str]) -> str | None:
        return self.programs[container.id].answers(argv)

    def address_of(self, container: Container) -> str:
        return "127.0.0.1"

    def others(self) -> list[Container]:
        return self.theirs

    def remove_container(self, container: Container) -> None:
        if self.programs.pop(container.id, None) is not None:
            self.did.append(f"remove {container.name}")

    @contextlib.contextmanager
    def network(self, run_id: str, *, internal: bool = False) -> Iterator[str]:
        name = f"{'internal' if internal else 'net'} of {run_id}"
        self.did.append(f"network {name}")
        try:
            yield name
        finally:
            self.did.append("network gone")

    @contextlib.contextmanager
    def joined(self, container: Container, network: str, alias: str) -> Iterator[None]:
        self.did.append(f"join {container.name} to {network} as {alias}")
        try:
            yield
        finally:
            self.did.append(f"leave {container.name}")

    # The engine

    def facts(self) -> EngineFacts:
        return self.said

    def buildx_version(self) -> str | None:
        return self.buildx

    def must_be_here(self) -> None:
        if not self.is_here:
            raise EngineElsewhere(f"the Docker engine at {self.address} is on another machine")

    def bridge_address(self) -> str | None:
        return "127.0.0.1"

    def run_ids(self) -> set[str]:
        known = (one.image.labels.get(RUN_LABEL) for one in tuple(self.known.values()))
        return {run_id for run_id in known if run_id}

    def remove_run(self, run_id: str) -> None:
        for name, known in tuple(self.known.items()):
            if known.image.labels.get(RUN_LABEL) == run_id:
                del self.known[name]

    def mark_cache(self, run_id: str) -> str:
        return ""

    def remove_marked(self, run_id: str, word: str) -> int:
        return 0

    def build_cache_bytes(self) -> int:
        return self.cache_bytes

    def shrink_build_cache(self, to_bytes: int) -> None:
        self.kept_bytes.append(to_bytes)

    def close(self) -> None:
        pass
