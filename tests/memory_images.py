"""The images of an engine in memory: of real layers, and built by the word of a test."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import IO, Any

from layer_tars import file, layer_tar, saved, sha

from advices.core import AdvicesError, EngineRefused, PullFailed, RegistrySilent
from advices.engine.build_faults import explain
from advices.engine.build_log import BuildLog, BuildStep
from advices.engine.buildx import BuildOrder, Built
from advices.engine.link import RUN_LABEL
from advices.engine.records import Image


@dataclass
class Known:
    """What an engine keeps of an image besides its record."""

    image: Image
    layers: tuple[bytes, ...]
    created_by: tuple[str, ...]


class MemoryImages:
    """What a `MemoryEngine` keeps of images. What it was asked for is in its lists."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        # What a registry answers for a name; without a word here none answers.
        self.registry: dict[str, Image | PullFailed] = {}
        self.content: Callable[[BuildOrder], Mapping[str, Any]] = lambda _: {}
        # The next builds: what each shows, or a recorded log. Without any a build shows nothing.
        self.builds: list[Built | AdvicesError | list[str]] = []
        self.pulled: list[str] = []
        self.orders: list[BuildOrder] = []
        self.contexts: list[dict[str, str]] = []
        self.secrets: list[dict[str, str]] = []
        self.with_more: list[tuple[str, dict[str, bytes]]] = []
        self.saves: list[tuple[str, ...]] = []
        self._lock = threading.Lock()

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
