"""Stand-ins: images built from recipes here, where no registry answers.

A stand-in is never tagged as official. It reaches a build by `--build-context NAME=...`, so
the Dockerfile stays as a reader would write it. In the same way a stand-in takes the place of a
stage that can only be built on the official image.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from advices.bases import versions
from advices.bases.base import Base
from advices.bases.recipes import Recipe, StageRecipe, checks, read_recipes
from advices.core import (
    AdvicesError,
    BaseUnavailable,
    CommandFailed,
    EngineRefused,
    Say,
    clock,
    run,
    write_whole,
)
from advices.engine import BASE_LABEL, BuildOrder, Engine, Start, install_packages
from advices.runs import check_space, one_at_a_time, scratch_folder, undisturbed

STAND_IN = "docker-advices-stand-in"
_BUILD_NEEDS_BYTES = 8_000_000_000
_CHECK_SECONDS = 600


# mmdebstrap of an ordinary user works as another one, whom `mktemp -d` shuts out.
_OPEN_TO_ALL = """\
mktemp() { made=$(command mktemp "$@") && chmod a+rx "$made" && echo "$made"; }
script=$1; shift; . "$script"
"""


def made_with(uid: int) -> list[str]:
    """Return the words that run rootfs.sh as this user; its path and its arguments follow."""
    return ["sh"] if uid == 0 else ["sh", "-c", _OPEN_TO_ALL, "rootfs.sh"]


def _needed(uid: int) -> tuple[str, ...]:
    """Return the packages that make a root file system; an ordinary user also needs more ids."""
    return ("mmdebstrap",) if uid == 0 else ("mmdebstrap", "uidmap")


def told(error: CommandFailed, uid: int) -> AdvicesError:
    """Return what to tell of a root file system that was not made; an account may lack ids."""
    if uid == 0:
        return error
    return BaseUnavailable(
        f"rootfs.sh {error.what.rpartition('` ')[2]}",
        why="an ordinary account needs the package uidmap, and ids in /etc/subuid and /etc/subgid",
        next_step="let an administrator give it these, or `advices bundle load` a file from a "
        "machine that has the images",
    )


class StandIns:
    """Finds and builds stand-ins on one engine. `say` hears of work that takes long."""

    def __init__(self, engine: Engine, folder: Path, say: Say) -> None:
        self._engine = engine
        self._folder = folder
        self._say = say
        self.recipes = read_recipes(folder)

    def recipe(self, name: str) -> Recipe | None:
        """Return the recipe for an image's or a stage's name, None if there is none."""
        return self.recipes.stages.get(name) or self.recipes.bases.get(name)

    def known(self, name: str) -> Base | None:
        """Return a stand-in, None when it is not here or its packages were never asked."""
        if self.recipe(name) is None:
            return None
        tag = self.tag(name)
        image = self._engine.image(tag)
        found = versions.of_labels(image.labels) if image is not None else None
        return Base(name, tag, "stand-in", self._recipe_digest(name), found) if found else None

    def made(self, name: str) -> Base:
        """Return a name's stand-in, built if need be. Raises BaseUnavailable.

        A build waits for what is timed, and what is timed for a build. Two processes that want
        the same stand-in build it once.
        """
        recipe = self.recipe(name)
        if recipe is None:
            raise BaseUnavailable(
                f"`FROM {name}`: there is no stand-in for it",
                why=f"stand-ins exist for {', '.join(self.recipes.bases)}",
                next_step="connect to a registry, `docker load` the image, or write a recipe "
                "in labs/bases",
            )
        if standing := self.known(name):
            return standing
        # In this order: who waits for another's build lets nothing timed begin meanwhile.
        with (
            undisturbed(alone=False, say=self._say),
            one_at_a_time(f"the stand-in for {name}", self._say),
        ):
            return self.known(name) or self._built(name, recipe)

    def _built(self, name: str, recipe: Recipe) -> Base:
        tag = self.tag(name)
        if self._engine.image(tag) is not None:
            # One of an earlier toolkit, which did not ask for its packages.
            return self._labelled(name, tag)
        below = {}
        if isinstance(recipe, StageRecipe):
            below[recipe.context] = self.made(recipe.on).image
        check_space(self._engine.facts().data_folder, _BUILD_NEEDS_BYTES)
        started = clock()
        for root in recipe.rootfs:
            with one_at_a_time(f"the root file system {root}", self._say):
                below[self.recipes.rootfs[root].context] = self._root(root, name)
        self._say(f"building the stand-in for {name}; this takes minutes once")
        for part in recipe.parts:
            with one_at_a_time(f"the part {part} of stand-ins", self._say):
                below[part] = self._part(recipe, part, below)
        self._build(recipe, recipe.target, f"{tag}-unchecked", below, name)
        try:
            self._check(f"{tag}-unchecked", recipe)
            made = self._labelled(name, f"{tag}-unchecked")
        finally:
            self._engine.remove_image(f"{tag}-unchecked")
        self._say(f"built the stand-in for {name} in {clock() - started:.0f} s")
        return made

    def _part(self, recipe: Recipe, part: str, below: Mapping[str, str]) -> str:
        """Return the local image of a stage that several stand-ins need, built if need be.

        The engine's cache does not always know a stage again that another build has made, and
        this one compiles for minutes. The image takes the place of the stage.
        """
        digest = hashlib.sha256("\0".join([part, *self._texts(recipe)]).encode()).hexdigest()
        reference = f"{STAND_IN}/part-{part}:{digest[:12]}"
        if self._engine.image(reference) is None:
            self._build(recipe, part, reference, below, f"part {part}")
        return reference

    def _build(
        self, recipe: Recipe, target: str | None, tag: str, below: Mapping[str, str], label: str
    ) -> None:
        self._engine.build(
            BuildOrder(
                dockerfile=self._folder / recipe.dockerfile,
                context=self._folder,
                tag=tag,
                bases=dict(below),
                labels={BASE_LABEL: label},
                target=target,
                timeout_seconds=3600,
            ),
            # Two are built at once: each line names its own.
            on_step=lambda step: self._say(f"the stand-in for {label}: {step}"),
        )

    def _labelled(self, name: str, image: str) -> Base:
        """Return a stand-in: an image with one more thing, labels that tell its packages."""
        found = versions.of_lines(self._printed(image, ["sh", "-c", versions.SCRIPT]))
        with scratch_folder() as folder:
            self._engine.build(
                BuildOrder(
                    dockerfile=write_whole(folder / "Dockerfile", "FROM base\n"),
                    context=folder,
                    tag=self.tag(name),
                    bases={"base": image},
                    labels={BASE_LABEL: name, **versions.labels(found)},
                )
            )
        return Base(name, self.tag(name), "stand-in", self._recipe_digest(name), found)

    def root_tag(self, root: str) -> str:
        """Return the tag of a Debian root file system."""
        script = (self._folder / "rootfs.sh").read_bytes()
        return f"{STAND_IN}/{root}:{hashlib.sha256(script).hexdigest()[:12]}"

    def _root(self, root: str, name: str) -> str:
        """Return the local image of a Debian root file system, made if need be."""
        reference = self.root_tag(root)
        if self._engine.image(reference) is not None:
            return reference
        try:
            run(["mmdebstrap", "--version"])
        except CommandFailed:
            install_packages(_needed(os.geteuid()), because=f"the stand-in for {name} needs it")
        self._say(f"building the root file system {root} from Debian packages")
        with scratch_folder() as folder:
            tar = str(folder / f"{root}.tar")
            script = str(self._folder / "rootfs.sh")
            try:
                run([*made_with(os.geteuid()), script, root, tar], timeout_seconds=1200)
            except CommandFailed as error:
                raise told(error, os.geteuid()) from None
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
                f"the stand-in {tag} was built but does not work:\n{error.what}",
                why="its recipe in labs/bases no longer fits Debian's packages",
                next_step="connect to a registry, or `advices bundle load` a file from a machine "
                "that has the images",
            ) from None

    def _recipe_digest(self, name: str) -> str:
        """Return the digest of all that a stand-in is made of."""
        recipe = self.recipe(name)
        assert recipe is not None
        parts = [recipe.target or "", *recipe.rootfs, *self._texts(recipe)]
        if isinstance(recipe, StageRecipe):
            parts += [self._recipe_digest(recipe.on)]
        return "sha256:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _texts(self, recipe: Recipe) -> list[str]:
        """Return the files that a recipe consists of."""
        names = (recipe.dockerfile, "rootfs.sh", *recipe.copies)
        return [(self._folder / name).read_text("utf-8") for name in names]

    def tag(self, name: str) -> str:
        """Return the tag of a name's stand-in: another recipe is another tag."""
        # The name of an image brings its tag along, that of a stage has none.
        mark = "." if ":" in name else ":"
        return f"{STAND_IN}/{name}{mark}{self._recipe_digest(name)[7:19]}"
