"""`./run` in a clone where another account made what it keeps there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Of no account.
UID = 64_190


@pytest.mark.parametrize("made", [".venv", ".nox", "site"])
def test_what_another_account_made_is_one_message(made: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name)
        clone.chmod(0o755)
        shutil.copy(ROOT / "run", clone)
        (clone / made).mkdir(mode=0o555)
        # Root may write everywhere, so another account asks.
        other = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--"]
        done = subprocess.run(
            [*(other if os.geteuid() == 0 else []), "./run", "learn"],
            cwd=clone,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 3
        assert f"may not change the folder {made}" in done.stderr
        assert "sudo chown -R" in done.stderr
        assert not (clone / ".venv" / "made-from.txt").exists()
