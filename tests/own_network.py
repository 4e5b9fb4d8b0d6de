"""Run a command in a network of its own: `python tests/own_network.py COMMAND...`.

Chromium breaks off what it loads when an interface of its network comes or goes
(ERR_NETWORK_CHANGED), as those of an engine's containers do that runs beside it. Here is nothing
but 127.0.0.1, so that nothing can be asked of another host either. An ordinary user, who may not
make a network, gets the command as it is.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys

# linux/sched.h, linux/sockios.h, linux/if.h
_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS = 0x8913, 0x8914
_IFF_UP = 0x1
_REQUEST = "16sh22x"


def leave() -> bool:
    """Leave the machine's network for a new one with 127.0.0.1 alone; return whether one may."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        found = fcntl.ioctl(asking, _SIOCGIFFLAGS, struct.pack(_REQUEST, b"lo", 0))
        flags = struct.unpack(_REQUEST, found)[1] | _IFF_UP
        fcntl.ioctl(asking, _SIOCSIFFLAGS, struct.pack(_REQUEST, b"lo", flags))
    return True


if __name__ == "__main__":
    if not leave():
        print("no network of its own: only root makes one", file=sys.stderr)
    os.execvp(sys.argv[1], sys.argv[1:])
