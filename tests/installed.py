"""The toolkit as a user installs it: its wheel and what that asks for, in an empty environment.

Nothing is downloaded: what the wheel asks for is linked from the environment of the tests, so that
a module that nobody asked for is not there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Installed:
    """An environment with the toolkit, in its folder."""

    folder: Path

    @property
    def python(self) -> Path:
        """Return its Python."""
        return self.folder / "bin" / "python"

    def run(
        self, *words: str, cwd: Path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run its command, or its `python` with words behind that."""
        ours = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [self.folder / "bin" / words[0], *words[1:]],
            check=False,
            cwd=cwd,
            env={**ours, **(env or {})},
            capture_output=True,
            text=True,
        )


def asked_for(requirements: Iterable[str]) -> dict[str, Distribution]:
    """Return the distributions that some requirements lead to, by their names."""
    found: dict[str, Distribution] = {}
    # With the extra that each is of.
    wanted = [(Requirement(one), "") for one in requirements]
    while wanted:
        requirement, of = wanted.pop()
        name = canonicalize_name(requirement.name)
        is_meant = requirement.marker is None or requirement.marker.evaluate({"extra": of})
        if name == "docker-advices" or not is_meant:
            continue
        is_new, its = name not in found, found.setdefault(name, distribution(name))
        assert its.version in requirement.specifier, requirement
        for extra in (*([""] if is_new else []), *requirement.extras):
            wanted += [(Requirement(one), extra) for one in its.requires or ()]
    return found


def wheel(folder: Path) -> Path:
    """Return the toolkit's wheel, built into a folder."""
    argv = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


def installed(folder: Path) -> Installed:
    """Return a new environment in a folder with the wheel, its dependencies and nothing else."""
    made = Installed(folder / "environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made.folder], check=True)
    (site,) = made.folder.glob("lib/python*/site-packages")
    said = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for one in asked_for(said["dependencies"]).values():
        for top in {file.parts[0] for file in one.files or ()} - {"..", "__pycache__"}:
            link = site / top
            if not link.exists():
                link.symlink_to(Path(str(one.locate_file(top))))
    # With all that it asks for there, pip has nothing to download.
    pip = [sys.executable, "-m", "pip", "--python", str(made.python), "--quiet", "install"]
    subprocess.run([*pip, "--no-index", "--no-cache-dir", str(wheel(folder))], check=True)
    return made
