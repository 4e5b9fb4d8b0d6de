"""A checkout is the same on every system: line ends are no matter of its user's settings."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BINARY = (".png",)


def test_line_ends_stay_as_they_are_in_the_repository(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the project is no git repository")
    # The repository may be another user's than who tests.
    (Path.home() / ".gitconfig").write_text("[safe]\ndirectory = *\n", "utf-8")
    clone = ["git", "clone", "--quiet", "--depth=1", "-c", "core.autocrlf=true"]
    subprocess.run([*clone, f"file://{ROOT}", str(tmp_path / "clone")], check=True)
    files = [one for one in (tmp_path / "clone").rglob("*") if one.is_file()]
    files = [one for one in files if ".git" not in one.relative_to(tmp_path).parts]
    for name in ("run", "Dockerfile", "lab.toml"):
        assert name in {one.name for one in files}
    with_cr = [one for one in files if one.suffix not in BINARY and b"\r\n" in one.read_bytes()]
    assert [str(one.relative_to(tmp_path)) for one in with_cr] == []
    for one in files:
        if one.suffix in BINARY:
            original = ROOT / one.relative_to(tmp_path / "clone")
            assert one.read_bytes() == original.read_bytes()
