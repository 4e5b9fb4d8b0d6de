"""What is mounted on this machine, and letting go of it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from advices.core import run


def is_mounted(place: Path) -> bool:
    """Return whether something is mounted right at a place, a folder at another one included."""
    lines = Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
    return str(place) in {_decoded(line.split()[4]) for line in lines}


def _decoded(word: str) -> str:
    return re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), word)


def keep_own(folder: Path) -> None:
    """Let a folder be root's own and a mount that no other namespace hears of.

    Only in such a one namespaces can be kept by files. Raises CommandFailed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if not is_mounted(folder):
        run(["mount", "--bind", str(folder), str(folder)])
    run(["mount", "--make-private", str(folder)])


def let_go(place: Path) -> None:
    """Unmount all that is mounted at a place, as often as it is. Raises CommandFailed."""
    while is_mounted(place):
        run(["umount", "--lazy", str(place)])


def resolved(paths: list[Path]) -> list[Path]:
    """Return paths without links, and without those that are below another one of them."""
    found = {Path(os.path.realpath(one)) for one in paths}
    return sorted(
        one for one in found if not any(one != of and one.is_relative_to(of) for of in found)
    )
