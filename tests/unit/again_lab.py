"""A lab with replays that another machine builds again, on its day and later."""

from __future__ import annotations

from pathlib import Path

import made_labs
import pytest

from advices.lab import Lab

JUNE, SEPTEMBER = "django==5.2.14\nSqlParse==0.5.5\n", "django==5.2.17\nsqlparse==0.5.5\n"
REPLAYS = """
[replays.again]
says = "another machine builds it"
again = true

[replays.later]
says = "another machine builds it later"
again = true
index = "september.txt"
"""
LAB = f'index = "june.txt"\n{made_labs.LAB}{REPLAYS}'


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return read_lab(tmp_path)


def read_lab(root: Path, toml: str = LAB) -> Lab:
    project = made_labs.project(root)
    folder = project / "labs" / "build-cache"
    (folder / "june.txt").write_text(JUNE, "utf-8")
    (folder / "september.txt").write_text(SEPTEMBER, "utf-8")
    return made_labs.read_lab(root, toml)
