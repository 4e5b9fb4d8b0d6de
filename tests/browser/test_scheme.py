"""The colours of a page are there before Material's bundle is, as the system or the reader says."""

import pytest

pytestmark = pytest.mark.browser
PAGE = "chapters/build-cache/"


def scheme(tab):
    return tab.locator("body").get_attribute("data-md-color-scheme")


@pytest.mark.parametrize(("system", "chosen"), [("light", "dark"), ("dark", "light")])
def test_a_page_has_its_colours_at_once(chromium, address, system, chosen):
    names = {"light": "default", "dark": "slate"}
    context = chromium.new_context(color_scheme=system)
    tab = context.new_page()
    without = context.new_page()
    without.route("**/bundle.*.js", lambda route: route.abort())
    without.goto(f"{address}/{PAGE}", wait_until="load")
    assert scheme(without) == names[system]
    tab.goto(f"{address}/{PAGE}", wait_until="networkidle")
    assert scheme(tab) == names[system]
    for _ in range(3):
        if shown(tab).startswith(chosen.capitalize()):
            break
        tab.locator("label[for^=__palette]:visible").click()
    assert scheme(tab) == names[chosen]
    without.goto(f"{address}/{PAGE}?again", wait_until="load")
    assert scheme(without) == names[chosen]
    context.close()


def shown(tab):
    return tab.locator("label[for^=__palette]:visible").get_attribute("title")
