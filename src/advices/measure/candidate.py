"""What a build gets: a scratch copy of the project as a variant and a replay make it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from advices.core import DiskFull, write_whole
from advices.engine import HARDENED, Limits, Start
from advices.lab import (
    NOT_SOURCE,
    SAMPLE,
    Dockerfile,
    Edit,
    Lab,
    Mistake,
    Replay,
    Variant,
    context_files,
    read_dockerfile,
)

CANARY = "{canary}"
_IGNORE = ".dockerignore"
_HIDES_ITSELF = re.compile(r"^(?:/|\*\*/)?\.dockerignore\s*$", re.M)


@dataclass(frozen=True)
class Candidate:
    """A Dockerfile to measure with what its build gets: a variant, a mistake, a learner's.

    `fresh` builds it from nothing. Without it the first build may use the cache of the
    candidate `cache_of`, which saves minutes where no time is measured. One that `must_answer`
    is a fault of its lab when its page does not come. Of one that is `hidden` no step is told.
    What nobody has read before has `limits`. Of one that is `unknown` nobody knows what a container
    of it can do: what a probe cannot look at is not measured, and says why. Of one that
    `ends_early` a build ends as soon as it is known to fail what is judged of it. `how` is what
    every start of its page has. `secret_files` are secrets of its build that are there already, a
    file each, by id.
    """

    name: str
    dockerfile: Path
    variant: Variant
    fresh: bool = True
    cache_of: str = ""
    must_answer: bool = False
    hidden: bool = False
    limits: Limits | None = None
    unknown: bool = False
    ends_early: bool = False
    how: Start = HARDENED
    secret_files: Mapping[str, Path] = field(default_factory=dict)

    def read(self) -> Dockerfile:
        """Return what its Dockerfile says with its build arguments.

        Raises LabInvalid when the file is not there or is no text, and DockerfileInvalid.
        """
        return read_dockerfile(self.dockerfile, self.variant.build_args)


def of_variant(lab: Lab, name: str, *, hidden: bool = False) -> Candidate:
    """Return a variant of a lab. Raises LabInvalid for an unknown name."""
    file, variant = lab.dockerfile(name), lab.variants[name]
    # What an exercise starts with may be broken in any way.
    must_answer = variant.answers and not (lab.is_exercise and name == "bad")
    return Candidate(name, file, variant, cache_of=name, must_answer=must_answer, hidden=hidden)


def of_mistake(lab: Lab, mistake: Mistake, scratch: Path) -> Candidate:
    """Return the good variant with one mistake; its Dockerfile is written to `scratch`.

    Its first build may use the good one's cache, but for a lab that compares two builds: a COPY
    is answered from the cache whatever the times of its files are.
    """
    text = mistake.applied(lab.dockerfile("good").read_text("utf-8"))
    file = write_whole(scratch / f"{lab.slug}-{mistake.id}.Dockerfile", text)
    variant = variant_of_mistake(lab, mistake)
    name = f"mistake-{mistake.id}"
    again = lab.builds_again
    return Candidate(name, file, variant, fresh=again, cache_of=name if again else "good")


def variant_of_mistake(lab: Lab, mistake: Mistake) -> Variant:
    """Return what the build of a mistake gets: what the good variant gets, but for some files."""
    good = lab.variants["good"]
    more = {
        "leaves_out": (*good.leaves_out, *mistake.leaves_out),
        "edits": (*good.edits, *mistake.edits),
    }
    return good.model_copy(update=more)


def of_learner(lab: Lab, dockerfile: Path, limits: Limits | None = None) -> Candidate:
    """Return a learner's Dockerfile, which gets what the exercise's variants get.

    The steps of an earlier one may be in the cache, but for an exercise that compares two builds.
    """
    variant, fresh = lab.variants["bad"], lab.builds_again
    how = Candidate("yours", dockerfile, variant, fresh=fresh, cache_of="yours", limits=limits)
    return replace(how, ends_early=True)


def copied(lab: Lab, candidate: Candidate, to: Path, *, canary: str) -> Path:
    """Return the project's copy, files left out and the overlays over it. Raises DiskFull."""
    with _told():
        # What tools leave in a clone is no part of a lab. Links stay links, as a build sees them.
        left_out = None if lab.is_own else shutil.ignore_patterns(*NOT_SOURCE)
        shutil.copytree(lab.context, to, symlinks=True, ignore=left_out)
        for name in candidate.variant.leaves_out:
            left = to / name
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        for folder in filter(None, (lab.overlay, candidate.variant.overlay)):
            overlay = lab.folder / folder
            shutil.copytree(overlay, to, dirs_exist_ok=True)
            for file in overlay.rglob("*"):
                target = to / file.relative_to(overlay)
                if file.is_file() and CANARY.encode() in file.read_bytes():
                    target.write_text(file.read_text("utf-8").replace(CANARY, canary), "utf-8")
        _edit(to, candidate.variant.edits)
        _open_to_all(to)
    return to


def _edit(copy: Path, edits: Iterable[Edit], mark: str = "") -> None:
    """Make edits in a copy of the project."""
    for edit in edits:
        file = copy / edit.file
        text = edit.applied(file.read_text("utf-8"))
        file.write_text(text.replace(SAMPLE, mark) if mark else text, "utf-8")


def _open_to_all(folder: Path) -> None:
    """Give a copy the modes that git means, whatever umask the checkout was made under.

    Git knows only whether a file can be executed. Under a strict umask a container's own user
    could not read code that is root's.
    """
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)


def replayed(folder: Path, copy: Path, replay: Replay, mark: str) -> None:
    """Change a copy of a project as a replay of the lab in `folder` does. Raises DiskFull.

    `mark` makes the appended text unlike that of any other sample and run. A new clone has other
    times: git gives each file the moment at which it writes it.
    """
    with _told():
        if replay.overlay is not None:
            shutil.copytree(folder / replay.overlay, copy, dirs_exist_ok=True)
        _edit(copy, replay.edits, mark)
        if replay.file is not None and replay.append is not None:
            with (copy / replay.file).open("a", encoding="utf-8") as file:
                file.write(replay.append.replace(SAMPLE, mark))
        if replay.again:
            _open_to_all(copy)
            for path in (copy, *copy.rglob("*")):
                os.utime(path, follow_symlinks=False)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (OSError, shutil.Error) as error:
        raise DiskFull(
            f"could not copy the project to a scratch folder: {error}",
            why="the disk is full, or a file of the project is not readable",
        ) from None


def context_bytes(context: Path) -> int:
    """Return the bytes of all files that .dockerignore, itself left out, lets into the context.

    What a builder is really sent is less: only files that a COPY names, and of those only what
    changed since it was last sent them. That depends on its past, so it is not measured.
    """
    return sum(file.lstat().st_size for file in context_files(context))


def context_contents(context: Path) -> dict[str, list[str]]:
    """Return the files that a build may copy: each one's kind and the digest of what it holds.

    Of its mode counts whether it may be executed: a build keeps that. Folders count by what is
    in them. A build may copy .dockerignore as well, unless it names itself.
    """
    found, ignore = [*context_files(context)], context / _IGNORE
    if ignore.is_file() and not _HIDES_ITSELF.search(ignore.read_text("utf-8")):
        found.append(ignore)
    return {file.relative_to(context).as_posix(): _held(file) for file in sorted(found)}


def _held(file: Path) -> list[str]:
    if file.is_symlink():
        return ["link", str(file.readlink())]
    kind = "program" if file.stat().st_mode & 0o100 else "file"
    return [kind, hashlib.sha256(file.read_bytes()).hexdigest()]
