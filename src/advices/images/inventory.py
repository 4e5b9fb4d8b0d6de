"""What an image says about what is in it: packages with name and version, by the lists in it.

The lists are those of dpkg and apk, the metadata of Python distributions, and the SBOMs that wheels
bring for the libraries inside them. What no list names, this does not find: that is the point.
Sources: https://packaging.python.org/specifications/recording-installed-packages and
https://peps.python.org/pep-0770 (SBOMs in wheels).
"""

from __future__ import annotations

import csv
import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import IO, Literal

from packageurl import PackageURL
from packaging.utils import canonicalize_name

from advices.engine import Engine, Image
from advices.images.archive import layer_files, read_images
from advices.images.distributions import PackageFolders
from advices.images.files import Tree, dpkg_paragraphs
from advices.images.layers import listings
from advices.images.memory import LayerMemory

Kind = Literal["deb", "apk", "pypi", "bundled"]

_DPKG = re.compile(r"var/lib/dpkg/(status|status\.d/[^/]+(?<!\.md5sums))")
_APK = re.compile(r"(usr/)?lib/apk/db/installed")
_METADATA = re.compile(r"(.*/)?[^/]+\.(dist-info/METADATA|egg-info/PKG-INFO|egg-info)")
_RECORD = re.compile(r"(.*/)?[^/]+\.dist-info/RECORD")
_SBOM = re.compile(r"(.*/)?[^/]+\.dist-info/sboms/[^/]+\.json")
_OS_RELEASE = ("etc/os-release", "usr/lib/os-release")
_BUNDLED = re.compile(r"[^/]+\.libs/[^/]+\.so[.\d]*")
_PYTHON = re.compile(r"(usr/local|usr)/lib/python(\d+\.\d+)/os\.py")


@dataclass(frozen=True)
class Component:
    """A package that a list in the image names. `purl` is its package URL, `listed_in` the list.

    `files` are the paths that the list says are its own, of a Python distribution only.
    """

    kind: Kind
    name: str
    version: str
    purl: str
    listed_in: str
    files: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Inventory:
    """What the lists of an image name, each once, in order of their package URLs.

    `bundled_libraries` are the shared libraries that wheels bring along, `python` is the version
    of the image's Python as "3.14", "" if it has none.
    """

    components: tuple[Component, ...]
    bundled_libraries: tuple[str, ...] = ()
    python: str = ""

    def of_kind(self, *kinds: Kind) -> tuple[Component, ...]:
        """Return the components of some kinds."""
        return tuple(one for one in self.components if one.kind in kinds)

    def python_versions(self) -> dict[str, frozenset[str]]:
        """Return the versions of each Python distribution by its normalized name.

        Two of one name are there after an installation over another one: files of only one of them.
        """
        found: dict[str, set[str]] = {}
        for one in self.of_kind("pypi"):
            found.setdefault(canonicalize_name(one.name), set()).add(one.version)
        return {name: frozenset(versions) for name, versions in found.items()}


def inventory_of(
    engine: Engine, image: Image, base_ids: frozenset[str], memory: LayerMemory
) -> Inventory:
    """Return what the lists in an image name. Raises EngineLost when the engine breaks off."""
    layers = listings(engine, image, base_ids, memory)
    saved = read_images(engine, [image], frozenset(image.diff_ids), read_lists, memory.names)
    return inventory(Tree(layers), [saved.layers[diff_id] for diff_id in image.diff_ids])


def inventory(tree: Tree, texts: Sequence[Mapping[str, str]]) -> Inventory:
    """Return what the lists name that a container sees.

    `texts` are the lists of each layer by path, lowest layer first, as `read_lists` gives them.
    """
    seen = {
        path: texts[one.layer][path]
        for path, one in sorted(tree.seen.items())
        if one.entry.kind == "file" and path in texts[one.layer]
    }
    distro = _distribution(next((seen[path] for path in _OS_RELEASE if path in seen), ""))
    found: dict[str, Component] = {}
    for path, text in seen.items():
        for pattern, read in _READERS:
            if pattern.fullmatch(path):
                for one in read(path, text, seen, distro):
                    found.setdefault(one.purl, one)
    paths = sorted(entry.path for entry in tree.files())
    folders = PackageFolders(paths)
    pythons = sorted(m[2] for path in tree.seen if (m := _PYTHON.fullmatch(path)))
    return Inventory(
        tuple(found[purl] for purl in sorted(found)),
        tuple(path for path in paths if _BUNDLED.fullmatch(folders.below(path) or "")),
        pythons[-1] if pythons else "",
    )


