"""What of a cell's output a kernel sends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager, start_new_kernel

from advices.learn.printed import HEAD_CHARACTERS, Cut, cut_text


def test_what_is_short_goes_out_as_it_comes() -> None:
    cut = Cut(head=10, tail=4)
    assert [cut.take("hello"), cut.take(" you")] == ["hello", " you"]
    assert cut.end() == ""


def test_of_what_is_long_the_beginning_and_the_end_are_shown() -> None:
    cut = Cut(head=10, tail=4)
    assert [cut.take("0123456789abc"), cut.take("defgh")] == ["0123456789", ""]
    assert cut.end() == ("\n[4 characters were left out here: a cell may show this much]\nefgh")
    assert cut.take("the next cell") == "the next c"


def test_what_just_fits_is_whole() -> None:
    cut = Cut(head=3, tail=3)
    assert cut.take("abcdef") + cut.end() == "abcdef"
    assert cut_text("x") == "x"


@pytest.fixture(scope="module")
def kernel() -> Iterator[tuple[KernelManager, object]]:
    manager, client = start_new_kernel(kernel_name="python3")
    client.execute_interactive("from advices.learn import cells; cells.prepare(); cells.prepare()")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process in /proc")
@pytest.mark.parametrize(
    "code",
    [
        "print('x' * 50_000_000 + 'the end')",
        "for _ in range(50): print('x' * 1_000_000)\nprint('the end')",
        "'x' * 50_000_000 + 'the end'",
    ],
    ids=["one-print", "many", "value"],
)
def test_a_kernel_sends_a_part_and_does_not_grow(
    kernel: tuple[KernelManager, object], code: str
) -> None:
    manager, client = kernel
    heard: list[str] = []

    def hear(message: dict) -> None:
        content = message["content"]
        heard.append(content.get("text") or content.get("data", {}).get("text/plain", ""))

    before = _resident_mb(manager)
    client.execute_interactive(code, output_hook=hear, timeout=60)
    text = "".join(heard)
    assert HEAD_CHARACTERS < len(text) < HEAD_CHARACTERS + 30_000
    assert "characters were left out here" in text
    assert text.rstrip().rstrip("'").endswith("the end")
    client.execute_interactive("_ = 0; Out.clear()", timeout=60)
    assert _resident_mb(manager) - before < 120, "a print of 50 MB had taken four times that"


def _resident_mb(manager: KernelManager) -> float:
    lines = Path(f"/proc/{manager.provisioner.pid}/status").read_text("utf-8").splitlines()
    (line,) = (one for one in lines if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1000
