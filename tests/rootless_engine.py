"""A rootless engine, of a user who exists for it alone: this machine keeps its own as they are."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from debs import with_programs

from advices.core.process import poll

_UID = 31_999
# Debian's place for it, and Docker's own.
_SCRIPTS = ("/usr/share/docker.io/contrib/dockerd-rootless.sh", "/usr/bin/dockerd-rootless.sh")
_FORBIDS = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
# In a mount namespace of its own: the user, the ids that are the user's, and a device that every
# user may open, as on most machines.
_START = """
set -e
mount -t overlay -o lowerdir={folder}/etc:/etc overlay /etc
mount --bind {folder}/tun /dev/net/tun
exec setpriv --reuid {uid} --regid {uid} --clear-groups sh {script} \
    --host unix://{folder}/run/docker.sock --data-root {folder}/data
"""


def lacks() -> str:
    """Return what keeps a rootless engine from being started here, "" when nothing does."""
    if _script() is None:
        return "the engine's package has no dockerd-rootless.sh"
    if not Path("/dev/net/tun").exists():
        return "this machine has no /dev/net/tun"
    if _FORBIDS.exists() and _FORBIDS.read_text("utf-8").strip() == "1":
        return "AppArmor gives users no namespaces of their own here"
    return ""


def _script() -> str | None:
    return next((one for one in _SCRIPTS if Path(one).exists()), None)


@contextlib.contextmanager
def running(root: Path, image: str) -> Iterator[str]:
    """Give the address of a rootless engine that has an image of the machine's own engine.

    `root` is a folder with the packages rootlesskit, slirp4netns and uidmap.
    """
    # A socket's path may have 107 characters. The folder's owner must reach it.
    folder = Path(tempfile.mkdtemp(prefix="advices-rootless-", dir="/var/tmp"))
    folder.chmod(0o755)
    address = f"unix://{folder}/run/docker.sock"
    try:
        env = _made(folder, root)
        words = ["unshare", "--mount", "--propagation", "private", "sh", "-c"]
        start = _START.format(folder=folder, uid=_UID, script=_script())
        log = (folder / "log").open("wb")
        engine = subprocess.Popen(
            [*words, start], env=env, stdout=log, stderr=log, start_new_session=True
        )
        try:
            docker = ["docker", "-H", address]
            ping = [*docker, "version"]
            came = (
                subprocess.run(ping, capture_output=True, check=False).returncode == 0
                for _ in poll(30, 0.2)
            )
            assert any(came), (folder / "log").read_text("utf-8")
            save = subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE)
            subprocess.run([*docker, "load"], stdin=save.stdout, capture_output=True, check=True)
            assert save.wait() == 0
            yield address
        finally:
            engine.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                engine.wait(30)
            # All that the engine left runs in the session of its own.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(engine.pid, signal.SIGKILL)
            engine.wait(30)
            log.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made(folder: Path, root: Path) -> dict[str, str]:
    """Make what the engine finds, and return its environment."""
    for name in ("etc", "home", "run", "data"):
        (folder / name).mkdir()
    for name, entry in {
        "passwd": f"advices-test:x:{_UID}:{_UID}::{folder}/home:/bin/sh\n",
        "group": f"advices-test:x:{_UID}:\n",
    }.items():
        (folder / "etc" / name).write_text(Path("/etc", name).read_text("utf-8") + entry, "utf-8")
    for name in ("subuid", "subgid"):
        (folder / "etc" / name).write_text("advices-test:600000:65536\n", "utf-8")
    for name in ("home", "run", "data"):
        os.chown(folder / name, _UID, _UID)
    os.mknod(folder / "tun", 0o20666, os.makedev(10, 200))
    (folder / "tun").chmod(0o666)
    # pytest's own folders are closed to the user.
    shutil.copytree(root, folder / "programs")
    for name in ("newuidmap", "newgidmap"):
        (folder / "programs/usr/bin" / name).chmod(0o4755)
    plain = {"HOME": f"{folder}/home", "XDG_RUNTIME_DIR": f"{folder}/run"}
    return with_programs(folder / "programs", plain)
