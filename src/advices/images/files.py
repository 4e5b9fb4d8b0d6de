"""The files of an image, layer by layer, as `docker save` gives them, and what they add up to.

A listing says of each entry of a layer's archive what it is. It is enough to tell what a
container sees, what a later layer hides, and which bytes belong to what.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Literal, NamedTuple

LISTING_METHOD = 1

Kind = Literal["file", "folder", "symlink", "hardlink", "other", "whiteout", "opaque"]

_SYMLINKS_AT_MOST = 40
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"


class Entry(NamedTuple):
    """One entry of a layer. `path` has no slash at its ends and is "" for the root.

    `size` is that of a file's content in bytes; a hard link has none of its own. `target` is
    what a link points to: as written for a symlink, a path of the same layer for a hard link.
    `build_tool` marks a file that a Debian package of the sections devel and libdevel owns. A
    whiteout's path is the one that it deletes, an opaque entry's the folder that it empties.
    """

    path: str
    kind: Kind
    size: int
    mode: int
    target: str = ""
    build_tool: bool = False


@dataclass(frozen=True)
class Listing:
    """The entries of one layer, and how many packages each package database in it lists."""

    entries: tuple[Entry, ...]
    packages: Mapping[str, int] = field(default_factory=dict)

    @property
    def disk_bytes(self) -> int:
        """Return the bytes of all its files, unpacked. One with several hard links counts once."""
        return sum(names[0].size for names in _names_of_files(self))


@dataclass(frozen=True)
class Seen:
    """An entry that a container sees, with the number of its layer, the lowest being 0."""

    entry: Entry
    layer: int


# One layer


_DPKG_STATUS = "var/lib/dpkg/status"
_DPKG_INFO = "var/lib/dpkg/info/"
_DISTROLESS = "var/lib/dpkg/status.d/"
_APK = ("lib/apk/db/installed", "usr/lib/apk/db/installed")
_BUILD_SECTIONS = frozenset({"devel", "libdevel"})


def listing(layer: tarfile.TarFile, look: Callable[[IO[bytes]], object] | None = None) -> Listing:
    """Return the listing of one layer's archive. `look` is given each file on the way."""
    entries: list[Entry] = []
    packages: dict[str, int] = {}
    status = ""
    owned: dict[str, str] = {}
    for member in layer:
        entry = _entry(member)
        entries.append(entry)
        if entry.kind != "file":
            continue
        is_owned = entry.path.startswith(_DPKG_INFO) and entry.path.endswith(".list")
        text = ""
        if is_owned or entry.path == _DPKG_STATUS or entry.path in _APK:
            text = _text(layer, member, look)
        elif look is not None:
            look(_opened(layer, member))
        if entry.path == _DPKG_STATUS:
            status = text
            packages[entry.path] = len(_installed(status))
        elif entry.path in _APK:
            packages[entry.path] = sum(line.startswith("P:") for line in text.splitlines())
        elif entry.path.startswith(_DISTROLESS) and not entry.path.endswith(".md5sums"):
            packages[entry.path] = 1
        elif is_owned:
            name = entry.path.removeprefix(_DPKG_INFO).removesuffix(".list").partition(":")[0]
            owned[name] = text
    # The list of a package's files lies in the layer that installed it, as does its section.
    tools = {name for name, section in _installed(status) if section in _BUILD_SECTIONS}
    paths = {path for name in tools & owned.keys() for path in _paths(owned[name])}
    return Listing(
        tuple(e._replace(build_tool=True) if e.path in paths else e for e in entries), packages
    )


def _entry(member: tarfile.TarInfo) -> Entry:
    path = _clean(member.name)
    folder, name = posixpath.split(path)
    if name == _OPAQUE:
        return Entry(folder, "opaque", 0, 0)
    if name.startswith(_WHITEOUT):
        return Entry(posixpath.join(folder, name.removeprefix(_WHITEOUT)), "whiteout", 0, 0)
    if member.islnk():
        return Entry(path, "hardlink", 0, member.mode, _clean(member.linkname))
    if member.issym():
        return Entry(path, "symlink", 0, member.mode, member.linkname)
    if member.isfile():
        return Entry(path, "file", member.size, member.mode)
    return Entry(path, "folder" if member.isdir() else "other", 0, member.mode)


def _clean(name: str) -> str:
    return posixpath.normpath("/" + name).strip("/")


def _opened(layer: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    source = layer.extractfile(member)
    assert source is not None
    return source


def _text(
    layer: tarfile.TarFile,
    member: tarfile.TarInfo,
    look: Callable[[IO[bytes]], object] | None,
) -> str:
    content = _opened(layer, member).read()
    if look is not None:
        # An archive that is read forward gives a file once.
        look(io.BytesIO(content))
    return content.decode("utf-8", "replace")


def _installed(status: str) -> list[tuple[str, str]]:
    """Return name and section of each package that dpkg's status says is installed."""
    return [
        (fields.get("Package", ""), fields.get("Section", "").rpartition("/")[2])
        for fields in dpkg_paragraphs(status)
        if fields.get("Status") == "install ok installed"
    ]


def dpkg_paragraphs(status: str) -> Iterator[dict[str, str]]:
    """Yield the fields of each paragraph in dpkg's format, their first lines only."""
    for paragraph in status.split("\n\n"):
        yield dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line)


