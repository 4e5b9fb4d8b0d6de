"""What is known of layers, by diff id: their bytes, their listings, and which texts they hold.

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
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from advices.core import DiskFull, FileRefused, cache_folder, write_whole
from advices.images.archive import Config
from advices.images.files import LISTING_METHOD, Entry, Kind, Listing
from advices.images.gzip_bytes import COMPRESSOR, WEIGHING_METHOD

# What another method found is not believed.
_METHOD = f"listing {LISTING_METHOD}, weighing {WEIGHING_METHOD}, {COMPRESSOR}"
_WORTH_KEEPING = 500
_AT_HAND = 100


class Sizes(NamedTuple):
    """The bytes of a layer: of its files, unpacked, and of its archive, compressed."""

    disk_bytes: int
    transfer_bytes: int


class LayerMemory:
    """Sizes and listings of layers, kept in files between runs.

    Of the listings only those of large layers of a base are kept in files, for every other variant
    has them too. The last hundred of any layers are at hand. The configs of images, the texts that
    layers hold, and `names`, the diff ids of layers by their files in archives, are known to this
    process only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder()
        self._lock = threading.Lock()
        self._at_hand: OrderedDict[str, Listing] = OrderedDict()
        self.names: dict[str, str] = {}
        self._configs: dict[str, Config] = {}
        self._sought: frozenset[bytes] = frozenset()
        # The texts that a layer holds, and those that it does not.
        self._held: dict[str, dict[bytes, bool]] = {}
        self._being_read: set[str] = set()
        self._read_on = threading.Condition()
        self._sizes: dict[str, Sizes] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            kept = json.loads(self._sizes_file().read_text("utf-8"))
            if kept["method"] == _METHOD:
                self._sizes = {
                    str(diff_id): Sizes(int(on_disk), int(to_transfer))
                    for diff_id, (on_disk, to_transfer) in kept["layers"].items()
                }

    def sizes(self, diff_id: str) -> Sizes | None:
        """Return the bytes of a layer; None when it was never read by this method."""
        return self._sizes.get(diff_id)

    def add_sizes(self, sizes: Mapping[str, Sizes]) -> None:
        """Remember the bytes of more layers, for this process only where no file can be written."""
        if not sizes:
            return
        with self._lock:
            self._sizes.update(sizes)
            kept = {"method": _METHOD, "layers": self._sizes}
            text = json.dumps(kept, indent=0, sort_keys=True)
        with contextlib.suppress(DiskFull, FileRefused):
            write_whole(self._sizes_file(), text)

    def config(self, image_id: str) -> Config | None:
        """Return the config of an image; None when it was not read yet."""
        return self._configs.get(image_id)

    def add_config(self, image_id: str, config: Config) -> None:
        """Remember the config of an image."""
        self._configs[image_id] = config

    @property
    def sought(self) -> frozenset[bytes]:
        """Return the texts that are looked for in every layer of no base that is read."""
        return self._sought

    def seek(self, texts: Iterable[bytes]) -> None:
        """Let more texts be looked for: to read a layer once is enough then."""
        with self._lock:
            self._sought |= frozenset(texts)

    def held(self, diff_id: str, texts: Collection[bytes]) -> frozenset[bytes] | None:
        """Return those of some texts that a layer holds; None when some were not looked for."""
        known = self._held.get(diff_id, {})
        return frozenset(filter(known.get, texts)) if known.keys() >= {*texts} else None

    def add_held(self, diff_id: str, texts: Iterable[bytes], held: frozenset[bytes]) -> None:
        """Remember which of some texts a layer holds."""
        with self._lock:
            known = self._held.get(diff_id, {})
            self._held[diff_id] = {**known, **{text: text in held for text in texts}}

    @contextlib.contextmanager
    def reading(self, image_ids: Collection[str]) -> Iterator[None]:
        """Read images while nobody else does: who comes second finds what the first one read."""
        with self._read_on:
            self._read_on.wait_for(lambda: self._being_read.isdisjoint(image_ids))
            self._being_read |= {*image_ids}
        try:
            yield
        finally:
            with self._read_on:
                self._being_read -= {*image_ids}
                self._read_on.notify_all()

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
        return self._folder / "listings" / f"{diff_id.rpartition(':')[2]}.{LISTING_METHOD}.json.gz"


def _checked(row: Any) -> tuple[str, Kind, int, int, str, bool]:
    path, kind, size, mode, target, build_tool = row
    return str(path), cast("Kind", kind), int(size), int(mode), str(target), bool(build_tool)
