"""Builds a project as it is, with each remedy alone, and with all that passed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from advices.audit.beside import Beside
from advices.audit.canaries import Canary
from advices.audit.gate import MEASURES, broken, lost
from advices.audit.health import health_command, healthy_after
from advices.audit.hunt import Hunt
from advices.audit.lab_of import YOURS, variant_of
from advices.audit.pages import Served
from advices.audit.project import Project
from advices.audit.remedies import REMEDIES, Change, Remedy, remedies, together
from advices.audit.secrets import written
from advices.core import (
    AdvicesError,
    CommandFailed,
    DiskFull,
    EngineLost,
    EngineRefused,
    StepFailed,
)
from advices.engine import Image, Start
from advices.lab import COLD, Lab, Variant
from advices.measure import QUICK, Bench, Candidate, Measurer, PlanStep, steps, steps_giving
from advices.results import Value, VariantResult

FIXED = "fixed"
# The project as it is, started once more.
_AGAIN = "again"
_NO_CHANGE = Change("", "")
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
    as it is did not answer, "" when it did; `changing` how far its page could be compared, "" where
    it is the same each time. `canaries` are what was given a made-up secret, and where that was.
    """

    yours: VariantResult
    tried: tuple[Tried, ...]
    fixed: VariantResult | None = None
    change: Change | None = None
    names: tuple[str, ...] = ()
    silence: str = ""
    changing: str = ""
    canaries: tuple[Canary, ...] = ()


class Trials:
    """The trials of one project in one run."""

    def __init__(
        self,
        bench: Bench,
        project: Project,
        check: str,
        beside: Beside,
        secrets: Mapping[str, bytes],
    ) -> None:
        self._bench = bench
        self._lab: Lab = bench.lab
        self._project = project
        self._check = check
        self._beside = beside
        self._source = project.source()
        self._secret_ids = tuple(secrets)
        # An argument may become a secret.
        given = {name: value.encode() for name, value in project.build_args.items()}
        self._secret_files = written({**given, **secrets}, bench.run.scratch / "secrets")
        self._hunt: Hunt | None = None
        self._served: Served | None = None
        self._healthy_after: float | None = None

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
            self._look_again(measurer, yours)
            self._hunt = Hunt(self._project, self._lab, measurer, self._candidate)
            leaking = self._hunt.begin(Change("", self._source.text))
            self._source = replace(self._source, leaking=leaking)
            changes = remedies(self._source)
            found = [
                self._alone(measurer, yours, remedy, changes[remedy.name])
                for remedy in REMEDIES
                if remedy.name in changes
            ]
            fixes = [one.remedy for one in found if one.is_fix]
            trial = self._together(measurer, yours, tuple(found), fixes, whole)
            changing = self._served.said if self._served else ""
            canaries = self._hunt.after(trial.change) if trial.change else self._hunt.yours
            trial = replace(trial, canaries=canaries)
            return replace(trial, silence=measurer.silence.get(YOURS, ""), changing=changing)

    def _look_again(self, measurer: Measurer, yours: VariantResult) -> None:
        """Learn what the project does each time: the page it serves, and its health check."""
        if not yours.boot.answered:
            return
        # Another container: what one makes up at its start differs as well.
        again = self._candidate(_AGAIN, self._lab.variants["bad"])
        measurer.measure(again, steps_giving(self._lab, set()))
        if (second := measurer.pages.get(_AGAIN)) is not None:
            self._served = Served(measurer.pages[YOURS], second)
        image = self._image(YOURS)
        if health_command(image.config):
            self._healthy_after = self._healthy(image)

    def _image(self, name: str) -> Image:
        image = self._bench.workshop.engine.image(self._tag(name))
        assert image is not None, "it was measured a moment ago"
        return image

    def _healthy(self, image: Image) -> float | None:
        engine, run_id = self._bench.workshop.engine, self._bench.run.id
        return healthy_after(engine, self._lab, image, run_id, self._healthy_after)

    def _tag(self, name: str) -> str:
        return f"docker-advices-run/{self._bench.run.id}:{self._lab.slug}-{name}-{COLD}"

    def _alone(
        self, measurer: Measurer, yours: VariantResult, remedy: Remedy, change: Change
    ) -> Tried:
        planned = steps_giving(self._lab, {remedy.measure, *MEASURES})
        after, refused = self._measured(measurer, yours, remedy.name, change, planned)
        was = yours.measures().get(remedy.measure)
        is_ = after.measures().get(remedy.measure) if after else None
        if change.secrets and self._hunt and not refused:
            was, is_, refused = self._hunt.arguments(change)
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
        source = self._source
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
        variant = variant_of(self._project, self._lab.folder, name, change)
        try:
            self._beside.anew()
            after = measurer.measure(self._candidate(name, variant, change), planned)
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
            unknown=True,
            how=self._how,
            secret_files={id_: self._secret_files[id_] for id_ in ids if id_ in self._secret_files},
        )

    def _checked(self, name: str) -> str:
        """Return what the reader's own check says against an image, "" when it passes."""
        if not self._check:
            return ""
        engine, run_id = self._bench.workshop.engine, self._bench.run.id
        asked = Start(entrypoint=("sh", "-c"), command=(self._check,), default_capabilities=True)
        how = self._how.with_more(asked)
        try:
            ran = engine.run_once(
                self._tag(name), run_id=run_id, how=how, timeout_seconds=_CHECK_SECONDS
            )
        except (CommandFailed, EngineRefused) as error:
            return error.what
        if ran.exit_code == 0:
            return ""
        last = (ran.stdout.strip().splitlines() or ["it printed nothing"])[-1]
        return f"`{self._check}` ended with exit code {ran.exit_code}: {last}"
