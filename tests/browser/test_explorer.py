"""The cache explorer on its page: what it shows, and that it is used by keyboard and by mouse."""

from pathlib import Path

import checks
import pytest
from accessible import violations

from advices import results
from advices.lab import labfile
from advices.lab.model import COLD

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PAGE = "chapters/build-cache/"
LIST, PIP, ALL = "COPY requirements.txt .", "RUN pip install", "COPY . ."


@pytest.fixture
def explorer(tab, address):
    """The explorer, as it stands when the page was opened."""
    tab.goto(f"{address}/{PAGE}", wait_until="load")
    return near(tab)


def near(tab):
    """Scroll to the explorer, which loads it, and return it."""
    box = tab.locator(".adv-explorer")
    box.scroll_into_view_if_needed()
    box.locator("ol").wait_for()
    return box


def start(explorer, name):
    explorer.get_by_role("button", name=f"Start from {name}").click()


def instructions(explorer):
    return explorer.locator("li code").all_inner_texts()


def shown(explorer):
    """Return each step with what is said of it."""
    rows = explorer.locator("li").evaluate_all(
        """all => all.map(li => [li.querySelector("code").textContent,
             li.querySelector("span").textContent])"""
    )
    return [[line, said] for line, said in rows if said]


def said(explorer):
    return explorer.locator("[aria-live]").inner_text()


def test_the_explorer_shows_what_was_measured_of_every_order_and_edit(explorer):
    lab = labfile.read(ROOT / "labs", "build-cache")
    result = results.load(ROOT / "docs" / "results", "build-cache")
    ignores = explorer.get_by_role("checkbox")
    for variant, name, with_ignore in (
        ("bad", "bad", True),
        ("good", "good", True),
        ("no-dockerignore", "good", False),
    ):
        start(explorer, name)
        ignores.set_checked(with_ignore)
        for build, made in result.variants[variant].builds.items():
            if build == COLD:
                continue
            explorer.get_by_role("combobox").select_option(label=lab.replays[build].says)
            found = [[line, what.startswith("runs again")] for line, what in shown(explorer)]
            assert found == [[step.name, not step.cached] for step in made.steps], (variant, build)
            if made.steps_run:
                assert f"{made.steps_run} of {len(made.steps)} steps run again" in said(explorer)
            else:
                assert "no step runs again" in said(explorer)


def test_a_step_is_moved_from_the_keyboard_and_keeps_the_focus(explorer, tab):
    start(explorer, "good")
    before = said(explorer)
    button = explorer.get_by_role("button", name=f"Move {ALL} up")
    button.focus()
    tab.keyboard.press("Enter")
    assert said(explorer) != before
    assert button.evaluate("one => one === document.activeElement")
    tab.keyboard.press("Enter")
    # Two up: the bad order, with a needless step.
    order = instructions(explorer)
    assert order.index(ALL) < order.index(LIST)
    assert f"4 of 4 steps run again, from “{ALL}” on" in said(explorer)
    # No further than the steps go; the focus stays where it is.
    for _ in range(3):
        tab.keyboard.press("Enter")
    assert instructions(explorer) == order
    assert button.get_attribute("aria-disabled") == "true"
    assert button.evaluate("one => one === document.activeElement")


def test_a_step_is_moved_by_dragging(explorer):
    start(explorer, "good")
    row = explorer.locator("li", has_text=ALL)
    top = {"x": 30, "y": 4}
    row.drag_to(explorer.locator("li", has_text=PIP), target_position=top)
    order = [line for line in instructions(explorer) if line.startswith(("COPY", "RUN"))]
    assert order[:2] == [LIST, ALL]
    # What frames the steps takes no part.
    row.drag_to(explorer.locator("li").first, target_position=top)
    assert instructions(explorer)[0].startswith("FROM")
    assert said(explorer).startswith("One line of source is edited:")


def test_an_order_that_would_not_build_is_said_plainly(explorer):
    start(explorer, "good")
    explorer.get_by_role("button", name=f"Move {PIP}").first.click()
    assert said(explorer).startswith(f"This would not build. At “{PIP}")
    assert "requirements.txt is not there yet" in said(explorer)
    states = [what for _, what in shown(explorer)]
    assert states[0] == "fails"
    assert set(states[1:]) == {"not reached"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_every_state_is_accessible_and_fits(chromium, address, scheme, width):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    faults = checks.watch(tab)
    tab.goto(f"{address}/{PAGE}", wait_until="load")
    box = near(tab)
    start(box, "good")
    assert violations(tab) == []
    box.get_by_role("button", name=f"Move {PIP}").first.click()
    assert violations(tab) + checks.too_wide(tab) == []
    context.close()
    assert faults == []


def test_without_javascript_the_measured_timeline_is_there(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/{PAGE}")
    assert tab.locator(".adv-explorer ol").count() == 0
    assert "needs JavaScript" in tab.locator(".adv-explorer").inner_text()
    names = [one.get_attribute("aria-label") for one in tab.locator(".adv-side > svg").all()]
    assert any("here" not in name and "RUN pip install" in name for name in names)
    context.close()


def test_its_scripts_are_loaded_when_a_reader_comes_near_and_nowhere_else(tab, address):
    asked = []
    tab.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    for page in ("chapters/base-image/", PAGE):
        tab.goto(f"{address}/{page}", wait_until="networkidle")
        assert {"explorer.js", "cache-model.js"} & set(asked) == set()
    near(tab)
    assert {"explorer.js", "cache-model.js"} <= set(asked)
