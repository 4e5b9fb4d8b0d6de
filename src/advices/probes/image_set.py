"""The probe `set`: what several images of one project weigh together, shared layers once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advices.core import NeverAnswered
from advices.images import layers_of, learn
from advices.probes.containers import python
from advices.probes.subject import Found, Subject
from advices.results import Layer

METHOD = 1
_LAST_LINES = 6


def probe(subject: Subject) -> Found:
    """Return how many images the variant makes and their bytes, as a sum and as a set.

    The images are that of the last stage and those of the stages in `targets`. Raises
    NeverAnswered when the program in one of the latter cannot start.
    """
    images = [subject.image]
    for target in subject.targets:
        image = subject.build_target(target)
        _check(subject, target, str(image.id))
        images.append(image)
    learn(subject.engine, images, subject.base_ids, subject.workshop.memory, listed=False)
    found = [
        layers_of(subject.engine, image, subject.base_ids, subject.workshop.memory)
        for image in images
    ]
    return Found(values=dict(weigh(found)))


def weigh(images: Sequence[Sequence[Layer]]) -> Iterator[tuple[str, int]]:
    """Yield the measures of a set of images, each given as its layers, lowest first.

    A machine fetches a layer once, whatever it stands on: the digest of its content names it.
    On disk a layer is shared only if all layers below it are the same, too: there the digests
    of the whole chain name it.
    """
    every = [layer for image in images for layer in image]
    by_content = {layer.diff_id: layer.transfer_bytes for layer in every}
    by_chain = {
        tuple(below.diff_id for below in image[: place + 1]): layer.disk_bytes
        for image in images
        for place, layer in enumerate(image)
    }
    sum_transfer_bytes = sum(layer.transfer_bytes for layer in every)
    set_transfer_bytes = sum(by_content.values())
    yield "images", len(images)
    yield "sum_disk_bytes", sum(layer.disk_bytes for layer in every)
    yield "set_disk_bytes", sum(by_chain.values())
    yield "sum_transfer_bytes", sum_transfer_bytes
    yield "set_transfer_bytes", set_transfer_bytes
    yield "shared_transfer_bytes", sum_transfer_bytes - set_transfer_bytes


def _check(subject: Subject, target: str, image: str) -> None:
    """Raise NeverAnswered when the program of a stage's image cannot start."""
    once = subject.engine.run_once(image, run_id=subject.run_id, how=python("image_set_check"))
    if once.exit_code != 0:
        printed = (once.stdout + once.stderr).strip().splitlines()[-_LAST_LINES:]
        lines = "\n".join(printed) or "(it printed nothing)"
        raise NeverAnswered(
            f"{subject.lab.slug} {subject.variant}: the program in the image of the stage "
            f"`{target}` cannot start. Its last lines:\n{lines}",
            why="this stage's image lacks a package or a file that the program needs",
            next_step="build that stage with `--target` and start its image by hand",
        )
