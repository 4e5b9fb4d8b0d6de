"""What nobody asked for and was found out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chosen:
    """One thing that was found out: its name, what it is, why, and the option that changes it.

    `option` is "" where none does.
    """

    name: str
    value: str
    why: str
    option: str

    def told(self) -> str:
        """Return it as a line for the reader."""
        changes = f" ({self.option} changes it)" if self.option else ""
        return f"{self.name}: {self.value}, because {self.why}{changes}"
