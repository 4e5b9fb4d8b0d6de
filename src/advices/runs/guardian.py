"""A small process that outlives the owner of a run, to remove what a killed one left.

Started as a program of its own, so it imports nothing but what Python brings along: it waits for
the lock of a run, which the operating system frees with its owner, whatever ended that. Then it
becomes the command that removes what is left, unless the owner did so itself.
"""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path


def main(lock: str, *command: str) -> None:
    """Wait for a lock, and become `command` if its file is there still."""
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    if Path(lock).exists():
        # Open files of Python's own end here, and with this one the lock.
        os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
