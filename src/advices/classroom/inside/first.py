"""The first process of a seat: it makes what the seat sees of this machine, then only waits.

It is started as root in new namespaces for mounts, processes and messages, in the network and the
control groups of the seat, and needs nothing but Python's standard library. Its one argument is
JSON. When it ends, the kernel ends all that runs in the seat, and the seat's disk is detached.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import socket
import stat
import subprocess
import sys

MS_NOSUID, MS_NODEV, MS_BIND, MS_REC = 2, 4, 4096, 16384
_AT_FDCWD, _MOUNT_ATTR_RDONLY = -100, 1
_MOUNT_SETATTR = 442
# What shows the kernel, not files of this machine.
_OF_THE_KERNEL = re.compile(
    "proc|sysfs|cgroup2?|dev(tmpfs|pts)|mqueue|binfmt_misc|autofs|bpf|pstore|configfs|hugetlbfs"
    "|(debug|trace|security)fs|fusectl|nsfs|efivarfs"
)
# Every seat has its own.
_COVERED = ("/tmp", "/var/tmp", "/dev/shm", "/run")
_libc = ctypes.CDLL(None, use_errno=True)


class _Attributes(ctypes.Structure):
    _fields_ = [
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns", ctypes.c_uint64),
    ]


def mount(what: str, at: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system. Raises OSError."""
    words = (what.encode(), at.encode(), kind.encode(), flags, options.encode())
    if _libc.mount(*words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)}: mount {what} at {at}")


def make_read_only(at: str) -> None:
    """Make one mount read-only, and keep what else was set on it. Raises OSError."""
    wanted = _Attributes(set=_MOUNT_ATTR_RDONLY)
    words = (_AT_FDCWD, at.encode(), 0, ctypes.byref(wanted), ctypes.sizeof(wanted))
    if _libc.syscall(_MOUNT_SETATTR, *words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)}: make {at} read-only")


def mounted() -> list[tuple[str, str]]:
    """Return the place and the kind of each mount that is seen here."""
    with open("/proc/self/mountinfo", encoding="utf-8") as lines:
        split = [line.split() for line in lines]
    decoded = (
        (re.sub(r"\\(\d{3})", lambda n: chr(int(n[1], 8)), words[4]), words)
        for words in split
    )
    return [(place, words[words.index("-") + 1]) for place, words in decoded]


def closed(path: str) -> str:
    """Return the topmost folder above a path that a seat cannot pass, "" where it can pass all."""
    parts = path.strip("/").split("/")
    for number in range(1, len(parts)):
        folder = "/" + "/".join(parts[:number])
        if folder in _COVERED or not os.stat(folder).st_mode & stat.S_IXOTH:
            return folder
    return ""


def open_up(held: dict[str, tuple[int, str]]) -> None:
    """Show paths that are below closed or covered folders, by what holds each open.

    Nothing else of a closed folder is shown.
    """
    covers = {folder for _, folder in held.values()} - {""}
    folders = covers - set(_COVERED)
    for folder in folders:
        mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    for path, (number, folder) in held.items():
        if folder:
            os.makedirs(path, exist_ok=True)
            mount(f"/proc/self/fd/{number}", path, flags=MS_BIND | MS_REC)
            make_read_only(path)
        os.close(number)
    for folder in folders:
        make_read_only(folder)


def own(path: str, uid: int, mode: int) -> None:
    """Make a folder that an account owns."""
    os.makedirs(path, exist_ok=True)
    os.chown(path, uid, uid)
    os.chmod(path, mode)


def see(seat: dict) -> None:
    """Make what is seen in a seat. Raises OSError, CalledProcessError."""
    at, uid = seat["at"], seat["uid"]
    held = {path: (os.open(path, os.O_PATH), closed(path)) for path in seat["open"]}
    # The kernel writes to the disk's file through a mount, which must not be read-only.
    disks = os.path.dirname(seat["disk"])
    mount(disks, disks, flags=MS_BIND)
    loop = ["mount", "-t", "ext4", "-o", "loop,nosuid,nodev,discard", seat["disk"], at]
    subprocess.run(loop, check=True)
    for place, kind in mounted():
        if place not in (at, disks) and not _OF_THE_KERNEL.fullmatch(kind):
            make_read_only(place)
    own(f"{at}/home", uid, 0o700)
    own(f"{at}/docker", uid, 0o700)
    for name, place in {"tmp": "/tmp", "var-tmp": "/var/tmp"}.items():
        own(f"{at}/{name}", 0, 0o1777)
        mount(f"{at}/{name}", place, flags=MS_BIND)
    private = MS_NOSUID | MS_NODEV
    mount("tmpfs", "/dev/shm", "tmpfs", private, "mode=1777,size=512m")
    mount("devpts", "/dev/pts", "devpts", MS_NOSUID, "newinstance,ptmxmode=0666,mode=0620,gid=5")
    if os.path.isdir("/dev/mqueue"):
        mount("mqueue", "/dev/mqueue", "mqueue", private)
    resolves = open("/etc/resolv.conf", "rb").read() if os.path.exists("/etc/resolv.conf") else b""
    # With devices: of /run only root may make one.
    mount("tmpfs", "/run", "tmpfs", MS_NOSUID, "mode=755,size=256m")
    own("/run/lock", 0, 0o1777)
    os.makedirs("/run/user")
    own(seat["runtime"], uid, 0o700)
    os.mknod("/run/tun", 0o666 | stat.S_IFCHR, os.makedev(10, 200))
    os.chmod("/run/tun", 0o666)
    mount("/run/tun", "/dev/net/tun", flags=MS_BIND)
    open_up(held)
    # It may lead below /run, which is not this machine's any more.
    target = os.path.realpath("/etc/resolv.conf")
    if target.startswith("/run/"):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(resolves)
    socket.sethostname(seat["name"])


def main() -> None:
    """Make the seat, say that it is there, and become a program that waits and buries."""
    os.umask(0o022)
    seat = json.loads(sys.argv[1])
    see(seat)
    os.chdir("/")
    with open("/run/seat-is-there", "w", encoding="utf-8"):
        pass
    os.execvp(seat["init"][0], seat["init"])


if __name__ == "__main__":
    main()
