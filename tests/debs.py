"""Programs of Debian's packages, unpacked into a folder: nothing of this machine is replaced."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from advices.engine import apt

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_TESTING = f"""\
Types: deb
URIs: {{mirror}}
Suites: testing
Components: main
Signed-By: {KEYRING}
"""
_LIBRARIES = "usr/lib/x86_64-linux-gnu"


def unpacked(folder: Path, *packages: str, testing: bool = False) -> Path:
    """Return a folder with what is in some packages: of this machine's own release, or of testing.

    Skips the test where they are not to be had, and says why.
    """
    if shutil.which("apt-get") is None or (testing and not KEYRING.exists()):
        pytest.skip(f"{', '.join(packages)}: this system's packages are not Debian's")
    work, root = folder / "apt", folder / "root"
    work.mkdir(parents=True)
    options = ["-o", "APT::Sandbox::User=root"]
    if testing:
        options += _apart(work)
        _apt(options, "update", cwd=work)
    _apt(options, "download", *packages, cwd=work)
    for file in work.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(file), str(root)], check=True)
    shutil.rmtree(work)
    return root


def with_programs(root: Path, env: dict[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which the programs of that folder come first."""
    kept = dict(os.environ if env is None else env)
    places = [str(root / name) for name in ("usr/sbin", "usr/bin", "sbin", "bin")]
    return {
        **kept,
        "PATH": ":".join([*places, kept.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")]),
        "LD_LIBRARY_PATH": str(root / _LIBRARIES),
    }


def _apart(work: Path) -> list[str]:
    """Return the options by which apt knows testing only, in a state of its own."""
    (work / "sources").mkdir()
    (work / "sources" / "testing.sources").write_text(
        _TESTING.format(mirror=apt.mirror(apt.system().codename)), "utf-8"
    )
    for name in ("lists/partial", "cache/archives/partial"):
        (work / name).mkdir(parents=True)
    said = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": work / "sources",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Acquire::Languages": "none",
    }
    return [word for name, value in said.items() for word in ("-o", f"{name}={value}")]


def _apt(options: list[str], *words: str, cwd: Path) -> None:
    argv = ["apt-get", *options, "--quiet", "--quiet", *words]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"{' '.join(words)}: {done.stderr.strip().splitlines()[-1]}")
