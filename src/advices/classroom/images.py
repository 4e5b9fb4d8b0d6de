"""What brings images and packages into the store: a bundle, or this machine's own engine."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from advices.classroom.entering import inside
from advices.classroom.filling import Fill
from advices.classroom.records import Classroom, Seat
from advices.core import AdvicesError, BundleRefused, CommandFailed, Layout, Say, errors, run

_LOAD_SECONDS = 3600
_ANY_CODE = frozenset(range(256))
_BUNDLE = "class.bundle"


def key_of(bundle: Path) -> str:
    """Return what tells a bundle from another one. Raises BundleRefused where none can be read."""
    try:
        with bundle.open("rb") as source:
            return f"bundle {hashlib.file_digest(source, 'sha256').hexdigest()}"
    except OSError as error:
        raise BundleRefused(
            f"{bundle} cannot be read: {error.strerror}",
            why="there is no such file",
            next_step="name a file that `advices bundle save` wrote",
        ) from None


def of_bundle(bundle: Path) -> Fill:
    """Return what loads a bundle in a seat. It raises CommandFailed, BundleRefused."""

    def fill(classroom: Classroom, seat: Seat) -> None:
        # Root opens it: it may be nobody else's, and is seen in no seat.
        _with_stdin(bundle, inside(classroom, seat, ["sh", "-c", f"cat >{_BUNDLE}"], clean=True))
        words = [sys.executable, "-m", "advices", "--quiet", "bundle", "load", _BUNDLE]
        done = run(
            inside(classroom, seat, words, clean=True),
            accept=_ANY_CODE,
            timeout_seconds=_LOAD_SECONDS,
        )
        if done.exit_code != 0:
            raise fault(done.exit_code, done.stderr.replace(_BUNDLE, str(bundle)))
        run(inside(classroom, seat, ["rm", _BUNDLE], clean=True))

    return fill


def fault(code: int, printed: str) -> AdvicesError:
    """Return the error that a command of ours ended with in a seat, by its code and its words."""
    said = printed.rpartition("error: ")[2].strip()
    for kind in errors.tree():
        if kind.exit_code == code:
            return errors.rebuild(kind.__name__, said) or kind(said)
    return CommandFailed(
        f"the bundle was not loaded:\n{said}",
        why="the command `advices bundle load` ended so in a seat",
        next_step="run it by hand on this machine's own engine to see more",
    )


def of_engine(*names: str) -> Fill:
    """Return what loads images of this machine's own engine in a seat. It raises CommandFailed."""

    def fill(classroom: Classroom, seat: Seat) -> None:
        load = inside(classroom, seat, ["docker", "load"], clean=True)
        piped = 'images=$1; shift; docker save $images | "$@"'
        run(
            ["bash", "-o", "pipefail", "-c", piped, "load", " ".join(names), *load],
            timeout_seconds=_LOAD_SECONDS,
        )

    return fill


def _with_stdin(file: Path, words: list[str]) -> None:
    run(["sh", "-c", 'exec "$@" <"$0"', str(file), *words], timeout_seconds=_LOAD_SECONDS)


@contextlib.contextmanager
def bundle_of_this_machine(layout: Layout, folder: Path, say: Say) -> Iterator[Path]:
    """Give a bundle of all that this machine's engine has for labs; what is missing is fetched.

    Raises what the prefetch and a bundle do, and EngineMissing where no engine answers.
    """
    from advices.offline import prefetch, transfer  # noqa: PLC0415
    from advices.packages import proxy  # noqa: PLC0415
    from advices.runs import measuring  # noqa: PLC0415
    from advices.workshop import Workshop  # noqa: PLC0415

    file = folder / _BUNDLE
    with measuring(say):
        workshop = Workshop(layout, say)
        with proxy.for_builds(workshop.engine, filling=True):
            ready = prefetch.prefetch(workshop, [])
            try:
                transfer.save(layout, workshop.engine, ready, file, say)
                file.chmod(0o600)
                yield file
            finally:
                file.unlink(missing_ok=True)
