"""What an audit tried, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

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


def with_others(tried: Tried, yours: VariantResult, after: VariantResult) -> Tried:
    """Return what a change that was tried with others did, as far as a measure shows it alone.

    A canary shows what its own change hides, and nothing else.
    """
    if tried.change.hides:
        return tried
    own, is_seen = tried.remedy.own, True
    was, is_ = (one.measures().get(own) if own else None for one in (yours, after))
    if was is not None and is_ is not None:
        is_seen = tried.remedy.is_better(was, is_)
    return replace(tried, alone=False, is_seen=is_seen)
