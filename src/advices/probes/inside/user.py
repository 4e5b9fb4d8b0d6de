"""Runs in a container as root: counts the files below a folder that a user may change.

Arguments: the folder, uid, gid and the supplementary groups of that user.
"""

import os
import sys
from pathlib import Path

NOT_LOOKED_AT = ("proc", "sys", "dev")


def become(uid: int, gid: int, groups: list[int]) -> None:
    """Give up root for another user."""
    if uid:
        os.setgroups(groups)
        os.setgid(gid)
        os.setuid(uid)


def writable(root: str) -> int:
    """Return how many files below a folder this user may change."""
    count = 0
    for folder, inner, files in os.walk(root):
        if folder == "/":
            inner[:] = [name for name in inner if name not in NOT_LOOKED_AT]
        paths = [Path(folder, name) for name in files]
        count += sum(not path.is_symlink() and os.access(path, os.W_OK) for path in paths)
    return count


if __name__ == "__main__":
    become(int(sys.argv[2]), int(sys.argv[3]), [int(word) for word in sys.argv[4:]])
    print(writable(sys.argv[1]))
