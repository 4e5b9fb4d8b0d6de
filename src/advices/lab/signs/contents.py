"""Pure: what a Dockerfile does to the lists of packages in its image, and to its labels."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Literal

from advices.core import Record
from advices.lab.signs.values import Names
from advices.lab.signs.view import View

_REMOVERS = frozenset({"rm", "find", "unlink"})
_REFERENCE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]+))?\})")


class Removes(Record):
    """A RUN of the last image removes a path that has one of these patterns.

    `any_stage` also looks at the stages that it copies from.
    """

    any_of: Names
    any_stage: bool = False

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        return any(
            fnmatchcase(word, pattern)
            for one in (view.everywhere if self.any_stage else view.shipped)
            for call in one.calls
            if call.program in _REMOVERS
            for word in map(one.expand, call.words)
            for pattern in self.any_of
        )


class Labels(Record):
    """One of some labels of the last image is missing, or is there without a value.

    `given` are the build arguments that the build passes. A variable has a value if ENV sets it, or
    an ARG of the stage that has a default or is given.
    """

    any_of: Names
    are: Literal["missing", "empty"]
    given: Names = ()

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        found = self._found(view)
        if self.are == "missing":
            return not all(name in found for name in self.any_of)
        return any(found.get(name) is False for name in self.any_of)

    def _found(self, view: View) -> dict[str, bool]:
        """Return the labels of the last image, and of each whether it has a value."""
        known: set[str] = set()
        found: dict[str, bool] = {}

        def value_of(reference: re.Match[str]) -> str:
            return reference[3] or ("there" if (reference[1] or reference[2]) in known else "")

        for one in view.shipped:
            pairs = one.instruction.pairs
            if one.name in ("ARG", "ENV"):
                known |= {name for name, value in pairs if value or name in self.given}
            elif one.name == "LABEL":
                for name, value in pairs:
                    found[name.strip("\"'")] = bool(_REFERENCE.sub(value_of, value or "").strip())
        return found
