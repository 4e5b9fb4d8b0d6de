"""What the line of a page to its kernel loses, as Jupyter's may: the page asks the server."""

from __future__ import annotations

import pytest
from learning import Cell, begin, deaf_to
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LOST = {
    "how a run begins": "type !== 'execute_reply' && state !== 'idle'",
    "how a run ends": "state === 'idle'",
    "all but the answer": "type !== 'execute_reply'",
}


def lose(tab, what: str) -> None:
    tab.evaluate(f"window.loses = (type, state) => {what}")


@pytest.fixture
def lossy(opened):
    """Open a tab whose line to the kernel can be made to lose what comes on it."""
    tab = opened()
    tab.add_init_script(deaf_to("window.loses?.(type, content.execution_state)"))
    tab.reload()
    Cell(tab, 1).run("print('before')")
    return tab


@pytest.mark.parametrize("what", LOST)
def test_what_the_line_to_the_kernel_loses_is_asked_for(lossy, what):
    """Jupyter lets a page speak to its kernel before the page hears all that the kernel says."""
    cell = Cell(lossy, 1)
    lose(lossy, LOST[what])
    assert cell.run("print('heard')", seconds=30) == "heard"
    assert cell.state.inner_text().startswith("Done")
    lossy.locator("html[data-deaf]").wait_for()
    lose(lossy, "false")
    assert cell.run("print('after')") == "after"


def test_a_restart_that_the_line_does_not_tell_is_known(lossy, opened):
    begin(Cell(lossy))
    lose(lossy, "true")
    opened().get_by_role("button", name="Restart the kernel").click()
    Cell(lossy).wait(30)
    expect(Cell(lossy).shown).to_contain_text("What the cells had computed is lost")
    lossy.locator("html[data-deaf]").wait_for()
