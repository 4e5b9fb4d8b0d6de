"""Brings everything that labs need: images into the engine, package files onto the shelf."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from advices.bases import Base, Bases
from advices.core import BaseUnavailable, EngineRefused, Layout, ScannerMissing, Step
from advices.engine import Engine, Start
from advices.lab import SCANNERS, Lab, labfile
from advices.packages import Fetcher, PackageFile, Shelf, Target, proxy, selection, shelf
from advices.runs import own_run, scratch_folder
from advices.scanners import ScannerImage
from advices.workshop import Workshop

# The base that every lab machine has: it serves the shelf.
SERVER = "python:3.14-slim"
_ASK_PYTHON = (
    "import json; from pip._vendor.packaging import markers, tags; "
    "print(json.dumps([list(map(str, tags.sys_tags())), markers.default_environment()]))"
)


@dataclass(frozen=True)
class Prefetched:
    """What stands ready for `labs`, whose keys those of the shelf are.

    `missing` says of each scanner that is not to be had how it comes.
    """

    bases: Mapping[str, Base]
    scanners: Mapping[str, ScannerImage]
    missing: Mapping[str, str]
    shelf: Shelf
    fetched: int
    need_a_mirror: tuple[str, ...]
    labs: Mapping[str, str]


def prefetch(workshop: Workshop, slugs: Sequence[str]) -> Prefetched:
    """Return all that labs and their exercises need; what was missing is pulled, built, fetched.

    Without slugs it is every lab. `index.for_builds` is held meanwhile. Raises LabInvalid for an
    unknown lab, BaseUnavailable, PackageMissing.
    """
    layout, engine, say = workshop.layout, workshop.engine, workshop.say
    wanted = list(slugs) or list(labfile.slugs(layout.labs))
    labs = {slug: labfile.read(layout.labs, slug).with_exercise() for slug in wanted}
    steps = 2 + len(labs)

    def begin(what: str, done: int) -> None:
        say(Step("prefetch", "everything", what, done, steps))

    begin("base images", 0)
    bases = workshop.bases
    found = bases.of_labs([lab for pair in labs.values() for lab in pair])
    keys = {slug: key(pair, found) for slug, pair in labs.items()}
    found |= {} if SERVER in found else bases.resolve([SERVER])
    begin("scanners", 1)
    scanners, missing = _scanners(workshop, labs)
    there = shelf.read()
    files: set[PackageFile] = set()
    fetched: list[str] = []
    due = [slug for slug in labs if not shelf.complete(there, slug, keys[slug])]
    if due:
        with (
            proxy.to_fetch_from(engine) as url,
            scratch_folder() as scratch,
            own_run(engine) as asking,
        ):
            targets = Targets(engine, asking.id)

            def tell(name: str) -> None:
                fetched.append(name)
                say(f"  {name}")

            fetcher = Fetcher(url, scratch, tell)
            for number, slug in enumerate(due):
                begin(f"packages of {slug}", 2 + len(labs) - len(due) + number)
                for lab in labs[slug]:
                    wanted_here = selection.of_lab(lab)
                    for target in targets.of(lab, found) if wanted_here else ():
                        files |= fetcher.fetch(wanted_here, target)
    new = Shelf(server=found[SERVER].image, labs=keys, files=tuple(files))
    stands = shelf.merged(there, new)
    if stands != there:
        shelf.write(stands)
    begin("", steps)
    return Prefetched(found, scanners, missing, stands, len(fetched), need_a_mirror(labs), keys)


def need_a_mirror(labs: Mapping[str, Sequence[Lab]]) -> tuple[str, ...]:
    """Return the labs whose builds install a distribution's packages: those are not fetched."""
    return tuple(
        slug for slug, pair in labs.items() if any(lab.installs_system_packages for lab in pair)
    )


def key(labs: Sequence[Lab], bases: Mapping[str, Base]) -> str:
    """Return the digest of what builds of a lab and its exercise install, and on what."""
    wanted = sorted(
        {(w.requirement, *sorted(w.sha256)) for lab in labs for w in selection.of_lab(lab)}
    )
    names = {name for lab in labs for name in lab.from_names()}
    on = sorted((n, *b.identities) for n, b in bases.items() if n in names)
    return hashlib.sha256(json.dumps([wanted, on]).encode()).hexdigest()


def is_prefetched(layout: Layout, bases: Bases, slug: str) -> bool:
    """Return whether a lab's images and packages are here. Asks no network."""
    labs = labfile.read(layout.labs, slug).with_exercise()
    known = [bases.known_of(lab) for lab in labs]
    if any(one is None for one in known):
        return False
    found = {name: base for one in known if one for name, base in one.items()}
    return shelf.complete(shelf.read(), slug, key(labs, found))


def _scanners(
    workshop: Workshop, labs: Mapping[str, Sequence[Lab]]
) -> tuple[dict[str, ScannerImage], dict[str, str]]:
    """Return the images of the scanners that labs use, and why others are missing."""
    used = {
        name for pair in labs.values() for lab in pair if lab.scan for name in lab.scan.scanners
    }
    found: dict[str, ScannerImage] = {}
    missing: dict[str, str] = {}
    for name in (one for one in SCANNERS if one in used):
        try:
            found[name] = workshop.scanners.find(name)
        except ScannerMissing as error:
            missing[name] = error.next_step
    return found, missing


class Targets:
    """Asks each base image for the wheels that its Python takes, once."""

    def __init__(self, engine: Engine, run_id: str) -> None:
        self._engine = engine
        self._run_id = run_id
        self._of: dict[str, Target | None] = {}

    def of(self, lab: Lab, bases: Mapping[str, Base]) -> Iterator[Target]:
        """Yield the different Pythons of a lab's bases; an image without one is passed over."""
        seen: list[Target] = []
        for name in lab.from_names():
            target = self._ask(bases[name].image)
            if target is not None and target not in seen:
                seen.append(target)
                yield target

    def _ask(self, image: str) -> Target | None:
        if image not in self._of:
            self._of[image] = self._asked(image)
        return self._of[image]

    def _asked(self, image: str) -> Target | None:
        how = Start(entrypoint=("python",), command=("-c", _ASK_PYTHON), network="none")
        try:
            done = self._engine.run_once(image, run_id=self._run_id, how=how)
        except EngineRefused:
            return None
        return _target(done.stdout) if done.exit_code == 0 else None


def _target(printed: str) -> Target:
    try:
        tags, markers = json.loads(printed)
    except ValueError as error:
        raise BaseUnavailable(
            f"a base's Python did not say which packages it accepts: {error}"
        ) from None
    return Target(tuple(tags), markers)
