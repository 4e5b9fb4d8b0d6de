"""Pure: the instructions of a Dockerfile as a build meets them: where, as whom, with what set."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from e2b_dockerfile_utils import PatternMatcher

from advices.lab.dockerfile import Dockerfile
from advices.lab.instructions import Fault, Instruction, expanded
from advices.lab.signs.calls import Call, call_of, options
from advices.lab.stage_uses import stage_uses
from advices.lab.stages import Stage, Taken

_ROOTS = frozenset({"root", "0"})


@dataclass(frozen=True)
class Placed:
    """An instruction with what holds before it: folder, user ("" as the base has it), variables.

    `env` are those of ENV, `args` those of ARG that have a default. `takes` is what it takes from
    other stages and images, `calls` what a RUN runs.
    """

    stage: int
    instruction: Instruction
    workdir: str
    user: str
    env: Mapping[str, str]
    args: Mapping[str, str]
    calls: tuple[Call, ...]
    takes: tuple[Taken, ...]

    @property
    def name(self) -> str:
        """Return the instruction's name."""
        return self.instruction.name

    def expand(self, word: str) -> str:
        """Return a word with the values that are known here; others stay as they are written."""
        try:
            values = {**self.args, **self.env}
            return expanded(word, "\\", values, self.instruction.start_line, keep_unset=True)
        except Fault:  # a word that BuildKit would refuse
            return word

    def path(self, word: str) -> str:
        """Return a path of the image, made absolute."""
        return posixpath.normpath(posixpath.join(self.workdir, self.expand(word)))

    @property
    def sources(self) -> tuple[str, ...]:
        """Return what a COPY or an ADD takes from the context, here-documents left out."""
        if self.name not in ("COPY", "ADD") or self.instruction.flag("from"):
            return ()
        return tuple(self.expand(one) for one in self.instruction.args[:-1] if one[:2] != "<<")

    @property
    def target(self) -> str:
        """Return where a COPY or an ADD puts it, as an absolute path."""
        return self.path(self.instruction.args[-1]) if self.instruction.args else "/"

    def brings(self, file: str) -> bool:
        """Return whether it reads a file of the context: copied, added, or seen by a mount."""
        if any(matches(source, file) for source in self.sources):
            return not _excludes(self.instruction.flag("exclude"), file)
        return self.name == "RUN" and any(
            matches(mount.get("source") or mount.get("src") or ".", file)
            for mount in self.instruction.mounts()
            if mount.get("type", "bind") == "bind" and not mount.get("from")
        )

    def mounted(self, *kinds: str) -> tuple[str, ...]:
        """Return the paths at which mounts of some kinds lie."""
        return tuple(
            self.path(mount.get("target") or mount.get("dst") or mount.get("destination") or "/")
            for mount in self.instruction.mounts()
            if mount.get("type", "bind") in kinds
        )


@dataclass(frozen=True)
class _State:
    workdir: str = "/"
    user: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


