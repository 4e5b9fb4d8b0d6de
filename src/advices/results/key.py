"""Pure: the parts of a key, and which of them changed.

A key is the digest of all that decides the numbers of a result. Its parts are kept with the result,
so that a run can say what changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import Field

from advices.core import Record, digest_of

_PART_LENGTH = 16


class KeyParts(Record):
    """Digests by what they stand for, such as `the Dockerfile of good`.

    `own` is what the project asks for and how it reads the answers, `around` the machine: engine,
    bases, scanners.
    """

    own: dict[str, str] = Field(default_factory=dict)
    around: dict[str, str] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the digest of all parts."""
        return digest_of({"own": self.own, "around": self.around})


class Confirmation(Record):
    """A check measured all anew and nothing moved: when, at which commit, by which toolkit."""

    date: str
    commit: str
    toolkit_version: str


def parts(data: Mapping[str, object]) -> dict[str, str]:
    """Return a digest for each named piece of data."""
    return {name: digest_of(one)[:_PART_LENGTH] for name, one in data.items()}


def why_changed(
    old: KeyParts | None, new: KeyParts, *, leave_out: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the names of the parts that differ, came or went; none when the keys are the same."""
    if old is None:
        return ("its result has no parts of a key",)
    before, after = {**old.own, **old.around}, {**new.own, **new.around}
    return tuple(
        name
        for name in dict.fromkeys([*after, *before])
        if before.get(name) != after.get(name) and name not in leave_out
    )
