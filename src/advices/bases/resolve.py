"""FROM name -> local image: the official one, or a stand-in built here; and its provenance.

A stand-in is never tagged as official. It reaches a build by `--build-context NAME=...`, so
the Dockerfile stays as a reader would write it. In the same way a stand-in takes the place of a
stage that can only be built on the official image.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from advices.bases import registry_digests, versions
from advices.bases.recipes import Recipe, StageRecipe, checks, read_recipes
from advices.bases.versions import Contents
from advices.core import (
    BaseUnavailable,
    CommandFailed,
    EngineRefused,
    at_once,
    clock,
    run,
    write_whole,
)
from advices.engine import BASE_LABEL, BuildOrder, Engine, Image, Start, install_packages
from advices.images import LayerMemory, layers_of
from advices.lab import Dockerfile, Lab
from advices.packages import proxy
from advices.results import BaseRecord
from advices.runs import check_space, scratch_folder

STAND_IN = "docker-advices-stand-in"
_BUILD_NEEDS_BYTES = 8_000_000_000
_CHECK_SECONDS = 600
Say = Callable[[str], None]


@dataclass(frozen=True)
class Base:
    """What stands behind a FROM name: the local image and where it comes from."""

    name: str
    image: str
    kind: Literal["official", "stand-in"]
    identity: str
    contents: Contents | None = None

    @property
    def identities(self) -> tuple[str, str, str]:
        """Return what tells it from others: kind, identity, and the digest of its packages."""
        return self.kind, self.identity, self.contents.digest if self.contents else ""


@dataclass(frozen=True)
class MarkedBase:
    """A base as one build of one run sees it, and the layers that count as the base's."""

    image: str
    diff_ids: frozenset[str]


