"""A reader's record of progress: taken along in a file, forgotten, damaged, too new, not kept."""

import json

import checks
import pytest
from marking import (
    CHAPTER,
    READ,
    RECORD,
    SOLVED,
    choose,
    keep,
    kept,
    marks,
    press,
)

pytestmark = pytest.mark.browser


def test_export_and_import_take_progress_along(tab, address, chromium, tmp_path):
    tab.goto(f"{address}/progress/")
    press(tab, "Mark as read: Order for the cache")
    press(tab, "I solved the exercise: Do not run as root")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Export to a file").click()
    assert download.value.suggested_filename == "docker-advices-progress.json"
    file = tmp_path / "mine.json"
    download.value.save_as(file)
    exported = RECORD | {"read": ["build-cache"], "solved": ["non-root"]}
    assert json.loads(file.read_text("utf-8")) == exported

    context = chromium.new_context()
    elsewhere = context.new_page()
    elsewhere.goto(f"{address}/progress/")
    press(elsewhere, "I solved the exercise: Order for the cache")
    assert "Added the file" in choose(elsewhere, file.read_bytes())
    assert "Added the file" in choose(elsewhere, file.read_bytes())
    found = kept(elsewhere)
    context.close()
    assert found == exported | {"solved": ["build-cache", "non-root"]}


REFUSED = (
    ("", "not a progress file"),
    ("null", "not a progress file"),
    ("[1, 2]", "not a progress file"),
    ('{"read": ["build-cache"]}', "not a progress file"),
    ("\x00\x01PNG", "not a progress file"),
    (json.dumps(RECORD)[:-3], "not a progress file"),
    (json.dumps(RECORD | {"padding": "x" * 200_000}), "not a progress file"),
    (json.dumps(RECORD | {"version": 2, "seen": {}}), "newer version"),
    (json.dumps(RECORD | {"version": 0}), "damaged"),
    (json.dumps(RECORD | {"version": "1"}), "damaged"),
    (json.dumps(RECORD | {"more": 1}), "damaged"),
    (json.dumps(RECORD | {"read": {"build-cache": True}}), "damaged"),
    (json.dumps(RECORD | {"read": [["build-cache"]]}), "damaged"),
    (json.dumps(RECORD | {"solved": ["<img src=x>"]}), "damaged"),
    (json.dumps({k: v for k, v in RECORD.items() if k != "solved"}), "damaged"),
)


def test_a_file_that_is_not_ours_is_refused_with_a_sentence(tab, address):
    faults = checks.watch(tab)
    tab.goto(f"{address}/progress/")
    press(tab, "Mark as read: Order for the cache")
    before = kept(tab)
    for content, said in REFUSED:
        found = choose(tab, content.encode())
        assert said in found, content[:80]
        assert found.endswith("Nothing was changed.")
        assert kept(tab) == before
    assert faults == []


def test_starting_anew_asks_first(tab, address):
    tab.goto(f"{address}/progress/")
    press(tab, "Mark as read: Order for the cache")
    dialog = tab.locator("dialog[open]")
    for leave in ("Keep it", "Escape", "beside"):
        press(tab, "Reset")
        dialog.wait_for()
        assert tab.evaluate("document.activeElement.textContent") == "Keep it"
        if leave == "Keep it":
            press(tab, leave)
        elif leave == "Escape":
            tab.keyboard.press(leave)
        else:
            tab.mouse.click(5, 5)
        assert dialog.count() == 0
        assert kept(tab)["read"] == ["build-cache"]
    press(tab, "Reset")
    press(tab, "Forget it")
    assert kept(tab) is None
    assert marks(tab) == {}
    assert tab.locator("#adv-said").inner_text() == "Your progress is gone."


def test_a_damaged_record_is_told_and_replaced_by_the_next_mark(tab, address):
    faults = checks.watch(tab)
    tab.goto(f"{address}/progress/")
    told = tab.locator(".adv-trouble")
    for text in ("", "{", "null", "[]", '"x"', "{}", json.dumps(RECORD | {"read": "all"})):
        keep(tab, text)
        tab.reload()
        assert "damaged" in told.inner_text(), text
        press(tab, "Mark as read: Order for the cache")
        assert told.text_content() == ""
        assert kept(tab) == RECORD | {"read": ["build-cache"]}
    assert faults == []


def test_a_record_of_a_newer_site_is_left_alone_unless_the_reader_starts_anew(tab, address):
    newer = json.dumps({"kind": RECORD["kind"], "version": 2, "chapters": {}})
    tab.goto(f"{address}/")
    keep(tab, newer)
    tab.goto(f"{address}/progress/")
    assert "newer version" in tab.locator(".adv-trouble").inner_text()
    press(tab, "Mark as read: Order for the cache")
    assert marks(tab) == {"build-cache": "read"}
    assert json.dumps(kept(tab)) == newer
    press(tab, "Reset")
    press(tab, "Forget it")
    assert kept(tab) is None
    assert tab.locator(".adv-trouble").text_content() == ""


BLOCKED = {
    "denied": """Object.defineProperty(window, 'localStorage',
        {get() { throw new DOMException('denied', 'SecurityError') }})""",
    # Only for our own key: Material's script has errors of its own where all is denied.
    "refused": """for (const name of ['getItem', 'setItem', 'removeItem']) {
        const real = Storage.prototype[name];
        Storage.prototype[name] = function (key, ...more) {
          if (key.startsWith('advices.')) throw new DOMException('denied', 'SecurityError');
          return real.call(this, key, ...more) } }""",
    "full": """Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError') }""",
}


@pytest.mark.parametrize("how", ["refused", "full"])
def test_where_nothing_may_be_kept_the_page_says_so_and_works(tab, address, how):
    tab.add_init_script(BLOCKED[how])
    faults = checks.watch(tab)
    tab.goto(f"{address}/{CHAPTER}")
    press(tab, READ)
    assert "does not let sites keep anything" in tab.locator(".adv-trouble").inner_text()
    press(tab, SOLVED)
    assert marks(tab) == {"build-cache": "read, exercise solved"}
    tab.goto(f"{address}/progress/")
    assert marks(tab) == {}
    press(tab, "Mark as read: Order for the cache")
    assert "does not let sites keep anything" in tab.locator(".adv-trouble").inner_text()
    press(tab, "Reset")
    press(tab, "Forget it")
    assert marks(tab) == {}
    assert faults == []


def test_a_browser_without_any_storage_shows_every_page(tab, address):
    tab.add_init_script(BLOCKED["denied"])
    tab.goto(f"{address}/{CHAPTER}")
    press(tab, READ)
    assert "does not let sites keep anything" in tab.locator(".adv-trouble").inner_text()
    assert marks(tab) == {"build-cache": "read"}
