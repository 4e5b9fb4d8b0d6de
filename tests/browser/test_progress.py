"""What a reader has read and solved: marked, shown on every page and in every tab, never sent."""

import json

import checks
import pytest
from accessible import violations
from marking import (
    CHAPTER,
    OTHER,
    READ,
    RECORD,
    SOLVED,
    UNDO,
    UNSOLVE,
    choose,
    keep,
    kept,
    marks,
    press,
)

pytestmark = pytest.mark.browser


def settled(tab):
    """Wait until the browser has told every observer what it saw of the last scroll."""
    frame = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
    tab.evaluate(f"async () => {{ for (let n = 0; n < 4; n++) await {frame} }}")


def test_what_was_marked_is_there_after_reload_on_every_page_and_can_be_taken_back(tab, address):
    tab.goto(f"{address}/{CHAPTER}")
    press(tab, READ)
    press(tab, SOLVED)
    assert marks(tab) == {"build-cache": "read, exercise solved"}
    tab.reload()
    tab.get_by_role("button", name=UNDO).wait_for()
    for page in (OTHER, "glossary/", "404.html"):
        tab.goto(f"{address}/{page}")
        assert marks(tab) == {"build-cache": "read, exercise solved"}
    tab.goto(f"{address}/")
    assert marks(tab, ".adv-path") == {"build-cache": "read, exercise solved"}
    count = tab.locator(".adv-path li").count()
    # One chapter has no exercise: the whole Dockerfile.
    said = f"1 of {count} chapters read, 1 of {count - 1} exercises solved"
    assert tab.locator(".adv-progress").inner_text() == said
    tab.goto(f"{address}/{CHAPTER}")
    press(tab, UNDO)
    press(tab, UNSOLVE)
    assert marks(tab) == {}
    assert kept(tab) == RECORD


def test_one_line_says_where_one_is_and_what_comes_next(tab, address):
    where, names = tab.locator(".adv-where"), tab.locator(".adv-where a")
    tab.goto(f"{address}/labs/non-root/")
    expected = "Exercise 9 of 14 · 0 solved · Next: Take the configuration from the environment"
    assert where.inner_text() == expected
    tab.goto(f"{address}/{OTHER}")
    assert where.inner_text() == expected
    press(tab, SOLVED)
    assert where.inner_text().startswith("Exercise 9 of 14 (solved) · 1 solved · Next: Take the")
    # From the last one on it begins again with what is not solved.
    tab.goto(f"{address}/chapters/web-scan/")
    keep(tab, json.dumps({**RECORD, "solved": ["build-cache", "non-root", "of-another-site"]}))
    tab.reload()
    assert where.inner_text().endswith("2 solved · Next: Lock and install")
    names.last.click()
    tab.wait_for_url(f"{address}/chapters/lock-and-install/#exercise")
    for page in ("", "progress/", "glossary/", "404.html"):
        tab.goto(f"{address}/{page}")
        assert where.count() == 0


def test_the_keyboard_alone_marks_and_keeps_its_place(tab, address):
    tab.goto(f"{address}/{CHAPTER}")
    tab.get_by_role("button", name=READ).focus()
    settled(tab)
    assert kept(tab) is None
    tab.keyboard.press("Space")
    tab.get_by_role("button", name=UNDO).wait_for()
    assert tab.evaluate("document.activeElement.textContent") == UNDO
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == SOLVED


def test_scrolling_to_the_end_reads_a_chapter_and_does_not_overrule_the_reader(tab, address):
    tab.goto(f"{address}/{CHAPTER}")
    tab.mouse.move(700, 500)
    tab.mouse.wheel(0, 600)
    tab.wait_for_function("scrollY > 0")
    assert kept(tab) is None
    # A click in the instant in which the page marks itself means to mark.
    tab.evaluate(
        """() => document.addEventListener("advices:progress",
             () => document.querySelector('[data-of^="read "]').click(), { once: true })"""
    )
    tab.mouse.wheel(0, 100_000)
    tab.get_by_role("button", name=UNDO).wait_for()
    assert kept(tab)["read"] == ["build-cache"]
    now = tab.evaluate("performance.now()")
    tab.wait_for_function("now => performance.now() > now + 700", arg=now)
    press(tab, UNDO)
    tab.mouse.wheel(0, -3_000)
    tab.wait_for_function("innerHeight + scrollY < document.body.scrollHeight - 500")
    tab.mouse.wheel(0, 100_000)
    tab.wait_for_function("innerHeight + scrollY > document.body.scrollHeight - 50")
    settled(tab)
    assert kept(tab)["read"] == []


def test_a_jump_to_the_exercise_is_no_reading(tab, address):
    tab.goto(f"{address}/{CHAPTER}", wait_until="load")
    # High enough that the end is seen together with the exercise.
    height = tab.evaluate(
        """() => Math.ceil(document.querySelector(".adv-end").getBoundingClientRect().bottom
             - document.getElementById("exercise").getBoundingClientRect().top + 300)"""
    )
    tab.set_viewport_size({"width": 1440, "height": height})
    tab.evaluate("location.hash = '#exercise'")
    tab.wait_for_function("scrollY > 100")
    settled(tab)
    assert kept(tab) is None