def _paths(owned: str) -> Iterator[str]:
    """Yield the paths of a package's list of files, where they lie since /usr was merged too."""
    for line in owned.splitlines():
        path = line.strip().strip("/")
        yield path
        if path.startswith(("bin/", "sbin/", "lib/", "lib64/")):
            yield f"usr/{path}"


# All layers


class Tree:
    """What a container of an image sees: the layers over one another, whiteouts obeyed."""

    def __init__(self, layers: Sequence[Listing]) -> None:
        self._layers = layers
        self.seen: dict[str, Seen] = {}
        for number, layer in enumerate(layers):
            self._lay(number, layer)

    def _lay(self, number: int, layer: Listing) -> None:
        # A whiteout deletes what lies below its layer only, wherever in the archive it stands.
        hidden = {e.path for e in layer.entries if e.kind == "whiteout"}
        emptied = {e.path for e in layer.entries if e.kind == "opaque"}
        # What replaces a folder and is none itself hides all that was in the folder.
        replaced = {
            e.path
            for e in layer.entries
            if e.kind not in ("folder", "whiteout", "opaque")
            and e.path in self.seen
            and self.seen[e.path].entry.kind == "folder"
        }
        if hidden or emptied or replaced:
            gone = hidden | replaced
            self.seen = {
                path: seen
                for path, seen in self.seen.items()
                if path not in gone and not any(up in gone or up in emptied for up in _above(path))
            }
        for entry in layer.entries:
            if entry.kind in ("whiteout", "opaque"):
                continue
            self.seen[entry.path] = Seen(entry, number)
            # Not every archive has an entry for each folder.
            for up in _above(entry.path):
                self.seen.setdefault(up, Seen(Entry(up, "folder", 0, 0o755), number))

    def files(self) -> Iterator[Entry]:
        """Yield what a container sees as regular files, hard links among them."""
        for one in self.seen.values():
            if one.entry.kind in ("file", "hardlink"):
                yield one.entry

    def resolve(self, path: str) -> str | None:
        """Return the path that a path leads to through symlinks, None where it leads nowhere."""
        left = [part for part in path.split("/") if part]
        here = ""
        followed = 0
        while left:
            part = left.pop(0)
            if part in (".", ".."):
                here = posixpath.dirname(here) if part == ".." else here
                continue
            there = posixpath.join(here, part)
            seen = self.seen.get(there)
            if seen is None or followed > _SYMLINKS_AT_MOST:
                return None
            if seen.entry.kind != "symlink":
                here = there
                continue
            followed += 1
            if seen.entry.target.startswith("/"):
                here = ""
            left = [step for step in seen.entry.target.split("/") if step] + left
        return here

    def executables(self, folders: Iterable[str]) -> dict[str, str]:
        """Return the names in some folders that can be executed, each with the file it leads to.

        As a shell does, the first folder that has a name wins.
        """
        found: dict[str, str] = {}
        inside: dict[str, list[str]] = {}
        for path in self.seen:
            folder, name = posixpath.split(path)
            inside.setdefault(folder, []).append(name)
        for folder in folders:
            real = self.resolve(folder)
            for name in sorted(inside.get(real, []) if real is not None else []):
                target = self.resolve(posixpath.join(real or "", name))
                if name and target and self._can_be_executed(target):
                    found.setdefault(name, target)
        return found

    def _can_be_executed(self, path: str) -> bool:
        entry = self.seen[path].entry
        return entry.kind in ("file", "hardlink") and bool(entry.mode & 0o111)

    def packages(self) -> int:
        """Return how many system packages the databases list that a container sees."""
        return sum(
            self._layers[seen.layer].packages.get(path, 0) for path, seen in self.seen.items()
        )

    def bytes_by(self, cause: Callable[[Entry], str], hidden: str) -> dict[str, int]:
        """Return the bytes of all files of all layers, added up by what `cause` says of each.

        Files that a container does not see, for a later layer deletes or replaces them, count
        under the name `hidden`. A file with several hard links counts once, by the first of
        its names that is seen.
        """
        sums: dict[str, int] = {}
        for number, layer in enumerate(self._layers):
            for names in _names_of_files(layer):
                visible = [name for name in names if self.seen.get(name.path) == Seen(name, number)]
                where = cause(visible[0]) if visible else hidden
                sums[where] = sums.get(where, 0) + sum(name.size for name in names)
        return sums


def _above(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in, the root as "" last."""
    while path:
        path = posixpath.dirname(path)
        yield path


def _names_of_files(layer: Listing) -> Iterable[list[Entry]]:
    """Return each file of a layer with all of its hard links, the file itself first."""
    files: dict[str, list[Entry]] = {}
    for entry in layer.entries:
        if entry.kind == "file":
            files[entry.path] = [entry]
        elif entry.kind == "hardlink":
            names = files.get(entry.target, [])
            names.append(entry)
            files[entry.path] = names
    return {id(names): names for names in files.values() if names[0].kind == "file"}.values()
