"""A page without a mouse, on paper, and its code in the clipboard."""

import re

import checks
import pytest

pytestmark = pytest.mark.browser
CHAPTER, LAB = "chapters/build-cache/", "labs/base-image/"
# The sidebar numbers the chapters, and has each lab below its chapter.
ORDER = re.compile(r"^(1\. )?Order for the cache$")

# ---------- keyboard ----------


@pytest.mark.parametrize("key", ["/", "f", "s"])
def test_the_search_opens_finds_and_leads_by_keyboard(tab, address, key):
    faults = checks.watch(tab)
    tab.goto(f"{address}/{CHAPTER}", wait_until="load")
    tab.keyboard.press(key)
    tab.wait_for_function("document.activeElement.matches('.md-search__input')")
    tab.keyboard.type("start from slim")
    tab.locator(".md-search-result__item").first.wait_for()
    assert tab.locator(".md-search__input").input_value() == "start from slim"
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/base-image/?h=*")
    assert faults == []


def test_escape_leaves_the_search(tab, address):
    tab.goto(f"{address}/{CHAPTER}", wait_until="load")
    tab.keyboard.press("/")
    tab.wait_for_function("document.activeElement.matches('.md-search__input')")
    tab.keyboard.press("Escape")
    tab.wait_for_function("!document.getElementById('__search').checked")
    assert not tab.evaluate("document.activeElement.matches('.md-search__input')")


def test_n_and_p_turn_the_page(tab, address):
    tab.goto(f"{address}/{CHAPTER}", wait_until="load")
    tab.keyboard.press("n")
    tab.wait_for_url("**/labs/build-cache/")
    tab.wait_for_load_state("load")
    tab.keyboard.press("p")
    tab.wait_for_url(f"**/{CHAPTER}")


@pytest.mark.parametrize("page", ["", CHAPTER, LAB, "progress/", "glossary/", "404.html"])
def test_the_first_stop_skips_to_the_content(tab, address, page):
    tab.goto(f"{address}/{page}", wait_until="load")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.matches('.md-skip')")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("!!document.activeElement.closest('article')")


