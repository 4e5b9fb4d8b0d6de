"""Builds a project as it is, with each remedy alone, and with all that passed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from advices.audit.beside import Beside
from advices.audit.canaries import Canary
from advices.audit.checks import failed_check
from advices.audit.gate import broken, lost
from advices.audit.health import health_command, healthy_after
from advices.audit.how import ALONE, How
from advices.audit.hunt import FIXED, Hunt, RealValues
from advices.audit.lab_of import YOURS, variant_of
from advices.audit.pages import Served
from advices.audit.project import Project
from advices.audit.remedies import (
    REMEDIES,
    Change,
    Remedy,
    in_effect,
    remedies,
    together,
)
from advices.audit.secrets import written
from advices.audit.taking import planned_for, taken
from advices.audit.tried import Trial, Tried
from advices.audit.variables import with_variables
from advices.core import AdvicesError, DiskFull, EngineLost, StepFailed
from advices.engine import Image, Start
from advices.lab import COLD, Lab, Variant
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
from advices.results import VariantResult

# The project as it is, started once more.
_AGAIN = "again"
_NO_CHANGE = Change("", "")


class Trials:
    """The trials of one project in one run."""

    def __init__(
        self,
        bench: Bench,
        project: Project,
        check: str,
        *,
        beside: Beside,
        secrets: Mapping[str, bytes],
        scope: How,
    ) -> None:
        self._bench = bench
        self._lab: Lab = bench.lab
        self._project = project
        self._check = check
        self._beside = beside
        self._scope = scope
        self._source = project.source()
        self._secret_ids = tuple(secrets)
        # An argument may become a secret.
        given = {name: value.encode() for name, value in project.build_args.items()}
        self._values = {**given, **secrets}
        self._secret_files = written(self._values, bench.run.scratch / "secrets")
        self._hunt: Hunt | None = None
        self._served: Served | None = None
        self._healthy_after: float | None = None

    def yours(self, *, with_secrets: bool) -> tuple[VariantResult, tuple[Canary, ...]]:
        """Return what the project measures as it is and, with secrets, shows of made-up ones."""
        with self._bench.ready() as measurer, self._beside.up():
            measured = self._as_it_is(measurer)
            hunt = self._hunting(measurer, measured)
            if with_secrets:
                hunt.begin(Change("", self._source.text))
            return measured, hunt.yours

    def _as_it_is(self, measurer: Measurer) -> VariantResult:
        self._beside.anew()
        candidate = self._candidate(YOURS, self._lab.variants["bad"])
        measured = taken(measurer, self._project, candidate, steps(self._lab, QUICK))
        return self._with_variables(YOURS, measured)

    def all(self) -> Trial:
        """Return the trial of the project. Raises what a build of it as it is raises."""
        with self._bench.ready() as measurer, self._beside.up():
            yours = self._as_it_is(measurer)
            if fault := self._checked(YOURS):
                raise StepFailed(
                    f"the project as it is does not pass --check: {fault}",
                    why="the command fails in a container of its image",
                    next_step="fix the command or the project; nothing was changed",
                )
            self._look_again(measurer, yours)
            self._hunt = self._hunting(measurer, yours)
            leaking = self._hunt.begin(Change("", self._source.text))
            self._source = replace(self._source, leaking=leaking)
            trial = self._of_remedies(measurer, yours)
            changing = self._served.said if self._served else ""
            canaries = self._hunt.after(trial.change) if trial.change else self._hunt.yours
            silence = measurer.silence.get(YOURS, "")
            return replace(trial, silence=silence, changing=changing, canaries=canaries)

    def _hunting(self, measurer: Measurer, yours: VariantResult) -> Hunt:
        reads = RealValues(self._bench.workshop, self._image, self._values, yours)
        return Hunt(self._project, self._lab, measurer, self._candidate, reads=reads)

    def _of_remedies(self, measurer: Measurer, yours: VariantResult) -> Trial:
        """Return what each remedy does alone and all that passed together."""
        changes, whole = remedies(self._source), steps(self._lab, QUICK)
        if self._scope.quick and (trial := self._at_once(measurer, yours, changes, whole)):
            return trial
        found = [
            self._alone(measurer, yours, remedy, changes[remedy.name])
            for remedy in REMEDIES
            if remedy.name in changes
        ]
        fixes = [one.remedy for one in found if one.is_fix]
        return self._together(measurer, yours, tuple(found), fixes, whole)

    def _look_again(self, measurer: Measurer, yours: VariantResult) -> None:
        """Learn what the project does each time: the page it serves, and its health check."""
        if not yours.boot.answered:
            return
        # Another container: what one makes up at its start differs as well.
        self._beside.anew()
        again = self._candidate(_AGAIN, self._lab.variants["bad"])
        measurer.measure(again, steps_giving(self._lab, set()))
        if (second := measurer.pages.get(_AGAIN)) is not None:
            self._served = Served(measurer.pages[YOURS], second)
        image = self._image(YOURS)
        if health_command(image.config):
            self._healthy_after = self._healthy(image)

    def _with_variables(self, name: str, result: VariantResult) -> VariantResult:
        return with_variables(result, self._lab.intended_env, self._image(name).config)

    def _image(self, name: str) -> Image:
        image = self._bench.workshop.engine.image(self._tag(name))
        assert image is not None, "it was measured a moment ago"
        return image

    def _healthy(self, image: Image) -> float | None:
        engine, run_id = self._bench.workshop.engine, self._bench.run.id
        how, before = self._how, self._healthy_after
        return healthy_after(engine, self._lab, image, run_id, how=how, before=before)

    def _tag(self, name: str) -> str:
        return f"docker-advices-run/{self._bench.run.id}:{self._lab.slug}-{name}-{COLD}"

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
        wanted = [one for one in REMEDIES if one.name in changes]
        fixes = list(in_effect(self._source, wanted))
        for one in (left for left in wanted if left not in fixes):
            found[one.name] = Tried(one, changes[one.name], None, None, is_covered=True)
        while fixes:
            change = together(self._source, fixes)
            after, refused = self._measured(measurer, yours, FIXED, change, whole)
            if after is None or refused:
                return None
            was, is_ = yours.measures(), after.measures()
            for one in fixes:
                values = (was.get(one.measure), is_.get(one.measure), "")
                if changes[one.name].secrets and self._hunt:
                    values = self._hunt.arguments(change, FIXED)
                found[one.name] = Tried(one, changes[one.name], *values)
            names = tuple(one.name for one in fixes if found[one.name].is_fix)
            if len(names) == len(fixes):
                tried = tuple(found.values())
                return Trial(yours, tried, after, change, names, left_out=(ALONE,))
            fixes = [one for one in fixes if one.name in names]
        return Trial(yours, tuple(found.values()), left_out=(ALONE,))

    def _alone(
        self, measurer: Measurer, yours: VariantResult, remedy: Remedy, change: Change
    ) -> Tried:
        planned = planned_for(self._lab, remedy)
        after, refused = self._measured(measurer, yours, remedy.name, change, planned)
        if change.secrets and self._hunt and not refused:
            return Tried(remedy, change, *self._hunt.arguments(change, remedy.name))
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
        works = in_effect(self._source, fixes)
        found = tuple(
            replace(one, is_covered=True)
            if one.remedy in fixes and one.remedy not in works
            else one
            for one in found
        )
        fixes = list(works)
        while fixes:
            change = together(self._source, fixes)
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
        variant = variant_of(self._project, self._lab.folder, name, change)
        try:
            self._beside.anew()
            after = taken(measurer, self._project, self._candidate(name, variant, change), planned)
            after = self._with_variables(name, after)
        except (EngineLost, DiskFull):
            raise
        except StepFailed as error:
            return None, f"it does not build: {error.what}"
        except AdvicesError as error:
            return None, error.what
        worse = broken(yours, after, self._served, measurer.pages.get(name))
        return after, worse or self._settings(name) or self._checked(name)

    @property
    def _how(self) -> Start:
        """Return how every container of the project is started."""
        return self._project.how.with_more(replace(self._beside.how, env=self._project.env))

    def _settings(self, name: str) -> str:
        """Return what the settings of an image lack or break, "" for nothing."""
        image = self._image(name)
        if gone := lost(self._image(YOURS).config, image.config):
            return gone
        if self._healthy_after is not None and self._healthy(image) is None:
            return "its health check fails"
        return ""

    def _candidate(self, name: str, variant: Variant, change: Change = _NO_CHANGE) -> Candidate:
        ids = (*self._secret_ids, *change.secrets)
        return Candidate(
            *(name, self._lab.folder / variant.dockerfile, variant),
            fresh=name == YOURS,
            cache_of=YOURS,
            limits=for_audits(self._bench.run.id),
            unknown=True,
            how=self._how,
            secret_files={id_: self._secret_files[id_] for id_ in ids if id_ in self._secret_files},
        )

    def _checked(self, name: str) -> str:
        """Return what the reader's own check says against an image, "" when it passes."""
        if not self._check:
            return ""
        engine, run_id = self._bench.workshop.engine, self._bench.run.id
        return failed_check(engine, self._tag(name), run_id, self._how, self._check)
