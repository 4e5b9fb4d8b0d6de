"""Keeps seats with systemd: each is a slice with limits, a unit, and its account's own manager.

The manager lingers: systemd starts it with the machine, and it starts the engine of the seat.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from advices.classroom import groups, places, unit_texts
from advices.classroom.records import Limits, Seat
from advices.classroom.unit_texts import CLASS, DROP_IN, ENGINE, manager, slice_of, unit
from advices.core import CommandFailed, poll, run, write_whole
from advices.engine import cgroup

FOLDER = Path("/etc/systemd/system")
"""Where an administrator's units are."""
LINGER = Path("/var/lib/systemd/linger")
_ANY_CODE = frozenset(range(256))
_READY_SECONDS = 20
_VARIABLES = {"PATH": f"{os.defpath}:/usr/sbin:/sbin", "LANG": "C.UTF-8"}
_Enter = Callable[[Sequence[str]], list[str]]


class Units:
    """Keeps seats by units of systemd: see `keeping.Keeper`."""

    def __init__(
        self, folder: Path = FOLDER, linger: Path = LINGER, mount: Path = cgroup.MOUNT
    ) -> None:
        self._folder, self._linger, self._mount = folder, linger, mount

    def joined(self, seat: Seat) -> list[str]:
        """Return the words by which a program runs in a scope of the seat's slice."""
        # Delegated, a scope goes on where the kernel ended one of its processes for memory.
        properties = ("TasksMax=infinity", "Delegate=yes")
        return [
            *("systemd-run", "--scope", "--quiet", "--collect"),
            # Without it this machine's journal would have all words.
            f"--description=Docker Advices: a program in {seat.name}",
            f"--slice={slice_of(seat.uid)}",
            *(f"--property={one}" for one in properties),
            "--",
        ]

    def processes(self, seat: Seat) -> set[int]:
        """Return the ids of all processes in the slice of a seat's account."""
        return self._processes(seat.uid)

    def _processes(self, uid: int) -> set[int]:
        found: set[int] = set()
        for at, _, files in os.walk(group(uid, self._mount)):
            if "cgroup.procs" in files:
                # It may go meanwhile.
                with contextlib.suppress(OSError):
                    found |= set(map(int, Path(at, "cgroup.procs").read_text("utf-8").split()))
        return found - {0}

    def kill(self, seat: Seat) -> None:
        """End all that runs in a seat, and let its units be stopped. Raises CommandFailed."""
        self._kill(seat.name, seat.uid)

    def _kill(self, name: str, uid: int) -> None:
        units = (manager(uid), f"{name}.service")
        groups.kill_all(name, lambda: self._processes(uid))
        if (self._folder / units[1]).is_file():
            # 5: systemd does not know it, after a run that was killed.
            run(["systemctl", "stop", *units], accept=frozenset({0, 5}))
            run(["systemctl", "reset-failed", *units], accept=_ANY_CODE)
            # What was about to start.
            groups.kill_all(name, lambda: self._processes(uid))

    def begin(self, seat: Seat, limits: Limits, words: Sequence[str], log: Path) -> None:
        """Start the first process of a seat and its account's manager, which starts the engine.

        Raises CommandFailed where systemd does not let the account linger.
        """
        self._write(unit_texts.texts(seat, limits, words, _VARIABLES, log))
        run(["systemctl", "reset-failed", unit(seat), manager(seat.uid)], accept=_ANY_CODE)
        # 1: it failed, and its log says why.
        if run(["systemctl", "start", unit(seat)], accept=frozenset({0, 1})).exit_code == 0:
            self._let_linger(seat)
            run(["systemctl", "start", manager(seat.uid)], accept=frozenset({0, 1}))

    def _write(self, texts: dict[str, str]) -> None:
        changed = False
        for name, text in texts.items():
            file = self._folder / name
            if not file.is_file() or file.read_text("utf-8") != text:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, text, 0o644)
                changed = True
        if changed:
            run(["systemctl", "daemon-reload"])

    def _let_linger(self, seat: Seat) -> None:
        if (self._linger / seat.account).exists():
            return
        done = run(["loginctl", "enable-linger", seat.account], accept=_ANY_CODE)
        if done.exit_code != 0:
            said = done.stderr.strip() or "it did not say why"
            raise CommandFailed(
                f"systemd does not let the account {seat.account} linger: {said}",
                why="`loginctl` needs systemd-logind and the system's bus, the package `dbus`",
                next_step="`systemctl status systemd-logind dbus` shows both; then run the same "
                "command again",
            )

    def files(self, seat: Seat, engine: Sequence[str]) -> dict[str, str | None]:
        """Return the units that the seat's own manager reads: what it starts is the engine."""
        return unit_texts.in_seat(seat, engine)

    def await_engine(self, seat: Seat, enter: _Enter) -> None:
        """Return when the engine started, or failed to, or the seat's manager does not answer."""
        run(["systemctl", "start", manager(seat.uid)], accept=_ANY_CODE)
        view = f"--mount={places.namespace(seat, 'mnt')}"
        listens = ["nsenter", view, "--", "test", "-S", f"{seat.runtime}/systemd/private"]
        for _ in poll(_READY_SECONDS):
            if run(listens, accept=_ANY_CODE).exit_code == 0:
                run(enter(["systemctl", "--user", "start", ENGINE]), accept=_ANY_CODE)
                return

    def begin_engine(self, seat: Seat, enter: _Enter, engine: Sequence[str], log: Path) -> None:
        """Let the seat's manager start the engine; what keeps it from that, its log says."""
        del seat, engine, log
        for verb in ("reset-failed", "start"):
            run(enter(["systemctl", "--user", verb, ENGINE]), accept=_ANY_CODE)

    def end_engine(self, seat: Seat, enter: _Enter) -> None:
        """Let the seat's manager stop the engine, so that it does not start it again."""
        del seat
        run(enter(["systemctl", "--user", "stop", ENGINE]), accept=_ANY_CODE)

    def forget(self, seat: Seat) -> None:
        """Remove the units and the lingering of a seat in which nothing runs."""
        left = {one for one in self._left() if one[0] == seat.name}
        # A run that was killed may have made it for another account.
        for name, uid in {(seat.name, seat.uid), *left}:
            self._forget(name, uid)
        run(["systemctl", "daemon-reload"])

    def _forget(self, name: str, uid: int) -> None:
        if (self._linger / name).exists():
            run(["loginctl", "disable-linger", name], accept=_ANY_CODE)
            # Of an account that is gone already.
            (self._linger / name).unlink(missing_ok=True)
        (self._folder / f"{name}.service").unlink(missing_ok=True)
        for above in (slice_of(uid), manager(uid)):
            folder = self._folder / f"{above}.d"
            (folder / DROP_IN).unlink(missing_ok=True)
            # Somebody else's files stay.
            with contextlib.suppress(OSError):
                folder.rmdir()

    def stay(self) -> None:
        """Let systemd bring the class back after a reboot."""
        source = Path(__file__).parents[2]
        self._write({CLASS: unit_texts.of_class(sys.executable, source)})
        run(["systemctl", "enable", "--quiet", "--now", CLASS])

    def settle(self) -> None:
        """Return when systemd brought up what seats need, if this machine has just started."""
        if (self._folder / CLASS).is_file():
            run(["systemctl", "start", CLASS], accept=_ANY_CODE)

    def kill_left(self) -> list[str]:
        """End all that runs in any seat, and return the names of the seats."""
        found = self._left()
        for name, uid in found:
            self._kill(name, uid)
        return _names(found)

    def _left(self) -> list[tuple[str, int]]:
        """Return name and account of each seat that has a file of ours."""
        patterns = (f"{places.PREFIX}*.service", f"user*.d/{DROP_IN}")
        files = [file for pattern in patterns for file in self._folder.glob(pattern)]
        marks = (unit_texts.marked(file.read_text("utf-8")) for file in files)
        return sorted({mark for mark in marks if mark})

    def remove(self) -> list[str]:
        """Remove the units and the lingering of all seats, and return what was removed."""
        left = self._left()
        found = [f"units of {name}" for name in _names(left)]
        for name, uid in left:
            self._forget(name, uid)
        for file in self._linger.glob(f"{places.PREFIX}*"):
            file.unlink(missing_ok=True)
        if (self._folder / CLASS).is_file():
            run(["systemctl", "disable", "--quiet", "--now", CLASS], accept=_ANY_CODE)
            (self._folder / CLASS).unlink(missing_ok=True)
            found.append(f"unit {CLASS}")
        if found:
            run(["systemctl", "daemon-reload"])
        return found


def _names(left: Sequence[tuple[str, int]]) -> list[str]:
    return sorted({name for name, _ in left})


def group(uid: int, mount: Path = cgroup.MOUNT) -> Path:
    """Return the folder of an account's control group, below which all its processes are."""
    top = mount if cgroup.is_unified(mount) else mount / "systemd"
    return top / "user.slice" / slice_of(uid)