def read_lists(layer: IO[bytes]) -> dict[str, str]:
    """Return the lists in a layer's archive, by path."""
    found: dict[str, str] = {}
    patterns = [pattern for pattern, _ in _READERS]
    with layer_files(layer) as files:
        for member in files:
            path = posixpath.normpath(f"/{member.name}").strip("/")
            wanted = path in _OS_RELEASE or _RECORD.fullmatch(path)
            if member.isfile() and (wanted or any(one.fullmatch(path) for one in patterns)):
                source = files.extractfile(member)
                assert source is not None
                found[path] = source.read().decode("utf-8", "replace")
    return found


_Seen = Mapping[str, str]


def _distribution(os_release: str) -> tuple[str, str]:
    """Return id and version of the distribution, such as debian and 13."""
    fields = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    return fields.get("ID", "").strip('"'), fields.get("VERSION_ID", "").strip('"')


def _of_dpkg(path: str, text: str, _: _Seen, distro: tuple[str, str]) -> Iterator[Component]:
    for fields in dpkg_paragraphs(text):
        name, version = fields.get("Package"), fields.get("Version")
        # The files of a distroless image have no status: what is there is installed.
        if name and version and fields.get("Status", "") in ("install ok installed", ""):
            yield _system("deb", (name, version, fields.get("Architecture", "")), path, distro)


def _of_apk(path: str, text: str, _: _Seen, distro: tuple[str, str]) -> Iterator[Component]:
    for paragraph in text.split("\n\n"):
        fields = dict(line.split(":", 1) for line in paragraph.splitlines() if ":" in line)
        if "P" in fields and "V" in fields:
            yield _system("apk", (fields["P"], fields["V"], fields.get("A", "")), path, distro)


def _system(
    kind: Literal["deb", "apk"], named: tuple[str, str, str], path: str, distro: tuple[str, str]
) -> Component:
    """Return the component of a system package: `named` has name, version and architecture."""
    name, version, architecture = named
    qualifiers = {"arch": architecture, "distro": "-".join(filter(None, distro))}
    url = PackageURL(kind, distro[0] or None, name, version, qualifiers)
    return Component(kind, name, version, url.to_string(), path)


def _of_python(path: str, text: str, seen: _Seen, _: tuple[str, str]) -> Iterator[Component]:
    fields = HeaderParser().parsestr(text)
    name, version = fields["Name"], fields["Version"]
    if name and version:
        url = PackageURL("pypi", None, canonicalize_name(name), version)
        record = f"{posixpath.dirname(path)}/RECORD"
        files = frozenset(_owned(record, seen.get(record, "")))
        yield Component("pypi", name, version, url.to_string(), path, files)


def _owned(path: str, record: str) -> Iterator[str]:
    """Yield the files that a RECORD lists, without the metadata itself."""
    metadata = posixpath.dirname(path)
    for row in csv.reader(record.splitlines()):
        if row:
            file = posixpath.normpath(posixpath.join(posixpath.dirname(metadata), row[0]))
            if not file.startswith(f"{metadata}/"):
                yield file.strip("/")


def _of_wheel(path: str, text: str, _: _Seen, __: tuple[str, str]) -> Iterator[Component]:
    try:
        told = json.loads(text)
        itself = str(told["metadata"]["component"]["purl"])
        parts = [
            (part["name"], part.get("version"), part.get("purl")) for part in told["components"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # an SBOM of another kind
    for name, version, purl in parts:
        # Extension modules of the wheel's own project are no components beside it.
        if version and not (purl and _project(purl) == _project(itself)):
            yield Component("bundled", name, version, _url(purl, name, version), path)


def _url(purl: str | None, name: str, version: str) -> str:
    """Return a package URL as it was told, or a generic one if none was, or a wrong one."""
    try:
        return PackageURL.from_string(purl or "").to_string()
    except ValueError:
        return PackageURL("generic", None, name, version).to_string()


def _project(purl: str) -> str:
    return re.split("[?#]", purl)[0].lower().replace("_", "-")


_READERS: tuple[
    tuple[re.Pattern[str], Callable[[str, str, _Seen, tuple[str, str]], Iterator[Component]]], ...
] = (
    (_DPKG, _of_dpkg),
    (_APK, _of_apk),
    (_METADATA, _of_python),
    (_SBOM, _of_wheel),
)
