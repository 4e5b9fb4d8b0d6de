"""What lies around an exercise's editor: files, changes, the solution, a way back, the next one."""

from __future__ import annotations

import re
from functools import partial

import checks
import pytest
from accessible import violations
from editor import CHECKED, FAULT, SOLVED, STEPS, UNSOLVED, button, check, ends_with, field, panel
from learning import ROOT, SLUG, Cell
from playwright.sync_api import expect

from advices.lab import labfile

pytestmark = pytest.mark.browser
CHAPTER = f"learn/chapters/{SLUG}/"
EXERCISE = labfile.read(ROOT / "labs", SLUG).its_exercise()
START = EXERCISE.dockerfile("bad").read_text("utf-8").strip()
SOLUTION = EXERCISE.dockerfile("good").read_text("utf-8").strip()
MINE = START.replace("RUN mkdir run\n", "RUN mkdir run\nUSER 10001\n")


@pytest.fixture
def opened(opened):
    """Open the chapter in a browser that was never here."""
    return partial(opened, path=CHAPTER)


def test_the_field_is_labelled_and_has_line_numbers_and_colours(opened):
    tab = opened()
    named = tab.get_by_role("textbox", name="Your Dockerfile, editable")
    assert named.input_value() == START
    assert named.get_attribute("aria-describedby") == "adv-keys"
    expect(tab.locator("#adv-keys")).to_contain_text("Escape, then Tab leaves the field.")
    lines = tab.locator(".adv-editor .pce-line")
    expect(lines).to_have_count(len(START.splitlines()))
    number = "element => getComputedStyle(element, '::before').content"
    assert lines.first.evaluate(number) == "counter(line)"
    expect(lines.first.locator(".token.keyword")).to_have_text("FROM")


def test_by_keyboard_tab_indents_while_one_types_and_never_traps(opened):
    tab = opened()
    of = "document.activeElement.ariaLabel"
    # A field that was only walked into is walked out of.
    tab.get_by_role("button", name="Restart the kernel").focus()
    tab.keyboard.press("Tab")
    assert tab.evaluate(of) == "Your Dockerfile, editable"
    tab.keyboard.press("Tab")
    assert tab.evaluate(of) == "Check: Your Dockerfile"
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Control+End")
    tab.keyboard.type("\nRUN a \\\n")
    tab.keyboard.press("Tab")
    tab.keyboard.type("b\nc")
    assert field(tab).input_value().endswith("RUN a \\\n    b\n    c"), "the next line keeps it"
    tab.keyboard.press("Shift+Tab")
    assert field(tab).input_value().endswith("    b\nc")
    tab.keyboard.press("Escape")
    tab.keyboard.press("Tab")
    assert tab.evaluate(of) == "Check: Your Dockerfile"


def test_undo_and_redo_and_a_comment(opened):
    tab = opened()
    field(tab).focus()
    tab.keyboard.press("Control+Home")
    tab.keyboard.type("#mine")
    # What is typed slowly is undone in more than one step.
    steps = 0
    while field(tab).input_value() != START and steps < len("#mine"):
        tab.keyboard.press("Control+z")
        steps += 1
    assert field(tab).input_value() == START
    for _ in range(steps):
        tab.keyboard.press("Control+Shift+z")
    assert field(tab).input_value() == f"#mine{START}"
    for _ in range(steps):
        tab.keyboard.press("Control+z")
    tab.keyboard.press("Control+/")
    assert field(tab).input_value().startswith("# FROM python")


def test_the_text_is_copied(opened):
    tab = opened()
    field(tab).fill(MINE)
    button(tab, "Copy: Your Dockerfile").click()
    expect(tab.get_by_text("Copied.", exact=True)).to_be_visible()
    assert tab.evaluate("navigator.clipboard.readText()") == MINE


def test_the_files_of_the_project_are_read_beside_the_editor(opened):
    tab = opened()
    button(tab, "Files of the project").click()
    files = panel(tab, "Files of the project")
    expect(files.get_by_role("region", name="app.py, to read")).to_contain_text("import csv")
    names = files.locator(".adv-choice button").all_inner_texts()
    assert {".dockerignore", "app.py", "requirements.txt", "templates/stop.html"} <= {*names}
    assert not any("Dockerfile" in name or "toml" in name for name in names)
    left, right = Cell(tab).place.locator(".adv-editor").bounding_box(), files.bounding_box()
    assert right["x"] >= left["x"] + left["width"], "beside it"
    # What is in a file is shown and never becomes part of the page.
    files.get_by_role("button", name="templates/stop.html").press("Enter")
    shown = files.get_by_role("region", name="templates/stop.html, to read")
    expect(shown).to_contain_text("<!doctype html>")
    assert shown.locator("h1, table, script, form").count() == 0
    focused = tab.evaluate("document.activeElement.textContent")
    assert focused == "templates/stop.html", "the keyboard keeps its place"
    expect(button(tab, "Files of the project")).to_have_attribute("aria-expanded", "true")
    button(tab, "Files of the project").click()
    expect(files).to_be_hidden()


