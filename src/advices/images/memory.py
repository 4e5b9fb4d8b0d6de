"""What is known of layers, by diff id: the bytes that they take to transfer, and their listings.

A diff id is the digest of a layer's content, so what is remembered never goes stale. One
gigabyte of a base is compressed and taken apart once, and not for every variant.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from advices.core import cache_folder, write_whole
from advices.images.files import Entry, Kind, Listing

_FORMAT = 1
_WORTH_KEEPING = 500
_AT_HAND = 100


class LayerMemory:
    """Transfer bytes and listings of layers, kept in files between runs.

    `weights` are the compressed bytes of pieces of layers, by what they hold apart from times, for
    as long as the process runs. Of the listings only those of large layers of a base are kept in
    files, for every other variant has them too. The last hundred of any layers are at hand.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder()
        self.weights: dict[bytes, int] = {}
        self._lock = threading.Lock()
        self._at_hand: OrderedDict[str, Listing] = OrderedDict()
        try:
            known = json.loads(self._sizes_file().read_text("utf-8"))
            self._sizes = {str(key): int(value) for key, value in known.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._sizes = {}

    def transfer_bytes(self, diff_id: str) -> int | None:
        """Return the bytes of a layer, compressed; None when it was never compressed."""
        return self._sizes.get(diff_id)

    def add_sizes(self, transfer_bytes: Mapping[str, int]) -> None:
        """Remember the bytes of more layers."""
        with self._lock:
            self._sizes.update(transfer_bytes)
            text = json.dumps(self._sizes, indent=0, sort_keys=True)
        write_whole(self._sizes_file(), text)

    def listing(self, diff_id: str) -> Listing | None:
        """Return a layer's listing, None when it is not remembered or its file is damaged."""
        with self._lock:
            if diff_id in self._at_hand:
                self._at_hand.move_to_end(diff_id)
                return self._at_hand[diff_id]
        found = self._kept(diff_id)
        if found is not None:
            self._hold(diff_id, found)
        return found

    def add_listing(self, diff_id: str, listing: Listing, *, of_base: bool) -> None:
        """Remember a listing. Its file is whole or is not there; without room there is none."""
        self._hold(diff_id, listing)
        if not of_base or len(listing.entries) < _WORTH_KEEPING:
            return
        file = self._listing_file(diff_id)
        data = {"entries": listing.entries, "packages": dict(listing.packages)}
        text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, half = tempfile.mkstemp(prefix=".half-", dir=file.parent)
            try:
                with os.fdopen(handle, "wb") as sink:
                    sink.write(gzip.compress(text.encode("ascii"), mtime=0))
                Path(half).replace(file)
            except BaseException:
                Path(half).unlink(missing_ok=True)
                raise

    def _hold(self, diff_id: str, listing: Listing) -> None:
        with self._lock:
            self._at_hand[diff_id] = listing
            while len(self._at_hand) > _AT_HAND:
                self._at_hand.popitem(last=False)

    def _kept(self, diff_id: str) -> Listing | None:
        try:
            with gzip.open(self._listing_file(diff_id), "rt", encoding="utf-8") as file:
                data = json.load(file)
            entries = tuple(Entry(*_checked(row)) for row in data["entries"])
            packages = {str(path): int(count) for path, count in data["packages"].items()}
        except (OSError, EOFError, ValueError, TypeError, KeyError, AttributeError):
            return None
        return Listing(entries, packages)

    def _sizes_file(self) -> Path:
        return self._folder / "layers.json"

    def _listing_file(self, diff_id: str) -> Path:
        return self._folder / "listings" / f"{diff_id.rpartition(':')[2]}.{_FORMAT}.json.gz"


def _checked(row: Any) -> tuple[str, Kind, int, int, str, bool]:
    path, kind, size, mode, target, build_tool = row
    return str(path), cast("Kind", kind), int(size), int(mode), str(target), bool(build_tool)
