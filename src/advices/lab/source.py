"""What of a project and of a notebook is source."""

from __future__ import annotations

import json
from pathlib import Path

from advices.core import LabInvalid

# What tests, visitors and builds leave in a project. It decides nothing and no build gets it.
NOT_SOURCE = ("__pycache__", "data", "media", "staticfiles", ".venv", ".git", "*.pyc", "*.sqlite3")


def code_cells(notebook: Path) -> tuple[str, ...]:
    """Return the source of a notebook's code cells. Raises LabInvalid when it is no notebook."""
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        return tuple("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    except FileNotFoundError:
        raise LabInvalid(
            f"there is no notebooks/{notebook.name}", why="every lab has a notebook of its name"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise LabInvalid(f"notebooks/{notebook.name} is not a notebook: {error}") from None
