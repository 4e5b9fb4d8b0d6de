"""What the server keeps of what pages ran in a kernel."""

from __future__ import annotations

import json
from typing import Any

import pytest

from advices.learn.runs import Record

FIRST, AGAIN, OTHER = "adv.tab.1.a", "adv.tab.1.b", "adv.tab.2.c"


class Kernel:
    """Speaks as a kernel does, with a clock of the test's own."""

    def __init__(self) -> None:
        self.now = 100.0
        self.record = Record(lambda: self.now)
        self.life = "life-1"
        self.said = 0
        self.read = 0

    def says(self, of: str, kind: str, /, **content: Any) -> None:
        self.said += 1
        header = {"msg_id": f"x_1_{self.said}", "session": self.life, "msg_type": kind}

        def read() -> dict[str, Any]:
            self.read += 1
            return json.loads(json.dumps(content))

        self.record.hear(header, {"msg_id": of, "msg_type": "execute_request"}, read)

    def begins(self, of: str, code: str = "1") -> None:
        self.says(of, "status", execution_state="busy")
        self.says(of, "execute_input", code=code)

    def prints(self, of: str, text: str) -> None:
        self.says(of, "stream", name="stdout", text=text)

    def ends(self, of: str) -> None:
        self.says(of, "status", execution_state="idle")

    def run(self, number: int = 0) -> dict[str, Any]:
        return self.record.told()["runs"][number]


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


def test_what_runs_is_told_with_its_seconds(kernel: Kernel) -> None:
    assert kernel.record.told() == {"busy": None, "known": False, "runs": []}
    kernel.begins(FIRST, "x = 1")
    kernel.now += 3
    told = kernel.record.told()
    assert told["busy"] == {"id": FIRST, "seconds": 3}
    assert (kernel.run()["code"], kernel.run()["seconds"], kernel.run()["took"]) == (
        "x = 1",
        3,
        None,
    )
    kernel.ends(FIRST)
    assert (kernel.record.told()["busy"], kernel.run()["took"]) == (None, 3)


def test_what_others_run_makes_it_busy_and_is_not_kept(kernel: Kernel) -> None:
    kernel.begins("of-a-notebook")
    kernel.prints("of-a-notebook", "secret")
    assert kernel.record.told()["busy"]["id"] == "of-a-notebook"
    assert kernel.record.told()["runs"] == []


def test_a_second_run_of_a_cell_replaces_the_first(kernel: Kernel) -> None:
    for of in (FIRST, OTHER, AGAIN):
        kernel.begins(of)
        kernel.ends(of)
    assert [run["id"] for run in kernel.record.told()["runs"]] == [OTHER, AGAIN]


def test_outputs_are_kept_as_they_are_shown(kernel: Kernel) -> None:
    kernel.begins(FIRST)
    kernel.prints(FIRST, "a")
    kernel.prints(FIRST, "b")
    kernel.says(FIRST, "display_data", data={"text/plain": "old"}, transient={"display_id": "d"})
    kernel.says(
        OTHER, "update_display_data", data={"text/plain": "new"}, transient={"display_id": "d"}
    )
    assert [content for _, content in kernel.run()["messages"]] == [
        {"name": "stdout", "text": "ab"},
        {"data": {"text/plain": "new"}, "transient": {"display_id": "d"}},
    ]
    assert kernel.run()["heard"] == kernel.said - 1
    kernel.says(FIRST, "clear_output", wait=True)
    assert len(kernel.run()["messages"]) == 2
    kernel.prints(FIRST, "after")
    assert kernel.run()["messages"] == [("stream", {"name": "stdout", "text": "after"})]
    kernel.says(FIRST, "clear_output", wait=False)
    assert kernel.run()["messages"] == []


def test_a_cell_that_prints_without_end_fills_no_memory(kernel: Kernel) -> None:
    kernel.begins(FIRST)
    for _ in range(100):
        kernel.prints(FIRST, "x" * 100_000)
    assert len(json.dumps(kernel.record.told())) < 700_000
    assert kernel.read < 20, "what is not kept is not even read"
    kernel.says(FIRST, "error", ename="E", evalue="", traceback=[])
    assert kernel.run()["messages"][-1][0] == "error"
    # A line that is written over again and again is one line.
    kernel.begins(OTHER)
    for n in range(100_000):
        kernel.prints(OTHER, f"\r{n} of 100000")
    assert kernel.run(1)["messages"][-1][1]["text"].endswith("99999 of 100000")
    for n in range(100):
        kernel.begins(f"adv.tab.x{n}.r")
        for _ in range(10):
            kernel.prints(f"adv.tab.x{n}.r", "x" * 100_000)
    assert len(json.dumps(kernel.record.told())) < 6_000_000


def test_a_restart_leaves_no_run_that_seems_to_run(kernel: Kernel) -> None:
    kernel.begins(FIRST)
    kernel.ends(FIRST)
    kernel.begins(OTHER)
    kernel.life = "life-2"
    kernel.says("", "status", execution_state="starting")
    assert [run["lost"] for run in kernel.record.told()["runs"]] == [False, True]
