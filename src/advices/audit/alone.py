"""Each change of a project alone + engine -> what it brings, and what it breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from advices.audit.hunt import AT_ONCE
from advices.audit.remedies import REMEDIES, Change, Remedy
from advices.audit.taking import groups, in_order, made_by, planned_for
from advices.audit.tried import Tried
from advices.audit.trying import Trying
from advices.measure import Measurer
from advices.results import VariantResult

_Made = tuple[Change, VariantResult | None, str]


class Alone(Trying):
    """Tries the changes of one project one by one."""

    def _each_alone(self, measurer: Measurer, changes: Mapping[str, Change]) -> tuple[Tried, ...]:
        """Return what each of some changes does alone, in the order of their remedies."""
        of = {one.name: one for one in REMEDIES if one.name in changes}
        made: dict[str, _Made] = {}
        found: dict[str, Tried] = {}

        def judge(name: str) -> None:
            found[name] = self._tried(of[name], made[name])

        def alone(name: str, built: Callable[[], object]) -> None:
            made[name] = self._alone(measurer, of[name], changes[name], built)
            if not changes[name].hides:
                judge(name)

        def look(names: Sequence[str]) -> None:
            if self._hunt:
                self._hunt.look_into([name for name in names if not made[name][2]])
            for name in names:
                judge(name)

        at_a_time = AT_ONCE if not self._project.beside else 1
        # Nobody compares their seconds: while one waits for its container another one builds.
        in_order(alone, look, groups(changes, self._source), at_a_time)
        return tuple(found[name] for name in of)

    def _alone(
        self,
        measurer: Measurer,
        remedy: Remedy,
        change: Change,
        built: Callable[[], object],
    ) -> _Made:
        makes = partial(made_by, remedy, change)
        planned = planned_for(self._lab, remedy, self._yours)
        return self._made(*(measurer, remedy.name, makes, planned), free=lambda _: built())

    def _tried(self, remedy: Remedy, made: _Made) -> Tried:
        yours, (change, after, refused) = self._yours(), made
        if refused or after is None:
            was = yours.measures().get(remedy.measure)
            is_ = after.measures().get(remedy.measure) if after else None
            return Tried(remedy, change, was, is_, refused)
        return self._judged(remedy, change, change, (yours, after), name=remedy.name)

    def _own(self, remedy: Remedy, change: Change) -> Change:
        """Return a remedy's change with what was found out since it was made."""
        return made_by(remedy, change, self._source)

    def _judged(
        self,
        remedy: Remedy,
        change: Change,
        whole: Change,
        measured: tuple[VariantResult, VariantResult],
        *,
        name: str,
    ) -> Tried:
        """Return what a change brought, by what was measured before it and after it.

        `whole` is what was built, `name` what its image is called. What hides a secret is judged
        by a canary, the others by their measure.
        """
        if change.hides and self._hunt:
            return Tried(remedy, change, *self._hunt.hidden(change, whole, name))
        was, is_ = (one.measures().get(remedy.measure) for one in measured)
        return Tried(remedy, change, was, is_)
