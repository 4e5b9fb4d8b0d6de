"""What is known of this machine before a class is made on it, and what is installed for that."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
from pathlib import Path

from advices.classroom import groups, places, rootless
from advices.classroom.hub import start
from advices.classroom.verdict import Facts
from advices.core import ProxyMissing, Say
from advices.engine import apt, cgroup

# The program, and the package of Debian and Ubuntu that has it.
PROGRAMS = {
    "rootlesskit": "rootlesskit",
    "slirp4netns": "slirp4netns",
    "newuidmap": "uidmap",
    "iptables": "iptables",
    "ip": "iproute2",
    "sysctl": "procps",
    "mkfs.ext4": "e2fsprogs",
    "useradd": "passwd",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
}
_ENGINE = ("dockerd", "docker", "docker-init", "dockerd-rootless.sh")
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_NAMESPACES = Path("/proc/sys/user/max_user_namespaces")
_CLONE = Path("/proc/sys/kernel/unprivileged_userns_clone")


def missing() -> tuple[str, ...]:
    """Return the programs that a class needs and that are not here."""
    absent = [name for name in (*PROGRAMS, *_ENGINE[:3]) if not shutil.which(name, path=_PATH)]
    return (*absent, *(() if rootless.script() else _ENGINE[3:]))


def install(say: Say) -> None:
    """Install what is missing, where packages are Debian's. Raises InstallRefused."""
    absent = missing()
    if not absent or not apt.system().has_apt:
        return
    if any(name in _ENGINE for name in absent):
        apt.install_engine(say)
    packages = tuple(sorted({PROGRAMS[name] for name in missing() if name in PROGRAMS}))
    if packages:
        say(f"installing {', '.join(packages)} from the distribution's packages")
        apt.install_packages(packages, because="a class needs them")


def facts(folder: Path = places.FOLDER, proxy: str = "") -> Facts:
    """Return what is known of this machine; a class would be in `folder`. `proxy` says what is."""
    return Facts(
        is_root=os.geteuid() == 0,
        system=platform.system(),
        kernel=kernel(platform.release()),
        user_namespaces=_no_namespaces(),
        cgroup_version=2 if cgroup.is_unified() else 1,
        controllers_missing=controllers_missing(),
        has_tun=Path("/dev/net/tun").exists(),
        has_loop=Path("/dev/loop-control").exists(),
        disk_free_bytes=shutil.disk_usage(_existing(folder)).free,
        memory_bytes=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        cpus=len(os.sched_getaffinity(0)),
        programs_missing=missing(),
        sub_ids_missing=sub_ids_missing(),
        proxy=proxy,
    )


def kernel(release: str) -> tuple[int, int]:
    """Return the version of a kernel by what it calls itself; (0, 0) where that is no version."""
    found = re.match(r"(\d+)\.(\d+)", release)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _no_namespaces() -> str:
    """Return what keeps an account from having user namespaces, "" where nothing does."""
    for file, value, says in (
        (_NAMESPACES, "0", "user.max_user_namespaces is 0"),
        (_CLONE, "0", "kernel.unprivileged_userns_clone is 0"),
        (_APPARMOR, "1", "kernel.apparmor_restrict_unprivileged_userns is 1"),
    ):
        with contextlib.suppress(OSError):
            if file.read_text("utf-8").strip() == value:
                return says
    return ""


def controllers_missing(mount: Path = cgroup.MOUNT) -> tuple[str, ...]:
    """Return the controllers that a seat's group needs and this machine does not give."""
    if cgroup.is_unified(mount):
        given = (mount / "cgroup.controllers").read_text("utf-8").split()
        return tuple(one for one in groups.CONTROLLERS if one not in given)
    return tuple(
        one for one in groups.CONTROLLERS if not os.access(mount / one / "cgroup.procs", os.W_OK)
    )


def sub_ids_missing(etc: Path = Path("/etc")) -> str:
    """Return what keeps useradd from giving an account sub-ids, "" where nothing does."""
    for name in ("subuid", "subgid"):
        if not (etc / name).is_file():
            return f"there is no {etc / name}"
    with contextlib.suppress(OSError):
        for line in (etc / "login.defs").read_text("utf-8").splitlines():
            found = re.match(r"\s*(SUB_[UG]ID_COUNT)\s+(\d+)", line)
            if found and int(found[2]) < 65_536:
                return f"{found[1]} in {etc / 'login.defs'} is {found[2]}"
    return ""


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.is_dir())


def proxy_here(project: Path) -> str:
    """Return where the hub's proxy is, "" where it or Node is not here."""
    try:
        return start.proxy_words(project)[-1]
    except ProxyMissing:
        return ""
