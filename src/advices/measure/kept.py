"""What of a committed result a run keeps, so that it need not be measured again.

A command writes it to a file, and the kernel that it starts reads it there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from advices.core import Record, write_whole
from advices.lab import Lab
from advices.results import MistakeResult, Result, VariantResult

KEPT_VARIABLE = "ADVICES_KEPT"


class Kept(Record):
    """The variants of `result` or only some `variants`, some mistakes by id, and the exercise's.

    Without `proofs` neither mistakes nor the exercise are measured, and nobody asks for them.
    """

    result: Result | None = None
    variants: dict[str, VariantResult] = Field(default_factory=dict)
    mistakes: dict[str, MistakeResult] = Field(default_factory=dict)
    exercise: Kept | None = None
    proofs: bool = True

    def holds_all(self, lab: Lab) -> bool:
        """Return whether nothing of the lab and its exercise is left to measure."""
        return self.result is not None and (
            not self.proofs
            or (
                self.mistakes.keys() >= {mistake.id for mistake in lab.mistakes}
                and (lab.exercise is None or self.of_exercise().holds_all(lab.exercise))
            )
        )

    def of_exercise(self) -> Kept:
        """Return what is kept of the exercise."""
        return self.exercise or Kept()

    def save(self, folder: Path) -> Mapping[str, str]:
        """Write this to a folder; return the environment that leads a kernel there."""
        file = write_whole(folder / "kept.json", self.model_dump_json())
        return {KEPT_VARIABLE: str(file)}


def kept_file() -> Path | None:
    """Return the file that a command left for this kernel, None without one."""
    name = os.environ.get(KEPT_VARIABLE)
    return Path(name) if name else None
