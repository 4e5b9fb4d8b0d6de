"""What is read of a recorded archive, exactly. Who changes it must raise the method's number.

Results that were measured by a method are kept for as long as its number stays, so a number that
stays while what it gives changes would leave old results beside new ones.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from layer_tars import Member, file, folder, hardlink, layer_tar, symlink
from memory_engine import MemoryEngine

from advices.images import (
    COMPRESSOR,
    LISTING_METHOD,
    METHOD,
    WEIGHING_METHOD,
    Entry,
    LayerMemory,
    Listing,
    layers_of,
    listings,
)
from advices.results import Layer

STATUS = b"""\
Package: gcc-14
Status: install ok installed
Section: devel

Package: libc6
Status: install ok installed
Section: libs
"""
BELOW: dict[str, Member] = {
    "bin": symlink("usr/bin"),
    "usr/bin/": folder(),
    "usr/bin/gcc": file(b"\x7fELF" + bytes(500), 0o755),
    "usr/bin/cc": hardlink("usr/bin/gcc", 0o755),
    "usr/bin/su": file(b"su", 0o4755),
    "var/lib/dpkg/info/gcc-14.list": file(b"/.\n/usr/bin\n/usr/bin/gcc\n"),
    "var/lib/dpkg/status": file(STATUS),
    "tmp/x": file(b"old"),
}
ABOVE: dict[str, Member] = {
    # More than one block of the compressor, and no constant.
    "app/data": file(b"".join(hashlib.sha256(b"%d" % n).digest()[:8] * 4 for n in range(50_000))),
    "usr/bin/.wh.su": file(),
    "tmp/.wh..wh..opq": file(),
    "tmp/new": file(b"new", 0o600),
}

SIZES = {
    (1, 1, 2, "deflate 0.9.0"): [
        ("imported root file system", 653, 376),
        ("RUN x", 1_600_003, 455_699),
    ],
}
LISTED = {
    1: (
        Listing(
            (
                Entry("bin", "symlink", 0, 0o777, "usr/bin"),
                Entry("usr/bin", "folder", 0, 0o755, build_tool=True),
                Entry("usr/bin/gcc", "file", 504, 0o755, build_tool=True),
                Entry("usr/bin/cc", "hardlink", 0, 0o755, "usr/bin/gcc"),
                Entry("usr/bin/su", "file", 2, 0o4755),
                Entry("var/lib/dpkg/info/gcc-14.list", "file", 25, 0o644),
                Entry("var/lib/dpkg/status", "file", 119, 0o644),
                Entry("tmp/x", "file", 3, 0o644),
            ),
            {"var/lib/dpkg/status": 2},
        ),
        Listing(
            (
                Entry("app/data", "file", 1_600_000, 0o644),
                Entry("usr/bin/su", "whiteout", 0, 0),
                Entry("tmp", "opaque", 0, 0),
                Entry("tmp/new", "file", 3, 0o600),
            )
        ),
    ),
}


def read(folder: Path) -> tuple[list[Layer], tuple[Listing, ...]]:
    engine, memory = MemoryEngine(), LayerMemory(folder)
    words = ("", "RUN /bin/sh -c x # buildkit")
    image = engine.add("x:1", layer_tar(BELOW), layer_tar(ABOVE), created_by=words)
    layers = layers_of(engine, image, frozenset(), memory)
    return layers, listings(engine, image, frozenset(), memory)


def test_sizes_and_instructions_are_those_on_record(tmp_path: Path) -> None:
    layers, _ = read(tmp_path)
    found = [(x.created_by, x.disk_bytes, x.transfer_bytes) for x in layers]
    assert found == SIZES[METHOD, LISTING_METHOD, WEIGHING_METHOD, COMPRESSOR]


def test_listings_are_those_on_record(tmp_path: Path) -> None:
    _, found = read(tmp_path)
    assert found == LISTED[LISTING_METHOD]
