"""What a Dockerfile names: its images and its stages."""

from __future__ import annotations

import re

from advices.core import LabInvalid

FROM_LINE = re.compile(
    r"^FROM\s+(?:--\S+\s+)*(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?\s*$", re.I | re.M
)
"""A line that begins a stage: its `image`, and the name of the `stage` if it has one."""

# COPY --from=IMAGE and RUN --mount=...,from=IMAGE name images as FROM does.
_COPIED = re.compile(
    r"^(?:COPY\s+(?:--\S+\s+)*?--|RUN\s+(?:--\S+\s+)*?--mount=(?:\S*,)?)from=(?P<image>[^\s,]+)",
    re.I | re.M,
)


def external_images(dockerfile: str) -> tuple[str, ...]:
    """Return the images that a Dockerfile names, its own stages and scratch left out.

    Raises LabInvalid for a name with a variable in it: which image that is, only the build
    knows.
    """
    stages = {"scratch"}
    images: list[str] = []
    for line in FROM_LINE.finditer(dockerfile):
        # Stage names have no case.
        if line["image"].lower() not in stages:
            images.append(line["image"])
        if line["stage"]:
            stages.add(line["stage"].lower())
    for line in _COPIED.finditer(dockerfile):
        if line["image"].lower() not in stages and not line["image"].isdigit():
            images.append(line["image"])
    for image in images:
        if "$" in image:
            raise LabInvalid(
                f"`FROM {image}`: a base may not be named by a variable",
                why="the lab could not say on which image it was measured",
                next_step="write the image's name into the Dockerfile",
            )
    return tuple(dict.fromkeys(images))


def stage_names(dockerfile: str) -> tuple[str, ...]:
    """Return the names of a Dockerfile's stages, in lower case: they have no case."""
    return tuple(line["stage"].lower() for line in FROM_LINE.finditer(dockerfile) if line["stage"])


def stage_body(dockerfile: str, stage: str) -> tuple[str, str]:
    """Return the image that a stage starts from, and its instructions without comments.

    Raises LabInvalid when there is no such stage.
    """
    lines = list(FROM_LINE.finditer(dockerfile))
    for number, line in enumerate(lines):
        if (line["stage"] or "").lower() == stage:
            end = lines[number + 1].start() if number + 1 < len(lines) else len(dockerfile)
            body = [text.strip() for text in dockerfile[line.end() : end].splitlines()]
            kept = [text for text in body if text and not text.startswith("#")]
            return line["image"], "\n".join(kept)
    raise LabInvalid(f"there is no stage `{stage}`")


def final_base(dockerfile: str) -> str | None:
    """Return the image that the last stage stands on, None when that is scratch."""
    roots: dict[str, str] = {}
    root = "scratch"
    for line in FROM_LINE.finditer(dockerfile):
        root = roots.get(line["image"].lower(), line["image"])
        if line["stage"]:
            roots[line["stage"].lower()] = root
    return None if root.lower() == "scratch" else root
