"""The build of the site fails, and says why, when a page names what does not exist."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """A small site with the project's own settings, labs and results, and one page."""
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    settings = re.sub(r"^nav:\n(?:[ ].*\n)+", "", settings, flags=re.M)
    (tmp_path / "mkdocs.yml").write_text(settings, "utf-8")
    for folder in ("overrides", "labs", "docs/results", "docs/assets"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    # Lab pages as far as numbers link to them, without links to what is not here.
    (tmp_path / "docs" / "labs").mkdir()
    for result in (ROOT / "docs" / "results").glob("*.json"):
        lab = tmp_path / "docs" / "labs" / f"{result.stem}.md"
        lab.write_text("# Lab\n\n## Provenance\n", "utf-8")
    (tmp_path / "src" / "advices").mkdir(parents=True)
    return tmp_path


def build(project, page):
    (project / "docs" / "index.md").write_text(f"# Page\n\n{page}\n", "utf-8")
    return subprocess.run(
        # Not --quiet: it hides warnings before --strict could count them.
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=project,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_page_with_a_number_is_built(project):
    done = build(project, '{{ measure("build-cache", "bad", "disk_bytes") }}')
    assert done.returncode == 0, done.stderr
    assert 'class="adv-value"' in (project / "site" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ('{{ measure("build-cache", "bad", "weight") }}', "no measure `weight`"),
        ('{{ measure("build-cache", "ugly", "uid") }}', "no variant `ugly`"),
        ('{{ measure("no-lab", "bad", "uid") }}', "there is no lab `no-lab`"),
        ('{{ weigh("build-cache") }}', "'weigh' is undefined"),
        ("{{ nothing }}", "'nothing' is undefined"),
        ("[a link](nowhere.md)", "nowhere.md"),
        ("[a link](index.md#nowhere)", "nowhere"),
    ],
)
def test_an_unknown_name_stops_the_build(project, page, said):
    done = build(project, page)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr


def test_a_missing_result_stops_the_build_and_names_the_command(project):
    (project / "docs" / "results" / "build-cache.json").unlink()
    done = build(project, '{{ measure("build-cache", "bad", "uid") }}')
    assert done.returncode != 0
    assert "advices run build-cache" in done.stdout + done.stderr


def test_a_result_of_a_newer_toolkit_stops_the_build(project):
    file = project / "docs" / "results" / "build-cache.json"
    text = file.read_text("utf-8")
    file.write_text(text.replace('"schema_version": 2', '"schema_version": 3', 1), "utf-8")
    assert file.read_text("utf-8") != text
    done = build(project, '{{ measure("build-cache", "bad", "uid") }}')
    assert done.returncode != 0
    assert "build-cache.json has schema version 3; this toolkit reads 2" in done.stderr
    assert "next: update the toolkit" in done.stderr