def test_changes_are_told_in_words_and_follow_what_is_typed(opened):
    tab = opened()
    button(tab, "Changes").click()
    changes = panel(tab, "Changes")
    expect(changes).to_contain_text("No difference.")
    field(tab).fill(MINE.replace("EXPOSE 8000\n", ""))
    expect(changes).to_contain_text("1 line added, 1 line removed.")
    expect(changes.locator(".adv-diff--added")).to_have_text("+Added: USER 10001")
    expect(changes.locator(".adv-diff--removed")).to_have_text("−Removed: EXPOSE 8000")
    assert changes.get_by_role("button", name="The solution").count() == 0
    field(tab).fill("<img src=x onerror=\"document.title='evil'\">")
    expect(changes.locator(".adv-diff--added")).to_contain_text("<img src=x")
    assert tab.title() != "evil"


def test_reset_is_undone_also_after_a_reload(opened):
    tab = opened()
    expect(button(tab, "Undo reset")).to_be_hidden()
    button(tab, "Reset").click()
    expect(button(tab, "Undo reset")).to_be_hidden()
    field(tab).fill(MINE)
    button(tab, "Reset").click()
    assert field(tab).input_value() == START
    expect(Cell(tab).state).to_contain_text("Undo reset brings yours back")
    tab.reload()
    button(tab, "Undo reset").press("Enter")
    assert field(tab).input_value() == MINE
    assert tab.evaluate("document.activeElement.tagName") == "TEXTAREA"
    expect(button(tab, "Undo reset")).to_be_hidden()
    tab.reload()
    assert field(tab).input_value() == MINE, "it is the draft again"
    # And the other way round: what is typed is undone as everything is.
    button(tab, "Reset").click()
    field(tab).focus()
    tab.keyboard.press("Control+z")
    assert field(tab).input_value() == MINE


def test_the_solution_is_asked_for_once_before_two_tries(opened):
    tab = opened()
    asked = []
    tab.on("request", lambda one: asked.append(one.url))
    button(tab, "Show solution").press("Enter")
    solution = panel(tab, "The solution")
    expect(solution).to_contain_text("You have not checked it yet. Show it now?")
    button(tab, "Not yet").press("Enter")
    expect(solution).to_be_hidden()
    assert not [url for url in asked if "solution" in url], "it is not even sent"
    button(tab, "Show solution").click()
    button(tab, "Show it now").click()
    shown = solution.get_by_role("region", name="The solution, to read")
    expect(shown.locator(".adv-code__line")).to_have_text(SOLUTION.splitlines())
    tab.reload()
    button(tab, "Show solution").click()
    expect(shown).to_be_visible()
    button(tab, "Changes").click()
    panel(tab, "Changes").get_by_role("button", name="The solution").click()
    expect(panel(tab, "Changes")).to_contain_text("From yours to the solution.")


def test_after_two_tries_nobody_is_asked(opened):
    tab = opened()
    ends_with(tab, CHECKED, UNSOLVED)
    check(tab)
    button(tab, "Show solution").click()
    expect(panel(tab, "The solution")).to_contain_text("You have checked it once. Show it now?")
    button(tab, "Not yet").click()
    # A build that fails is a try as well; the same verdict after a reload is none.
    tab.reload()
    ends_with(tab, FAULT, {"what": "pip failed", "why": "", "next": "", "tried": True})
    check(tab)
    button(tab, "Show solution").click()
    expect(panel(tab, "The solution").locator(".adv-code__line").first).to_be_visible()


def test_an_engine_that_is_not_there_is_no_try(opened):
    tab = opened()
    ends_with(tab, FAULT, {"what": "no engine", "why": "", "next": "", "tried": False})
    check(tab)
    check(tab)
    button(tab, "Show solution").click()
    expect(panel(tab, "The solution")).to_contain_text("You have not checked it yet.")


