"""Builds a project as it is, with each remedy alone, and with all that passed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from advices.audit.beside import Beside
from advices.audit.gate import broken
from advices.audit.how import How
from advices.audit.lab_of import YOURS, variant_of
from advices.audit.project import Project
from advices.audit.remedies import REMEDIES, Change, Remedy, remedies, together
from advices.core import (
    AdvicesError,
    CommandFailed,
    DiskFull,
    EngineLost,
    EngineRefused,
    StepFailed,
)
from advices.engine import Start
from advices.lab import COLD, Lab, MeasureName, Variant
from advices.measure import (
    QUICK,
    Bench,
    Candidate,
    Measurer,
    PlanStep,
    for_audits,
    steps,
    steps_giving,
)
from advices.results import Value, VariantResult

FIXED = "fixed"
# What the gate looks at besides the answer.
_GATE = tuple(
    MeasureName(name) for name in ("distributions_failing", "missing_libraries", "stop_exit_code")
)
_CHECK_SECONDS = 300.0


def planned_for(lab: Lab, remedy: Remedy) -> Sequence[PlanStep]:
    """Return the steps of a project's lab that show what a remedy alone brings, and breaks."""
    return steps_giving(lab, {remedy.measure, *_GATE})


@dataclass(frozen=True)
class Tried:
    """What a remedy did alone: its measure before and after, and what it broke, "" for nothing."""

    remedy: Remedy
    change: Change
    before: Value | None
    after: Value | None
    refused: str = ""

    @property
    def is_fix(self) -> bool:
        """Return whether it broke nothing and made its measure better."""
        if self.refused or self.before is None or self.after is None:
            return False
        return self.remedy.is_better(self.before, self.after)


@dataclass(frozen=True)
class Trial:
    """What a project measures, what each remedy did alone, and the project with all that passed.

    `fixed` is None where nothing passed, else `change` leads to it. `silence` says why the project
    as it is did not answer, "" when it did. `at_once` says that no change was tried alone.
    """

    yours: VariantResult
    tried: tuple[Tried, ...]
    fixed: VariantResult | None = None
    change: Change | None = None
    names: tuple[str, ...] = ()
    silence: str = ""
    at_once: bool = False


