"""The files of the built site, without a browser: nothing in them loads from another host."""

from pathlib import Path

import checks
import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]


def test_no_page_or_style_loads_from_another_host(site):
    files = [path for ending in ("html", "css", "svg") for path in site.rglob(f"*.{ending}")]
    assert len(files) > 10
    found = {
        path.relative_to(site).as_posix(): loads
        for path in files
        if (loads := checks.loads(path.read_text("utf-8")))
    }
    assert found == {}


def test_our_own_scripts_hold_no_address(site):
    """Material's own bundle is looked at in the browser instead: what it asks for counts."""
    for script in (ROOT / "docs" / "assets").glob("*.js"):
        built = site / "assets" / script.name
        assert checks.script_loads(built.read_text("utf-8")) == []


def test_a_script_with_an_address_would_be_found():
    assert checks.script_loads('fetch("https://example.org/x")') == ["https://example.org/x"]
