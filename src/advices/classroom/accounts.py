"""The Unix accounts of seats: our prefix, no password, no shell, a range of sub-ids each."""

from __future__ import annotations

import grp
import pwd
from collections.abc import Iterable
from pathlib import Path

from advices.classroom import places
from advices.classroom.records import Seat
from advices.core import CommandFailed, run

_FIRST, _LAST = 47_000, 59_999
_SUB_IDS = (Path("/etc/subuid"), Path("/etc/subgid"))
SUB_IDS_A_SEAT = 65_536


def free_ids(count: int, used: Iterable[int]) -> list[int]:
    """Return numbers for new accounts and their groups, none of them in use.

    Raises CommandFailed where there are too few.
    """
    taken = set(used)
    found = [one for one in range(_FIRST, _LAST + 1) if one not in taken][:count]
    if len(found) < count:
        raise CommandFailed(
            f"only {len(found)} of the numbers {_FIRST} to {_LAST} are free for accounts",
            why="other accounts of this machine have the rest",
            next_step="prepare fewer seats",
        )
    return found


def used_ids() -> set[int]:
    """Return the numbers of all accounts and groups of this machine."""
    return {one.pw_uid for one in pwd.getpwall()} | {one.gr_gid for one in grp.getgrall()}


def make(seat: Seat) -> None:
    """Make a seat's account, if it is not there as it should be. Raises CommandFailed."""
    if _stands(seat):
        return
    remove(seat.account)
    run(["groupadd", "--gid", str(seat.uid), seat.account])
    run(
        [
            *("useradd", "--uid", str(seat.uid), "--gid", str(seat.uid)),
            *("--home-dir", str(seat.home), "--no-create-home", "--no-log-init"),
            *("--shell", "/usr/sbin/nologin", "--comment", "a seat of Docker Advices"),
            seat.account,
        ]
    )
    if not _stands(seat):
        raise CommandFailed(
            f"the account {seat.account} got no range of subordinate ids",
            why="useradd gives none on this machine: SUB_UID_COUNT in /etc/login.defs is 0, or "
            "/etc/subuid or /etc/subgid is missing",
            next_step="set SUB_UID_COUNT and SUB_GID_COUNT to 65536, "
            "`touch /etc/subuid /etc/subgid`, and run the same command again",
        )


def _stands(seat: Seat) -> bool:
    try:
        known = pwd.getpwnam(seat.account)
    except KeyError:
        return False
    return known.pw_uid == known.pw_gid == seat.uid and sub_ids(seat.account) is not None


def sub_ids(account: str) -> tuple[int, int] | None:
    """Return where the sub-ids of an account begin, for users and for groups, None without both."""
    found = [_range(file, account) for file in _SUB_IDS]
    return None if None in found else (found[0] or 0, found[1] or 0)


def _range(file: Path, account: str) -> int | None:
    if file.is_file():
        for line in file.read_text("utf-8").splitlines():
            name, _, numbers = line.partition(":")
            first, _, count = numbers.partition(":")
            if name == account and count.isdigit() and int(count) >= SUB_IDS_A_SEAT:
                return int(first)
    return None


def left() -> list[str]:
    """Return the accounts and groups of seats that are there."""
    names = {one.pw_name for one in pwd.getpwall()} | {one.gr_name for one in grp.getgrall()}
    return sorted(name for name in names if name.startswith(places.PREFIX))


def remove(account: str) -> None:
    """Remove an account of a seat with its group and sub-ids. Raises CommandFailed."""
    # 6: there is no such account or group. A group goes with its account.
    run(["userdel", account], accept=frozenset({0, 6}))
    run(["groupdel", account], accept=frozenset({0, 6}))
