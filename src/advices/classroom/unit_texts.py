"""What systemd reads of a class, as text: limits of a seat, its first process, manager and engine.

Source: systemd.syntax(7), systemd.exec(5), systemd.resource-control(5), user@.service(5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from advices.classroom import places, rootless
from advices.classroom.records import Limits, Seat
from advices.classroom.view import within
from advices.engine import provision

CLASS = f"{places.GROUP}.service"
"""The unit that makes what all seats need after a reboot."""
ENGINE = "docker-advices-engine.service"
"""The engine of a seat, as the seat's own manager knows it."""
DROP_IN = "50-docker-advices-class.conf"
_IN_SEAT = Path("/run/systemd/user")
# The manager of a machine, and that of an account, are one program.
_MANAGER = "/lib/systemd/systemd"
_UNITS = f"{_IN_SEAT}:/usr/lib/systemd/user"
_MARK = re.compile(r"# Docker Advices made this for the seat (\S+) of the account (\d+)\.")


def unit(seat: Seat) -> str:
    """Return the name of the unit that is the first process of a seat."""
    return f"{seat.name}.service"


def manager(uid: int) -> str:
    """Return the name of the unit that is an account's own manager."""
    return f"user@{uid}.service"


def slice_of(uid: int) -> str:
    """Return the name of the slice that has all of an account."""
    return f"user-{uid}.slice"


def texts(
    seat: Seat, limits: Limits, first: Sequence[str], variables: Mapping[str, str], log: Path
) -> dict[str, str]:
    """Return the files of a seat by their path below systemd's folder of an administrator's units.

    `first` starts its first process, with `variables`; what it prints goes to `log`.
    """
    mark = f"# Docker Advices made this for the seat {seat.name} of the account {seat.uid}.\n"
    return {
        f"{slice_of(seat.uid)}.d/{DROP_IN}": mark + _limits(limits),
        unit(seat): mark + _first(seat, first, variables, log),
        f"{manager(seat.uid)}.d/{DROP_IN}": mark + _manager(seat),
    }


def marked(text: str) -> tuple[str, int] | None:
    """Return seat and account of a file that `texts` returned, None for any other."""
    found = _MARK.match(text)
    return (found[1], int(found[2])) if found else None


def _limits(limits: Limits) -> str:
    return f"""[Slice]
MemoryMax={limits.memory_bytes}
MemorySwapMax=0
TasksMax={limits.processes}
CPUQuota={limits.cpus * 100:.0f}%
"""


def _first(seat: Seat, words: Sequence[str], variables: Mapping[str, str], log: Path) -> str:
    # Notified by what `unshare` started, which is not the process that systemd started.
    return f"""[Unit]
Description=Docker Advices: {seat.name}
After={CLASS}

[Service]
Type=notify
NotifyAccess=all
Slice={slice_of(seat.uid)}
Environment={_quoted([f"{name}={value}" for name, value in variables.items()])}
ExecStart={_quoted(words)}
StandardOutput=append:{log}
StandardError=append:{log}
TasksMax=infinity
OOMPolicy=continue
TimeoutStartSec=60
TimeoutStopSec=10
"""


def _manager(seat: Seat) -> str:
    """Return what lets the manager of a seat's account run in the seat, and only there.

    It reads no units of the learner's. As root, `+`, it enters and becomes the account; what it
    prints would go to this machine's journal.
    """
    starts = ["env", f"SYSTEMD_UNIT_PATH={_UNITS}", _MANAGER, "--user"]
    stops = ["systemctl", "--user", "stop", ENGINE]
    return f"""[Unit]
BindsTo={unit(seat)}
After={unit(seat)}

[Service]
Type=simple
PAMName=
ExecStart=
ExecStart=+{_quoted(within(seat, starts, clean=True))}
ExecStop=+{_quoted(within(seat, stops, clean=True))}
OOMScoreAdjust=0
StandardOutput=null
StandardError=null
TimeoutStopSec=30
"""


def in_seat(seat: Seat, engine: Sequence[str]) -> dict[str, str | None]:
    """Return the files that a seat's own manager reads, by path; None is a folder.

    `engine` starts the engine. It puts containers into no group: for that it would need a bus.
    """
    default = f"""[Unit]
Description=What a seat starts by itself
Requires=basic.target
Wants={ENGINE}
After=basic.target
AllowIsolate=yes
"""
    # Out of memory, the kernel ends a step of a build; the engine goes on.
    service = f"""[Unit]
Description=The Docker engine of {seat.name}

[Service]
Type=notify
NotifyAccess=all
ExecStartPre={_quoted(["rm", "-f", str(rootless.pid_file(seat))])}
ExecStart={_quoted([*engine, "--exec-opt", "native.cgroupdriver=cgroupfs"])}
StandardOutput=append:{rootless.log(seat)}
StandardError=append:{rootless.log(seat)}
Restart=on-failure
RestartSec=2
Delegate=yes
KillMode=mixed
OOMPolicy=continue
LimitNOFILE=infinity
TimeoutStartSec=60
TimeoutStopSec=20
"""
    return {
        # Without it no manager of an account starts.
        str(provision.SYSTEMD): None,
        str(_IN_SEAT / "default.target"): default,
        str(_IN_SEAT / ENGINE): service,
    }


def of_class(python: str, source: Path) -> str:
    """Return the unit that makes what all seats need after a reboot, before they start.

    `python` runs the toolkit that is in the folder `source`. Our rules for packets come before
    those of the machine's own engine.
    """
    words = [python, "-m", "advices.classroom.booting"]
    return f"""[Unit]
Description=Docker Advices: what the seats of the class need
After=docker.service firewalld.service nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
Environment={_quoted([f"PYTHONPATH={source}"])}
ExecStart={_quoted(words)}

[Install]
WantedBy=multi-user.target
"""


def _quoted(words: Sequence[str]) -> str:
    """Return words as systemd reads them back, each as it is."""
    return " ".join(f'"{_escaped(word)}"' for word in words)


def _escaped(word: str) -> str:
    for what, by in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("%", "%%"), ("$", "$$")):
        word = word.replace(what, by)
    return word
