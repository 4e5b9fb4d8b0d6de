"""What `docker save` writes, as far as it is looked at."""

from __future__ import annotations

import io
import json
import tarfile


def tar_of(files: dict[str, bytes]) -> bytes:
    """Return a plain tar."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return sink.getvalue()


def images(tags: list[str] | None = None, noted: str = "") -> bytes:
    """Return what `docker save` writes, as far as it is looked at."""
    notes = {"io.containerd.image.name": noted} if noted else {}
    return tar_of(
        {
            "blobs/sha256/1": b"layer" * 5000,
            "index.json": json.dumps({"manifests": [{"annotations": notes}]}).encode(),
            "manifest.json": json.dumps([{"RepoTags": tags}]).encode(),
        }
    )
