"""The server of `advices learn`, started as a learner starts it, on a free port."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Error, TimeoutError, expect

ROOT = Path(__file__).parents[2]
# The lab whose pages and exercise most tests open.
SLUG = "non-root"
LONG = "print('begun', flush=True)\nimport time\nfor n in range(600): time.sleep(0.1)"
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)(\S*?)learn-enter\?code=(\S+)")

# The command has no option for it: under JupyterHub the hub says what the base address is.
UNDER = """
import sys
from pathlib import Path
from advices.core import project
from advices.learn import server
learning = server.Learning(Path(sys.argv[1]), 0, sys.argv[2], int(sys.argv[3]))
say = lambda address: print(address, flush=True)
server.serve(project(), learning, say, say)
"""


@dataclass
class Server:
    """A running server: its process, the base of its addresses, and what it printed so far."""

    process: subprocess.Popen
    said: list[str] = field(default_factory=list)
    base: str = ""

    def entry(self) -> str:
        """Wait for the next address that lets a browser in, and return it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := ADDRESS.search(line):
                self.base = f"http://127.0.0.1:{found[1]}{found[2]}"
                return found[0]
        raise AssertionError("the server ended: " + "".join(self.said))

    def stop(self) -> str:
        """End the server as Ctrl-C does; return all that it printed."""
        if self.process.poll() is not None:
            return "".join(self.said)
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=60)
        return "".join(self.said) + (rest or "")

    def stop_when_ended(self) -> str:
        """Wait until the server has ended by itself; return all that it printed."""
        rest, _ = self.process.communicate(timeout=60)
        return "".join(self.said) + (rest or "")


@contextmanager
def learning(
    site: Path,
    *argv: str,
    under: tuple[str, int] | None = None,
    prepare: bool = False,
    **env: str,
):
    """Start a server for a built site; `under` names a base address and idle seconds.

    Unless asked to it prepares no images: it would begin with those of all labs, and be ended soon.
    """
    words = [sys.executable, "-m", "advices", "learn", "--port", "0", "--site", str(site)]
    words += argv if "--browser" in argv else ["--no-browser", *argv]
    words += [] if prepare else ["--no-prepare"]
    if under is not None:
        words = [sys.executable, "-c", UNDER, str(site), under[0], str(under[1])]
    with subprocess.Popen(
        words,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
    ) as process:
        server = Server(process)
        try:
            yield server
        finally:
            server.stop()


def arrive(navigate: Callable[[], object]) -> None:
    """Go to a page, again where a container's network came or went in that moment.

    Chromium shows such a page again by itself, but not without a window.
    """
    while True:
        try:
            navigate()
        except Error as error:
            if "ERR_NETWORK_CHANGED" not in error.message:
                raise
        else:
            return


def enter(tab, server: Server) -> None:
    """Let a browser in by the next address; it goes on to the first page by itself."""
    tab.goto(server.entry())
    tab.wait_for_url(f"{server.base}learn/")


class Cell:
    """A cell, or an exercise, of an open page."""

    def __init__(self, tab, number: int = 0) -> None:
        self.tab = tab
        self.place = tab.locator(".adv-cell").nth(number)

    def write(self, text: str) -> None:
        self.place.locator("textarea").fill(text)

    def press(self, name: str) -> None:
        self.place.get_by_role("button", name=re.compile(f"^{name}")).click()

    @property
    def state(self):
        return self.place.locator(".adv-cell__state")

    @property
    def shown(self):
        return self.place.locator(".adv-live")

    def run(self, text: str | None = None, *, verb: str = "Run", seconds: int = 120) -> str:
        """Run it to its end; return what it then shows."""
        if text is not None:
            self.write(text)
        self.press(verb)
        self.wait(seconds)
        return self.shown.inner_text().strip()

    def wait(self, seconds: int = 120) -> None:
        ended = re.compile(r"^(Done|Ended|Not)")
        try:
            self.state.filter(has_text=ended).wait_for(timeout=seconds * 1000)
        except TimeoutError as error:
            bar = self.tab.get_by_role("region", name="Your kernel").inner_text()
            raise AssertionError(f"{self.state.inner_text()!r} after {seconds} s: {bar}") from error


def begin(cell: Cell, text: str = LONG) -> None:
    cell.write(text)
    cell.press("Run")
    expect(cell.shown).to_contain_text("begun", timeout=30_000)


def deaf_to(condition: str) -> str:
    """Return a script for a page that hears nothing of the kernel's that meets a condition."""
    return f"""
        const heard = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
        Object.defineProperty(WebSocket.prototype, "onmessage", {{
          set(hear) {{
            heard.set.call(this, (event) => {{
              const message = typeof event.data === "string" ? JSON.parse(event.data) : {{}};
              const {{ header: {{ msg_type: type }} = {{}}, content = {{}} }} = message;
              if ({condition}) document.documentElement.dataset.deaf = "";
              else hear(event);
            }});
          }},
        }});
    """