class Bases:
    """Resolves FROM names for one engine. `say` hears of work that takes long."""

    def __init__(self, engine: Engine, folder: Path, memory: LayerMemory, say: Say) -> None:
        self._engine = engine
        self._folder = folder
        self._memory = memory
        self._say = say
        self._recipes = read_recipes(folder)
        self._registry_answers = True
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        # Refused here already, before any work, where builds could reach no index.
        proxy.conf_for_builds(engine)

    @property
    def pip_conf(self) -> str | None:
        """Return the pip.conf that builds need now, None when none is needed.

        Bases may be made before the shelf is served: its address is known only then.
        """
        return proxy.conf_for_builds(self._engine)

    @property
    def registry_answers(self) -> bool:
        """Return False once a registry was asked for an image in vain."""
        return self._registry_answers

    def known(self, name: str) -> Base | None:
        """Return what stands behind a name, None when it would have to be pulled or built."""
        is_stage = name in self._recipes.stages
        image = None if is_stage else self._official(name, pull=False)
        if image is not None:
            return _of_registry(name, image)
        return self._standing(name) if self._recipe(name) is not None else None

    def _standing(self, name: str) -> Base | None:
        """Return a stand-in, None when it is not there or its packages were never asked."""
        tag = self._tag(name)
        image = self._engine.image(tag)
        found = versions.of_labels(image.labels) if image is not None else None
        return Base(name, tag, "stand-in", self._recipe_digest(name), found) if found else None

    def known_of(self, lab: Lab) -> dict[str, Base] | None:
        """Return what stands behind every name of a lab, None when one is not there yet."""
        found = {name: self.known(name) for name in self._names_of(lab, self.known)}
        known = {name: base for name, base in found.items() if base is not None}
        return known if len(known) == len(found) else None

    def known_in(
        self, dockerfile: Dockerfile, known: Callable[[str], Base | None]
    ) -> dict[str, Base | None]:
        """Return what stands behind each name of a Dockerfile, as `known` or a memory of it says.

        None is for an image that would have to be pulled or built.
        """
        return {name: known(name) for name in self._names_in(dockerfile, known)}

    def names(self) -> tuple[str, ...]:
        """Return every name that has a recipe."""
        return tuple(self._recipes.bases)

    def resolve(self, names: Iterable[str]) -> dict[str, Base]:
        """Return a base for every name, pulled or built where it is not there yet.

        Two at once: much of a build of Python is the work of one core. Raises BaseUnavailable for
        a name that is neither to be pulled nor has a recipe.
        """
        return at_once({name: partial(self._resolve, name) for name in names}, workers=2)

    def of_lab(self, lab: Lab) -> dict[str, Base]:
        """Return a base for every name in a lab, the stages that have a stand-in included.

        Raises BaseUnavailable as `resolve` does.
        """
        return self.resolve(self._names_of(lab, self._resolve))

    def of_labs(self, labs: Sequence[Lab]) -> dict[str, Base]:
        """Return a base for every name in labs or exercises, the stages' bases before the stages.

        Raises BaseUnavailable as `resolve` does.
        """
        found = self.resolve(sorted({name for lab in labs for name in lab.from_names()}))
        for lab in labs:
            found |= self.of_lab(lab)
        return found

    def _names_of(self, lab: Lab, find: Callable[[str], Base | None]) -> tuple[str, ...]:
        read = [lab.read(variant) for variant in lab.variants]
        of_stages = (name for one in read for name in self._names_in(one, find))
        return tuple(dict.fromkeys([*lab.from_names(), *of_stages]))

    def names_in(self, dockerfile: Dockerfile) -> tuple[str, ...]:
        """Return the images that a Dockerfile names, and its stages that have a stand-in here.

        A stage has one when its base is a stand-in and it does what the recipe replaces, no
        more and no less.
        """
        return self._names_in(dockerfile, self._resolve)

    def _names_in(
        self, dockerfile: Dockerfile, find: Callable[[str], Base | None]
    ) -> tuple[str, ...]:
        stages = [
            stage.name.lower()
            for stage in dockerfile.stages
            if (recipe := self._recipes.stages.get(stage.name.lower())) is not None
            and (stage.base.name, stage.body) == (recipe.on, recipe.replaces)
            and (base := find(recipe.on)) is not None
            and base.kind == "stand-in"
        ]
        return (*dockerfile.external_images, *stages)

    def record(self, base: Base) -> BaseRecord:
        """Return a base's provenance: what it weighs, next to the published official image."""
        image = self._engine.image(base.image)
        assert image is not None
        recipe = self._recipes.bases.get(base.name)
        found = layers_of(self._engine, image, frozenset(image.diff_ids), self._memory)
        return BaseRecord(
            kind=base.kind,
            identity=base.identity,
            contents=base.identities[-1],
            versions=base.contents.versions if base.contents else (),
            disk_bytes=sum(layer.disk_bytes for layer in found),
            transfer_bytes=sum(layer.transfer_bytes for layer in found),
            published_transfer_bytes=recipe.published_transfer_bytes if recipe else None,
            published_date=recipe.published_date if recipe else None,
        )

    def _resolve(self, name: str) -> Base:
        # A stage's name is no image's: nobody's image may be pulled for it.
        image = None if name in self._recipes.stages else self._official(name, pull=True)
        if image is not None:
            return _of_registry(name, image)
        return self.stand_in(name)

    def marked(self, base: Base, run_id: str, mark: str) -> MarkedBase:
        """Return the base with one more layer of under one kilobyte, for builds of one run.

        The layer holds a file with the mark, and our pip.conf where pip needs one. With a mark
        of its own no step of a build is answered by what an earlier build left in the cache:
        BuildKit may take a cached step from any build that began alike, not from the last.
        """
        word = re.sub(r"[^A-Za-z0-9_.-]", "-", base.name)
        tag = f"docker-advices-run/{run_id}:base-{word}-{mark}"
        files = {"/etc/docker-advices-run": f"{run_id} {mark}\n".encode()}
        if self.pip_conf is not None:
            files["/etc/pip.conf"] = self.pip_conf.encode()
        image = self._engine.with_files(base.image, files, tag, run_id=run_id)
        return MarkedBase(tag, frozenset(image.diff_ids))

    def _official(self, name: str, *, pull: bool) -> Image | None:
        """Return the registry's image. One whose registry digest is not known is not official."""
        image = self._engine.image(name)
        if image is not None and _registry_digest(image) is not None:
            return image
        if not pull or not self._registry_answers:
            return None
        pulled = self._engine.pull(name)
        if pulled is None:
            self._registry_answers = False
            self._say(f"no registry answers for {name}: using stand-ins built from Debian packages")
        return pulled

    def _recipe(self, name: str) -> Recipe | None:
        return self._recipes.stages.get(name) or self._recipes.bases.get(name)

    def _recipe_digest(self, name: str) -> str:
        """Return the digest of all that a stand-in is made of."""
        recipe = self._recipe(name)
        assert recipe is not None
        parts = [recipe.target or "", *recipe.rootfs]
        parts += [(self._folder / recipe.dockerfile).read_text("utf-8")]
        parts += [(self._folder / "rootfs.sh").read_text("utf-8")]
        if isinstance(recipe, StageRecipe):
            parts += [self._recipe_digest(recipe.on)]
        return "sha256:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _tag(self, name: str) -> str:
        # The name of an image brings its tag along, that of a stage has none.
        mark = "." if ":" in name else ":"
        return f"{STAND_IN}/{name}{mark}{self._recipe_digest(name)[7:19]}"

    def stand_in(self, name: str) -> Base:
        """Return a name's stand-in, built if need be. Raises BaseUnavailable."""
        recipe = self._recipe(name)
        if recipe is None:
            raise BaseUnavailable(
                f"`FROM {name}`: no registry answers and there is no stand-in for it",
                why=f"stand-ins exist for {', '.join(self._recipes.bases)}",
                next_step="connect to a registry, `docker load` the image, or write a recipe "
                "in labs/bases",
            )
        with self._locks[name]:
            return self._built(name, recipe)

    def _built(self, name: str, recipe: Recipe) -> Base:
        if standing := self._standing(name):
            return standing
        tag = self._tag(name)
        if self._engine.image(tag) is not None:
            # One of an earlier toolkit, which did not ask for its packages.
            return self._labelled(name, tag)
        below = {}
        if isinstance(recipe, StageRecipe):
            below[recipe.context] = self.stand_in(recipe.on).image
        check_space(self._engine.facts().data_folder, _BUILD_NEEDS_BYTES)
        started = clock()
        for root in recipe.rootfs:
            with self._locks[f"rootfs {root}"]:
                below[self._recipes.rootfs[root].context] = self._root(root, name)
        self._say(f"building the stand-in for {name}; minutes the first time, then kept")
        self._engine.build(
            BuildOrder(
                dockerfile=self._folder / recipe.dockerfile,
                context=self._folder,
                tag=f"{tag}-unchecked",
                bases=below,
                labels={BASE_LABEL: name},
                target=recipe.target,
                timeout_seconds=3600,
            ),
            on_step=lambda step: self._say(f"  {step}"),
        )
        try:
            self._check(f"{tag}-unchecked", recipe)
            made = self._labelled(name, f"{tag}-unchecked")
        finally:
            self._engine.remove_image(f"{tag}-unchecked")
        self._say(f"the stand-in for {name} stands after {clock() - started:.0f} s")
        return made

    def _labelled(self, name: str, image: str) -> Base:
        """Return a stand-in: an image with one more thing, labels that tell its packages."""
        found = versions.of_lines(self._printed(image, ["sh", "-c", versions.SCRIPT]))
        with scratch_folder() as folder:
            self._engine.build(
                BuildOrder(
                    dockerfile=write_whole(folder / "Dockerfile", "FROM base\n"),
                    context=folder,
                    tag=self._tag(name),
                    bases={"base": image},
                    labels={BASE_LABEL: name, **versions.labels(found)},
                )
            )
        return Base(name, self._tag(name), "stand-in", self._recipe_digest(name), found)

    def _root(self, root: str, name: str) -> str:
        """Return the local image of a Debian root file system, made if need be."""
        script = (self._folder / "rootfs.sh").read_bytes()
        reference = f"{STAND_IN}/{root}:{hashlib.sha256(script).hexdigest()[:12]}"
        if self._engine.image(reference) is not None:
            return reference
        try:
            run(["mmdebstrap", "--version"])
        except CommandFailed:
            install_packages(("mmdebstrap",), because=f"the stand-in for {name} needs it")
        self._say(f"making the root file system {root} from Debian packages")
        with scratch_folder() as folder:
            tar = str(folder / f"{root}.tar")
            run(["sh", str(self._folder / "rootfs.sh"), root, tar], timeout_seconds=1200)
            self._engine.import_root(tar, reference, [f"LABEL {BASE_LABEL}={root}", 'CMD ["bash"]'])
        return reference

    def _printed(self, image: str, words: Sequence[str]) -> str:
        """Return what a command in an image prints. Raises CommandFailed."""
        # The label is that of a run which is dead as soon as its folder is gone: it would be swept.
        how = Start(command=words, network="none", default_capabilities=True, memory="2g")
        with scratch_folder() as folder:
            done = self._engine.run_once(
                image, run_id=folder.name, how=how, timeout_seconds=_CHECK_SECONDS
            )
        if done.exit_code != 0:
            raise CommandFailed(
                f"`{' '.join(words)}` ended with exit code {done.exit_code}:\n{done.stderr.strip()}"
            )
        return done.stdout

    def _check(self, tag: str, recipe: Recipe) -> None:
        """Raise BaseUnavailable when a stand-in lacks what labs may count on."""
        try:
            for words in checks(recipe):
                self._printed(tag, words)
        except (CommandFailed, EngineRefused) as error:
            raise BaseUnavailable(
                f"the stand-in {tag} was built and does not work:\n{error.what}",
                why="its recipe in labs/bases no longer fits Debian's packages",
            ) from None


def _registry_digest(image: Image) -> str | None:
    """Return the digest that a registry gave an image; a bundle brings it apart from the image."""
    digests = image.repo_digests
    return digests[0] if digests else registry_digests.digest_of(image.id)


def _of_registry(name: str, image: Image) -> Base:
    digest = _registry_digest(image)
    assert digest is not None
    # An engine finds an image by a digest only if it pulled it itself.
    return Base(name, digest if image.repo_digests else name, "official", digest)