def test_a_hint_comes_step_by_step_and_stays_open(opened):
    tab = opened()
    ends_with(tab, CHECKED, UNSOLVED)
    check(tab)
    hint = Cell(tab).shown.locator(".adv-hint")
    expect(hint.locator("li")).to_have_count(1)
    expect(hint.locator("li")).to_contain_text(STEPS["nudge"])
    expect(hint.get_by_role("link", name="Why")).to_have_attribute("href", "#why")
    hint.get_by_role("button", name="Next hint (2 more)").press("Enter")
    assert STEPS["place"] in tab.evaluate("document.activeElement.textContent")
    tab.reload()
    expect(hint.locator("li")).to_have_count(2)
    hint.get_by_role("button", name="Next hint (1 more)").click()
    expect(hint.locator("li").last).to_have_text(f"Hint: {STEPS['line']}")
    expect(hint.get_by_role("button", name=re.compile("Next hint"))).to_have_count(0)


def test_a_verdict_of_before_hints_had_steps_is_still_shown(opened):
    tab = opened()
    ends_with(tab, CHECKED, {**UNSOLVED, "hints": ["Name another user."]})
    check(tab)
    expect(Cell(tab).shown.locator(".adv-hint")).to_have_text("Hint: Name another user.")


def test_who_solved_it_is_led_to_the_next_exercise_and_may_compare(opened):
    tab = opened()
    expect(tab.locator(".adv-where")).to_contain_text("Exercise 9 of 14 · 0 solved")
    ends_with(tab, CHECKED, SOLVED)
    field(tab).fill(MINE)
    check(tab)
    expect(tab.locator(".adv-where")).to_contain_text("Exercise 9 of 14 (solved) · 1 solved")
    button(tab, "Changes").click()
    panel(tab, "Changes").get_by_role("button", name="The solution").click()
    expect(panel(tab, "Changes").locator(".adv-diff--added")).to_have_count(2)
    following = Cell(tab).place.locator(".adv-next a")
    expect(following).to_have_text("Take the configuration from the environment")
    # Whoever scrolls down to press it has read the chapter: the link under the finger stays.
    following.evaluate("link => (link.dataset.same = '')")
    tab.evaluate("document.dispatchEvent(new CustomEvent('advices:progress'))")
    tab.evaluate("dispatchEvent(new StorageEvent('storage', { key: null }))")
    expect(Cell(tab).place.locator(".adv-next a[data-same]")).to_be_attached()
    following.click()
    expect(tab).to_have_url(re.compile(r"/learn/chapters/configuration/#exercise$"))
    expect(tab.locator(".adv-cell")).to_be_visible()


def test_one_walks_through_all_exercises_without_a_terminal(opened):
    """From page to page by the one link, each solved; the last says that all are."""
    tab = opened(path="learn/chapters/build-cache/")
    walked = []
    wanted = [lab.slug for lab in labfile.in_order(ROOT / "labs") if lab.exercise]
    for left in range(len(wanted), 0, -1):
        walked.append(tab.evaluate("location.pathname").rstrip("/").rpartition("/")[2])
        text = tab.locator(".adv-cell, .adv-bar").all_inner_texts()
        assert not any("check-exercise" in one for one in text)
        assert tab.get_by_text("check-exercise").locator("visible=true").count() == 0
        ends_with(tab, CHECKED, SOLVED)
        check(tab)
        following = Cell(tab).place.locator(".adv-next a")
        if left > 1:
            following.click()
            expect(tab.locator(".adv-where")).to_contain_text(f"{len(wanted) + 1 - left} solved")
    assert walked == wanted
    expect(Cell(tab).place.locator(".adv-next")).to_have_text("Solved, and so are all the others.")
    expect(tab.locator(".adv-where")).to_contain_text(f"{len(wanted)} solved")


def test_a_chapter_has_a_link_where_a_terminal_has_a_command(opened):
    tab = opened()
    assert tab.get_by_text("./run advices -- run").locator("visible=true").count() == 0
    tab.get_by_role("link", name="Run the lab in the page").click()
    expect(tab).to_have_url(re.compile(rf"/learn/labs/{SLUG}/$"))
    expect(tab.get_by_role("button", name="Run all cells")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_is_accessible_with_everything_open(opened, width, scheme):
    tab = opened(width, scheme)
    field(tab).fill(MINE)
    ends_with(tab, CHECKED, UNSOLVED)
    check(tab)
    button(tab, "Show solution").click()
    button(tab, "Show it now").click()
    for name in ("Files of the project", "Changes"):
        button(tab, name).click()
    panel(tab, "Changes").get_by_role("button", name="The solution").click()
    Cell(tab).shown.get_by_role("button", name="Next hint (2 more)").click()
    expect(tab.get_by_role("region", name="app.py, to read")).to_be_visible()
    assert checks.too_wide(tab) == []
    assert violations(tab) == []
