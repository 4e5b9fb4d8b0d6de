"""The site as its publisher builds it: with its address and that of its sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BELOW = "/some/where/"
SITE_URL = f"https://example.org{BELOW}"
# Material asks this host about a repository; no repository is there.
REPO_URL = "https://github.com/example/no-such-repository"
SETTINGS = {
    "ADVICES_SITE_URL": SITE_URL,
    "ADVICES_REPO_URL": REPO_URL,
    "ADVICES_EDIT_URI": "edit/main/docs/",
}


def build(folder: Path, **settings: str) -> Path:
    """Return the folder that the site was built in; a setting that is not given is empty."""
    for name in ("ADVICES_SITE_URL", "ADVICES_REPO_URL", "ADVICES_EDIT_URI", "ADVICES_PICTURES"):
        settings.setdefault(name, "")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
