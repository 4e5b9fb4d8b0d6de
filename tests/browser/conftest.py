"""The built site, served on 127.0.0.1, and one headless chromium for all tests."""

import os
import shutil
import urllib.parse
from pathlib import Path

import pytest
from learning import enter, learning
from playwright import sync_api
from serving import served

ROOT = Path(__file__).parents[2]
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def site():
    """The folder of the built site: ADVICES_SITE, or site/."""
    folder = Path(os.environ.get("ADVICES_SITE") or ROOT / "site")
    if not (folder / "index.html").is_file():
        pytest.fail(f"there is no built site in {folder}: `mkdocs build --strict` makes one")
    return folder


@pytest.fixture(scope="session")
def pages(site):
    """The path of every page, from the site's root: "" is the home page."""
    found = sorted(path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    return ["" if path == "." else f"{path}/" for path in found]


@pytest.fixture(scope="session")
def address(site):
    with served(site) as url:
        yield url


@pytest.fixture(scope="session")
def chromium_path():
    path = os.environ.get("CHROME_PATH") or shutil.which("chromium")
    if not path:
        pytest.fail("there is no chromium: `apt-get install chromium`, or set CHROME_PATH")
    return path


@pytest.fixture(scope="session")
def chromium_flags():
    return FLAGS


@pytest.fixture(scope="session")
def chromium(chromium_path):
    # A kernel takes long to start beside builds. What comes is seen at once all the same.
    sync_api.expect.set_options(timeout=60_000)
    with sync_api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(site):
    """A server of `advices learn` for one file of tests."""
    with learning(site) as started:
        yield started


@pytest.fixture
def tab(chromium):
    """A page of a wide light window, closed after the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def let_in(chromium, server):
    """Cookies of a browser that was let in."""
    context = chromium.new_context()
    enter(context.new_page(), server)
    found = context.cookies()
    context.close()
    return found


@pytest.fixture
def opened(chromium, server, let_in):
    """Open a live page as (width, scheme, path); every request must stay with the server."""
    contexts = []

    def opener(width: int = 1440, scheme: str = "light", path: str = "learn/labs/build-cache/"):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        context.add_cookies(let_in)
        tab = context.new_page()
        tab.faults = []
        tab.on("pageerror", lambda error: tab.faults.append(str(error)))
        tab.on("request", lambda one: stays(one.url, server, tab.faults))
        tab.goto(server.base + path)
        tab.locator(".adv-cell").first.wait_for()
        return tab

    yield opener
    faults = [fault for one in contexts for tab in one.pages for fault in tab.faults]
    for one in contexts:
        one.close()
    assert faults == []


def stays(url: str, server, faults: list[str]) -> None:
    asked = urllib.parse.urlsplit(url)
    if asked.scheme in ("http", "https", "ws", "wss") and asked.netloc not in server.base:
        faults.append(f"a request left: {url}")
