"""Wide tables on a phone: a card for each row, each cell with its header; no script does it."""

import pytest

pytestmark = pytest.mark.browser
# Whether each cell but the first shows the header of its column, as far as a header is shown.
HEADERS = """table => {
    const heads = [...table.querySelectorAll("thead th")].map(head => head.textContent.trim());
    return [...table.querySelectorAll("tbody tr")].every(row =>
        [...row.cells].slice(1).every((cell, n) =>
            getComputedStyle(cell, "::before").content === JSON.stringify(heads[n + 1])));
}"""


@pytest.fixture
def phone(chromium):
    context = chromium.new_context(
        viewport={"width": 320, "height": 900}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def test_each_row_is_a_card_and_each_cell_has_its_header(phone, address, pages):
    seen = 0
    for page in (page for page in pages if page.startswith("chapters/")):
        phone.goto(f"{address}/{page}")
        for table in phone.locator(".adv-cards table").all():
            assert table.evaluate(HEADERS), page
            assert table.locator("tbody").evaluate("e => getComputedStyle(e).display") == "grid"
            assert table.evaluate("e => e.scrollWidth - e.clientWidth") <= 0, page
            seen += 1
    assert seen >= 10


def test_a_wide_window_has_a_table(tab, address):
    tab.goto(f"{address}/chapters/build-cache/")
    table = tab.locator(".adv-cards table").first
    assert table.evaluate("e => getComputedStyle(e).display") != "block"
    before = table.locator("tbody td").nth(1)
    assert before.evaluate("e => getComputedStyle(e, '::before').content") == "none"
