"""How a browser goes into a class, and what is looked at on its pages."""

from __future__ import annotations

import os
from typing import Any

from accessible import violations
from playwright.sync_api import Page

WIDTHS = (320, 1440)
# What a check displays, as learn.js hands it on when the run ended.
ENDS = """async ([id, solved, hints]) => {
  const { client } = document.querySelector('meta[name="advices-client"]').dataset;
  const { tellsEnd } = await import(`${client}classroom.js`);
  const verdict = { solved, rows: [], hints, typed: "FROM a-secret" };
  const data = { "application/vnd.advices.checked+json": verdict };
  await tellsEnd("build-cache", { id, messages: [["display_data", { data }]] });
}"""


def log_in(tab: Page, room: Any, name: str, code: str = "", pin: str = "1234") -> None:
    """Take a seat, and wait for its first page."""
    tab.goto(room.origin)
    fill_in(tab, room, name, code, pin)
    tab.wait_for_url("**/learn/**", timeout=90_000)


def fill_in(tab: Page, room: Any, name: str, code: str = "", pin: str = "1234") -> None:
    """Fill in the form of a class that is open, and send it."""
    tab.get_by_label("The code of the class").fill(code or room.codes.learners)
    tab.get_by_label("A name").fill(name)
    tab.get_by_label("A PIN").fill(pin)
    tab.get_by_role("button", name="Take my seat").click()


def faults(tab: Page, part: str | None) -> list[str]:
    """Return what axe finds in a part of a page, and how far the page is wider than its window."""
    wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
    too_wide = [f"{wide} pixels too wide"] if wide > 0 else []
    return too_wide + violations(tab, part)


def looked_at(tab: Page, name: str, part: str | None = None) -> list[str]:
    """Look at a page in both widths and colours; keep pictures where ADVICES_PICTURES_OF says."""
    found = []
    folder = os.environ.get("ADVICES_PICTURES_OF")
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            found += [f"{name} {scheme} {width}: {one}" for one in faults(tab, part)]
            if folder:
                # Of a part of a page, where it is in the first window.
                whole = part is None
                tab.screenshot(path=f"{folder}/{name}-{scheme}-{width}.png", full_page=whole)
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size({"width": 1440, "height": 900})
    return found