class View:
    """A Dockerfile as a build meets it. `targets` are the stages that ship besides the last."""

    def __init__(self, dockerfile: Dockerfile, targets: Sequence[str] = ()) -> None:
        self.dockerfile = dockerfile
        self.stages = dockerfile.stages
        wanted = {target.lower() for target in targets}
        self.shipping = tuple(
            one.number for one in self.stages[:-1] if one.title.lower() in wanted
        ) + tuple(one.number for one in self.stages[-1:])
        self._ends: list[_State] = []
        self._placed = [tuple(self._place(stage)) for stage in self.stages]

    def _place(self, stage: Stage) -> Iterator[Placed]:
        state = _State() if stage.base.stage is None else self._ends[stage.base.stage]
        workdir, user, env, args = state.workdir, state.user, dict(state.env), dict[str, str]()
        takes = iter(stage.takes)
        for one in stage.instructions:
            count = len([name for name in one.flag("from") if name]) if one.name == "COPY" else 0
            if one.name == "RUN":
                count = sum(bool(mount.get("from")) for mount in one.mounts())
            placed = Placed(
                *(stage.number, one, workdir, user, dict(env), dict(args)),
                tuple(map(call_of, one.commands())),
                tuple(taken for _, taken in zip(range(count), takes, strict=False)),
            )
            yield placed
            if one.name == "WORKDIR" and one.args:
                workdir = placed.path(one.args[0])
            elif one.name == "USER" and one.args:
                user = placed.expand(one.args[0])
            elif one.name == "ENV":
                env |= {name: placed.expand(value or "") for name, value in one.pairs}
            elif one.name == "ARG":
                args |= {name: placed.expand(v) for name, v in one.pairs if v is not None}
        self._ends.append(_State(workdir, user, env))

    def stage(self, number: int) -> tuple[Placed, ...]:
        """Return the instructions of one stage, those behind its FROM."""
        return self._placed[number]

    def chain(self, number: int) -> tuple[int, ...]:
        """Return the numbers of the stages that one stands on, lowest first, itself last."""
        below = self.stages[number].base.stage
        return (*(() if below is None else self.chain(below)), number)

    def image_below(self, number: int) -> str:
        """Return the image that a stage stands on in the end, "scratch" for none."""
        return self.stages[self.chain(number)[0]].base.name

    @cached_property
    def shipped(self) -> tuple[Placed, ...]:
        """Return the instructions whose layers and settings the last image has."""
        return self.of_image(self.shipping[-1]) if self.shipping else ()

    def of_image(self, number: int) -> tuple[Placed, ...]:
        """Return the instructions that make the image of a stage, those below it included."""
        return tuple(one for stage in self.chain(number) for one in self._placed[stage])

    @property
    def everywhere(self) -> tuple[Placed, ...]:
        """Return the instructions of all stages."""
        return tuple(one for stage in self._placed for one in stage)

    @cached_property
    def built(self) -> tuple[Placed, ...]:
        """Return the instructions of the stages that are built for what ships."""
        if not self.stages:
            return ()
        uses = stage_uses(self.dockerfile, [self.stages[one].title for one in self.shipping])
        needed = (number for number, use in enumerate(uses) if use.needed)
        return tuple(one for number in needed for one in self._placed[number])

    @property
    def workdir(self) -> str:
        """Return the folder that the container starts in."""
        return self._ends[-1].workdir if self._ends else "/"

    @property
    def user(self) -> str:
        """Return whom USER names for the container, "" without one."""
        return self._ends[-1].user if self._ends else ""

    @property
    def env(self) -> Mapping[str, str]:
        """Return the variables that ENV gives to the container."""
        return self._ends[-1].env if self._ends else {}

    @cached_property
    def files(self) -> Mapping[str, str]:
        """Return the files that the Dockerfile itself writes into the last image, by path."""
        found: dict[str, str] = {}
        for one in self.shipped:
            for document in one.instruction.heredocs if one.name in ("COPY", "ADD") else ():
                many = len(one.instruction.heredocs) > 1 or one.instruction.args[-1].endswith("/")
                path = posixpath.join(one.target, document.name) if many else one.target
                found[path] = document.content
            for call in one.calls:
                for path in (*call.writes, *_files_of_tee(call)):
                    documents = "\n".join(body.content for body in one.instruction.heredocs)
                    said = "\n".join(call.words).replace("\\n", "\n")
                    # Some write a file line by line.
                    before = found.get(one.path(path), "")
                    found[one.path(path)] = "\n".join(filter(None, (before, documents or said)))
        return found


def _files_of_tee(call: Call) -> tuple[str, ...]:
    return options(call.words).plain if call.program == "tee" else ()


def matches(pattern: str, file: str) -> bool:
    """Return whether the source of a COPY, a file, folder or pattern, holds a file."""
    wanted = [part for part in posixpath.normpath(pattern).split("/") if part not in ("", ".")]
    parts = file.split("/")
    return len(wanted) <= len(parts) and all(map(fnmatchcase, parts, wanted))


def _excludes(patterns: Sequence[str], file: str) -> bool:
    try:
        return PatternMatcher(list(patterns)).matches(file)
    except ValueError:  # no builder reads it: such a COPY fails
        return False


def within(path: str, folder: str) -> bool:
    """Return whether an absolute path is a folder, or lies below it; `folder` may be a pattern."""
    return matches(folder, path.lstrip("/"))


def is_root(user: str) -> bool:
    """Return whether a user, with or without its group, is root."""
    return user.partition(":")[0] in _ROOTS