def test_a_script_says_that_an_exercise_is_solved(tab, address):
    tab.goto(f"{address}/{CHAPTER}")
    say = "slug => document.dispatchEvent(new CustomEvent('advices:solved', {detail: {slug}}))"
    for nonsense in ("<b>", "", None, 1, {"a": 1}, "a b"):
        tab.evaluate(say, nonsense)
    tab.evaluate("document.dispatchEvent(new CustomEvent('advices:solved'))")
    assert kept(tab) is None
    tab.evaluate(say, "build-cache")
    tab.evaluate(say, "build-cache")
    assert kept(tab) == RECORD | {"solved": ["build-cache"]}
    assert tab.get_by_role("button", name=UNSOLVE).is_visible()


def test_two_tabs_are_alike_and_lose_nothing(tab, address):
    other = tab.context.new_page()
    for page, path in ((tab, CHAPTER), (other, OTHER)):
        page.goto(f"{address}/{path}")
    press(tab, READ)
    other.locator(".md-nav--primary .adv-done").first.wait_for(state="attached")
    press(other, READ)
    tab.wait_for_function("document.querySelectorAll('a > .adv-done').length === 2")
    assert sorted(kept(tab)["read"]) == ["build-cache", "non-root"]
    assert marks(tab) == marks(other)


def test_a_page_that_was_put_aside_shows_what_is_true_by_now_and_writes_over_nothing(tab, address):
    """A page that the browser keeps whole hears of no change while it waits."""
    tab.goto(f"{address}/{CHAPTER}")
    keep(tab, json.dumps(RECORD | {"read": ["non-root"]}))
    assert marks(tab) == {}
    tab.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert marks(tab) == {"non-root": "read"}
    keep(tab, json.dumps(RECORD | {"read": ["non-root", "web-scan"]}))
    press(tab, READ)
    assert kept(tab)["read"] == ["non-root", "web-scan", "build-cache"]


def test_a_site_beside_keeps_its_own(tab, address):
    tab.goto(f"{address}/{CHAPTER}")
    tab.evaluate("localStorage.setItem('advices.progress /other/', 'x')")
    press(tab, READ)
    assert tab.evaluate("localStorage.getItem('advices.progress /other/')") == "x"


def test_without_a_script_the_pages_promise_nothing(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/progress/")
    assert "A script keeps" in tab.locator("article").inner_text()
    assert tab.get_by_role("button", name="Export").count() == 0
    tab.goto(f"{address}/")
    assert not tab.locator(".adv-progress").is_visible()
    context.close()


def is_icon(url: str) -> bool:
    """Return whether this is a site's icon: a browser asks for it when it has the time."""
    return url.endswith("/assets/favicon.svg")


def test_nothing_is_sent(tab, address):
    """Every request of a reader who does all there is: none but those for files of the site."""
    asked = []
    tab.context.on("request", lambda request: asked.append((request.method, request.url)))
    tab.context.on("page", lambda page: asked.append(("PAGE", page.url)))
    tab.on("websocket", lambda socket: asked.append(("SOCKET", socket.url)))
    tab.add_init_script("navigator.sendBeacon = () => { throw new Error('a beacon') }")
    faults = checks.watch(tab)
    tab.goto(f"{address}/{CHAPTER}", wait_until="networkidle")
    loaded = len(asked)
    press(tab, READ)
    press(tab, SOLVED)
    tab.mouse.wheel(0, 100_000)
    assert [one for one in asked[loaded:] if not is_icon(one[1])] == []
    tab.goto(f"{address}/progress/", wait_until="networkidle")
    loaded = len(asked)
    with tab.expect_download():
        tab.get_by_role("button", name="Export to a file").click()
    choose(tab, json.dumps(RECORD).encode())
    press(tab, "Reset")
    press(tab, "Forget it")
    later = [url for _, url in asked[loaded:] if not is_icon(url)]
    assert [url for url in later if not url.startswith("blob:")] == []
    assert {method for method, _ in asked} == {"GET"}
    assert [url for _, url in asked if "?" in url] == []
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_it_is_accessible_and_fits(chromium, address, scheme, width):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(f"{address}/{CHAPTER}", wait_until="load")
    press(tab, READ)
    press(tab, SOLVED)
    found = violations(tab) + checks.too_wide(tab)
    for page in ("", "progress/", OTHER):
        tab.goto(f"{address}/{page}", wait_until="load")
        found += violations(tab) + checks.too_wide(tab)
    tab.goto(f"{address}/progress/", wait_until="load")
    wide = tab.locator(".adv-marks table").evaluate("e => e.scrollWidth - e.clientWidth")
    press(tab, "Reset")
    found += violations(tab) + checks.too_wide(tab)
    box = tab.locator("dialog[open]").bounding_box()
    context.close()
    assert found == []
    assert wide <= 0
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
