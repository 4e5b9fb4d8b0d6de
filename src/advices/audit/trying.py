"""One change of a project + engine -> what it measures, and what it breaks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from advices.audit.awaited import Awaited
from advices.audit.beside import Beside
from advices.audit.checks import failed_check
from advices.audit.gate import SILENT, broken, last_words, lost
from advices.audit.health import healthy_after
from advices.audit.how import How
from advices.audit.hunt import FIXED, Hunt, Marked
from advices.audit.lab_of import YOURS, variant_of
from advices.audit.lacking import lacking
from advices.audit.life import Life, life_of, with_life, worse
from advices.audit.pages import Served
from advices.audit.project import Project
from advices.audit.remedies import Change, pairs_of
from advices.audit.secrets import written
from advices.audit.taking import Makes, Planned, listens, taken
from advices.audit.variables import with_variables
from advices.core import AdvicesError, DiskFull, EngineLost, StepFailed
from advices.engine import Image, Start
from advices.lab import COLD, Lab, Variant
from advices.measure import Bench, Candidate, Measurer, for_audits
from advices.results import VariantResult

_NO_CHANGE = Change("", "")


class Trying:
    """Builds a project with a change, in one run, and looks at what the change breaks."""

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
        # What the project measures as it is: changes are built before all of it is known.
        self._yours = Awaited[VariantResult]()
        self._served: Served | None = None
        self._healthy_after: float | None = None
        self._life: Life | None = None
        # What a change gives to the container when it starts, by its name.
        self._given: dict[str, Mapping[str, str]] = {}
        # Several changes are tried at once.
        self._learning = threading.Lock()

    def _made(
        self,
        measurer: Measurer,
        name: str,
        makes: Makes,
        planned: Planned,
        *,
        free: Callable[[Change], object] = lambda _: None,
    ) -> tuple[Change, VariantResult | None, str]:
        """Return a change, what it measures, and what it breaks.

        What a smaller base lacks is found out by the first try, and a second one installs it.
        `free` hears of the change when it is built and started.
        """
        change = makes(self._source)
        after, refused, said = self._measured(
            *(measurer, name, change, planned), free=partial(free, change)
        )
        if refused and listens(makes, self._source, change):
            image = self._image(name) if after is not None else None
            self._learn(self._lacking(image, said))
            again = makes(self._source)
            if again.dockerfile != change.dockerfile:
                after, refused, _ = self._measured(measurer, name, again, planned)
                return again, after, refused
        return change, after, refused

    def _lacking(self, image: Image | None, said: str) -> tuple[str, ...]:
        """Return the packages of what an image, or its build by what it `said`, lacks."""
        engine, run_id = self._bench.workshop.engine, self._bench.run.id
        return lacking(engine, run_id, full=self._image(YOURS), image=image, said=said)

    def _learn(self, packages: Sequence[str]) -> None:
        with self._learning:
            known = dict.fromkeys((*self._source.packages, *packages))
            self._source = replace(self._source, packages=tuple(known))

    def _measured(
        self,
        measurer: Measurer,
        name: str,
        change: Change,
        planned: Planned,
        *,
        free: Callable[[], object] = lambda: None,
    ) -> tuple[VariantResult | None, str, str]:
        """Return what a change measures, and what it breaks: then it is no fix.

        The last is what its build printed if that failed. The files that it hides have canaries
        where that breaks nothing: all changes together are made of what did not break alone.
        """
        marked = self._hunt.marked(name, change) if self._hunt else None
        measured = partial(self._measured_with, measurer, name, change, planned, free=free)
        found = measured(marked=marked)
        if marked is None or not found[1] or name == FIXED:
            return found
        assert self._hunt is not None
        self._hunt.unmarked(name, change)
        return measured(marked=None)

    def _measured_with(
        self,
        measurer: Measurer,
        name: str,
        change: Change,
        planned: Planned,
        *,
        marked: Marked | None,
        free: Callable[[], object],
    ) -> tuple[VariantResult | None, str, str]:
        """Return what `_measured` does, of a change as it is or with canaries."""
        given = marked.change if marked else change
        variant = variant_of(self._project, self._lab.folder, name, given)
        variant = marked.given_to(variant) if marked else variant
        texts = (self._source.files.get(file, "") for file in change.env_files)
        self._given[name] = {key: one for text in texts for key, one in pairs_of(text).items()}
        if self._life is not None:
            planned = planned.without_start()
        try:
            self._beside.anew()
            candidate = self._candidate(name, variant, change)
            after = taken(measurer, self._project, candidate, planned, lambda _: free())
            after = self._with_variables(name, after)
        except (EngineLost, DiskFull):
            raise
        except StepFailed as error:
            return None, f"it does not build: {error.what}", error.printed
        except AdvicesError as error:
            return None, error.what, ""
        life = self._life_of(name, self._life) if self._life else None
        after = with_life(after, life) if life else after
        # A project without a .dockerignore gets one, and its COPY takes that as well.
        added = int(bool(change.ignores) and not self._project.ignore.is_file())
        says = broken(self._yours(), after, self._served, measurer.pages.get(name), added=added)
        if says == SILENT:
            # What it printed last is what a reader needs to know.
            said = last_words(measurer.silence.get(name, ""))
            says = ": ".join(filter(None, (says, said)))
        if self._life and life:
            says = says or worse(self._life, life)
        return after, says or self._settings(name) or self._checked(name), ""

    def _life_of(self, name: str, before: Life | None = None) -> Life:
        self._beside.anew()
        engine, run_id = self._bench.workshop.engine, self._bench.run.id
        how, port = self._how(name), self._lab.serve.port
        image = self._image(name)
        return life_of(engine, image, run_id, how=how, port=port, before=before)

    def _how(self, name: str) -> Start:
        """Return how every container of the project with a change is started."""
        env = {**self._given.get(name, {}), **self._project.env}
        return self._project.how.with_more(replace(self._beside.how, env=env))

    def _settings(self, name: str) -> str:
        """Return what the settings of an image lack or break, "" for nothing."""
        image = self._image(name)
        if gone := lost(self._image(YOURS).config, image.config):
            return gone
        if self._healthy_after is not None and self._healthy(name) is None:
            return "its health check fails"
        return ""

    def _candidate(self, name: str, variant: Variant, change: Change = _NO_CHANGE) -> Candidate:
        ids = (*self._secret_ids, *change.secrets)
        files = {id_: self._secret_files[id_] for id_ in ids if id_ in self._secret_files}
        files |= {id_: self._lab.context / file for id_, file in change.secret_files.items()}
        return Candidate(
            *(name, self._lab.folder / variant.dockerfile, variant),
            fresh=name == YOURS,
            cache_of=YOURS,
            limits=for_audits(self._bench.run.id),
            unknown=True,
            how=self._how(name),
            secret_files=files,
        )

    def _checked(self, name: str) -> str:
        """Return what the reader's own check says against an image, "" when it passes."""
        if not self._check:
            return ""
        engine, run_id = self._bench.workshop.engine, self._bench.run.id
        return failed_check(engine, self._tag(name), run_id, self._how(name), self._check)

    def _with_variables(self, name: str, result: VariantResult) -> VariantResult:
        return with_variables(result, self._lab.intended_env, self._image(name).config)

    def _image(self, name: str) -> Image:
        image = self._bench.workshop.engine.image(self._tag(name))
        assert image is not None, "it was measured a moment ago"
        return image

    def _healthy(self, name: str) -> float | None:
        engine, run_id = self._bench.workshop.engine, self._bench.run.id
        how, before = self._how(name), self._healthy_after
        return healthy_after(engine, self._lab, self._image(name), run_id, how=how, before=before)

    def _tag(self, name: str) -> str:
        return f"docker-advices-run/{self._bench.run.id}:{self._lab.slug}-{name}-{COLD}"
