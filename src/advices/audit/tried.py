"""What an audit tried, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from advices.audit.canaries import Canary
from advices.audit.remedies import Change, Remedy
from advices.results import Value, VariantResult


@dataclass(frozen=True)
class Tried:
    """What a remedy did: its measure before and after, and what it broke, "" for nothing.

    One that `is_covered` has nothing left to change behind the others. Where it was not tried
    `alone`, `after` is what all changes made of its measure together, which nobody can divide among
    them; and it `is_seen` to have a part in that, unless what is its own says otherwise.
    """

    remedy: Remedy
    change: Change
    before: Value | None
    after: Value | None
    refused: str = ""
    is_covered: bool = False
    alone: bool = True
    is_seen: bool = True

    @property
    def is_fix(self) -> bool:
        """Return whether it broke nothing and made its measure better."""
        if self.refused or not self.is_seen or self.before is None or self.after is None:
            return False
        return self.remedy.is_better(self.before, self.after)


@dataclass(frozen=True)
class Trial:
    """What a project measures, what each remedy did alone, and the project with all that passed.

    `fixed` is None where nothing passed, else `change` leads to it. `silence` says why the project
    as it is did not answer, "" when it did, and `lives` what its container does instead; `changing`
    how far its page could be compared, "" where it is the same each time. `canaries` are what was
    given a made-up secret, and where that was. `left_out` is what nobody looked at, and why.
    """

    yours: VariantResult
    tried: tuple[Tried, ...]
    fixed: VariantResult | None = None
    change: Change | None = None
    names: tuple[str, ...] = ()
    silence: str = ""
    lives: str = ""
    changing: str = ""
    canaries: tuple[Canary, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
