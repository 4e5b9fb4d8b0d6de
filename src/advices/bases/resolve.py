"""FROM name -> local image: the official one, or a stand-in built here; and its provenance."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from advices.bases.base import Base, MarkedBase
from advices.bases.official import OfficialImages
from advices.bases.stand_ins import StandIns
from advices.core import (
    AdvicesError,
    BaseUnavailable,
    EngineRefused,
    Say,
    StepFailed,
    UnsteadyMeasure,
    at_once,
)
from advices.engine import Engine, base_tag
from advices.images import LayerMemory, base_sizes
from advices.lab import Dockerfile, Lab
from advices.packages import PIP_CONF, proxy
from advices.results import BaseRecord


class Bases:
    """Resolves FROM names for one engine. `say` hears of work that takes long.

    `instead` are images by the FROM names that they take the place of.
    """

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        memory: LayerMemory,
        say: Say,
        instead: Mapping[str, str] | None = None,
    ) -> None:
        self._engine = engine
        self._instead = instead or {}
        self._memory = memory
        self._official = OfficialImages(engine, say)
        self._stand_ins = StandIns(engine, folder, say)
        self._recipes = self._stand_ins.recipes
        # Refused here already, before any work, where builds could reach no index.
        proxy.files_for_builds(engine)

    @property
    def pip_conf(self) -> str | None:
        """Return the pip.conf that builds need now, None when none is needed.

        Bases may be made before the shelf is served: its address is known only then.
        """
        return proxy.files_for_builds(self._engine).get(PIP_CONF)

    @property
    def registry_answers(self) -> bool:
        """Return False once Docker Hub was asked for an image in vain."""
        return self._official.registry_answers

    def known_in(
        self, dockerfile: Dockerfile, known: Callable[[str], Base | None]
    ) -> dict[str, Base | None]:
        """Return what stands behind each name of a Dockerfile, as `known` or a memory of it says.

        None is for an image that would have to be pulled or built.
        """
        stages = (name for name in self._stages_in(dockerfile) if self._replaced(name, known))
        return {name: known(name) for name in (*dockerfile.external_images, *stages)}

    def names(self) -> tuple[str, ...]:
        """Return every name that has a recipe."""
        return tuple(self._recipes.bases)

    def known(self, name: str) -> Base | None:
        """Return what stands behind a name, None when it would have to be pulled or built."""
        name = self._instead.get(name, name)
        # A stage's name is no image's: nobody's image may be taken for it.
        found = None if name in self._recipes.stages else self._official.known(name)
        return found or self._stand_ins.known(name)

    def known_of(self, lab: Lab) -> dict[str, Base] | None:
        """Return what stands behind every name of a lab, None when one is not there yet."""
        found = {name: self.known(name) for name in _named([lab])}
        stages = self._stages_of([lab])
        # Without its base nothing can be said of a stage.
        if any(base is None for base in found.values()):
            return None
        found |= {s: self.known(s) for s in stages if self._replaced(s, self.known)}
        known = {name: base for name, base in found.items() if base is not None}
        return known if len(known) == len(found) else None

    def resolve(self, names: Iterable[str]) -> dict[str, Base]:
        """Return a base for every name, pulled or built where it is not there yet.

        Two at once, those first that are named first: much of a build of Python is the work of
        one core. Raises BaseUnavailable for a name whose registry is silent and that has no
        recipe, PullFailed for what a registry answers.
        """
        return at_once({name: partial(self._resolve, name) for name in names}, workers=2)

    def of_lab(self, lab: Lab) -> dict[str, Base]:
        """Return a base for every name in a lab, the stages that have a stand-in included.

        Waits for no base of another lab. Raises as `resolve` does.
        """
        return self.of_labs([lab])

    def of_labs(self, labs: Sequence[Lab]) -> dict[str, Base]:
        """Return a base for every name in labs or exercises, those of the first lab first.

        Raises as `resolve` does.
        """
        found = self.resolve(_named(labs))
        return found | self.resolve(
            name for name in self._stages_of(labs) if self._replaced(name, self._resolve)
        )

    def _stages_of(self, labs: Iterable[Lab]) -> tuple[str, ...]:
        """Return the stages of labs that are replaced where their base is a stand-in."""
        read = (lab.read(variant) for lab in labs for variant in lab.variants)
        return tuple(dict.fromkeys(stage for one in read for stage in self._stages_in(one)))

    def _stages_in(self, dockerfile: Dockerfile) -> Iterable[str]:
        """Yield the stages that do what a recipe replaces, no more and no less."""
        for stage in dockerfile.stages:
            name = stage.name.lower()
            recipe = self._recipes.stages.get(name)
            if recipe and (stage.base.name, stage.body) == (recipe.on, recipe.replaces):
                yield name

    def _replaced(self, stage: str, find: Callable[[str], Base | None]) -> bool:
        base = find(self._recipes.stages[stage].on)
        return base is not None and base.kind == "stand-in"

    def names_in(self, dockerfile: Dockerfile) -> tuple[str, ...]:
        """Return the images that a Dockerfile names, and its stages that have a stand-in here."""
        stages = self._stages_in(dockerfile)
        return (
            *dockerfile.external_images,
            *(name for name in stages if self._replaced(name, self._resolve)),
        )

    def stand_in(self, name: str) -> Base:
        """Return a name's stand-in, built if need be. Raises BaseUnavailable."""
        return self._stand_ins.made(name)

    def _resolve(self, name: str) -> Base:
        name = self._instead.get(name, name)
        if name in self._recipes.stages:
            return self._stand_ins.made(name)
        # A name that no recipe knows means what it means to docker: the image here that has it.
        # One that has a recipe is compared with others, so there a name alone is not enough.
        has_recipe = self._stand_ins.recipe(name) is not None
        found = self._official.known(name) or (None if has_recipe else self._official.local(name))
        found = found or self._official.pulled(name)
        if found is not None:
            return found
        if not has_recipe:
            silence = self._official.silence(name)
            raise BaseUnavailable(
                f"`FROM {name}`: no registry answers and there is no stand-in for it",
                why=f"{silence.what if silence else 'no registry answers'}; stand-ins exist for "
                f"{', '.join(self.names())}",
                next_step="connect to a registry, `docker load` the image, or write a recipe "
                "in labs/bases",
            )
        return self._stand_ins.made(name)

    def of_one_kind(self, found: Mapping[str, Base]) -> dict[str, Base]:
        """Return these bases, or stand-ins in the place of official ones where there are both.

        What was measured on the one tells nothing about what was measured on the other. Raises
        BaseUnavailable.
        """
        kinds = {base.kind for base in found.values()}
        if not kinds >= {"official", "stand-in"}:
            return dict(found)
        return {
            name: self._stand_ins.made(name) if self._stand_ins.recipe(name) else base
            for name, base in found.items()
        }

    def why_it_failed(self, fault: StepFailed, found: Iterable[str]) -> AdvicesError:
        """Return a build's fault, or that of a stand-in among its bases which lacks a program."""
        for name in found:
            recipe = self._recipes.bases.get(name)
            for program in recipe.lacks if recipe else ():
                said = (
                    rf"\b{program}: (?:command )?not found|\"{program}\": executable file not found"
                )
                base = self.known(name) if re.search(said, fault.what) else None
                if base is not None and base.kind == "stand-in":
                    return BaseUnavailable(
                        f"the stand-in for {name} has no {program}: {fault.what}",
                        why=(
                            "the official image has it, but no registry answers; the stand-in "
                            "cannot install packages"
                        ),
                        next_step="use another base, or build it where a registry answers",
                    )
        return fault

    def record(self, base: Base) -> BaseRecord:
        """Return a base's provenance: what it weighs, next to the published official image.

        Raises UnsteadyMeasure when somebody has removed it.
        """
        image = self._engine.image(base.image)
        if image is None:
            raise _removed(base)
        recipe = self._recipes.bases.get(base.name)
        found = base_sizes(self._engine, image, self._memory)
        return BaseRecord(
            kind=base.kind,
            identity=base.identity,
            contents=base.identities[-1],
            versions=base.contents.versions if base.contents else (),
            disk_bytes=found.disk_bytes,
            transfer_bytes=found.transfer_bytes,
            published_transfer_bytes=recipe.published_transfer_bytes if recipe else None,
            published_date=recipe.published_date if recipe else None,
        )

    def marked(self, base: Base, run_id: str, mark: str, newest: str = "") -> MarkedBase:
        """Return the base with one more layer of under one kilobyte, for builds of one run.

        The layer holds a file with the mark, and settings for pip and uv where they need any;
        `newest` is the list of the versions that pip may take at most, "" where it may any. With
        a mark of its own no step of a build is answered by what an earlier build left in the
        cache: BuildKit may take a cached step from any build that began alike, not from the last.

        Raises UnsteadyMeasure when somebody has removed the base.
        """
        word = re.sub(r"[^A-Za-z0-9_.-]", "-", base.name)
        tag = f"{base_tag(run_id)}{word}-{mark}"
        files = {"/etc/docker-advices-run": f"{run_id} {mark}\n".encode()}
        more = proxy.files_for_builds(self._engine, newest)
        files |= {path: text.encode() for path, text in more.items()}
        try:
            image = self._engine.with_files(base.image, files, tag, run_id=run_id)
        except EngineRefused:
            if self._engine.image(base.image) is not None:
                raise
            raise _removed(base) from None
        return MarkedBase(tag, frozenset(image.diff_ids))


def _named(labs: Iterable[Lab]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for lab in labs for name in lab.from_names()))


def _removed(base: Base) -> UnsteadyMeasure:
    return UnsteadyMeasure(
        f"the image behind `FROM {base.name}` is gone: {base.image}",
        why="something removed it during the run, for example `docker image prune -a`",
        next_step="run the same command again: it restores the image",
    )
