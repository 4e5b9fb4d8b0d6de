"""The server's ear at a real kernel: what a line loses before it hears is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import zmq
from jupyter_client.ioloop import AsyncIOLoopKernelManager
from tornado.ioloop import IOLoop

from advices.learn.listening import Listening

SECONDS_DEAF = 0.5


class DeafAtFirst(AsyncIOLoopKernelManager):
    """Its lines hear nothing until some time has gone by, as those to a busy kernel may."""

    def connect_iopub(self, *args: Any, **named: Any) -> Any:
        """Return a line that hears later."""
        line = super().connect_iopub(*args, **named)
        line.setsockopt(zmq.UNSUBSCRIBE, b"")
        IOLoop.current().call_later(SECONDS_DEAF, line.setsockopt, zmq.SUBSCRIBE, b"")
        return line


class Kernels:
    """A server's kernels, of which there is one."""

    def __init__(self) -> None:
        self.kernel = DeafAtFirst()

    def list_kernel_ids(self) -> list[str]:
        """Return its name while it lives."""
        return ["one"] if self.kernel.has_kernel else []

    def get_kernel(self, name: str) -> DeafAtFirst:
        """Return it."""
        assert name == "one"
        return self.kernel

    def run(self, of: str, code: str) -> None:
        """Send code to it as a page does, without a wait."""
        session = self.kernel.session
        header = session.msg_header("execute_request") | {"msg_id": of}
        session.send(self.kernel.connect_shell(), "execute_request", {"code": code}, header=header)


@asynccontextmanager
async def started() -> AsyncIterator[tuple[Kernels, Listening]]:
    """Give a kernel that answers, and who listens to it."""
    kernels = Kernels()
    await kernels.kernel.start_kernel()
    try:
        client = kernels.kernel.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        client.stop_channels()
        yield kernels, Listening(kernels)
    finally:
        await kernels.kernel.shutdown_kernel(now=True)


async def told_when(listening: Listening, so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask until it is so, and return what was told."""
    async with asyncio.timeout(60):
        while not so(told := await listening.told("one")):
            await asyncio.sleep(0.05)
    return told


def has_ended(told: dict[str, Any]) -> bool:
    """Return whether the last run has."""
    return bool(told["runs"]) and told["runs"][-1]["took"] is not None


def text(run: dict[str, Any]) -> str:
    """Return what a run printed."""
    return "".join(content["text"] for _, content in run["messages"])


def test_who_was_told_hears_all_that_runs_from_then_on() -> None:
    async def first_run() -> None:
        async with started() as (kernels, listening):
            await listening.told("one")
            kernels.run("adv.tab.1.a", "print('heard')")
            told = await told_when(listening, has_ended)
            assert text(told["runs"][0]) == "heard\n"

    asyncio.run(first_run())


def test_a_new_process_is_another_life_and_what_it_runs_is_heard() -> None:
    async def restart() -> None:
        async with started() as (kernels, listening):
            before = (await listening.told("one"))["life"]
            kernels.run("adv.tab.1.a", "import time; print('begun', flush=True); time.sleep(600)")
            await told_when(listening, lambda told: told["busy"])
            await kernels.kernel.restart_kernel(now=True)
            after = await told_when(listening, lambda told: told["life"] not in ("", before))
            assert [run["lost"] for run in after["runs"]] == [True]
            assert after["busy"] is None
            kernels.run("adv.tab.2.b", "print('heard')")
            told = await told_when(listening, has_ended)
            assert text(told["runs"][-1]) == "heard\n"

    asyncio.run(restart())


def test_a_kernel_that_answers_nobody_is_not_waited_for_for_ever() -> None:
    async def stuck() -> None:
        async with started() as (kernels, listening):
            await listening.told("one")
            # Inside of one call of C no other thread of it has a turn.
            code = "import re, time; time.sleep(1); re.match('(a+)+$', 'a' * 64 + 'b')"
            kernels.run("adv.tab.1.a", code)
            await told_when(listening, lambda told: told["busy"])
            async with asyncio.timeout(60):
                while (await Listening(kernels).told("one"))["life"]:
                    pass

    asyncio.run(stuck())


def test_a_kernel_that_is_gone_has_no_record() -> None:
    with pytest.raises(KeyError):
        asyncio.run(Listening(Kernels()).told("gone"))
