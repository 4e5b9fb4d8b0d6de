"""Builds a project as it is, with each remedy alone, and with all that passed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from advices.audit.beside import Beside
from advices.audit.gate import broken
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
from advices.measure import QUICK, Bench, Candidate, Measurer, PlanStep, steps, steps_giving
from advices.results import Value, VariantResult

FIXED = "fixed"
# What the gate looks at besides the answer.
_GATE = tuple(
    MeasureName(name) for name in ("distributions_failing", "missing_libraries", "stop_exit_code")
)
_CHECK_SECONDS = 300.0


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
    as it is did not answer, "" when it did.
    """

    yours: VariantResult
    tried: tuple[Tried, ...]
    fixed: VariantResult | None = None
    change: Change | None = None
    names: tuple[str, ...] = ()
    silence: str = ""


class Trials:
    """The trials of one project in one run."""

    def __init__(self, bench: Bench, project: Project, check: str, beside: Beside) -> None:
        self._bench = bench
        self._lab: Lab = bench.lab
        self._project = project
        self._check = check
        self._beside = beside

    def yours(self) -> VariantResult:
        """Return what the project measures as it is; nothing is tried."""
        with self._bench.ready() as measurer, self._beside.up():
            self._beside.anew()
            candidate = self._candidate(YOURS, self._lab.variants["bad"])
            return measurer.measure(candidate, steps(self._lab, QUICK))

    def all(self) -> Trial:
        """Return the trial of the project. Raises what a build of it as it is raises."""
        with self._bench.ready() as measurer, self._beside.up():
            whole = steps(self._lab, QUICK)
            self._beside.anew()
            yours = measurer.measure(self._candidate(YOURS, self._lab.variants["bad"]), whole)
            if fault := self._checked(YOURS):
                raise StepFailed(
                    f"the project as it is does not pass --check: {fault}",
                    why="the command fails in a container of its image",
                    next_step="fix the command or the project; nothing was changed",
                )
            changes = remedies(self._project.source())
            found = [
                self._alone(measurer, yours, remedy, changes[remedy.name])
                for remedy in REMEDIES
                if remedy.name in changes
            ]
            fixes = [one.remedy for one in found if one.is_fix]
            trial = self._together(measurer, yours, tuple(found), fixes, whole)
            return replace(trial, silence=measurer.silence.get(YOURS, ""))

    def _alone(
        self, measurer: Measurer, yours: VariantResult, remedy: Remedy, change: Change
    ) -> Tried:
        planned = steps_giving(self._lab, {remedy.measure, *_GATE})
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
            after = measurer.measure(self._candidate(name, variant), planned)
        except (EngineLost, DiskFull):
            raise
        except StepFailed as error:
            return None, f"it does not build: {error.what}"
        except AdvicesError as error:
            return None, error.what
        return after, broken(yours, after) or self._checked(name)

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
