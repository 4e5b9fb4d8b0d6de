"""The image of each scanner: ZAP's own by digest, Wapiti's built here on a Python base."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from advices.bases import Bases
from advices.core import LabInvalid, PullFailed, Record, ScannerMissing, write_whole
from advices.engine import BuildOrder, Engine
from advices.packages import proxy
from advices.runs import scratch_folder
from advices.scanners import work

SCANNER_LABEL = "io.docker-advices.scanner"
STUB_LABEL = "io.docker-advices.stub"


class _Wapiti(Record):
    dockerfile: str
    requirements: str
    base: str


class _Zap(Record):
    """`image` is ZAP's by digest; `local` are names by which it may be here after a load."""

    image: str
    version: str
    local: list[str] = Field(default_factory=list)


class Recipes(Record):
    """labs/scanners/scanners.toml."""

    wapiti: _Wapiti
    zap: _Zap


@dataclass(frozen=True)
class ScannerImage:
    """A scanner's image on this engine. `identity` is a digest: of the image, or its recipe.

    `stub` marks an image that only plays the scanner, for tests.
    """

    scanner: str
    reference: str
    identity: str
    stub: bool = False


def read_recipes(folder: Path) -> Recipes:
    """Return the recipes in `labs/scanners`. Raises LabInvalid."""
    try:
        return Recipes.model_validate(tomllib.loads((folder / "scanners.toml").read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise LabInvalid(f"labs/scanners/scanners.toml: {error}") from None


class ScannerImages:
    """Finds, pulls or builds the scanners' images on one engine."""

    def __init__(self, engine: Engine, folder: Path, bases: Bases, say: work.Say) -> None:
        self._engine = engine
        self._folder = folder
        self._bases = bases
        self._say = say

    def present(self, scanner: str) -> ScannerImage | None:
        """Return a scanner's image if it is there already, with no work."""
        recipes = read_recipes(self._folder)
        if scanner == "wapiti":
            base = self._bases.known(recipes.wapiti.base)
            tag, identity = self._wapiti_tag(recipes.wapiti, base.kind if base else "")
            there = self._engine.image(tag) is not None
            return ScannerImage(scanner, tag, identity) if there else None
        for reference in (recipes.zap.image, *recipes.zap.local):
            image = self._engine.image(reference)
            if image is not None:
                # `docker load` brings no registry digest along: then the image's id names it.
                _, _, pinned = reference.partition("@")
                stub = STUB_LABEL in image.labels
                return ScannerImage(scanner, reference, pinned or str(image.id), stub)
        return None

    def find(self, scanner: str) -> ScannerImage:
        """Return a scanner's image, pulled or built if need be. Raises ScannerMissing."""
        found = self.present(scanner)
        if found is None:
            recipes = read_recipes(self._folder)
            if scanner == "wapiti":
                return self._built(recipes.wapiti)
            why = self._pulled(recipes.zap.image)
            found = self.present(scanner)
        if found is None:
            raise ScannerMissing(
                (
                    f"the image of ZAP {recipes.zap.version} is not on this engine: "
                    f"{recipes.zap.image}"
                ),
                why=why,
                next_step=(
                    f"`docker pull {recipes.zap.image}` where a registry answers, tag it as "
                    f"{' or '.join(recipes.zap.local[:1])}, `docker save` it there and `docker "
                    "load` it here"
                ),
            )
        return found

    def _pulled(self, image: str) -> str:
        """Pull an image and return why it did not come, "" when it did."""
        if not self._bases.registry_answers:
            return ScannerMissing.why
        try:
            self._engine.pull(image, self._say)
        except PullFailed as error:
            return error.what
        return ""

    def _built(self, recipe: _Wapiti) -> ScannerImage:
        base = self._bases.resolve([recipe.base])[recipe.base]
        tag, identity = self._wapiti_tag(recipe, base.kind)
        if self._engine.image(tag) is not None:
            return ScannerImage("wapiti", tag, identity)
        if proxy.way(self._engine) == "shelf":
            raise ScannerMissing(
                "the image of Wapiti is not on this engine and cannot be built",
                why="builds use prefetched packages, and Wapiti's are not among them",
                next_step="`advices bundle load` a file that `advices bundle save web-scan` wrote "
                "where builds reach a package index",
            )
        self._say("building the image of Wapiti; this happens only once")
        with scratch_folder() as scratch:
            pip = self._bases.pip_conf
            secrets = {"pip": write_whole(scratch / "pip.conf", pip)} if pip else {}
            self._engine.build(
                BuildOrder(
                    dockerfile=self._folder / recipe.dockerfile,
                    context=self._folder,
                    tag=tag,
                    bases={recipe.base: base.image},
                    labels={SCANNER_LABEL: "wapiti"},
                    secrets=secrets,
                )
            )
        return ScannerImage("wapiti", tag, identity)

    def _wapiti_tag(self, recipe: _Wapiti, kind: str) -> tuple[str, str]:
        """Return the tag and the identity of Wapiti's image: both tell of what it is made."""
        parts = [kind, recipe.base]
        parts += [
            (self._folder / name).read_text("utf-8")
            for name in (recipe.dockerfile, recipe.requirements)
        ]
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return f"docker-advices-scanner/wapiti:{digest[:12]}", f"sha256:{digest}"
