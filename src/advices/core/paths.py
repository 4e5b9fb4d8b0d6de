"""Where things are: in the project, and this user's caches and state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from advices.core.errors import LabInvalid

_PACKAGE = Path(__file__).parents[1]
# The wheel has it, the sources do not: see pyproject.toml.
_CARRIED = _PACKAGE / "carried"


@dataclass(frozen=True)
class Layout:
    """The project's folders, from its root."""

    root: Path

    @property
    def labs(self) -> Path:
        """Return the folder of the labs."""
        return self.root / "labs"

    @property
    def bases(self) -> Path:
        """Return the folder of the stand-ins' recipes."""
        return self.root / "labs" / "bases"

    @property
    def scanners(self) -> Path:
        """Return the folder of the scanners' recipes."""
        return self.root / "labs" / "scanners"

    @property
    def results(self) -> Path:
        """Return the folder of the committed results."""
        return self.root / "docs" / "results"

    @property
    def exercise_results(self) -> Path:
        """Return the folder of the committed results of the exercises' solutions."""
        return self.results / "exercises"

    @property
    def lab_pages(self) -> Path:
        """Return the folder of the generated pages."""
        return self.root / "docs" / "labs"

    def notebook(self, slug: str) -> Path:
        """Return the notebook of a lab."""
        return self.root / "notebooks" / f"{slug}.ipynb"


def project(start: Path | None = None) -> Layout:
    """Return the project that a folder, by default the current one, lies in.

    Raises LabInvalid outside of a project.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "mkdocs.yml").is_file() and (folder / "labs").is_dir():
            return Layout(folder)
    raise LabInvalid(
        f"{here} is not inside a Docker Advices project",
        why="no folder above it has both mkdocs.yml and labs/, and this command works on the labs",
        next_step="run it in a clone of the repository; `advices audit PATH` works without one",
    )


def anywhere(start: Path | None = None) -> Layout:
    """Return the project that a folder lies in, outside of one what the toolkit brings of it.

    An installed toolkit brings the recipes of bases and of scanners, and no lab; one that runs from
    its sources has the project that they are in.
    """
    try:
        return project(start)
    except LabInvalid:
        return Layout(_CARRIED) if _CARRIED.is_dir() else project(_PACKAGE)


def state_folder() -> Path:
    """Return where runs, locks and logs of this user are kept."""
    return platformdirs.user_state_path("docker-advices")


def service_folder() -> Path:
    """Return where a service is known that all runs of this user share, whatever their state."""
    return platformdirs.user_data_path("docker-advices")


def cache_folder() -> Path:
    """Return where what can be made again is kept."""
    return platformdirs.user_cache_path("docker-advices")
