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
import shutil
import socket
import stat
import subprocess
import sys

MS_NOSUID, MS_NODEV, MS_BIND, MS_REC = 2, 4, 4096, 16384
_AT_FDCWD, _MOUNT_ATTR_RDONLY = -100, 1
_MOUNT_ATTR_IDMAP, _AT_EMPTY_PATH, _OPEN_TREE_CLONE, _MOVE_EMPTY_PATH = 0x100000, 0x1000, 1, 4
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
_CLONE_NEWUSER = 0x10000000
# Of an engine's data: what an image is. Layers' files are not copied but shown.
_COPIED = ("image", "overlay2")
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


def _call(number: int, *words: object) -> int:
    """Make a system call that the C library has no name for. Raises OSError."""
    done = _libc.syscall(number, *words)
    if done < 0:
        found = ctypes.get_errno()
        raise OSError(found, f"{os.strerror(found)}: system call {number}")
    return done


def mount(what: str, at: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system. Raises OSError."""
    words = (what.encode(), at.encode(), kind.encode(), flags, options.encode())
    if _libc.mount(*words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)}: mount {what} at {at}")


def make_read_only(at: str) -> None:
    """Make one mount read-only, and keep what else was set on it. Raises OSError."""
    wanted = _Attributes(set=_MOUNT_ATTR_RDONLY)
    sized = (ctypes.byref(wanted), ctypes.c_size_t(ctypes.sizeof(wanted)))
    try:
        _call(_MOUNT_SETATTR, _AT_FDCWD, at.encode(), 0, *sized)
    except OSError as error:
        raise OSError(
            error.errno, f"{os.strerror(error.errno or 0)}: make {at} read-only"
        ) from None


def mounted() -> list[tuple[str, str]]:
    """Return the place and the kind of each mount that is seen here."""
    with open("/proc/self/mountinfo", encoding="utf-8") as lines:
        split = [line.split() for line in lines]
    decoded = (
        (re.sub(r"\\(\d{3})", lambda n: chr(int(n[1], 8)), words[4]), words) for words in split
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
            with open(f"/proc/{child}/{name}", "w", encoding="ascii") as file:
                file.write("".join("{} {} {}\n".format(*one) for one in ids))
        return os.open(f"/proc/{child}/ns/user", os.O_RDONLY)
    finally:
        for one in (asks, told, waits, goes_on):
            os.close(one)
        os.waitpid(child, 0)


def show_as(source: str, at: str, userns: int) -> None:
    """Show a mounted file system read-only at another place, with other owners. Raises OSError."""
    tree = _call(_OPEN_TREE, _AT_FDCWD, source.encode(), _OPEN_TREE_CLONE)
    wanted = _Attributes(set=_MOUNT_ATTR_RDONLY | _MOUNT_ATTR_IDMAP, userns=userns)
    sized = (ctypes.byref(wanted), ctypes.c_size_t(ctypes.sizeof(wanted)))
    _call(_MOUNT_SETATTR, tree, b"", _AT_EMPTY_PATH, *sized)
    _call(_MOVE_MOUNT, tree, b"", _AT_FDCWD, at.encode(), _MOVE_EMPTY_PATH)
    os.close(tree)


def share(at: str, store: dict) -> None:
    """Let a seat have the images and packages of the store, whose files are stored once."""
    own(f"{at}/store", 0, 0o700)
    userns = mapped(store["uids"], store["gids"])
    show_as(store["at"], f"{at}/store", userns)
    os.close(userns)
    if not os.path.exists(f"{at}/store-is-in"):
        for name in _COPIED:
            copy(f"{at}/store/docker/{name}", f"{at}/docker/{name}", shown="diff")
        copy(f"{at}/store/home", f"{at}/home", shown="packages")
        with open(f"{at}/store-is-in", "w", encoding="utf-8"):
            pass
    layers = f"{at}/store/docker/overlay2"
    shown = [f"docker/overlay2/{name}/diff" for name in sorted(os.listdir(layers))]
    for path in (*shown, "home/.cache/docker-advices/packages"):
        # A learner may have removed what it belonged to.
        if os.path.isdir(f"{at}/store/{path}") and os.path.isdir(f"{at}/{path}"):
            mount(f"{at}/store/{path}", f"{at}/{path}", flags=MS_BIND)


def copy(source: str, target: str, shown: str) -> None:
    """Copy a folder with owners and modes; of folders named `shown` only that they are there."""
    if not os.path.isdir(source):
        return
    for at, folders, files in os.walk(source):
        there = os.path.join(target, os.path.relpath(at, source))
        os.makedirs(there, exist_ok=True)
        links = [name for name in folders if os.path.islink(os.path.join(at, name))]
        for name in (*files, *links):
            new = os.path.join(there, name)
            shutil.copy2(os.path.join(at, name), new, follow_symlinks=False)
            _same_owner(os.path.join(at, name), new)
        for name in (name for name in folders if name == shown):
            os.mkdir(os.path.join(there, name))
            _same_owner(os.path.join(at, name), os.path.join(there, name))
        folders[:] = [name for name in folders if name != shown and name not in links]
        shutil.copystat(at, there)
        _same_owner(at, there)


def _same_owner(old: str, new: str) -> None:
    known = os.lstat(old)
    os.chown(new, known.st_uid, known.st_gid, follow_symlinks=False)
    if not stat.S_ISLNK(known.st_mode):
        os.chmod(new, stat.S_IMODE(known.st_mode))


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
    if seat["store"]:
        share(at, seat["store"])
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
