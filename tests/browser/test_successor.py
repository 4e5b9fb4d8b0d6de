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
    assert_a_reader_finds_all(theirs)


def assert_a_reader_finds_all(theirs: Path) -> None:
    """Check what is made of the templates of this project: the lost page, and a page's script."""
    missing = (theirs / "404.html").read_text("utf-8")
    article = missing.partition("<article")[2].partition("</article>")[0]
    chapters = sorted(path.stem for path in (ROOT / "docs" / "chapters").glob("*.md"))
    assert sorted(re.findall(r"chapters/([\w-]+)/", article)) == chapters
    mine = (theirs / "progress" / "index.html").read_text("utf-8")
    assert re.findall(r'src="([^"]*progress[^"]*)"', mine) == [
        "../assets/progress.js",
        "../assets/progress-page.js",
    ]
