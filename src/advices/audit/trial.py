"""Builds a project as it is, with each remedy alone, and with all that passed together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from advices.audit.alone import Alone
from advices.audit.canaries import Canary
from advices.audit.decided import decided
from advices.audit.health import health_command
from advices.audit.how import ALONE
from advices.audit.hunt import FIXED, Hunt
from advices.audit.lab_of import YOURS
from advices.audit.life import with_life
from advices.audit.pages import Served
from advices.audit.reads import Reads
from advices.audit.remedies import (
    REMEDIES,
    Change,
    Remedy,
    in_effect,
    remedies,
    together,
)
from advices.audit.taking import Makes, Planned, overlapped, taken
from advices.audit.tried import Trial, Tried, with_others
from advices.core import NeverAnswered, StepFailed
from advices.measure import QUICK, Measurer, steps
from advices.probes import startup
from advices.results import VariantResult

# The project as it is, started once more.
_AGAIN = "again"
# Of these the one that keeps the full base for the build may work where the other does not.
_SMALLER, _IN_STAGES = "slim", "stages"


def _nothing() -> None:
    pass


class Trials(Alone):
    """The trials of one project in one run."""

    def yours(self, *, with_secrets: bool) -> tuple[VariantResult, tuple[Canary, ...]]:
        """Return what the project measures as it is and, with secrets, shows of made-up ones."""
        with self._bench.ready() as measurer, self._beside.up():
            hunt = self._hunting(measurer)
            measured = self._as_it_is(measurer)
            if with_secrets:
                hunt.begin(self._unchanged)
            return measured, hunt.yours

    def _as_it_is(
        self, measurer: Measurer, free: Callable[[VariantResult], object] = lambda _: None
    ) -> VariantResult:
        self._beside.anew()
        candidate = self._candidate(YOURS, self._lab.variants["bad"])
        measured = taken(measurer, self._project, candidate, self._all_steps, free)
        return self._with_variables(YOURS, measured)

    def all(self) -> Trial:
        """Return the trial of the project. Raises what a build of it as it is raises."""
        with self._bench.ready() as measurer, self._beside.up():
            self._hunt = hunt = self._hunting(measurer)
            if self._project.beside:
                return self._whole(measurer, hunt, partial(hunt.begin, self._unchanged))
            # What is looked for by canaries is known when a change of it has been built.
            work = partial(self._whole, measurer, hunt)
            return overlapped(work, partial(hunt.begin, self._unchanged))

    def _whole(self, measurer: Measurer, hunt: Hunt, free: Callable[[], object]) -> Trial:
        """Return the trial. `free` is called once the project as it is was built and read."""
        waits = self._project.beside or self._scope.quick or hunt.decides
        if waits:
            self._see(measurer, free)
            self._source = replace(self._source, leaking=self._leaking(hunt))
        changes, left_out = self._changes()
        if waits:
            trial = self._of_changes(measurer, changes)
        else:
            found: list[Tried] = []

            def alone() -> None:
                found.extend(self._each_alone(measurer, changes))

            # They are built while the containers and the layers of it are looked at.
            overlapped(partial(self._see, measurer, free), alone)
            trial = self._together(measurer, tuple(found))
        hunt.wait()
        canaries = hunt.after(trial.change) if trial.change else hunt.yours
        return replace(
            trial,
            silence=measurer.silence.get(YOURS, ""),
            changing=self._served.said if self._served else "",
            lives=self._life.says if self._life else "",
            canaries=canaries,
            left_out=(*trial.left_out, *left_out),
        )

    def _leaking(self, hunt: Hunt) -> tuple[str, ...]:
        if not self._scope.quick and not hunt.decides:
            return self._source.leaking
        hunt.wait()
        return hunt.leaking

    def _see(
        self, measurer: Measurer, free: Callable[[], object], built: Callable[[], object] = _nothing
    ) -> None:
        """Learn what the project does as it is.

        `built` is called once it was built and started, if it answered: what changes are compared
        with is known then, but for its numbers. `free` is called once its layers were read as well.
        """

        def started(yours: VariantResult) -> None:
            if self._project.beside:
                return
            if yours.boot.answered:
                built()
            if yours.layers:
                free()

        yours = self._as_it_is(measurer, started)
        if fault := self._checked(YOURS):
            raise StepFailed(
                f"the project as it is does not pass --check: {fault}",
                why="the command fails in a container of its image",
                next_step="fix the command or the project; nothing was changed",
            )
        free()
        self._yours.be(self._looked_at_again(measurer, yours))
        built()

    @property
    def _unchanged(self) -> Change:
        return Change("", self._source.text)

    def _hunting(self, measurer: Measurer) -> Hunt:
        reads = Reads(self._bench.workshop, self._image, self._values, measurer.base_ids)
        return Hunt(self._project, self._lab, measurer, self._candidate, reads=reads)

    def _changes(self) -> tuple[dict[str, Change], tuple[tuple[str, str], ...]]:
        """Return the changes by the names of their remedies, and what is left out, and why."""
        changes, overruled = remedies(self._source), decided(self._project)
        out = tuple((f"the change `{n}`", why) for n, why in overruled.items() if n in changes)
        return {name: one for name, one in changes.items() if name not in overruled}, out

    def _of_changes(self, measurer: Measurer, changes: Mapping[str, Change]) -> Trial:
        if self._scope.quick and (trial := self._at_once(measurer, changes)):
            return trial
        return self._together(measurer, self._each_alone(measurer, changes))

    @property
    def _all_steps(self) -> Planned:
        return Planned(steps(self._lab, QUICK))

    def _looked_at_again(self, measurer: Measurer, yours: VariantResult) -> VariantResult:
        """Learn what the project does each time: the page it serves, and its health check.

        Return what it measures, with what is seen of one that serves no page.
        """
        if not yours.boot.answered:
            self._life = self._life_of(YOURS)
            return with_life(yours, self._life)
        # Another container: what one makes up at its start differs as well.
        self._beside.anew()
        engine, run_id = self._bench.workshop.engine, self._bench.run.id
        image = startup.Image(
            *(engine, self._lab, self._image(YOURS).id, _AGAIN, run_id), self._how(_AGAIN)
        )
        with contextlib.suppress(NeverAnswered):
            _, second = startup.first_page(image)
            self._served = Served(measurer.pages[YOURS], second)
        if health_command(self._image(YOURS).config):
            self._healthy_after = self._healthy(YOURS)
        return yours

    def _at_once(
        self,
        measurer: Measurer,
        changes: Mapping[str, Change],
    ) -> Trial | None:
        """Return the trial of all changes at once, None where that breaks something.

        What made nothing better with all others is left out, and the rest is built again.
        """
        # What a build that is left out would show cannot be proved.
        measured = ("", *self._lab.replays)
        wanted = [one for one in REMEDIES if one.name in changes and one.measure.of in measured]
        trial = self._all_of(measurer, changes, wanted)
        if trial is None and changes.keys() >= {_SMALLER, _IN_STAGES}:
            wanted = [one for one in wanted if one.name != _SMALLER]
            trial = self._all_of(measurer, changes, wanted)
        return trial

    def _all_of(
        self,
        measurer: Measurer,
        changes: Mapping[str, Change],
        wanted: Sequence[Remedy],
    ) -> Trial | None:
        found: dict[str, Tried] = {}
        yours = self._yours()
        fixes = list(in_effect(self._source, wanted))
        for one in (left for left in wanted if left not in fixes):
            found[one.name] = Tried(one, changes[one.name], None, None, is_covered=True)
        while fixes:
            makes = partial(together, wanted=fixes)
            change, after, refused = self._made(measurer, FIXED, makes, self._all_steps)
            if after is None or refused:
                return None
            for one in fixes:
                own = self._own(one, changes[one.name])
                one_of = self._judged(one, own, change, (yours, after), name=FIXED)
                found[one.name] = one_of if len(fixes) == 1 else with_others(one_of, yours, after)
            names = tuple(one.name for one in fixes if found[one.name].is_fix)
            if len(names) == len(fixes):
                tried = tuple(found.values())
                return Trial(yours, tried, after, change, names, left_out=(ALONE,))
            fixes = [one for one in fixes if one.name in names]
        return Trial(yours, tuple(found.values()), left_out=(ALONE,))

    def _together(self, measurer: Measurer, found: tuple[Tried, ...]) -> Trial:
        """Return the trial with all fixes that go together: the last ones go first if they fail."""
        yours, fixes = self._yours(), [one.remedy for one in found if one.is_fix]
        works = in_effect(self._source, fixes)
        found = tuple(
            replace(one, is_covered=True)
            if one.remedy in fixes and one.remedy not in works
            else one
            for one in found
        )
        fixes = list(works)
        while fixes:
            makes = partial(together, wanted=fixes)
            change, after, refused = self._made_with_canaries(measurer, makes)
            if after is not None and not refused:
                names = tuple(one.name for one in fixes)
                return Trial(yours, found, after, change, names)
            gone = fixes.pop()
            found = tuple(
                replace(one, refused=f"with the other changes: {refused}")
                if one.remedy == gone
                else one
                for one in found
            )
        return Trial(yours, found)

    def _made_with_canaries(
        self, measurer: Measurer, makes: Makes
    ) -> tuple[Change, VariantResult | None, str]:
        """Return what `_made` does of all fixes, and learn meanwhile what still shows a secret."""
        made: list[Change] = []

        def work(free: Callable[[], object]) -> tuple[Change, VariantResult | None, str]:
            def built(change: Change) -> None:
                made.append(change)
                free()

            return self._made(measurer, FIXED, makes, self._all_steps, free=built)

        def canaries() -> None:
            if self._hunt:
                self._hunt.after(made[0])

        return overlapped(work, canaries)
