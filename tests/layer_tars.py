"""Archives of layers and of saved images, as engines of every kind write them."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from typing import Any

from advices.engine import records
from advices.engine.records import Image
from advices.images.files import Listing, Tree, listing

Member = tuple[bytes | str | None, int, bytes]


def file(content: bytes = b"", mode: int = 0o644) -> Member:
    return content, mode, tarfile.REGTYPE


def symlink(target: str) -> Member:
    return target, 0o777, tarfile.SYMTYPE


def hardlink(target: str, mode: int = 0o644) -> Member:
    return target, mode, tarfile.LNKTYPE


def folder() -> Member:
    return None, 0o755, tarfile.DIRTYPE


def layer_tar(members: dict[str, Member]) -> bytes:
    """Return a layer's archive."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        for name, (content, mode, kind) in members.items():
            member = tarfile.TarInfo(name)
            member.mode, member.type = mode, kind
            if isinstance(content, str):
                member.linkname = content
            if isinstance(content, bytes):
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
            else:
                tar.addfile(member)
    return sink.getvalue()


def listed(members: dict[str, Member]) -> Listing:
    """Return the listing of a layer, read as it is read from a saved image: forward only."""
    with tarfile.open(fileobj=io.BytesIO(layer_tar(members)), mode="r|") as tar:
        return listing(tar)


def tree(*layers: dict[str, Member]) -> Tree:
    return Tree([listed(members) for members in layers])


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def saved(members: dict[str, bytes | str]) -> bytes:
    """Return the archive of `docker save`; a text is a symbolic link's target."""
    return layer_tar(
        {
            name: symlink(content) if isinstance(content, str) else file(content)
            for name, content in members.items()
        }
    )


def config_of(layers: list[bytes], **more: Any) -> bytes:
    """Return an image's config; its history has an entry a layer unless `more` has another."""
    ids = [f"sha256:{sha(layer)}" for layer in layers]
    history = [{"created_by": f"RUN {number} # buildkit"} for number in range(len(layers))]
    return json.dumps({"rootfs": {"diff_ids": ids}, "history": history, **more}).encode()


def manifest(config: str, layers: list[str]) -> bytes:
    return json.dumps([{"Config": config, "Layers": layers}]).encode()


def new_layout(layers: list[bytes], *, stored: list[bytes] | None = None, **more: Any) -> bytes:
    """Return what engines from 25 on save: blobs by their digest, the manifest behind them."""
    stored = stored or layers
    config = config_of(layers, **more)
    names = [f"blobs/sha256/{sha(blob)}" for blob in stored]
    files: dict[str, bytes | str] = dict(zip(names, stored, strict=True))
    files[f"blobs/sha256/{sha(config)}"] = config
    files["index.json"] = b"{}"
    files["manifest.json"] = manifest(f"blobs/sha256/{sha(config)}", names)
    return saved(files)


def old_layout(layers: list[bytes]) -> bytes:
    """Return what older engines save: a folder a layer, equal layers as links."""
    config = config_of(layers)
    files: dict[str, bytes | str] = {f"{sha(config)}.json": config}
    names = []
    for number, layer in enumerate(layers):
        name = f"{number:064d}/layer.tar"
        first = layers.index(layer)
        files[name] = f"../{first:064d}/layer.tar" if first != number else layer
        files[f"{number:064d}/VERSION"] = b"1.0"
        names.append(name)
    files["manifest.json"] = manifest(f"{sha(config)}.json", names)
    return saved(files)


class FakeEngine:
    """An engine that holds one image and counts how often it had to save it."""

    def __init__(self, archive: bytes) -> None:
        self._archive = archive
        self.saves = 0

    def saved(self, _: object) -> Iterator[bytes]:
        self.saves += 1
        for start in range(0, len(self._archive), 1000):
            yield self._archive[start : start + 1000]


def image_of(layers: list[bytes], **attrs: Any) -> Image:
    """Return an image with these layers, and what else an engine's API says of it."""
    ids = [f"sha256:{sha(layer)}" for layer in layers]
    return records.image_of({"Id": "sha256:image", "RootFS": {"Layers": ids}, **attrs})
