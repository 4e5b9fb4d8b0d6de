"""Carries what labs need to a machine without a network: saves a bundle, loads a bundle."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from advices.bases import registry_digests
from advices.core import BundleRefused, EngineLost, Layout, Say, Step, counted, now
from advices.engine import Engine, Image
from advices.offline import archive
from advices.offline.archive import BundledImage, Manifest, Opened
from advices.offline.prefetch import SERVER, Prefetched
from advices.packages import PackageFile, shelf
from advices.runs import scratch_folder
from advices.scanners import read_recipes


@dataclass(frozen=True)
class Loaded:
    """What came of loading a bundle: tags that stand now, and a sentence for each that does not."""

    manifest: Manifest
    tags: tuple[str, ...]
    kept: tuple[str, ...]


def save(layout: Layout, engine: Engine, ready: Prefetched, file: Path, say: Say) -> Manifest:
    """Write what was prefetched to a file, streamed. Raises DiskFull, FileRefused, EngineLost."""
    images = tuple(_bundled(layout, engine, ready))
    packed = shelf.Shelf(
        server=_tag_of(images, SERVER), labs=dict(ready.labs), files=ready.shelf.files
    )

    def parts() -> Iterator[tuple[str, Iterable[bytes]]]:
        say(Step("bundle", file.name, counted(len(images), "image"), 0, 2))
        one_each = {one.id: _image(engine, one.id) for one in images}
        yield archive.IMAGES, engine.saved(one_each.values())
        say(Step("bundle", file.name, counted(len(packed.files), "package file"), 1, 2))
        for one in packed.files:
            yield archive.part_name(one.project, one.name), [_content(one)]

    manifest = Manifest(
        toolkit_version=version("docker-advices"),
        date=now().isoformat(),
        platform=engine.facts().platform,
        images=images,
        shelf=packed,
    )
    archive.write(file, manifest, parts())
    return manifest


def _bundled(layout: Layout, engine: Engine, ready: Prefetched) -> Iterator[BundledImage]:
    for name, base in sorted(ready.bases.items()):
        # An official image has its own name everywhere; a stand-in never takes that.
        tag = name if base.kind == "official" else base.image
        image = _image(engine, base.image)
        yield _record(name, base.kind, tag if ":" in tag else f"{tag}:latest", base.identity, image)
    for name, found in ready.scanners.items():
        tag = found.reference
        if "@" in tag:
            tag = read_recipes(layout.scanners).zap.local[0]
        image = _image(engine, found.reference)
        yield _record(name, "scanner", tag, found.identity, image)


def _record(name: str, kind: object, tag: str, identity: str, image: Image) -> BundledImage:
    return BundledImage.model_validate(
        {
            "name": name,
            "kind": kind,
            "tag": tag,
            "identity": identity,
            "id": str(image.id),
            "layers": image.diff_ids,
        }
    )


def _tag_of(images: Iterable[BundledImage], name: str) -> str:
    return next(one.tag for one in images if one.name == name)


def _image(engine: Engine, reference: str) -> Image:
    image = engine.image(reference)
    if image is None:
        raise EngineLost(f"{reference} is no longer on the engine", why="it was just removed")
    return image


def _content(file: PackageFile) -> bytes:
    content = shelf.place(file).read_bytes()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise BundleRefused(
            f"the prefetched file {file.name} has changed since the download",
            why="the cache is damaged",
            next_step="`advices clean --caches`, then `advices prefetch`",
        )
    return content


def load(engine: Engine, file: Path, say: Say) -> Loaded:
    """Verify a bundle, then bring its images and packages to this machine.

    A name that another image has here stays with that one. Raises BundleRefused before anything
    is used, FileRefused, DiskFull.
    """
    say(Step("bundle", file.name, "verifying every digest", 0, 3))
    with archive.opened(file) as found:
        here = engine.facts().platform
        if found.manifest.platform != here:
            raise BundleRefused(
                f"{file} is for {found.manifest.platform}, and this engine is {here}",
                why="images run only on the platform that they were built for",
                next_step=f"save a bundle on a machine whose engine is {here}",
            )
        wanted = found.manifest.images
        say(Step("bundle", file.name, counted(len(wanted), "image"), 1, 3))
        before = {one.id for one in wanted if engine.image(one.id) is not None}
        with found.open(archive.IMAGES) as images:
            came = [] if len(before) == len({one.id for one in wanted}) else engine.load(images)
        came += [_image(engine, image_id) for image_id in sorted(before)]
        tags, kept = _named(engine, wanted, came)
        for image in came:
            fresh = _image(engine, str(image.id))
            if str(image.id) not in before and not fresh.tags:
                engine.remove_image(str(image.id))
        say(Step("bundle", file.name, f"{len(found.manifest.shelf.files)} package files", 2, 3))
        _shelve(found)
    say(Step("bundle", file.name, "", 3, 3))
    return Loaded(found.manifest, tuple(tags), tuple(kept))


def _named(
    engine: Engine, wanted: Sequence[BundledImage], came: Sequence[Image]
) -> tuple[list[str], list[str]]:
    """Give the images their names, and remember the digests that no registry told this engine."""
    by_id = {str(image.id): image for image in came}
    by_layers = {image.diff_ids: image for image in came}
    tags, kept, digests = [], [], {}
    for one in wanted:
        image = by_id.get(one.id) or by_layers.get(one.layers)
        if image is None or image.diff_ids != one.layers:
            raise BundleRefused(f"the image {one.tag} is not the same as when it was saved")
        there = engine.image(one.tag)
        if there is None:
            engine.tag(image, one.tag)
        elif there.id != image.id:
            kept.append(_kept(one))
            continue
        tags.append(one.tag)
        if one.kind == "official":
            digests[str(image.id)] = one.identity
    if digests:
        registry_digests.remember(digests)
    return tags, kept


def _kept(one: BundledImage) -> str:
    if one.kind == "official":
        return (
            f"{one.tag} is another image here and keeps its name; to use the bundle's, give "
            f"yours another name, `docker rmi {one.tag}`, and load again"
        )
    return f"{one.tag} already exists here, from the same recipe, and stays"


def _shelve(found: Opened) -> None:
    """Put the package files on the shelf; what is there already stays."""
    with scratch_folder() as scratch:
        for one in found.manifest.shelf.files:
            if shelf.is_there(one) and shelf.sha256_of(shelf.place(one)) == one.sha256:
                continue
            half = scratch / one.name
            part = archive.part_name(one.project, one.name)
            with found.open(part) as source, half.open("wb") as sink:
                shutil.copyfileobj(source, sink)
            shelf.put(one, half)
    shelf.write(shelf.merged(shelf.read(), found.manifest.shelf))
