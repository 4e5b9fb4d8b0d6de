"""A checkout is the same on every system: line ends are no matter of its user's settings."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BINARY = (".png",)
# Dockerfiles as people write them, some with the Windows line ends.
AS_WRITTEN = ("tests/corpus/", "tests/dockerfiles/")


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
    for one in files:
        name = one.relative_to(tmp_path / "clone").as_posix()
        if one.suffix in BINARY or name.startswith(AS_WRITTEN):
            assert one.read_bytes() == (ROOT / name).read_bytes(), name
        else:
            assert b"\r\n" not in one.read_bytes(), name
