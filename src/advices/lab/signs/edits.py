"""Pure: which steps of a Dockerfile run again after an edit of one file of the project."""

from __future__ import annotations

import posixpath

from advices.lab.signs.calls import does
from advices.lab.signs.view import Placed, View, within

_STEPS = frozenset({"RUN", "COPY", "ADD"})


def run_again(view: View, file: str) -> tuple[Placed, ...]:
    """Return the steps that a build runs again after an edit of a file, in order."""
    again: dict[int, list[Placed]] = {}
    stale: dict[int, bool] = {}
    for stage in view.stages:
        below = stage.base.stage
        dirty = below is not None and stale[below]
        again[stage.number] = []
        for one in view.stage(stage.number):
            if one.name not in _STEPS:
                continue
            own = one.brings(file) or any(
                taken.source.stage is not None
                and any(_holds(again[taken.source.stage], path, file) for path in taken.paths)
                for taken in one.takes
            )
            # COPY --link does not look at what lies below it.
            linked = any(flag in ("--link", "--link=true") for flag in one.instruction.flags)
            if own or (dirty and not linked):
                again[stage.number].append(one)
            dirty = dirty or own
        stale[stage.number] = dirty
    return tuple(one for steps in again.values() for one in steps)


def _holds(steps: list[Placed], path: str, file: str) -> bool:
    """Return whether a path of a stage holds what steps that run again may have changed there."""
    folder = posixpath.normpath(posixpath.join("/", path))
    for one in steps:
        if one.name == "RUN":
            installs = any(does(call) == "installs Python packages" for call in one.calls)
            if installs or within(one.workdir, folder):
                return True
        elif within(posixpath.join(one.target, file), folder) or within(one.target, folder):
            return True
    return False


def installs_again(view: View, file: str) -> tuple[Placed, ...]:
    """Return the steps that install Python packages again after an edit of a file."""
    return tuple(
        one
        for one in run_again(view, file)
        if any(does(call) == "installs Python packages" for call in one.calls)
    )


def installs_apart(view: View) -> bool:
    """Return whether two images of a Dockerfile each install Python packages for themselves.

    Steps that begin alike are one step for BuildKit, whichever stage they are written in.
    """
    chains = [
        [one for one in view.of_image(number) if one.name in _DECIDES] for number in view.shipping
    ]
    own = []
    for chain in chains:
        lines = [one.instruction.line for one in chain]
        others = [[one.instruction.line for one in other] for other in chains if other is not chain]
        own.append(
            any(
                any(does(call) == "installs Python packages" for call in one.calls)
                and not any(lines[: number + 1] == other[: number + 1] for other in others)
                for number, one in enumerate(chain)
            )
        )
    return sum(own) > 1


_DECIDES = _STEPS | {"ENV", "ARG", "WORKDIR", "USER", "SHELL"}
