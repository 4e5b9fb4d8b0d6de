"""The HTML of each chapter and lab is light, also with what a publisher adds to it."""

from __future__ import annotations

from pathlib import Path

from page_weight import LONGEST_HTML_BYTES, compressed_bytes
from published_site import SETTINGS, build


def test_no_published_page_is_heavy(tmp_path: Path) -> None:
    site = build(tmp_path / "site", **SETTINGS)
    pages = [*site.glob("chapters/*/index.html"), *site.glob("labs/*/index.html")]
    assert len(pages) > 15
    bytes_of = {page.relative_to(site).as_posix(): compressed_bytes(page) for page in pages}
    assert {name: size for name, size in bytes_of.items() if size > LONGEST_HTML_BYTES} == {}
