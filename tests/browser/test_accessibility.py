"""axe-core finds nothing on any kind of page, in light and in dark."""

import pytest
from accessible import violations

pytestmark = pytest.mark.browser
KINDS = (
    *("", "start/", "run/", "trainers/", "method/", "dashboard/", "bases/", "404.html"),
    *("progress/", "glossary/", "your-project/"),
    *("chapters/build-cache/", "chapters/twelve-factor/", "chapters/web-scan/"),
    *("chapters/multi-stage/", "chapters/base-image/", "chapters/whole-dockerfile/"),
    *("checklist/", "linters/"),
    *("labs/base-image/", "labs/web-scan/"),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_of_page_is_accessible(chromium, address, scheme):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    found = []
    for page in KINDS:
        tab.goto(f"{address}/{page}", wait_until="load")
        found += violations(tab)
    context.close()
    assert found == []


def test_the_check_sees_what_is_wrong(tab):
    tab.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src=x></main></html>")
    assert any("image-alt" in line for line in violations(tab))
