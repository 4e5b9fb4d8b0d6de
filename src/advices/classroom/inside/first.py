"""The first process of a seat: it makes what the seat sees of this machine, then only waits.

It is started as root in new namespaces for mounts, processes, messages and the host's name, in the
network and the control groups of the seat, and needs nothing but Python's standard library. Its one
argument is JSON. When it ends, the kernel ends all that runs in the seat and detaches its disk.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

NOSUID, NODEV, BIND, RECURSIVE = 2, 4, 4096, 16384
_AT_FDCWD, _AT_EMPTY_PATH = -100, 0x1000
_RDONLY, _IDMAP = 1, 0x100000
_DETACH = 2
_CLONE_TREE, _MOVE_EMPTY_PATH, _CLONE_NEWUSER = 1, 4, 0x10000000
# The same on every platform that Docker's engine has.
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
# What shows the kernel, not files of this machine.
_OF_THE_KERNEL = re.compile(
    "proc|sysfs|cgroup2?|dev(tmpfs|pts)|mqueue|binfmt_misc|autofs|bpf|pstore|configfs|hugetlbfs"
    "|(debug|trace|security)fs|fusectl|nsfs|efivarfs"
)
# Every seat has its own.
_COVERED = ("/tmp", "/var/tmp", "/dev/shm", "/run")
# Of an engine's data: what an image is. Layers' files are not copied but shown.
_COPIED = ("image", "overlay2")
_PACKAGES = "home/.cache/docker-advices/packages"
_libc = ctypes.CDLL(None, use_errno=True)


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns", ctypes.c_uint64),
    )


def _failed(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{os.strerror(number)}: {what}")


def _call(what: str, number: int, *words: object) -> int:
    """Make a system call that the C library has no name for. Raises OSError."""
    done = int(_libc.syscall(number, *words))
    if done < 0:
        raise _failed(what)
    return done


def _set(what: str, place: tuple[object, ...], attributes: _Attributes) -> None:
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    _call(what, _MOUNT_SETATTR, *place, ctypes.byref(attributes), size)


def mount(what: str | Path, at: str | Path, kind: str = "", flags: int = 0, how: str = "") -> None:
    """Mount a file system. Raises OSError."""
    words = (os.fsencode(what), os.fsencode(at), kind.encode(), flags, how.encode())
    if _libc.mount(*words) != 0:
        raise _failed(f"mount {what} at {at}")


def make_read_only(at: str | Path) -> None:
    """Make one mount read-only, and keep what else was set on it. Raises OSError."""
    place = (_AT_FDCWD, os.fsencode(at), 0)
    _set(f"make {at} read-only", place, _Attributes(set=_RDONLY))


def mounted() -> list[tuple[str, str]]:
    """Return the place and the kind of each mount that is seen here."""
    lines = Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
    split = [line.split() for line in lines]
    return [
        (
            re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), words[4]),
            words[words.index("-") + 1],
        )
        for words in split
    ]


def closed(path: Path) -> str:
    """Return the topmost folder above a path that a seat cannot pass, "" where it can pass all."""
    for folder in reversed(path.parents):
        if str(folder) in _COVERED or not folder.stat().st_mode & stat.S_IXOTH:
            return str(folder)
    return ""


def open_up(held: dict[Path, tuple[int, str]]) -> None:
    """Show paths that are below closed or covered folders, by what holds each open.

    Nothing else of a closed folder is shown.
    """
    folders = {folder for _, folder in held.values()} - {"", *_COVERED}
    for folder in folders:
        mount("tmpfs", folder, "tmpfs", NOSUID | NODEV, "mode=755,size=1m")
    for path, (number, folder) in held.items():
        if folder:
            path.mkdir(parents=True, exist_ok=True)
            mount(f"/proc/self/fd/{number}", path, flags=BIND | RECURSIVE)
            make_read_only(path)
        os.close(number)
    for folder in folders:
        make_read_only(folder)


def own(path: str | Path, uid: int, mode: int) -> Path:
    """Return a folder that an account owns, made if it is not there."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, uid, uid)
    folder.chmod(mode)
    return folder


def mapped(uids: list[list[int]], gids: list[list[int]]) -> int:
    """Return an open user namespace that maps ids: each is where from, where to, how many."""
    asks, told = os.pipe()
    waits, goes_on = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(goes_on)
        os.write(told, b"1" if _libc.unshare(_CLONE_NEWUSER) == 0 else b"0")
        os.read(waits, 1)
        os._exit(0)
    try:
        if os.read(asks, 1) != b"1":
            raise OSError("this kernel gives no user namespaces")
        for name, ids in {"uid_map": uids, "gid_map": gids}.items():
            text = "".join("{} {} {}\n".format(*one) for one in ids)
            Path(f"/proc/{child}/{name}").write_text(text, "ascii")
        return os.open(f"/proc/{child}/ns/user", os.O_RDONLY)
    finally:
        for one in (asks, told, waits, goes_on):
            os.close(one)
        os.waitpid(child, 0)


def show_as(source: str, at: Path, userns: int) -> None:
    """Show a mounted file system read-only at another place, with other owners. Raises OSError."""
    tree = _call(f"open {source}", _OPEN_TREE, _AT_FDCWD, source.encode(), _CLONE_TREE)
    wanted = _Attributes(set=_RDONLY | _IDMAP, userns=userns)
    _set("show files with other owners", (tree, b"", _AT_EMPTY_PATH), wanted)
    place = (tree, b"", _AT_FDCWD, os.fsencode(at), _MOVE_EMPTY_PATH)
    _call(f"show {source} at {at}", _MOVE_MOUNT, *place)
    os.close(tree)


