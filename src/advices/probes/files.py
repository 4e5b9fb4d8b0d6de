"""What is in an image: programs, packages, and the bytes on disk by what they are there for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from advices.images import Entry, Listing, PackageFolders, Tree, listings
from advices.probes.subject import Found, Subject
from advices.results import Value

METHOD = 2

# What runc takes where an image sets no PATH.
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_USUAL_FOLDERS = _DEFAULT_PATH.split(":")

# A program may have many names (cc, gcc, gcc-14, x86_64-linux-gnu-gcc-14): it counts once.
_TRIPLET = r"(?:[a-z0-9_]+-(?:[a-z0-9_]+-)?linux-(?:gnu|musl)[a-z0-9_]*-)?"
_VERSION = r"(?:-?[0-9][0-9.]*)?"
_COMPILERS = (
    r"(?P<gcc>gcc|cc|c89|c99|c89-gcc|c99-gcc|musl-gcc)",
    r"(?P<gxx>g\+\+|c\+\+)",
    r"(?P<clang>clang|clang\+\+)",
    r"(?P<other>tcc|gfortran|rustc|go|javac|gnat|ghc)",
)
_SHELLS = (r"(?P<other>sh|ash|bash|rbash|dash|zsh|rzsh|ksh|mksh|csh|tcsh|fish)",)
_PACKAGE_MANAGERS = (
    r"(?P<apt>apt|apt-get|aptitude)",
    r"(?P<pip>pip)",
    r"(?P<npm>npm|npx)",
    r"(?P<other>dpkg|apk|rpm|yum|dnf|microdnf|pacman|zypper|uv|pipx|poetry|pdm|conda|yarn|pnpm|gem)",
)

APT_LISTS = re.compile(r"var/(lib/apt/lists|cache/apt|cache/apk)/")
PIP_CACHE = re.compile(r"(.*/)?\.cache/pip/")
DOCUMENTATION = re.compile(
    r"usr/(local/)?share/(doc|man|info|locale|groff|help|lintian|linda|gtk-doc)/"
)
BUILD_TOOLS = re.compile(
    r"usr/(local/)?include/|usr/lib(exec)?/gcc/|usr/(local/)?lib/([^/]+/)?pkgconfig/"
    r"|(usr/)?(local/)?lib/([^/]+/)*[^/]+\.a$"
)
DISTRIBUTION = re.compile(
    r"(?:.*/)?(?:site|dist)-packages/[^/]+"
    r"(?:\.dist-info/METADATA|\.egg-info/PKG-INFO|\.egg-info)"
)
CAUSES = (
    "apt_lists_bytes",
    "pip_cache_bytes",
    "build_tool_bytes",
    "documentation_bytes",
    "python_package_bytes",
    "app_bytes",
    "other_bytes",
    "hidden_bytes",
)


def probe(subject: Subject) -> Found:
    """Return what the image holds, read from its layers. Bytes are those of files, unpacked.

    Raises EngineLost when the engine breaks off.
    """
    layers = listings(subject.engine, subject.image, subject.base_ids, subject.workshop.memory)
    return Found(values(layers, subject.image.config))


def values(layers: tuple[Listing, ...], config: Mapping[str, Any]) -> dict[str, Value]:
    """Return the measures of an image with these layers and this configuration."""
    tree = Tree(layers)
    on_path = tree.executables(search_path(config))
    around = tree.executables([*search_path(config), *_USUAL_FOLDERS])
    return {
        "executables": len(on_path),
        "shells": len(programs(around, _SHELLS)),
        "compilers": len(programs(around, _COMPILERS)),
        "package_managers": len(programs(around, _PACKAGE_MANAGERS)),
        "setuid_files": sum(bool(entry.mode & 0o6000) for entry in tree.files()),
        "packages": tree.packages(),
        "distributions": len(distributions(tree.files())),
        **partition(tree, str(config.get("WorkingDir") or "")),
    }


def search_path(config: Mapping[str, Any]) -> list[str]:
    """Return the folders of PATH as the image sets it."""
    for variable in config.get("Env") or ():
        name, _, value = str(variable).partition("=")
        if name == "PATH":
            return [folder for folder in value.split(":") if folder.startswith("/")]
    return list(_USUAL_FOLDERS)


def programs(executables: Mapping[str, str], kinds: Iterable[str]) -> frozenset[str]:
    """Return the programs of some kinds among executables.

    `executables` gives the file behind each name. Versions and platforms in a name are left
    out, and names for one file are one program.
    """
    known = re.compile(f"{_TRIPLET}(?:{'|'.join(kinds)}){_VERSION}")
    found = set()
    for name, path in executables.items():
        if known.fullmatch(name):
            # BusyBox is the file behind all of its names and is called like none of them.
            real = known.fullmatch(path.rpartition("/")[2])
            found.add(_kind(real) if real else path)
    return frozenset(found)


def _kind(match: re.Match[str]) -> str:
    (kind,) = [key for key, value in match.groupdict().items() if value is not None]
    return match["other"] if kind == "other" else kind


def distributions(files: Iterable[Entry]) -> frozenset[str]:
    """Return the metadata file of each installed Python distribution."""
    paths = [entry.path for entry in files]
    found = PackageFolders(paths).distributions()
    return frozenset(path for path in paths if path in found or DISTRIBUTION.fullmatch(path))


def partition(tree: Tree, workdir: str) -> dict[str, int]:
    """Return the bytes of all files by cause: each byte counts once.

    A file belongs to the first of these that fits: hidden below a later layer, package lists,
    pip's cache, Python packages, the project below `workdir`, documentation, build tools.
    """
    app = workdir.strip("/")
    folders = PackageFolders((entry.path for entry in tree.files()), workdir)

    def cause(entry: Entry) -> str:
        for name, paths in (
            ("apt_lists_bytes", APT_LISTS),
            ("pip_cache_bytes", PIP_CACHE),
        ):
            if paths.match(entry.path):
                return name
        if folders.below(entry.path) is not None:
            return "python_package_bytes"
        if app and entry.path.startswith(f"{app}/"):
            return "app_bytes"
        if DOCUMENTATION.match(entry.path):
            return "documentation_bytes"
        if entry.build_tool or BUILD_TOOLS.match(entry.path):
            return "build_tool_bytes"
        return "other_bytes"

    found = tree.bytes_by(cause, "hidden_bytes")
    return {name: found.get(name, 0) for name in CAUSES}
