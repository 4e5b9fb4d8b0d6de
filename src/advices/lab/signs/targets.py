"""Pure: where COPY puts things in the last image, and what times its folders get."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from advices.lab.signs.start import Start
from advices.lab.signs.view import Placed, View, matches, within

# What a RUN moves, nobody follows here.
_MOVERS = frozenset({"cp", "mv", "ln", "install", "rsync", "tar", "unzip", "git"})
# Folders that every Debian image has.
_THERE = frozenset(
    {"/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/media", "/mnt", "/opt", "/proc"}
    | {"/root", "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/usr/bin", "/usr/lib"}
    | {"/usr/local", "/usr/local/bin", "/usr/local/lib", "/usr/src", "/var", "/var/lib"}
)


def is_aside(view: View, file: str) -> bool:
    """Return whether a file of the project lies elsewhere than where the container starts.

    What starts, or PYTHONPATH, may name the folder that it lies in: then it is found.
    """
    if any(call.program in _MOVERS for one in view.shipped for call in one.calls):
        return False
    places = {*_places(view, view.shipped, file)}
    folders = {posixpath.dirname(place) for place in places}
    searched = view.env.get("PYTHONPATH", "").split(":")
    start = Start(view)
    return (
        bool(places)
        and posixpath.join(view.workdir, file) not in places
        and not any(folder in searched or start.mentions(folder) for folder in folders)
    )


def _places(view: View, steps: Sequence[Placed], file: str) -> Iterator[str]:
    """Yield the paths at which COPY and ADD put a file of the project in an image."""
    for one in steps:
        if one.name not in ("COPY", "ADD"):
            continue
        if one.brings(file):
            for source in one.sources:
                if matches(source, file):
                    depth = len([part for part in source.split("/") if part not in ("", ".")])
                    yield _put(one, "/".join(file.split("/")[depth:]), posixpath.basename(file))
        for taken in one.takes:
            if taken.source.stage is None:
                continue
            there = {*_places(view, view.of_image(taken.source.stage), file)}
            for path in taken.paths:
                source = posixpath.normpath(posixpath.join("/", one.expand(path)))
                for place in there:
                    if within(place, source):
                        depth = len([part for part in source.split("/") if part])
                        below = place.lstrip("/").split("/")[depth:]
                        yield _put(one, "/".join(below), posixpath.basename(place))


def _put(one: Placed, below: str, name: str) -> str:
    """Return where a COPY puts what is `below` its source, the source itself if that is empty."""
    if below:
        return posixpath.join(one.target, below)
    is_named = posixpath.basename(one.target) == name
    return one.target if is_named else posixpath.join(one.target, name)


def times_folders(view: View) -> bool:
    """Return whether an instruction of the last image gives a folder the time of the build.

    WORKDIR does so if it makes the folder, and a COPY from a stage if it puts something into a
    folder other than the root, which no layer holds. BuildKit 0.22 and later give what WORKDIR
    makes the time in SOURCE_DATE_EPOCH.
    """
    return any(
        _makes(one, view.shipped[:number]) or _changes(one)
        for number, one in enumerate(view.shipped)
    )


def _changes(one: Placed) -> bool:
    from_a_stage = any(taken.source.stage is not None for taken in one.takes)
    return one.name == "COPY" and from_a_stage and posixpath.dirname(one.target) != "/"


def _makes(one: Placed, before: Sequence[Placed]) -> bool:
    if one.name != "WORKDIR" or not one.instruction.args:
        return False
    folder = one.path(one.instruction.args[0])
    return folder not in _THERE and not any(_may_bring(step, folder) for step in before)


def _may_bring(step: Placed, folder: str) -> bool:
    """Return whether a folder may be there after a step: what a RUN makes nobody knows."""
    if step.name in ("COPY", "ADD"):
        return within(step.target, folder) or within(folder, step.target)
    if step.name == "WORKDIR" and step.instruction.args:
        return within(step.path(step.instruction.args[0]), folder)
    return step.name == "RUN" and (
        folder in step.instruction.line
        or any(folder in document.content for document in step.instruction.heredocs)
    )
