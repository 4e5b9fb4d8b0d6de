"""Runs in a container as sitecustomize: writes down each file that its Python opens.

Each process has a file of its own below FOLDER, a path a line. Whatever goes wrong here, the
program that is looked at goes on as without it.
"""

# What is imported here is opened by us: only modules that each Python has loaded by now.
# ruff: noqa: PTH100, PTH110, PTH118, SIM105
import os
import sys

FOLDER = "/dev/shm"


class Log:
    """The file of this process. Raises OSError where it cannot be made."""

    def __init__(self, folder: str) -> None:
        name = os.path.join(folder, f"opened.{os.getpid()}")
        self._file = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def note(self, path: "str | bytes") -> None:
        """Write down a path, as seen from where the process is now."""
        try:
            os.write(self._file, os.fsencode(os.path.abspath(path)) + b"\n")
        except (OSError, ValueError):
            pass

    def heard(self, event: str, args: "tuple[object, ...]") -> None:
        """Write down a file that is opened now. A number is one that is open already."""
        if event == "open" and isinstance(args[0], str | bytes):
            self.note(args[0])


def loaded() -> "list[str]":
    """Return the files of the modules that Python loaded before it heard of us."""
    found = []
    for module in list(sys.modules.values()):
        spec = getattr(module, "__spec__", None)
        if spec is not None and spec.origin != "frozen" and spec.has_location:
            cached = spec.cached or ""
            found.append(cached if os.path.exists(cached) else spec.origin)
    return found


def begin(folder: str) -> None:
    """Write down what was opened so far, and all that will be."""
    log = Log(folder)
    for path in loaded():
        log.note(path)
    sys.addaudithook(log.heard)


if __name__ == "sitecustomize":
    try:
        begin(FOLDER)
    except OSError:
        pass
