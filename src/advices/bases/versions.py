"""What is in a stand-in: the versions of all that it was made of, and their digest.

A recipe takes what Debian has today, so one recipe gives other images in other months. The
versions are asked once, in a container, and stay with the image as labels: looking them up
starts nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from advices.core import CommandFailed

_DIGEST_LABEL = "io.docker-advices.contents"
_VERSIONS_LABEL = "io.docker-advices.versions"
_TOLD = ("python", "pip", "openssl of python", "libc6", "musl", "gcc", "postgresql-17")

_OF_PYTHON = """\
import importlib.metadata, platform, sqlite3, ssl, zlib
print("python", platform.python_version(), sep="\\t")
print("pip", importlib.metadata.version("pip"), sep="\\t")
print("openssl of python", ssl.OPENSSL_VERSION.split()[1], sep="\\t")
print("sqlite of python", sqlite3.sqlite_version, sep="\\t")
print("zlib of python", zlib.ZLIB_RUNTIME_VERSION, sep="\\t")
"""
SCRIPT = f"""\
set -eu
there() {{ command -v "$1" >/dev/null; }}
if there dpkg-query; then
    dpkg-query --show --showformat '${{Package}}\\t${{Version}}\\n'
elif there gcc; then
    printf 'gcc\\t%s\\n' "$(gcc -dumpfullversion)"
fi
if there python; then python -c '{_OF_PYTHON}'; fi
if there busybox; then busybox | sed -n '1s/^BusyBox v\\([^ ]*\\).*/busybox\\t\\1/p'; fi
for musl in /lib/ld-musl-*; do
    if [ -x "$musl" ]; then "$musl" 2>&1 | sed -n 's/^Version /musl\\t/p'; fi
done
"""
"""Prints a line for each package of an image, name and version with a tab between."""


@dataclass(frozen=True)
class Contents:
    """The digest of all names and versions; those that a reader would ask for, as they are told."""

    digest: str
    versions: tuple[str, ...]


def of_lines(printed: str) -> Contents:
    """Return the contents that `SCRIPT` printed, in whatever order.

    Raises CommandFailed when it printed no version at all.
    """
    lines = sorted(line for line in printed.splitlines() if "\t" in line)
    if not lines:
        raise CommandFailed("the image does not list any package")
    found = dict(line.split("\t", 1) for line in lines)
    digest = f"sha256:{hashlib.sha256(chr(10).join(lines).encode()).hexdigest()}"
    return Contents(digest, tuple(f"{name} {found[name]}" for name in _TOLD if name in found))


def labels(contents: Contents) -> dict[str, str]:
    """Return the labels that keep the contents with the image."""
    versions = json.dumps(contents.versions, separators=(",", ":"))
    return {_DIGEST_LABEL: contents.digest, _VERSIONS_LABEL: versions}


def of_labels(found: Mapping[str, str] | None) -> Contents | None:
    """Return the contents that an image's labels tell, None when they tell none."""
    try:
        found = found or {}
        return Contents(found[_DIGEST_LABEL], tuple(json.loads(found[_VERSIONS_LABEL])))
    except (KeyError, ValueError):
        return None
