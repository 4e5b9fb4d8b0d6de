"""The site as its publisher builds it: with its address and that of its sources, below a path."""

import re
import struct

import checks
import pytest
import social_image
from accessible import violations
from published_site import BELOW, REPO_URL, SETTINGS, SITE_URL, build
from serving import served

pytestmark = pytest.mark.browser
CHAPTER, LAB = "chapters/build-cache/", "labs/build-cache/"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The folder of the site, built for SITE_URL with links to its sources."""
    return build(tmp_path_factory.mktemp("published"), **SETTINGS)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The folder of the site, built with all settings there and empty, as in a fresh fork."""
    return build(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def home(published):
    with served(published, BELOW) as url:
        yield url


def meta(tab, name):
    return tab.locator(f"meta[property='{name}'], meta[name='{name}']").get_attribute("content")


def test_a_page_can_be_edited_but_not_one_that_a_run_writes(tab, home):
    faults = checks.watch(tab)
    tab.goto(f"{home}/{CHAPTER}", wait_until="networkidle")
    edit = tab.get_by_role("link", name="Edit this page")
    assert edit.get_attribute("href") == f"{REPO_URL}/edit/main/docs/chapters/build-cache.md"
    assert tab.locator(".md-header a.md-source").get_attribute("href") == REPO_URL
    tab.goto(f"{home}/{LAB}", wait_until="networkidle")
    assert edit.count() == 0
    assert faults == []


def test_without_an_address_nothing_leads_to_the_sources(plain):
    for page in ("", CHAPTER, LAB, "progress/"):
        text = (plain / page / "index.html").read_text("utf-8")
        for word in ("md-source", 'rel="edit"', "og:", "twitter:", 'rel="canonical"'):
            assert word not in text, f"{page}: {word}"


def test_a_shared_page_has_a_title_a_text_and_a_picture_of_our_own(tab, home, published):
    for page, title in ((CHAPTER, "Order for the cache"), ("", "Docker Advices")):
        tab.goto(f"{home}/{page}")
        assert meta(tab, "og:title") == title
        assert meta(tab, "og:description") == meta(tab, "description")
        assert meta(tab, "og:url") == f"{SITE_URL}{page}"
        assert meta(tab, "og:image:alt")
        assert meta(tab, "twitter:card") == "summary_large_image"
        picture = published / meta(tab, "og:image").removeprefix(SITE_URL)
        head = picture.read_bytes()[:24]
        assert struct.unpack(">II", head[16:24]) == (1200, 630)
        assert picture.stat().st_size < 100_000


def test_the_picture_can_be_drawn_from_its_source(chromium):
    drawn = social_image.draw(chromium)
    assert drawn.startswith(b"\x89PNG")
    assert struct.unpack(">II", drawn[16:24]) == (1200, 630)
    source = (social_image.ASSETS / "social.svg").read_text("utf-8")
    assert source.count("<text") == 5


def test_each_chapter_has_a_picture_with_its_number(chromium, tmp_path):
    settings = {"ADVICES_SITE_URL": SITE_URL, "ADVICES_PICTURES": "yes"}
    folder = build(tmp_path / "site", **settings)
    social_image.draw_chapters(chromium, folder)
    named = re.compile(r'property="og:image" content="(?:[^"]*/)?(assets/[^"]*)"')
    for page in folder.glob("**/index.html"):
        (picture,) = named.findall(page.read_text("utf-8"))
        below = page.parent.relative_to(folder).as_posix()
        own = f"social/{page.parent.name}" if below.startswith("chapters/") else "social"
        assert picture == f"assets/{own}.png"
        assert (folder / picture).read_bytes().startswith(b"\x89PNG")
        assert (folder / picture).stat().st_size < 100_000


def test_a_published_page_is_as_accessible(chromium, home):
    for scheme in ("light", "dark"):
        for width in (320, 1440):
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            tab = context.new_page()
            tab.goto(f"{home}/{CHAPTER}", wait_until="load")
            found = violations(tab) + checks.too_wide(tab)
            context.close()
            assert found == []


@pytest.mark.parametrize("missing", ["nothing", "nothing/", "chapters/nothing/at/all.html"])
def test_a_page_that_is_not_there_helps_at_any_depth(tab, home, missing):
    faults, failed = checks.watch(tab), []
    tab.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    answer = tab.goto(f"{home}/{missing}", wait_until="networkidle")
    assert answer.status == 404
    # Itself, and nothing that it loads.
    assert failed == [f"{home}/{missing}"]
    assert [fault for fault in faults if "404" not in fault] == []
    assert violations(tab) == []
    links = tab.locator("article a").evaluate_all("all => all.map(a => a.href)")
    assert len(links) > 12
    for link in links:
        assert link.startswith(home)
        assert tab.request.get(link).ok, link


def test_a_page_that_is_not_there_searches(tab, home):
    tab.goto(f"{home}/nothing/here", wait_until="load")
    tab.get_by_label("Search this site").fill("start from slim")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/?q=start+from+slim*")
    found = tab.locator(".md-search-result__item").first
    found.wait_for()
    assert "start from slim" in tab.locator(".md-search-result__list").inner_text().lower()
    tab.goto(f"{home}/nothing/here", wait_until="load")
    tab.keyboard.press("/")
    tab.keyboard.type("start from slim")
    found.wait_for()


def test_progress_is_kept_by_the_path_of_the_site(tab, home):
    tab.goto(f"{home}/{CHAPTER}")
    tab.get_by_role("button", name="Mark as read").press("Enter")
    assert tab.evaluate("Object.keys(localStorage)").count(f"advices.progress {BELOW}") == 1
    tab.goto(f"{home}/nothing/here")
    assert tab.locator(".md-nav--primary a > .adv-done").count() == 1
    tab.goto(f"{home}/progress/")
    assert "Read ✓" in tab.locator("[data-of='read build-cache']").inner_text()
