"""Pure: the parts of an image's name, as an engine reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass

DOCKER_HUB = "docker.io"
# The grammar of engines. One that is asked for `python:1:x` pulls python:x.
_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"(?:(?:[A-Za-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?/)?{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Reference:
    """An image's name in parts. `repository` is as it was written, the others "" if left out."""

    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def is_valid(self) -> bool:
        """Return whether an engine can read it."""
        return (
            _REPOSITORY.fullmatch(self.repository) is not None
            and (not self.tag or _TAG.fullmatch(self.tag) is not None)
            and (not self.digest or _DIGEST.fullmatch(self.digest) is not None)
        )

    @property
    def registry(self) -> str:
        """Return the registry's host, with its port if it has one: docker.io where none is said."""
        return self.full.partition("/")[0]

    @property
    def full(self) -> str:
        """Return the repository with all that an engine adds to it: docker.io/library/python."""
        first, _, rest = self.repository.partition("/")
        if not rest or not ("." in first or ":" in first or first == "localhost"):
            first, rest = DOCKER_HUB, self.repository
        if first in (DOCKER_HUB, f"index.{DOCKER_HUB}"):
            first = DOCKER_HUB
            rest = rest if "/" in rest else f"library/{rest}"
        return f"{first}/{rest}"

    @property
    def version(self) -> str:
        """Return what is pulled of the repository: its digest, else its tag, else `latest`."""
        return self.digest or self.tag or "latest"


def split(name: str) -> Reference:
    """Return the parts of `registry:5000/x:tag@sha256:...`. What is not valid is split as well."""
    rest, _, digest = name.partition("@")
    # A colon before the last slash is that of a port.
    head, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        return Reference(rest, "", digest)
    return Reference(head, tag, digest)