# Whether what has the focus is seen to have it: by its outline, or by that of the label of a switch
# that is not shown. Material colours its search field instead.
OUTLINE = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const shown = e.matches(".md-option") ? e.nextElementSibling : e;
  const style = getComputedStyle(shown), box = shown.getBoundingClientRect();
  const lined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const inside = box.right > 1 && box.left < innerWidth - 1 && box.width > 0 && box.height > 0;
  return [e.outerHTML.slice(0, 120), inside && (lined || e.matches(".md-search__input"))] }"""


def stops(tab, most):
    """Return what Tab reaches, in order, each with whether it is seen to have the focus."""
    found = []
    for _ in range(most):
        tab.keyboard.press("Tab")
        stop = tab.evaluate(OUTLINE)
        if stop is None:
            break
        found.append(stop)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", [CHAPTER, "progress/", "404.html"])
def test_the_focus_is_seen_everywhere(chromium, address, scheme, page):
    for width in (320, 1440):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        tab = context.new_page()
        tab.goto(f"{address}/{page}", wait_until="load")
        found = stops(tab, 150)
        context.close()
        assert len(found) > 15
        assert [html for html, seen in found if not seen] == []


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_menu_of_a_narrow_window_works_by_keyboard(tab, address, key):
    tab.set_viewport_size({"width": 320, "height": 700})
    tab.goto(f"{address}/", wait_until="load")
    link = tab.locator(".md-nav--primary").get_by_role("link", name=ORDER)
    menu = tab.locator(".md-header").get_by_role("button", name="Menu")
    assert not link.is_visible()
    menu.press(key)
    section = tab.get_by_role("button", name="Chapters").first
    section.wait_for()
    tab.keyboard.press("Escape")
    section.wait_for(state="hidden")
    menu.press(key)
    section.press(key)
    link.press("Enter")
    tab.wait_for_url(f"**/{CHAPTER}")


def test_the_search_of_a_narrow_window_opens_by_keyboard(tab, address):
    tab.set_viewport_size({"width": 320, "height": 700})
    tab.goto(f"{address}/{CHAPTER}", wait_until="load")
    tab.locator(".md-header").get_by_role("button", name="Search", exact=True).press("Enter")
    tab.wait_for_function("document.activeElement.matches('.md-search__input')")


# ---------- paper ----------


def printed(tab, address, page):
    """Open a page in dark colours and let the browser lay it out for paper."""
    tab.emulate_media(color_scheme="dark")
    tab.set_viewport_size({"width": 720, "height": 1000})
    tab.goto(f"{address}/{page}", wait_until="load")
    tab.emulate_media(media="print", color_scheme="dark")


CUT_OFF = """() => [...document.querySelectorAll(
    "article :is(pre, code, table, figure, svg, .adv-table)")]
  .filter(e => e.checkVisibility() && (e.getBoundingClientRect().right > innerWidth + 1
    || e.scrollWidth > e.clientWidth + 2 && getComputedStyle(e).overflowX !== "visible"))
  .map(e => e.tagName + ": " + e.textContent.trim().slice(0, 60))"""


@pytest.mark.parametrize("page", [CHAPTER, "chapters/web-scan/", LAB])
def test_a_page_prints_whole_in_light_colours_and_without_the_frame(tab, address, page):
    printed(tab, address, page)
    body = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = tab.evaluate("getComputedStyle(document.querySelector('article h1')).color")
    assert body == "rgb(255, 255, 255)"
    assert sum(map(int, re.findall(r"\d+", ink))) < 200
    frame = ".md-header, .md-sidebar, .md-footer, .md-top, .adv-end, .md-code__nav, button"
    assert (
        tab.locator(frame).evaluate_all("all => all.filter(e => e.checkVisibility()).length") == 0
    )
    assert tab.evaluate(CUT_OFF) == []
    folded = tab.locator("article details").evaluate_all(
        """all => all.filter(({lastElementChild: e}) => e.getBoundingClientRect().height < 5
             || !e.checkVisibility({contentVisibilityAuto: true})).map(e => e.textContent)"""
    )
    assert tab.locator("article details").count() > 0
    assert folded == []


def test_paper_says_where_links_lead(tab, address):
    printed(tab, address, CHAPTER)
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    leads = tab.locator("article p > a[href*='glossary']").first.evaluate(
        "a => getComputedStyle(a, '::after').content"
    )
    assert f"{address}/glossary/#" in leads
    number = tab.locator("article a.adv-value").first
    assert number.evaluate("a => getComputedStyle(a, '::after').content") == "none"


def test_a_pdf_comes_out(tab, address):
    tab.goto(f"{address}/{CHAPTER}", wait_until="load")
    pdf = tab.pdf()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 3
    assert tab.locator("article a[data-leads]").count() > 3


# ---------- clipboard ----------


@pytest.mark.parametrize("page", ["run/", CHAPTER, LAB])
def test_code_is_copied_as_it_is_and_without_a_prompt(chromium, address, page):
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    tab.goto(f"{address}/{page}", wait_until="load")
    tab.locator(".md-code__nav").first.wait_for(state="attached")
    blocks = tab.locator("article .highlight").all()
    assert len(blocks) > 2
    for block in blocks:
        button = block.get_by_role("button", name="Copy to clipboard")
        code = block.locator("pre > code").text_content()
        button.focus()
        tab.keyboard.press("Enter")
        tab.wait_for_function(
            "async text => (await navigator.clipboard.readText()).trim() === text", arg=code.strip()
        )
        assert not re.search(r"^\s*(\$|>>>|#>|In \[\d*\]:) ", code, re.M), code
    context.close()


# ---------- words ----------


def test_the_glossary_has_every_word_of_the_project_and_its_links_lead_somewhere(tab, address):
    tab.goto(f"{address}/glossary/", wait_until="load")
    words = {text.lower() for text in tab.locator("article h3").evaluate_all(
        "all => all.map(h => h.firstChild.textContent)"
    )}  # fmt: skip
    needed = "image, layer, base, build context, cache, stage, variant, replay, claim, measure"
    needed += ", bytes on disk, bytes to transfer, stand-in, lab, advice, exercise, provenance"
    assert set(needed.split(", ")) <= words
