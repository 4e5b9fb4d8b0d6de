"""Material's successor, Zensical, makes the same pages with the same numbers of the same tree."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r'<a [^>]*\bdata-from="([^"]+)"[^>]*>([^<]+)</a>')


def numbers(site: Path) -> dict[str, list[tuple[str, str]]]:
    """Return what each page says where, by the page's path."""
    return {
        file.relative_to(site).as_posix(): NUMBER.findall(file.read_text("utf-8"))
        for file in sorted(site.rglob("index.html"))
    }


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """Return the site as Zensical builds it, of a copy of what a site is made of."""
    for name in ("docs", "labs", "overrides"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    done = subprocess.run(
        ["zensical", "build", "--clean"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path / "site"


def test_the_successor_makes_the_same_pages_with_the_same_numbers(site: Path, theirs: Path) -> None:
    ours = numbers(site)
    assert sum(map(len, ours.values())) > 50
    assert numbers(theirs) == ours
