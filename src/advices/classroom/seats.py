"""A seat made, brought up, brought down, emptied and removed."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from pathlib import Path

from advices.classroom import accounts, mounts, network, places, rootless, store
from advices.classroom.keeping import keeper
from advices.classroom.records import Classroom, Seat
from advices.core import CommandFailed, poll, run

_FIRST = Path(__file__).parent / "inside" / "first.py"
LOGS = Path("/var/log/docker-advices/class")
_UP_SECONDS = 30
_FLAGS = {"mnt": "mount", "pid": "pid", "ipc": "ipc", "uts": "uts"}


def make(classroom: Classroom, seat: Seat) -> None:
    """Make what a seat consists of while nothing runs in it. Raises CommandFailed, DiskFull."""
    accounts.make(seat)
    for folder in (places.FOLDER, places.inside_of(seat).parent, places.inside_of(seat)):
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    if not places.disk(seat).is_file():
        make_disk(classroom, seat)


def make_disk(classroom: Classroom, seat: Seat) -> None:
    """Make a seat's disk, empty; it takes room as it fills. Raises CommandFailed, DiskFull."""
    file = places.disk(seat)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = file.with_suffix(".half")
    half.unlink(missing_ok=True)
    with half.open("wb") as sink:
        sink.truncate(classroom.limits.disk_bytes)
    half.chmod(0o600)
    # Nothing is kept for root, which never writes there, and nothing is written that may wait.
    lazily = "nodiscard,lazy_itable_init=1,lazy_journal_init=1"
    run(["mkfs.ext4", "-q", "-F", "-m", "0", "-J", "size=16", "-E", lazily, str(half)])
    half.replace(file)


def is_up(seat: Seat) -> bool:
    """Return whether the first process of a seat stands and shows it all it should see."""
    return first(seat) is not None


def first(seat: Seat) -> int | None:
    """Return a process that sees what the seat sees, None while it is not up.

    It is the one that all others of the seat end with: it is root's, and no learner's.
    """
    kept = places.namespace(seat, "pid")
    for pid in sorted(keeper().processes(seat)):
        with contextlib.suppress(OSError):
            of = Path(f"/proc/{pid}")
            same = (of / "ns" / "pid").stat().st_ino == kept.stat().st_ino
            if same and of.stat().st_uid == 0 and (of / "root/run/seat-is-there").exists():
                return pid
    return None


def bring_up(classroom: Classroom, seat: Seat) -> None:
    """Let a seat's namespaces be there: programs run in it then. Raises CommandFailed.

    What ran in the seat before is over.
    """
    bring_down(seat)
    store.show()
    mounts.keep_own(places.RUN)
    ground(seat)
    log = LOGS / f"{seat.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    keeper().begin(seat, classroom.limits, _first_words(classroom, seat), log)
    for waited in poll(_UP_SECONDS):
        if is_up(seat):
            return
        if waited > 1 and not keeper().processes(seat):
            break
    said = log.read_text("utf-8", "replace").strip().splitlines()
    bring_down(seat)
    raise CommandFailed(
        f"{seat.name} could not be brought up: {said[-1] if said else 'it said nothing'}",
        why="this machine refuses a namespace or a mount that a seat needs",
        next_step="`advices class prepare` says what this machine lacks",
    )


def ground(seat: Seat) -> None:
    """Make what the first process of a seat needs and a reboot takes. Raises CommandFailed."""
    network.make(seat)
    (places.RUN / seat.name).mkdir(exist_ok=True)
    for kind in places.NAMESPACES:
        places.namespace(seat, kind).touch()


def _first_words(classroom: Classroom, seat: Seat) -> list[str]:
    about = {
        "name": seat.name,
        "uid": seat.uid,
        "disk": str(places.disk(seat)),
        "at": str(places.inside_of(seat)),
        "runtime": str(seat.runtime),
        "store": store.shown_to(seat),
        "files": keeper().files(seat, rootless.words(seat)),
        "open": [str(one) for one in opened(classroom.project)],
        "init": [_waiter(), "--", "sleep", "infinity"],
    }
    kept = (f"--{_FLAGS[kind]}={places.namespace(seat, kind)}" for kind in places.NAMESPACES)
    return [
        *("nsenter", f"--net={places.network(seat)}", "--"),
        *("unshare", *kept, "--fork", "--mount-proc", "--propagation", "private", "--"),
        *(sys.executable, "-I", str(_FIRST), json.dumps(about)),
    ]


def opened(project: Path) -> list[Path]:
    """Return what programs in a seat read of this machine, below closed folders or not."""
    here = Path(__file__).parents[2]
    return mounts.resolved([project, here, Path(sys.prefix), Path(sys.base_prefix)])


def _waiter() -> str:
    found = shutil.which("docker-init") or shutil.which("tini")
    if found is None:
        raise CommandFailed(
            "`docker-init` is not installed",
            why="the engine's packages bring it, or the package `tini` does",
            next_step="`advices class prepare` installs what is missing on Debian and Ubuntu",
        )
    return found


def give_back(seat: Seat) -> None:
    """Give this machine back the room of what was removed from a seat's disk."""
    view, at = f"--mount={places.namespace(seat, 'mnt')}", str(places.inside_of(seat))
    # What was removed a moment ago is free only when the file system wrote that down.
    for words in (["sync", "--file-system", at], ["fstrim", at]):
        run(["nsenter", view, "--", *words])


def bring_down(seat: Seat) -> None:
    """End all that runs in a seat, and let go of its namespaces and network. The disk stays."""
    keeper().kill(seat)
    let_go(places.RUN / seat.name)
    network.remove(seat.network, places.link(seat))


def let_go(kept: Path) -> None:
    """Let go of the namespaces that files of a folder keep, and of the folder."""
    if kept.is_dir():
        for file in kept.iterdir():
            # A run that was killed may have made the file and kept nothing by it.
            mounts.let_go(file)
            file.unlink()
        kept.rmdir()


def remove(seat: Seat) -> None:
    """Remove all of a seat, whatever half of it is there. Raises CommandFailed."""
    bring_down(seat)
    keeper().forget(seat)
    accounts.remove(seat.account)
    disk = places.disk(seat)
    for file in (disk, disk.with_suffix(".half")):
        file.unlink(missing_ok=True)
    shutil.rmtree(places.inside_of(seat), ignore_errors=True)
    for log in LOGS.glob(f"{seat.name}*.log"):
        log.unlink(missing_ok=True)


def reset(classroom: Classroom, seat: Seat) -> None:
    """Let a seat be as it was made: what ran there is over, and what was stored is gone.

    Its account stays, and nothing runs in it. Raises CommandFailed, DiskFull.
    """
    bring_down(seat)
    places.disk(seat).unlink(missing_ok=True)
    make(classroom, seat)
