"""One learner of a rehearsal: logs in, opens a kernel, runs a cell, checks an exercise."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from advices.classroom.rehearsing.browser import Browser
from advices.classroom.rehearsing.figures import STEPS, Learned
from advices.core import clock
from advices.learn import CHECKED

_EVERY_SECONDS = 0.2
_LOGIN_SECONDS = 180
_CELL_SECONDS = 900
_LEAVE_SECONDS = 60
_ON_ITS_WAY = 202
PREPARE = "from advices.learn import cells as _cells; _cells.prepare()"


@dataclass(frozen=True)
class Work:
    """What each learner does: a lab's first cell, and a Dockerfile that solves its exercise."""

    slug: str
    cell: str
    solution: str


class _Fault(Exception):
    """What a learner would have seen."""


@dataclass(frozen=True)
class Entry:
    """How learners get in: the address of the class, its code, and the PIN that they choose."""

    origin: str
    code: str
    pin: str


async def learn(entry: Entry, work: Work, said: Learned) -> Browser:
    """Do all of it, and write into `said` how it went; return the browser, still logged in.

    The first fault ends it. Every fault is the learner's: it is reported, not raised.
    """
    browser = Browser()
    try:
        with _timed(said, STEPS[0]):
            base = await _log_in(browser, entry, said.name)
        said.seat = base.rstrip("/").rpartition("/")[2]
        with _timed(said, STEPS[1]):
            kernel = await _Kernel.open(browser, base, work.slug)
        try:
            await kernel.run(PREPARE)
            with _timed(said, STEPS[2]):
                await kernel.run(work.cell)
            with _timed(said, STEPS[3]):
                found = await kernel.run(f"_cells.check({work.slug!r}, {work.solution!r})")
            if not found.get(CHECKED, {}).get("solved"):
                raise _Fault("the solution of the exercise did not pass its check")
        finally:
            kernel.close()
    except (_Fault, OSError, TimeoutError) as error:
        done = len(said.seconds)
        where = STEPS[min(done, len(STEPS) - 1)]
        said.fault = f"{where}: {error or type(error).__name__}"
    return browser


async def leave(browser: Browser, origin: str, seat: str) -> None:
    """End the learner's server, wait until it is gone, and close the browser."""
    until = clock() + _LEAVE_SECONDS
    try:
        while seat and clock() < until:
            answer = await browser.call("DELETE", f"{origin}/hub/api/users/{seat}/server")
            if answer.status != _ON_ITS_WAY:
                break
            await asyncio.sleep(_EVERY_SECONDS)
    finally:
        browser.close()


@contextmanager
def _timed(said: Learned, step: str) -> Iterator[None]:
    began = clock()
    yield
    said.seconds[step] = clock() - began


async def _log_in(browser: Browser, entry: Entry, name: str) -> str:
    """Log in and wait for the server; return the base of its addresses."""
    origin = entry.origin
    form = await browser.get(f"{origin}/hub/login")
    if form.status != 200:
        raise _Fault(f"the form to log in has the status {form.status}")
    answer = await browser.submit(
        f"{origin}/hub/login", username=name, password=entry.code, pin=entry.pin
    )
    if answer.status == 403:
        raise _Fault(_alert(answer.text))
    until = clock() + _LOGIN_SECONDS
    here = urlsplit(origin).netloc
    while clock() < until:
        at = urlsplit(answer.url)
        if at.netloc != here and answer.status == 200 and "/learn/" in at.path:
            return f"{at.scheme}://{at.netloc}{at.path.partition('learn/')[0]}"
        if answer.status >= 500:
            raise _Fault(f"the server did not start: status {answer.status}")
        await asyncio.sleep(_EVERY_SECONDS)
        answer = await browser.get(
            answer.url if "spawn-pending" in at.path else f"{origin}/hub/spawn"
        )
    raise _Fault(f"the server did not start within {_LOGIN_SECONDS} seconds")


def _alert(page: str) -> str:
    """Return what the form says is wrong."""
    _, _, rest = page.partition('role="alert">')
    return rest.partition("</p>")[0].strip() or "the hub refused"


class _Kernel:
    """A kernel, and the socket to it."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._session = uuid.uuid4().hex

    @classmethod
    async def open(cls, browser: Browser, base: str, slug: str) -> _Kernel:
        """Start a kernel as the page of a lab does, and open the socket to it."""
        asked = {
            "path": f"notebooks/{slug}.ipynb",
            "name": slug,
            "type": "notebook",
            "kernel": {"name": "python3"},
        }
        answer = await browser.call("POST", f"{base}api/sessions", json.dumps(asked))
        if answer.status != 201:
            raise _Fault(f"no kernel was started: status {answer.status}")
        number = json.loads(answer.text)["kernel"]["id"]
        kernel = cls(await browser.listen(f"{base}api/kernels/{number}/channels"))
        await kernel.run("None")
        return kernel

    def close(self) -> None:
        """Close the socket; the kernel ends with its server."""
        self._socket.close()

    async def run(self, code: str) -> Mapping[str, Any]:
        """Run code to its end; return the last thing that it displayed, by type."""
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": "execute_request", "session": self._session}
        message = {
            "header": header | {"username": "", "date": "", "version": "5.3"},
            "parent_header": {},
            "metadata": {},
            "channel": "shell",
            "content": {
                "code": code,
                "silent": False,
                "store_history": False,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": True,
            },
        }
        await self._socket.write_message(json.dumps(message))
        return await asyncio.wait_for(self._until_idle(number), _CELL_SECONDS)

    async def _until_idle(self, number: str) -> Mapping[str, Any]:
        shown: Mapping[str, Any] = {}
        fault = ""
        while True:
            text = await self._socket.read_message()
            if text is None:
                raise _Fault("the connection to the kernel ended")
            said = json.loads(text)
            if said["parent_header"].get("msg_id") != number:
                continue
            kind, content = said["header"]["msg_type"], said["content"]
            if kind in ("display_data", "execute_result"):
                shown = content["data"]
                fault = fault or _foreseen(shown)
            elif kind == "error":
                fault = f"{content['ename']}: {content['evalue']}"
            elif kind == "status" and content["execution_state"] == "idle":
                if fault:
                    raise _Fault(fault.partition("\n")[0])
                return shown


def _foreseen(shown: Mapping[str, Any]) -> str:
    found = next((one for kind, one in shown.items() if kind.endswith("advices.fault+json")), None)
    return str(found["what"]) if found else ""
