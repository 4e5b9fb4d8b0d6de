"""Pure: what an audit of a project leaves out, and why."""

from __future__ import annotations

from collections.abc import Mapping

from advices.audit.project import Project
from advices.audit.reading.languages import PYTHON


def left_out(project: Project, missing: Mapping[str, str]) -> dict[str, str]:
    """Return what is not judged of a project by its name, with the reason.

    `missing` are the services that it needs and that could not be started.
    """
    found = {f"with {name}": why for name, why in missing.items()}
    others = [one for one in project.languages if one.name != PYTHON]
    if others and len(others) == len(project.languages):
        names = ", ".join(f"{one.name} ({one.sign})" for one in others)
        found["packages and imports"] = (
            f"the project is in {names}; an audit knows packages of Python only, and measures "
            "the rest as of any image: cache, context, size, user, start and stop"
        )
    return found
