"""Listens along to the kernels that pages ask about, and makes sure that it hears them.

Jupyter's kernels publish what they do to whoever listens at that moment. A line that has just been
laid, or whose kernel has just been started again, is deaf for some time, and what the kernel says
then is lost. A line of ours is trusted once the kernel's answer to a question of ours came on it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from advices.learn.runs import Record

_ASK_AGAIN_SECONDS = 0.1
_PATIENCE_SECONDS = 3
"""A kernel that does not answer at all, in a call of C for example, is not waited for longer."""


class Listening:
    """The records of a server's kernels: each begins when a page asks about its kernel."""

    def __init__(self, kernels: Any) -> None:
        self._kernels = kernels
        self._lines: dict[str, _Line] = {}

    async def told(self, kernel_id: str) -> dict[str, Any]:
        """Return what a kernel runs and ran, as JSON has it. `life` names its process.

        It is empty when that answers nobody. Raises KeyError when there is no such kernel.
        """
        alive = set(self._kernels.list_kernel_ids())
        for gone in set(self._lines) - alive:
            self._lines.pop(gone).close()
        if kernel_id not in alive:
            raise KeyError(kernel_id)
        line = self._lines.setdefault(kernel_id, _Line(self._kernels.get_kernel(kernel_id)))
        await line.hears()
        return {"life": line.life, **line.record.told()}


class _Line:
    """What a kernel says, told to its record. `life` is the session that its process speaks in."""

    def __init__(self, kernel: Any) -> None:
        self.record = Record()
        self._kernel = kernel
        # One of its own: a session remembers what it has seen, and refuses to see it twice.
        self._session = type(kernel.session)(config=kernel.session.config, key=kernel.session.key)
        self._streams: list[Any] = []
        self._ports: list[int] = []
        self._process: int | None = None
        self.life = ""
        self._questions: set[str] = set()
        self._answered = asyncio.Event()

    def close(self) -> None:
        """Listen no more."""
        for stream in self._streams:
            stream.close()

    async def hears(self) -> None:
        """Wait until what the kernel's process of now says arrives, or for some seconds."""
        self._follow()
        tries = round(_PATIENCE_SECONDS / _ASK_AGAIN_SECONDS)
        for _ in range(tries):
            if self._answered.is_set():
                return
            # The control channel is heard while a cell runs.
            asked = self._session.send(self._streams[1], "kernel_info_request")
            self._questions.add(asked["header"]["msg_id"])
            try:
                await asyncio.wait_for(self._answered.wait(), _ASK_AGAIN_SECONDS)
            except TimeoutError:
                continue

    def _follow(self) -> None:
        """Notice that the kernel's process is another one; a restart may move it to other ports."""
        kernel = self._kernel
        ports, process = list(kernel.ports), getattr(kernel.provisioner, "pid", None)
        if (ports, process) == (self._ports, self._process):
            return
        if ports != self._ports:
            self.close()
            self._streams = [kernel.connect_iopub(), kernel.connect_control()]
            self._streams[0].on_recv(self._hear)
            # Answers come on both; nobody reads them here.
            self._streams[1].on_recv(lambda frames: None)
        # It may have been heard already.
        if self.record.life == self.life:
            self.record.restarted()
        self._ports, self._process, self.life = ports, process, ""
        self._questions.clear()
        self._answered.clear()

    def _hear(self, frames: list[bytes]) -> None:
        _, parts = self._session.feed_identities(frames)
        message = self._session.deserialize(parts, content=False)
        header, parent = message["header"], message["parent_header"] or {}
        self.record.hear(header, parent, lambda: self._session.unpack(message["content"]))
        if parent.get("msg_id") in self._questions:
            self.life = header["session"]
            self._answered.set()
