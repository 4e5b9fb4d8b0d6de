"""The strip under each chapter's headline: on a phone, and where its numbers come from."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def chapters(pages):
    found = [page for page in pages if page.startswith("chapters/") and page != "chapters/"]
    assert len(found) >= 10
    return found


def test_a_phone_shows_the_whole_strip(tab, address, chapters):
    tab.set_viewport_size({"width": 320, "height": 900})
    for page in chapters:
        tab.goto(f"{address}/{page}")
        # The theme puts a table into what scrolls sideways.
        scrolled = tab.locator(".adv-strip .md-typeset__scrollwrap")
        wide = scrolled.evaluate("e => e.scrollWidth - e.clientWidth")
        assert wide <= 0, page


def test_a_click_says_where_the_numbers_of_a_strip_come_from(tab, address):
    tab.goto(f"{address}/chapters/build-cache/")
    tab.locator(".adv-strip + p .adv-from").click()
    said = tab.locator("dialog[open]").inner_text()
    for label in (
        "Bytes to transfer",
        "Steps run (edit-source)",
        "Build time (edit-source)",
        "User",
    ):
        assert label in said
    assert "good: median" in said
