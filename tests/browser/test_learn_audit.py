"""The page *Your project*: who may audit what from where, and what it says; nothing is built."""

from __future__ import annotations

import json
import re

import checks
import pytest
from accessible import violations
from learning import enter, learning
from playwright.sync_api import expect
from windowless import Client

pytestmark = pytest.mark.browser
PAGE = "learn/your-project/"
AUDIT = "learn-audit/"


@pytest.fixture(scope="module")
def inside(server):
    client = Client()
    client.enter(server.entry())
    return client


@pytest.fixture
def tab(chromium, server, let_in):
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(let_in)
    page = context.new_page()
    faults = checks.watch(page)
    page.goto(server.base + PAGE)
    page.get_by_role("button", name="Audit", exact=True).wait_for()
    yield page
    context.close()
    assert faults == []


@pytest.mark.parametrize("what", ["", "stop", "write"])
def test_only_who_was_let_in_and_our_own_pages_may_ask(server, inside, what):
    address = f"{server.base}{AUDIT}{what}"
    body = {"path": "/nowhere"}
    as_evil = {"Host": "evil.example", "X_XSRFToken": inside.xsrf()}
    evil = {"Origin": "http://evil.example", "X_XSRFToken": inside.xsrf()}
    assert Client().ask(address, "POST", body)[0] == 403
    assert Client().ask(server.base + AUDIT)[0] == 403
    assert inside.ask(address, "POST", body)[0] == 403, "without the XSRF token"
    assert inside.ask(address, "POST", body, X_XSRFToken="wrong")[0] == 403
    assert inside.ask(address, "POST", body, **evil)[0] in (403, 404)
    assert inside.ask(address, "POST", body, **as_evil)[0] == 403
    assert inside.ask(f"{address}?path=/nowhere")[0] in (200, 404), "a link begins nothing"
    assert json.loads(inside.ask(server.base + AUDIT)[2]) == {"state": "none"}


@pytest.mark.parametrize("body", [[1], {"path": "/a", "fix": "yes"}, {"path": 1}, {"path": "here"}])
def test_what_is_no_audit_is_refused_in_words(server, inside, body):
    told = inside.ask(server.base + AUDIT, "POST", body, X_XSRFToken=inside.xsrf())
    assert told[0] == 200
    assert "next: " in json.loads(told[2])["refused"]
    assert json.loads(inside.ask(server.base + AUDIT)[2]) == {"state": "none"}


def test_without_an_audit_there_is_nothing_to_read_stop_or_write(server, inside):
    assert inside.ask(f"{server.base}{AUDIT}report")[0] == 404
    assert inside.ask(f"{server.base}{AUDIT}nothing")[0] == 404
    for body in ([], {"number": 0}, {"number": "1"}):
        told = inside.ask(f"{server.base}{AUDIT}write", "POST", body, X_XSRFToken=inside.xsrf())
        assert "no diff to write" in json.loads(told[2])["refused"]


def test_by_keyboard_alone_and_a_reload_shows_it_again(tab, tmp_path):
    tab.get_by_label("Folder of your project").focus()
    tab.keyboard.type("my-project")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("the folder needs its whole path")
    tab.get_by_label("Folder of your project").focus()
    tab.keyboard.press("Control+A")
    tab.keyboard.type(str(tmp_path))
    for _ in range(5):
        tab.keyboard.press("Tab")
    expect(tab.get_by_label("Check command")).to_be_focused()
    tab.keyboard.type("<b>true</b>")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    expect(tab.get_by_label("Variables of the container")).to_be_focused()
    tab.keyboard.type("TOKEN=of the page")
    for _ in range(3):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    audit = tab.get_by_role("region", name="Your audit")
    expect(audit).to_contain_text("there is no Dockerfile in")
    expect(tab.get_by_role("alert")).to_have_count(0)
    expect(tab.locator("#adv-audit [role=status]")).to_contain_text(
        re.compile(r"Ended with an error after \d+ s\.")
    )
    tab.reload()
    expect(audit).to_contain_text("there is no Dockerfile in")
    expect(tab.get_by_label("Folder of your project")).to_have_value(str(tmp_path))
    expect(tab.get_by_label("Check command")).to_have_value("<b>true</b>")
    # The server keeps it for the audit alone.
    expect(tab.get_by_label("Variables of the container")).to_have_value("")
    expect(tab.get_by_role("button", name="Audit", exact=True)).to_be_enabled()
    expect(tab.get_by_role("button", name="Write the diff")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_it_fits_and_is_accessible(chromium, server, let_in, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_cookies(let_in)
    page = context.new_page()
    page.goto(server.base + PAGE)
    page.get_by_label("Folder of your project").fill(f"/nowhere/{'long' * 60}")
    page.locator("#adv-audit summary", has_text="Variables, secrets").click()
    page.get_by_role("button", name="Audit", exact=True).click()
    expect(page.get_by_role("region", name="Your audit")).to_contain_text("is no folder")
    assert violations(page) + checks.too_wide(page) == []
    context.close()


def test_a_server_that_is_gone_is_said(chromium, site):
    with learning(site) as server:
        context = chromium.new_context()
        page = context.new_page()
        enter(page, server)
        page.goto(server.base + PAGE)
        page.get_by_label("Folder of your project").fill("/nowhere")
        page.get_by_role("button", name="Audit", exact=True).wait_for()
        server.stop()
        page.get_by_role("button", name="Audit", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("The server is gone.")
        context.close()


def test_published_it_shows_the_sample_and_each_chapter_leads_there(chromium, address, site):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/your-project/")
    expect(page.locator("#adv-audit form")).to_have_count(0)
    expect(page.locator("#adv-audit")).to_contain_text("./run advices -- audit")
    report = page.locator(".adv-audited")
    assert report.locator(".adv-audit__cards").first.locator("tbody tr").count() > 2
    hrefs = report.locator("table a").evaluate_all("all => all.map(a => a.href)")
    assert len(hrefs) > 2
    for href in hrefs:
        assert page.request.get(href).ok, href
    context.close()
    chapters = [*site.glob("chapters/*/index.html")]
    assert len(chapters) > 10
    for chapter in chapters:
        assert "On your own project: <a " in chapter.read_text("utf-8"), chapter
        assert 'href="../../your-project/">audit it</a>' in chapter.read_text("utf-8"), chapter
