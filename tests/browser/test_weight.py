"""What a page weighs over the wire: all that it asks for when it is opened, compressed."""

import pytest
from page_weight import LONGEST_HTML_BYTES, LONGEST_PAGE_BYTES, compressed_bytes

pytestmark = pytest.mark.browser


def asked_for(tab, address, page, site):
    """Return each file that a page asks for until it is quiet, workers included, with its bytes."""
    asked = []
    tab.context.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}/{page}", wait_until="networkidle")
    files = {}
    for url in asked:
        path = site / url.removeprefix(address).partition("#")[0].partition("?")[0].lstrip("/")
        file = path / "index.html" if path.is_dir() else path
        files[file.relative_to(site).as_posix()] = compressed_bytes(file)
    return files


def heavy(tab, address, page, site):
    """Return what is too heavy about a page."""
    files = asked_for(tab, address, page, site)
    html, whole = files[f"{page}index.html"], sum(files.values())
    faults = []
    if html > LONGEST_HTML_BYTES:
        faults.append(f"{page}: its HTML is {html} bytes of {LONGEST_HTML_BYTES}")
    if whole > LONGEST_PAGE_BYTES:
        faults.append(f"{page}: it asks for {whole} bytes of {LONGEST_PAGE_BYTES}: {files}")
    return faults


def test_every_chapter_and_lab_is_light(chromium, address, pages, site):
    found = []
    taught = [page for page in pages if page.startswith(("chapters/", "labs/"))]
    assert len(taught) > 15
    for page in taught:
        # A context of its own has an empty cache, as a new reader has.
        context = chromium.new_context()
        found += heavy(context.new_page(), address, page, site)
        context.close()
    assert found == []


def test_scripts_styles_and_workers_are_counted(tab, address, site):
    # The one worker, which searches, comes with a search.
    files = asked_for(tab, address, "chapters/build-cache/?q=base", site)
    for part in ("chapters/", "assets/extra.css", "assets/provenance.js", "bundle.", "workers/"):
        assert any(part in name for name in files), part


def test_a_heavy_page_is_found(tab, address, site, monkeypatch):
    page = "chapters/build-cache/"
    monkeypatch.setattr(f"{__name__}.LONGEST_HTML_BYTES", 2_000)
    monkeypatch.setattr(f"{__name__}.LONGEST_PAGE_BYTES", 50_000)
    html, whole = heavy(tab, address, page, site)
    assert "HTML" in html
    assert "bundle" in whole


def test_the_search_comes_when_somebody_searches(tab, address):
    asked = []
    tab.context.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}/chapters/build-cache/", wait_until="networkidle")
    assert not any("search" in url.replace("search-later.js", "") for url in asked)
    with (
        tab.context.expect_event("request", lambda request: "/workers/search" in request.url),
        tab.expect_request("**/search_index.json"),
    ):
        tab.keyboard.press("/")


@pytest.mark.parametrize("query", ["?q=base", "?h=base"])
def test_a_link_that_searches_needs_no_further_step(tab, address, query):
    with tab.expect_request("**/search_index.json"):
        tab.goto(f"{address}/chapters/build-cache/{query}")
