"""The nbclient wrapper: executes a lab's notebook."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from traitlets.config import Config

from advices.core import AdvicesError, NotebookFailed, Say, alive, errors, received


@contextlib.contextmanager
def _without(*names: str) -> Iterator[None]:
    """Let modules look as if they were not installed, to what is imported meanwhile."""
    there = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
        sys.modules.update(there)


# jsonschema, which nbformat brings along, would make a grammar of the web's addresses and read the
# calendars of all languages. That takes longer than all else at the start of the command, and no
# notebook is checked with it.
with _without("rfc3987_syntax", "rfc3986_validator", "isoduration"):
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbformat.reader import NotJSONError

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_NO_NOTEBOOK = (
    *(OSError, ValueError, AttributeError, KeyError, TypeError),
    *(NotJSONError, nbformat.ValidationError),
)
CELL_TIMEOUT_SECONDS = 3600
# The client waits a fifth of a second for a kernel that has nothing to do by then, so that may
# begin what the first cell of a lab does. That cell then waits for the rest alone.
_BEGIN_THE_IMPORT = (
    "import threading; "
    "threading.Thread(target=__import__, args=('advices.notebooks',), daemon=True).start()"
)


class _Client(NotebookClient):
    """A client that hands the kernel's stderr on as progress instead of keeping it."""

    def __init__(self, notebook: Any, say: Say, **settings: Any) -> None:
        super().__init__(notebook, **settings)
        self._say = say

    def output(self, outs: Any, msg: Any, display_id: str | None, cell_index: int) -> Any:
        """Keep an output, unless it is progress."""
        content = msg["content"]
        if msg["msg_type"] == "stream" and content.get("name") == "stderr":
            for event in received(content["text"]):
                self._say(event)
            return None
        return super().output(outs, msg, display_id, cell_index)

    async def _async_cleanup_kernel(self) -> None:
        """End the kernel at once: the manager looks for its end only ten times a second."""
        _kill_kernel(self)
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        for _ in range(100):
            if process is None or process.poll() is not None:
                break
            await asyncio.sleep(0.005)
        await super()._async_cleanup_kernel()


def execute(file: Path, environment: Mapping[str, str], say: Say) -> Any:
    """Return the executed notebook.

    Raises the AdvicesError that a cell raised, or NotebookFailed for any other error, a cell
    that hangs and a kernel that dies. On KeyboardInterrupt and GivenUp the kernel and all its
    children are gone when it returns.
    """
    notebook = _read(file)
    client = _Client(
        notebook,
        say,
        timeout=CELL_TIMEOUT_SECONDS,
        kernel_name="python3",
        extra_arguments=_first_words(notebook),
        # Its outputs are here by then, and nothing in it waits for an end.
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(file.parent)}},
        # The kernel listens on ports that every user of the machine can reach.
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
    )
    fault: list[BaseException] = []
    # Not Thread.join: before Python 3.13 an interrupted join takes the thread for ended.
    done = threading.Event()

    def work() -> None:
        try:
            client.execute(env={**os.environ, **environment})
        except BaseException as error:
            fault.append(error)
        finally:
            done.set()

    # nbclient takes over Ctrl-C in the main thread and reports it as a dead kernel; in a
    # thread of its own it does not, and the interrupt arrives here.
    threading.Thread(target=work, daemon=True).start()
    try:
        while not done.wait(0.2):
            alive()
    except BaseException:
        _kill_kernel(client)
        done.wait(10)
        # A kernel that ends while it starts is cleaned up by nbclient twice, and the second fails.
        atexit.unregister(client._cleanup_kernel)
        raise
    if fault:
        raise _explain(fault[0], file.name) from None
    return notebook


def _read(file: Path) -> Any:
    """Return a notebook that can be executed. Raises NotebookFailed when it is none."""
    try:
        notebook = nbformat.reads(file.read_text("utf-8"), as_version=4)  # type: ignore[no-untyped-call]
        if not notebook.cells:
            raise ValueError("it has no cells")
    except _NO_NOTEBOOK as error:
        raise NotebookFailed(
            f"notebooks/{file.name} cannot be read: {error}",
            why="it is missing, or is not a notebook",
            next_step=f"`git checkout notebooks/{file.name}` restores the committed one",
        ) from None
    return notebook


def _first_words(notebook: Any) -> list[str]:
    """Return how its kernel is started besides what all have: it begins to import the toolkit."""
    first = next((cell.source for cell in notebook.cells if cell.cell_type == "code"), "")
    imports = any(line.startswith("from advices import ") for line in first.splitlines())
    return [f"--IPKernelApp.exec_lines={_BEGIN_THE_IMPORT}"] if imports else []


def _kill_kernel(client: NotebookClient) -> None:
    """End the kernel with all that it started: it leads a process group of its own."""
    provisioner = getattr(client.km, "provisioner", None)
    # Not the group of its process: when that has ended its number may be a thread's of a stranger.
    group = getattr(provisioner, "pgid", None)
    if group:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def _explain(fault: BaseException, name: str) -> BaseException:
    if isinstance(fault, CellExecutionError):
        ours = errors.rebuild(fault.ename, fault.evalue)
        if ours is not None:
            return ours
        trace = _ANSI.sub("", str(fault.traceback)).strip().splitlines()[-15:]
        return NotebookFailed(
            f"notebooks/{name}: a cell failed with {fault.ename}: {fault.evalue}\n"
            + "\n".join(trace),
            why="an error in the notebook or in the toolkit",
        )
    if isinstance(fault, CellTimeoutError):
        return NotebookFailed(
            f"notebooks/{name}: a cell did not end within {CELL_TIMEOUT_SECONDS} s"
        )
    if isinstance(fault, DeadKernelError):
        return NotebookFailed(
            f"notebooks/{name}: the kernel died",
            why="something killed it, or the machine ran out of memory",
            next_step="run the same command again",
        )
    if isinstance(fault, AdvicesError | KeyboardInterrupt):
        return fault
    return NotebookFailed(f"notebooks/{name}: {type(fault).__name__}: {fault}")