class Trials:
    """The trials of one project in one run."""

    def __init__(
        self, bench: Bench, project: Project, check: str, beside: Beside, how: How
    ) -> None:
        self._bench = bench
        self._lab: Lab = bench.lab
        self._project = project
        self._check = check
        self._quick = how.quick
        self._beside = beside

    def all(self) -> Trial:
        """Return the trial of the project. Raises what a build of it as it is raises."""
        with self._bench.ready() as measurer, self._beside.up():
            whole = steps(self._lab, QUICK)
            self._beside.anew()
            yours = self._taken(measurer, YOURS, self._lab.variants["bad"], whole)
            if fault := self._checked(YOURS):
                raise StepFailed(
                    f"the project as it is does not pass --check: {fault}",
                    why="the command fails in a container of its image",
                    next_step="fix the command or the project; nothing was changed",
                )
            changes = remedies(self._project.source())
            trial = self._at_once(measurer, yours, changes, whole) if self._quick else None
            if trial is None:
                found = [
                    self._alone(measurer, yours, remedy, changes[remedy.name])
                    for remedy in REMEDIES
                    if remedy.name in changes
                ]
                fixes = [one.remedy for one in found if one.is_fix]
                trial = self._together(measurer, yours, tuple(found), fixes, whole)
            return replace(trial, silence=measurer.silence.get(YOURS, ""))

    def _at_once(
        self,
        measurer: Measurer,
        yours: VariantResult,
        changes: Mapping[str, Change],
        whole: Sequence[PlanStep],
    ) -> Trial | None:
        """Return the trial of all changes at once, None where that breaks something.

        What made nothing better with all others is left out, and the rest is built again.
        """
        found: dict[str, Tried] = {}
        fixes = [one for one in REMEDIES if one.name in changes]
        while fixes:
            change = together(self._project.source(), fixes)
            after, refused = self._measured(measurer, yours, FIXED, change, whole)
            if after is None or refused:
                return None
            was, is_ = yours.measures(), after.measures()
            for one in fixes:
                values = (was.get(one.measure), is_.get(one.measure))
                found[one.name] = Tried(one, changes[one.name], *values)
            names = tuple(one.name for one in fixes if found[one.name].is_fix)
            if len(names) == len(fixes):
                tried = tuple(found.values())
                return Trial(yours, tried, after, change, names, at_once=True)
            fixes = [one for one in fixes if one.name in names]
        return Trial(yours, tuple(found.values()), at_once=True)

    def _alone(
        self, measurer: Measurer, yours: VariantResult, remedy: Remedy, change: Change
    ) -> Tried:
        planned = planned_for(self._lab, remedy)
        after, refused = self._measured(measurer, yours, remedy.name, change, planned)
        was = yours.measures().get(remedy.measure)
        is_ = after.measures().get(remedy.measure) if after else None
        return Tried(remedy, change, was, is_, refused)

    def _together(
        self,
        measurer: Measurer,
        yours: VariantResult,
        found: tuple[Tried, ...],
        fixes: list[Remedy],
        whole: Sequence[PlanStep],
    ) -> Trial:
        """Return the trial with all fixes that go together: the last ones go first if they fail."""
        source = self._project.source()
        while fixes:
            change = together(source, fixes)
            after, refused = self._measured(measurer, yours, FIXED, change, whole)
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

    def _measured(
        self,
        measurer: Measurer,
        yours: VariantResult,
        name: str,
        change: Change,
        planned: Sequence[PlanStep],
    ) -> tuple[VariantResult | None, str]:
        """Return what a change measures, and what it breaks: then it is no fix."""
        variant = variant_of(
            *(self._project, self._lab.folder, name, change.dockerfile), ignores=change.ignores
        )
        try:
            self._beside.anew()
            after = self._taken(measurer, name, variant, planned)
        except (EngineLost, DiskFull):
            raise
        except StepFailed as error:
            return None, f"it does not build: {error.what}"
        except AdvicesError as error:
            return None, error.what
        return after, broken(yours, after) or self._checked(name)

    def _taken(
        self, measurer: Measurer, name: str, variant: Variant, planned: Sequence[PlanStep]
    ) -> VariantResult:
        """Return what the steps show, done side by side as far as nobody can see that."""
        candidate = self._candidate(name, variant)
        if self._project.beside:
            # Two containers at once would disturb each other in what they share.
            return measurer.measure(candidate, planned)
        return measurer.measure_beside(
            *(candidate, planned, lambda *_: None), builds_first=name in (YOURS, FIXED)
        )

    @property
    def _how(self) -> Start:
        """Return how every container of the project is started."""
        return self._project.how.with_more(replace(self._beside.how, env=self._project.env))

    def _candidate(self, name: str, variant: Variant) -> Candidate:
        file = self._lab.folder / variant.dockerfile
        is_yours = name == YOURS
        return Candidate(
            *(name, file, variant),
            fresh=is_yours,
            cache_of=YOURS,
            limits=for_audits(self._bench.run.id),
            unknown=True,
            how=self._how,
        )

    def _checked(self, name: str) -> str:
        """Return what the reader's own check says against an image, "" when it passes."""
        if not self._check:
            return ""
        engine, run_id = self._bench.workshop.engine, self._bench.run.id
        tag = f"docker-advices-run/{run_id}:{self._lab.slug}-{name}-{COLD}"
        asked = Start(entrypoint=("sh", "-c"), command=(self._check,), default_capabilities=True)
        how = self._how.with_more(asked)
        try:
            ran = engine.run_once(tag, run_id=run_id, how=how, timeout_seconds=_CHECK_SECONDS)
        except (CommandFailed, EngineRefused) as error:
            return error.what
        if ran.exit_code == 0:
            return ""
        last = (ran.stdout.strip().splitlines() or ["it printed nothing"])[-1]
        return f"`{self._check}` ended with exit code {ran.exit_code}: {last}"
