"""The official image of a FROM name: proof that a registry gave it, and the pull of one.

A local image may carry any name. It is taken for the official one only if a registry knows it by
a digest under that very name.
"""

from __future__ import annotations

from collections.abc import Callable

from advices.bases import registry_digests
from advices.bases.base import Base
from advices.core import PullFailed, RegistrySilent, Say
from advices.engine import (
    BASE_LABEL,
    DOCKER_HUB,
    RUN_LABEL,
    Engine,
    Image,
    invalid_reference,
    split,
)
from advices.images import registry_sources
from advices.runs import undisturbed


def registry_digest(name: str, image: Image, sources: Callable[[], frozenset[str]]) -> str | None:
    """Return the digest that a registry knows an image by as `name`, None if nothing shows it.

    `sources` are the repositories that the engine notes for the image. They are asked only where
    the image store gives a digest to whatever it holds.
    """
    if image.labels.get(BASE_LABEL) or image.labels.get(RUN_LABEL):
        return None
    wanted = split(name)
    brought = registry_digests.digest_of(image.id)
    if brought is not None and split(brought).full == wanted.full:
        return brought
    found = next((one for one in image.repo_digests if split(one).full == wanted.full), None)
    if found is None:
        return None
    # Containerd's image store calls an image by the digest of its manifest, and so gives one to
    # local builds too. In the classic store a digest comes from nowhere but a registry.
    by_manifest = split(found).digest == image.id
    return found if not by_manifest or _without_port(wanted.full) in sources() else None


def _without_port(repository: str) -> str:
    host, _, path = repository.partition("/")
    return f"{host.partition(':')[0]}/{path}"


class OfficialImages:
    """Finds and pulls official images. A registry that does not answer is asked once."""

    def __init__(self, engine: Engine, say: Say) -> None:
        self._engine = engine
        self._say = say
        self._silent: dict[str, RegistrySilent] = {}
        self._sources: dict[str, frozenset[str]] = {}

    @property
    def registry_answers(self) -> bool:
        """Return False once Docker Hub was asked for an image in vain."""
        return DOCKER_HUB not in self._silent

    def silence(self, name: str) -> RegistrySilent | None:
        """Return what was seen when the registry of a name did not answer, None if it did."""
        return self._silent.get(split(name).registry)

    def known(self, name: str) -> Base | None:
        """Return the official image if it is here. Raises ReferenceInvalid."""
        if not split(name).is_valid:
            # Asked for it, an engine refuses in one way or pulls something else.
            raise invalid_reference(name)
        image = self._engine.image(name)
        return None if image is None else self._proven(name, image)

    def local(self, name: str) -> Base | None:
        """Return an image that has the name on this engine and is not ours, whatever made it."""
        image = self._engine.image(name)
        if image is None or image.labels.get(BASE_LABEL) or image.labels.get(RUN_LABEL):
            return None
        return Base(name, name, "local", image.id)

    def pulled(self, name: str) -> Base | None:
        """Return the official image, pulled if need be; None where its registry is silent.

        Raises PullFailed for what a registry that answers says.
        """
        found = self.known(name)
        if found is not None or self.silence(name):
            return found
        try:
            with undisturbed(alone=False, say=self._say):
                image = self._engine.pull(name, self._say)
        except RegistrySilent as error:
            if self._silent.setdefault(split(name).registry, error) is error:
                self._say(f"no registry answers for {name}: using stand-ins if there are any")
            return None
        self._sources[image.id] = frozenset({_without_port(split(name).full)})
        found = self._proven(name, image)
        if found is None:
            raise PullFailed(
                f"`{name}` was pulled, but the image does not come from that registry",
                why="a mirror returned an image that this toolkit built, or one without a digest",
                next_step="ask who runs the mirror, or pull from the registry itself",
            )
        return found

    def _proven(self, name: str, image: Image) -> Base | None:
        def sources() -> frozenset[str]:
            if image.id not in self._sources:
                self._sources[image.id] = registry_sources(self._engine, image)
            return self._sources[image.id]

        digest = registry_digest(name, image, sources)
        if digest is None:
            return None
        if image.id in self._sources:
            # To look takes seconds: it is done once an image.
            registry_digests.remember({image.id: digest})
        # An engine finds an image by a digest only if it pulled it itself.
        return Base(name, digest if digest in image.repo_digests else name, "official", digest)
