"""Runs in a scanner's container: passes a port of its own on to the target while a program runs.

Arguments: port, target's host, target's port, and the program with its arguments. So the scanner
asks for the very address that the learner knows, and the application sees the host name that it
knows. Ends as the program ends.
"""

import contextlib
import socket
import subprocess
import sys
import threading

HERE = (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))


def passed_on(source: socket.socket, to: socket.socket) -> None:
    """Send on what comes in, until it ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)
    with contextlib.suppress(OSError):
        to.shutdown(socket.SHUT_WR)


def served(visitor: socket.socket, host: str, port: int) -> None:
    """Connect one visitor to the target. Without a target the visitor is turned away."""
    with visitor:
        try:
            target = socket.create_connection((host, port), timeout=10)
        except OSError:
            return
        with target:
            target.settimeout(None)
            back = threading.Thread(target=passed_on, args=(target, visitor), daemon=True)
            back.start()
            passed_on(visitor, target)
            back.join()


def accepted(door: socket.socket, host: str, port: int) -> None:
    """Take every visitor, each in a thread of its own."""
    while True:
        visitor, _ = door.accept()
        threading.Thread(target=served, args=(visitor, host, port), daemon=True).start()


def opened(port: int, host: str, target_port: int) -> None:
    """Listen on both loopback addresses; one of them may be missing."""
    for address, family in HERE:
        with contextlib.suppress(OSError):
            door = socket.create_server((address, port), family=family)
            threading.Thread(target=accepted, args=(door, host, target_port), daemon=True).start()


if __name__ == "__main__":
    opened(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    code = subprocess.run(sys.argv[4:], check=False).returncode
    sys.exit(code if code >= 0 else 128 - code)
