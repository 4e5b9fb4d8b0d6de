"""`advices watch` on a real engine: two saves, and Ctrl-C in the middle of a build."""

from __future__ import annotations

import signal
import threading

import pytest
from engine_project import GOOD, Project

pytestmark = pytest.mark.engine

MINE = "labs/tiny/exercise/Dockerfile"


def test_each_save_is_checked_until_ctrl_c_which_leaves_nothing(taught: Project) -> None:
    process = taught.start("watch", "tiny")
    assert process.stdout is not None
    heard: list[str] = []
    # What does not come must not be waited for.
    end = threading.Timer(120, process.kill)
    end.start()

    def until(words: str) -> str:
        for line in process.stdout or ():
            heard.append(line)
            if words in line:
                return line
        raise AssertionError("".join(heard))

    until("not met PID 1 has a user of its own.")
    taught.write(MINE, GOOD)
    assert "solved" in until("3 of 3 claims are met")
    until("PID 1 has a user of its own. (since this save)")
    taught.write(MINE, "FROM python:3.14-slim\nRUN --network=none exit 3\n")
    until("not checked: Dockerfile: this step failed: [1/2] RUN --network=none exit 3")
    taught.write(MINE, GOOD.replace("USER", "RUN --network=none sleep 7317\nUSER"))
    until("cold")
    end.cancel()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 0, "".join(heard) + output
    assert output.rstrip().endswith("ended; nothing that it built is left")
    assert "Traceback" not in output
    assert taught.leftovers() == []
    assert taught.run_ids() == set()
