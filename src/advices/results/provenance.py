"""Where a result comes from: the machine, the versions, the bases, its key."""

from __future__ import annotations

import operator
from typing import Annotated, Literal

from pydantic import Field

from advices.core import Record
from advices.results.key import Confirmation, KeyParts

Count = Annotated[int, Field(ge=0)]
PUBLISHED_PLATFORM = "linux/amd64"


class BaseRecord(Record):
    """Which image stood behind a FROM name, and how far it is from the official one.

    `identity` is the digest of an official image, and for a stand-in the digest of its
    recipe: its own image id changes with every build. A recipe takes what Debian has today, so a
    stand-in has `contents` as well, the digest of its packages' versions; some of these are told.
    The published bytes are the official image's transfer bytes, linux/amd64, as
    docker-library/repo-info gives them.
    """

    kind: Literal["official", "stand-in", "local"]
    identity: str
    contents: str = ""
    versions: tuple[str, ...] = ()
    disk_bytes: Count
    transfer_bytes: Count
    published_transfer_bytes: Count | None
    published_date: str | None

    def distance(self, platform: str) -> float | None:
        """Return how far a base on a platform is from the published bytes, as a part of them.

        None where none are published, or for another platform only.
        """
        if self.published_transfer_bytes is None or platform != PUBLISHED_PLATFORM:
            return None
        return self.transfer_bytes / self.published_transfer_bytes - 1

    @property
    def fingerprint(self) -> str:
        """Return what differs between two bases: kind, identity, and the digest of its packages."""
        return " ".join(filter(None, (self.kind, self.identity, self.contents)))


class Provenance(Record):
    """What, when, where and with which versions a result was measured.

    `key` is the digest of all that decides the numbers, `key_parts` that of each part of it.
    `confirmed` is the last check after which the result was said to stand. `seconds` says where the
    time of the run went, by kind of work; "all" is its whole wall time.
    """

    date: str
    commit: str
    # Of a result from before keys had parts.
    lab_digest: str = Field(default="", exclude_if=operator.not_)
    toolkit_version: str
    mode: Literal["full", "quick"]
    cold_samples: Annotated[int, Field(ge=1)]
    replay_samples: Annotated[int, Field(ge=1)]
    bases: dict[str, BaseRecord]
    engine_version: str
    buildx_version: str
    storage_driver: str
    platform: str
    cores: Annotated[int, Field(ge=1)]
    pip_index: Literal["direct", "caching index on the host"]
    key: str = ""
    seconds: dict[str, float] = Field(default_factory=dict)
    key_parts: KeyParts | None = Field(default=None, exclude_if=operator.not_)
    confirmed: Confirmation | None = Field(default=None, exclude_if=operator.not_)
