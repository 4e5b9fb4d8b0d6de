"""An exercise's editor in an open page, and checks that say what a test wants."""

from __future__ import annotations

import json
import re

from learning import Cell
from playwright.sync_api import expect

CHECKED = "application/vnd.advices.checked+json"
FAULT = "application/vnd.advices.fault+json"
STEPS = {
    **{"id": "a", "nudge": "PID 1 is not root. Measured: User."},
    **{
        "place": "Look at the USER in line 7 of your Dockerfile.",
        "line": "In line 7: name another.",
    },
}
UNSOLVED = {"solved": False, "fault": "", "rows": [], "hints": [STEPS]}
SOLVED = {"solved": True, "fault": "", "rows": [], "hints": []}


def field(tab):
    return Cell(tab).place.locator("textarea")


def button(tab, name):
    return Cell(tab).place.get_by_role("button", name=name)


def panel(tab, name):
    return Cell(tab).place.get_by_role("region", name=name, exact=True)


def ends_with(tab, kind: str, data: dict) -> None:
    """Let the learner's next Check say this: what it displays is what a kernel would display."""
    shown = json.dumps({kind: data, "text/plain": ""})
    code = (
        "import json\nfrom IPython.display import display\n"
        f"display(json.loads({shown!r}), raw=True)"
    )
    # In this kernel the check of the toolkit becomes one that says it: no engine is needed.
    tab.evaluate(
        """async ([code]) => {
             const send = WebSocket.prototype.send;
             WebSocket.prototype.send = function (text) {
               const asked = JSON.parse(text);
               if (/^_cells\\.check\\(/.test(asked.content?.code ?? "")) asked.content.code = code;
               return send.call(this, JSON.stringify(asked));
             };
           }""",
        [code],
    )


def check(tab) -> None:
    cell = Cell(tab)
    cell.press("Check")
    cell.wait()
    # The kernel only displays what it is told here: a check that did not run is another fault.
    expect(cell.state).to_have_text(re.compile("^Done "))