def share(at: Path, store: dict[str, Any]) -> None:
    """Let a seat have the images and packages of the store, whose files are stored once."""
    shown = own(at / "store", 0, 0o700)
    userns = mapped(store["uids"], store["gids"])
    show_as(store["at"], shown, userns)
    os.close(userns)
    done = at / "store-is-in"
    if not done.exists():
        for name in _COPIED:
            copy(shown / "docker" / name, at / "docker" / name, left_out=("diff", "work"))
        copy(shown / "home", at / "home", left_out=("packages",))
        done.touch()
    layers = [f"docker/overlay2/{one.name}/diff" for one in (shown / "docker/overlay2").iterdir()]
    for path in (*layers, _PACKAGES):
        # A learner may have removed what it belonged to.
        if (shown / path).is_dir() and (at / path).is_dir():
            mount(shown / path, at / path, flags=BIND)


def copy(source: Path, target: Path, left_out: tuple[str, ...]) -> None:
    """Copy a folder with owners and modes; of folders named `left_out` only that they are there."""
    if not source.is_dir():
        return
    for here, folders, files in os.walk(source):
        of, to = Path(here), target / Path(here).relative_to(source)
        to.mkdir(parents=True, exist_ok=True)
        links = [name for name in folders if (of / name).is_symlink()]
        for name in (*files, *links):
            shutil.copy2(of / name, to / name, follow_symlinks=False)
            _give(of / name, to / name)
        for name in set(left_out) & set(folders):
            (to / name).mkdir(exist_ok=True)
            _give(of / name, to / name)
        folders[:] = [name for name in folders if name not in (*left_out, *links)]
        _give(of, to)


def _give(old: Path, new: Path) -> None:
    """Let a file or folder have owner and mode of another one."""
    known = old.lstat()
    os.chown(new, known.st_uid, known.st_gid, follow_symlinks=False)
    if not stat.S_ISLNK(known.st_mode):
        new.chmod(stat.S_IMODE(known.st_mode))


def see(seat: dict[str, Any]) -> None:
    """Make what is seen in a seat. Raises OSError, CalledProcessError."""
    at, uid = Path(seat["at"]), seat["uid"]
    held = {Path(one): (os.open(one, os.O_PATH), closed(Path(one))) for one in seat["open"]}
    # The kernel writes to the disk's file through a mount, which must not be read-only.
    disks = Path(seat["disk"]).parent
    mount(disks, disks, flags=BIND)
    loop = ["mount", "-t", "ext4", "-o", "loop,nosuid,nodev,discard", seat["disk"], str(at)]
    subprocess.run(loop, check=True)
    # The kernel keeps it; nobody sees it.
    if _libc.umount2(os.fsencode(disks), _DETACH) != 0:
        raise _failed(f"unmount {disks}")
    for place, kind in mounted():
        if place != str(at) and not _OF_THE_KERNEL.fullmatch(kind):
            make_read_only(place)
    own(at / "home", uid, 0o700)
    own(at / "docker", uid, 0o700)
    if seat["store"]:
        share(at, seat["store"])
    for name, place in {"tmp": "/tmp", "var-tmp": "/var/tmp"}.items():
        mount(own(at / name, 0, 0o1777), place, flags=BIND)
    mount("tmpfs", "/dev/shm", "tmpfs", NOSUID | NODEV, "mode=1777,size=512m")
    mount("devpts", "/dev/pts", "devpts", NOSUID, "newinstance,ptmxmode=0666,mode=0620,gid=5")
    if Path("/dev/mqueue").is_dir():
        mount("mqueue", "/dev/mqueue", "mqueue", NOSUID | NODEV)
    _see_run(seat["runtime"], uid, held)
    for name, text in seat["files"].items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            Path(name).mkdir()
        else:
            Path(name).write_text(text, "utf-8")
    socket.sethostname(seat["name"])


def _see_run(runtime: str, uid: int, held: dict[Path, tuple[int, str]]) -> None:
    """Make /run, where sockets of this machine's services are not to be seen."""
    resolver = Path("/etc/resolv.conf")
    servers = resolver.read_bytes() if resolver.exists() else b""
    # With devices: here only root makes one.
    mount("tmpfs", "/run", "tmpfs", NOSUID, "mode=755,size=256m")
    own("/run/lock", 0, 0o1777)
    own(runtime, uid, 0o700)
    tun = Path("/run/tun")
    os.mknod(tun, stat.S_IFCHR | 0o666, os.makedev(10, 200))
    tun.chmod(0o666)
    mount(tun, "/dev/net/tun", flags=BIND)
    open_up(held)
    # It may lead below /run, which is not this machine's any more.
    target = Path(os.path.realpath(resolver))
    if target.is_relative_to("/run"):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(servers)


def main() -> None:
    """Make the seat, say that it is there, and become a program that waits and buries."""
    os.umask(0o022)
    # Where a seat has no memory left, what a learner started is ended, never all of the seat.
    # Root of a container may lack the right to say so.
    with contextlib.suppress(PermissionError):
        Path("/proc/self/oom_score_adj").write_text("-900", "ascii")
    seat = json.loads(sys.argv[1])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        # Of systemd, if it started this; in the seat it is not to be seen.
        if notified := os.environ.pop("NOTIFY_SOCKET", ""):
            told.connect(notified.replace("@", "\0", 1) if notified[0] == "@" else notified)
        see(seat)
        os.chdir("/")
        Path("/run/seat-is-there").touch()
        if notified:
            told.send(b"READY=1")
    os.execvp(seat["init"][0], seat["init"])


if __name__ == "__main__":
    main()
