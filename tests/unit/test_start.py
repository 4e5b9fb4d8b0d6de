"""*Before you start* was one long page: its old addresses lead on, and each part has its page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
import yaml

DOCS = Path(__file__).parents[2] / "docs"
PARTS = ("start", "run", "your-project", "offline", "commands", "ci", "trainers", "hub")
# The sections of the one page, as links from elsewhere name them.
OLD = (
    *("get-it", "only-read", "learn-in-the-page", "what-a-learners-build-may-take"),
    *("ask-the-doctor", "debian-and-ubuntu", "another-linux", "macos", "windows"),
    *("codespaces-and-vs-code", "engines", "bring-everything-at-once"),
    *("a-classroom-without-a-network", "a-class-on-jupyterhub", "run-a-lab", "do-an-exercise"),
    *("scan-a-container-of-yours", "the-commands", "what-you-should-know"),
)


class Ids(HTMLParser):
    """Notes for each id of a page where its element leads, "" for one that leads nowhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if one := named.get("id"):
            self.found[one] = named.get("href") or ""


def ids(page: str) -> dict[str, str]:
    text = re.sub(r"\A---\n.*?\n---\n", "", (DOCS / page).read_text("utf-8"), flags=re.S)
    extensions = ["attr_list", "tables", "toc", "pymdownx.superfences"]
    return Ids(markdown.markdown(text, extensions=extensions)).found


@pytest.mark.parametrize("anchor", OLD)
def test_an_old_address_shows_the_section_or_a_link_to_it(anchor: str) -> None:
    leads = ids("start.md")[anchor]
    page, _, section = leads.partition("#")
    assert not leads or section in {*ids(page), ""}


def test_every_part_is_in_the_navigation() -> None:
    text = (DOCS.parent / "mkdocs.yml").read_text("utf-8")
    nav = yaml.safe_load(re.search(r"^nav:\n(?: .*\n)+", text, re.M)[0])["nav"]  # type: ignore[index]
    (shown,) = (one["Before you start"] for one in nav if "Before you start" in one)
    assert [page for one in shown for page in one.values()] == [f"{name}.md" for name in PARTS]
