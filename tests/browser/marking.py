"""What a reader has read and solved, as the page marks it and the browser keeps it."""

import json
import re

CHAPTER, OTHER = "chapters/build-cache/", "chapters/non-root/"
KEY = "advices.progress /"
RECORD = {"kind": "docker-advices-progress", "version": 1, "read": [], "solved": []}
READ, UNDO = "Mark as read", "Read ✓ (undo)"
SOLVED, UNSOLVE = "I solved the exercise", "Exercise solved ★ (undo)"


def press(tab, name):
    tab.get_by_role("button", name=name, exact=True).press("Enter")


def kept(tab):
    return json.loads(tab.evaluate("key => localStorage.getItem(key)", KEY) or "null")


def keep(tab, text):
    tab.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])


def marks(tab, place=".md-nav--primary"):
    """Return the name of the mark beside each chapter's link that has one, by the link's text."""
    rows = tab.locator(f"{place} a:has(> .adv-done)").evaluate_all(
        """all => all.map(a => [a.href, a.querySelector('.adv-done').getAttribute('aria-label')])"""
    )
    return {re.search(r"chapters/([\w-]+)/", href)[1]: name for href, name in rows}


def choose(tab, content):
    """Import a file with this content; return what the page says."""
    said = tab.locator("#adv-said")
    tab.evaluate("document.getElementById('adv-said').textContent = ''")
    file = {"name": "mine.json", "mimeType": "application/json", "buffer": content}
    with tab.expect_file_chooser() as chooser:
        tab.get_by_role("button", name="Import from a file").click()
    chooser.value.set_files(file)
    tab.wait_for_function("document.getElementById('adv-said').textContent !== ''")
    return said.inner_text()
