"""An engine in memory: images of real layers, builds by the word of a test, programs that it says.

What a container does is a `Program`: it answers at a port of this machine, or has ended.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import IO, Any

from layer_tars import file, layer_tar, saved, sha

from advices.core import (
    AdvicesError,
    CommandFailed,
    EngineElsewhere,
    EngineRefused,
    PullFailed,
    RegistrySilent,
)
from advices.engine.build_faults import explain
from advices.engine.build_log import BuildLog, BuildStep
from advices.engine.buildx import BuildOrder, Built
from advices.engine.link import RUN_LABEL
from advices.engine.records import Check, Container, End, EngineFacts, Image, State
from advices.engine.start import HARDENED, Hears, Once, Start

STATUS = "Name:\tx\nUid:\t1000\t1000\t1000\t1000\nCapEff:\t00000000a80425fb\n"
FACTS = EngineFacts("26.1.5", "overlay2", "linux/amd64", 2, "/nowhere")


@dataclass(frozen=True)
class Program:
    """What a container does. `answers` is what a command inside of it prints, None if it fails.

    `health` is what its checks say each time that somebody asks, at last always the same.
    """

    port: int | None = None
    running: bool = True
    exit_code: int = 0
    stdout: str = ""
    stderr: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    out_of_memory: bool = False
    answers: Callable[[list[str]], str | None] = lambda _: STATUS
    health: Callable[[], str] = lambda: ""
    checks: tuple[Check, ...] = ()


def printed(stdout: str = "", exit_code: int = 0, **more: Any) -> Program:
    """Return a program that has ended."""
    return Program(running=False, stdout=stdout, exit_code=exit_code, **more)


@dataclass(frozen=True)
class Started:
    """A container that was started: of which image, for which run, how."""

    image: str
    run_id: str
    port: int | None
    how: Start


@dataclass
class Known:
    """What an engine keeps of an image besides its record."""

    image: Image
    layers: tuple[bytes, ...]
    created_by: tuple[str, ...]


class MemoryEngine:
    """An `advices.engine.Engine`. What it was asked for is in its lists, `did` has the order."""

    def __init__(self, runs: Callable[[str, Start], Program | EngineRefused] | None = None) -> None:
        self.address = "unix:///memory.sock"
        self.said = FACTS
        self.buildx: str | None = "0.13.1"
        self.is_here = True
        self.known: dict[str, Known] = {}
        # What a registry answers for a name; without a word here none answers.
        self.registry: dict[str, Image | PullFailed] = {}
        self.theirs: list[Container] = []
        self.runs = runs or (lambda _image, _how: Program())
        self.content: Callable[[BuildOrder], Mapping[str, Any]] = lambda _: {}
        # The next builds: what each shows, or a recorded log. Without any a build shows nothing.
        self.builds: list[Built | AdvicesError | list[str]] = []
        self.programs: dict[str, Program] = {}
        self.did: list[str] = []
        self.pulled: list[str] = []
        self.orders: list[BuildOrder] = []
        self.contexts: list[dict[str, str]] = []
        self.secrets: list[dict[str, str]] = []
        self.with_more: list[tuple[str, dict[str, bytes]]] = []
        self.saves: list[tuple[str, ...]] = []
        self.started: list[Started] = []
        self.cache_bytes = 0
        self.kept_bytes: list[int] = []
        self._lock = threading.Lock()

    # Images

    def add(
        self,
        reference: str,
        *layers: bytes,
        config: Mapping[str, Any] | None = None,
        created_by: tuple[str, ...] = (),
        repo_digests: tuple[str, ...] = (),
    ) -> Image:
        """Let the engine have an image of these layers, under a name that it alone has."""
        ids = tuple(f"sha256:{sha(layer)}" for layer in layers)
        told = json.dumps([ids, config], sort_keys=True, default=list)
        image = Image(
            id=f"sha256:{hashlib.sha256(told.encode()).hexdigest()}",
            diff_ids=ids,
            tags=(reference,),
            repo_digests=repo_digests,
            config=dict(config or {}),
            architecture="amd64",
        )
        texts = created_by or tuple(f"RUN {number} # buildkit" for number in range(len(layers)))
        with self._lock:
            self.known[reference] = Known(image, layers, texts)
        return image

    def _find(self, reference: str) -> Known | None:
        # Threads build and ask at the same time.
        for name, known in tuple(self.known.items()):
            if reference in (name, known.image.id, *known.image.repo_digests):
                return known
        return None

    def image(self, reference: str) -> Image | None:
        found = self._find(reference)
        return found.image if found else None

    def saved(self, images: Iterable[Image]) -> Iterator[bytes]:
        found = [known for one in images if (known := self._find(one.id)) is not None]
        self.saves.append(tuple(known.image.tags[0] for known in found))
        archive = _archive(found)
        for start in range(0, len(archive), 1000):
            yield archive[start : start + 1000]

    def load(self, archive: IO[bytes]) -> list[Image]:
        raise NotImplementedError

    def tag(self, image: Image, reference: str) -> None:
        known = self._find(image.id)
        assert known is not None
        self.known[reference] = replace_tags(known, reference)

    def pull(self, name: str, say: Callable[[str], object] | None = None) -> Image:
        self.pulled.append(name)
        self.ask_registry(name)
        if say is not None:
            say(f"pulling {name}")
        found = self.registry[name]
        assert isinstance(found, Image)
        self.known[name] = Known(found, (), ())
        return found

    def ask_registry(self, name: str) -> None:
        found = self.registry.get(name, RegistrySilent(f"`{name}` was not pulled: no such host"))
        if isinstance(found, PullFailed):
            raise found

    def import_root(self, tar: str, reference: str, changes: list[str]) -> None:
        raise NotImplementedError

    def with_files(
        self, base: str, files: Mapping[str, bytes], reference: str, *, run_id: str
    ) -> Image:
        known = self._find(base)
        if known is None:
            raise EngineRefused(f"No such image: {base}")
        self.with_more.append((reference, dict(files)))
        layer = layer_tar({path.lstrip("/"): file(text) for path, text in files.items()})
        config = {**known.image.config, "Labels": {RUN_LABEL: run_id}}
        words = (*known.created_by, f"COPY {' '.join(files)} /")
        return self.add(reference, *known.layers, layer, config=config, created_by=words)

    def remove_image(self, reference: str) -> None:
        self.known.pop(reference, None)

    def build(self, order: BuildOrder, on_step: Callable[[str], None] | None = None) -> Built:
        with self._lock:
            self.orders.append(order)
            self.contexts.append(_texts(order))
            self.secrets.append({name: at.read_text() for name, at in order.secrets.items()})
            shows = self.builds.pop(0) if self.builds else Built((), float(len(self.orders)))
        if isinstance(shows, list):
            shows = built_of(order.dockerfile.name, shows)
        if isinstance(shows, AdvicesError):
            raise shows
        for step in shows.steps or (BuildStep("[1/2] COPY . .", False, 0.0),):
            if on_step is not None:
                on_step(step.name)
        below = next((known for name in order.bases.values() if (known := self._find(name))), None)
        copied = {f"srv/{name}": file(text.encode()) for name, text in self.contexts[-1].items()}
        own = layer_tar({**copied, **self.content(order)})
        labels = {**(order.labels or {}), **({RUN_LABEL: order.run_id} if order.run_id else {})}
        config = {**(below.image.config if below else {}), "Labels": labels}
        words = (*(below.created_by if below else ()), "COPY . . # buildkit")
        layers = (*(below.layers if below else ()), own)
        self.add(order.tag, *layers, config=config, created_by=words)
        return shows

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


def built_of(dockerfile: str, lines: list[str]) -> Built | AdvicesError:
    """Return what a recorded build showed, or the fault that it ended with."""
    log = BuildLog()
    for line in lines:
        log.feed(line)
    if log.failed_step() or log.other_lines:
        return explain(dockerfile, log)
    steps = log.steps()
    return Built(steps, sum(step.seconds for step in steps))


def replace_tags(known: Known, *tags: str) -> Known:
    return replace(known, image=replace(known.image, tags=tags))


def _texts(order: BuildOrder) -> dict[str, str]:
    found = (path for path in order.context.rglob("*") if path.is_file())
    return {path.relative_to(order.context).as_posix(): path.read_text() for path in found}


def _archive(images: list[Known]) -> bytes:
    """Return what engines from 25 on save: blobs by their digest, the manifest behind them."""
    files: dict[str, bytes | str] = {}
    entries = []
    for known in images:
        names = [f"blobs/sha256/{sha(layer)}" for layer in known.layers]
        files |= zip(names, known.layers, strict=True)
        config = json.dumps(
            {
                "config": dict(known.image.config),
                "rootfs": {"diff_ids": known.image.diff_ids},
                "history": [{"created_by": text} for text in known.created_by],
            }
        ).encode()
        name = f"blobs/sha256/{sha(config)}"
        files[name] = config
        entries.append({"Config": name, "Layers": names})
    files["manifest.json"] = json.dumps(entries).encode()
    return saved(files)


@contextlib.contextmanager
def site(answer: Callable[[str], tuple[int, bytes]]) -> Iterator[int]:
    """Give the port of a web server of this machine that answers a path with status and body."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with serving(Site) as port:
        yield port


class _Server(http.server.ThreadingHTTPServer):
    # As many may call at once as a slow machine does not get to.
    request_queue_size = 128


@contextlib.contextmanager
def serving(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[int]:
    """Give the port of a web server of this machine, with a thread for each visitor."""
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def sites() -> Iterator[Callable[[bytes], int]]:
    """Give what returns the port of a web server for a page: two containers may run at once."""
    ports: dict[bytes, int] = {}
    lock = threading.Lock()
    with contextlib.ExitStack() as stack:

        def port_of(page: bytes) -> int:
            with lock:
                if page not in ports:
                    ports[page] = stack.enter_context(site(lambda _: (200, page)))
                return ports[page]

        yield port_of
