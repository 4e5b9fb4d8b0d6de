"""Security fixes of packages, as their projects published them: facts that a lab counts with."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from advices.core import Record

_NUMBER = r"^\d+(\.\d+)*$"


class Fixes(Record):
    """The ids of security issues that each release of a package fixed.

    `packages` has, by normalized name and then by release, the ids. `source` says where they are
    published, `date` is the day of the newest. What is not here is not known: it is no proof of
    health.
    """

    source: str
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    packages: dict[str, dict[str, tuple[str, ...]]]

    @field_validator("packages")
    @classmethod
    def _releases_are_numbers(
        cls, packages: dict[str, dict[str, tuple[str, ...]]]
    ) -> dict[str, dict[str, tuple[str, ...]]]:
        ids = [
            one for releases in packages.values() for fixed in releases.values() for one in fixed
        ]
        for releases in packages.values():
            for release in releases:
                if not re.match(_NUMBER, release):
                    raise ValueError(f"`{release}` is not the number of a release")
        if len(ids) != len(set(ids)):
            raise ValueError("an id stands here twice")
        return packages
