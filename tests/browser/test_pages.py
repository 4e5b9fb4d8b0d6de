"""Every page of the built site in a real browser."""

import os
from dataclasses import dataclass
from pathlib import Path

import checks
import pytest

from advices.results.store import load

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "results"
WITH_NUMBERS = ("", "chapters/")


@dataclass
class Seen:
    """What was seen of one page, as a reader opens and scrolls it."""

    faults: list[str]
    wrong_numbers: list[str]
    numbers: int
    origins: set[str]
    wrong_charts: list[str]
    charts: int


@pytest.fixture(scope="module")
def seen(chromium, address, pages):
    """What was seen of every page in a wide light window, by its path. Each is opened once."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    tab = context.new_page()
    faults = checks.watch(tab)
    found = {}
    for page in [*pages, "404.html"]:
        tab.goto(f"{address}/{page}", wait_until="load")
        # A page that scrolls may load more, and so may one that was left alone for a moment.
        tab.evaluate("scrollTo(0, document.body.scrollHeight)")
        tab.wait_for_timeout(50)
        found[page] = Seen(
            faults=faults.copy(),
            wrong_numbers=checks.numbers(tab, RESULTS),
            numbers=tab.locator("a.adv-value").count(),
            origins=checks.origins(tab),
            wrong_charts=checks.charts(tab),
            charts=tab.locator("svg.adv-chart").count(),
        )
        faults.clear()
    context.close()
    return found


def test_no_page_asks_another_host_or_has_an_error(seen):
    assert len(seen) >= 10
    assert {page: one.faults for page, one in seen.items() if one.faults} == {}


def test_the_published_results_are_the_committed_ones(site):
    for file in RESULTS.glob("*.json"):
        assert (site / "results" / file.name).read_bytes() == file.read_bytes()


@pytest.mark.always
def test_every_number_is_the_one_of_its_result(seen):
    assert [fault for one in seen.values() for fault in one.wrong_numbers] == []
    for page, one in seen.items():
        if page in WITH_NUMBERS or page.startswith("chapters/b"):
            assert one.numbers > 3, f"{page} shows no numbers"


def test_every_number_leads_to_its_provenance(tab, seen):
    origins = set().union(*(one.origins for one in seen.values()))
    assert origins
    for origin in sorted(origins):
        tab.goto(origin)
        assert checks.provenance(tab) == []


def test_a_number_says_when_and_on_what_it_was_measured(tab, address):
    tab.goto(f"{address}/chapters/build-cache/")
    title = tab.locator("a.adv-value").first.get_attribute("title")
    source = load(RESULTS, "build-cache").provenance
    assert source.date[:10] in title
    assert ("stand-in" in title) == any(b.kind == "stand-in" for b in source.bases.values())


def test_every_chart_has_a_name_and_its_table(seen):
    assert {page: one.wrong_charts for page, one in seen.items() if one.wrong_charts} == {}
    # Most chapters have one; some say it in tables and cards.
    chapters = [one for page, one in seen.items() if page.startswith("chapters/")]
    assert sum(one.charts > 0 for one in chapters) > len(chapters) / 3


def test_the_table_behind_a_chart_opens(tab, address):
    tab.goto(f"{address}/chapters/build-cache/")
    figure = tab.locator("figure.adv-figure").first
    assert not figure.locator("table").is_visible()
    figure.locator("summary").click()
    assert figure.locator("table").is_visible()


def test_the_lines_that_differ_are_marked(tab, address):
    tab.goto(f"{address}/chapters/build-cache/")
    assert tab.locator(".adv-pair .highlight").count() == 2
    for block in tab.locator(".adv-pair .highlight").all():
        assert block.locator(".hll").count() > 0


def test_a_search_leads_to_chapters_and_not_to_what_repeats_them(tab, address):
    index = tab.request.get(f"{address}/search/search_index.json").json()
    folders = {entry["location"].partition("/")[0] for entry in index["docs"]}
    assert "chapters" in folders
    assert not folders & {"labs", "dashboard"}


def test_search_finds_a_chapter(tab, address):
    faults = checks.watch(tab)
    tab.goto(f"{address}/", wait_until="load")
    # Typed as a reader does: the index is loaded when the field gets the focus.
    tab.locator("input.md-search__input").click()
    tab.locator("input.md-search__input").press_sequentially("start from slim")
    tab.locator(".md-search-result__item").first.wait_for(timeout=10_000)
    assert "start from slim" in tab.locator(".md-search-result__list").inner_text().lower()
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_no_page_scrolls_sideways_or_lacks_a_name(
    chromium, address, pages, tmp_path, scheme, width
):
    """Take a picture of every page too: whole ones, into the folder that ADVICES_SHOTS names."""
    kept = os.environ.get("ADVICES_SHOTS")
    folder = Path(kept or tmp_path)
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    faults = []
    for page in pages:
        tab.goto(f"{address}/{page}", wait_until="load")
        tab.wait_for_timeout(50)
        faults += checks.too_wide(tab) + [f"{page}: {one}" for one in checks.unnamed(tab)]
        name = page.strip("/").replace("/", "-") or "home"
        file = folder / f"{name}-{scheme}-{width}.png"
        shot = tab.screenshot(path=file, full_page=bool(kept))
        assert len(shot) > 5_000, f"{page} looks empty"
    red = tab.evaluate("parseInt(getComputedStyle(document.body).backgroundColor.slice(4))")
    context.close()
    assert faults == []
    assert (red > 128) == (scheme == "light")
