"""The programs of ours that run inside of containers: the files in `inside/`."""

from __future__ import annotations

from importlib import resources


def program(name: str) -> str:
    """Return the source of a program that runs inside a container."""
    folder = resources.files("advices.probes") / "inside"
    return (folder / f"{name}.py").read_text("utf-8")
