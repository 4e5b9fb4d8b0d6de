"""A scan of ZAP that did not look at everything is a fault, whatever its exit code."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from played_scanners import ZAP_PRINTED
from zap_reports import job, real

from advices.core import ScanFailed
from advices.scanners import zap, zap_plan


@pytest.mark.parametrize(("name", "exit_code"), [("bad", 11), ("good", 0)])
def test_a_real_scan_is_whole(name: str, exit_code: int) -> None:
    assert fault(real(name), exit_code=exit_code) is None


def fault(report: Any = None, printed: str = ZAP_PRINTED, exit_code: int = 0) -> ScanFailed | None:
    """Return what is wrong with a scan that ended so, by default a good one."""
    raw = report if isinstance(report, bytes) else json.dumps(report or real("good")).encode()
    return zap.fault(exit_code, printed, raw)


def faulty(**how: Any) -> ScanFailed:
    found = fault(**how)
    assert found is not None
    assert found.why
    assert found.next_step
    return found


MEMORY = {"level": "High", "key": "insight.memory.usage", "description": "Memory", "statistic": 96}


@pytest.mark.parametrize("exit_code", [0, 1, 2, 11, 12])
@pytest.mark.parametrize(
    "more",
    [
        {"insights": [MEMORY]},
        {"insights": [{"level": "Info", "key": "x"}, {**MEMORY, "level": "HIGH"}]},
        {"insights": [], "stoppingInsight": MEMORY},
    ],
)
def test_zap_that_stopped_itself_is_told_whatever_its_exit_code(
    exit_code: int, more: dict[str, Any]
) -> None:
    found = faulty(report=real("good") | more, exit_code=exit_code)
    assert found.what == "ZAP stopped itself: Memory: 96"
    assert "memory, disk" in found.why


@pytest.mark.parametrize("stopping", ["disk full", {"key": "disk full"}])
def test_why_zap_stopped_is_told_however_it_is_written(stopping: object) -> None:
    found = faulty(report=real("good") | {"insights": None, "stoppingInsight": stopping})
    assert found.what == "ZAP stopped itself: disk full"


@pytest.mark.parametrize("report", [b"", b"{", b"[]", b"\xff", b'{"insights": 5}'])
def test_two_is_the_exit_code_of_zap_that_stopped_itself(report: bytes) -> None:
    assert faulty(report=report, exit_code=2).what == "ZAP stopped itself: exit code 2"
    assert fault(report=report, exit_code=3) is None


@pytest.mark.parametrize("job", ["spider", "activeScan"])
def test_a_job_that_was_terminated_did_not_look_at_everything(job: str) -> None:
    printed = ZAP_PRINTED.replace(
        f"Job {job} finished", f"Job {job} terminated\nJob {job} finished"
    )
    seconds = zap_plan.LIMIT_SECONDS[job]
    assert faulty(printed=printed, exit_code=12).what == (
        f"ZAP did not look at everything: its job {job} was ended by its limit of {seconds} s"
    )


@pytest.mark.parametrize("job", zap_plan.LIMIT_SECONDS)
def test_a_job_that_took_as_long_as_it_may_was_cut_short(job: str) -> None:
    limit = zap_plan.LIMIT_SECONDS[job]

    def took(seconds: int) -> str:
        return re.sub(
            f"(?<=Job {job} finished, time taken: )[0-9:]+",
            f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}",
            ZAP_PRINTED,
        )

    assert fault(printed=took(limit - 1)) is None
    for seconds in (limit, limit + 5, 3600):
        assert f"its job {job} was ended" in faulty(printed=took(seconds)).what


@pytest.mark.parametrize("job", zap_plan.LIMIT_SECONDS)
def test_a_job_that_did_not_finish_is_not_taken_for_done(job: str) -> None:
    printed = ZAP_PRINTED.replace(f"Job {job} finished", f"Job {job} went on")
    assert faulty(printed=printed).what == f"ZAP did not report that its job {job} finished"


def test_a_plan_without_attacks_is_whole_without_them() -> None:
    lines = [line for line in ZAP_PRINTED.splitlines() if "activeScan" not in line]
    assert fault(printed="\n".join(lines)) is None


def test_a_rule_that_was_skipped_is_told() -> None:
    (test,) = job("activeScan", "xss")["tests"]
    failed = f"Job activeScan test of type stats failed: {test['name']} [1 != 0]\n"
    assert "skipped its rule" in faulty(printed=ZAP_PRINTED + failed, exit_code=1).what


def test_a_site_that_answers_404_only_is_told() -> None:
    (test,) = job("spider")["tests"]
    failed = f"Job spider test of type stats failed: {test['name']} [0 < 1]\n"
    for exit_code in (0, 1):
        found = faulty(printed=ZAP_PRINTED + failed, exit_code=exit_code)
        assert found.what == "ZAP found no page: none of its requests got a 200"
        assert found.why == "each page was missing, forbidden or moved"
    failed += "Job spider failed to access URL http://site:8000/ : Connection refused\n"
    found = faulty(printed=ZAP_PRINTED + failed, exit_code=1)
    assert found.why.endswith("http://site:8000/ : Connection refused")


def test_a_page_that_zap_could_not_read_is_no_fault_where_others_answered() -> None:
    said = "Job spider failed to access URL http://site:8000/x status code returned : 404\n"
    assert fault(printed=said + ZAP_PRINTED, exit_code=12) is None


def test_a_port_that_is_taken_is_told() -> None:
    printed = "Cannot listen on port 127.0.0.1:8080 - try specifying a different port\n"
    assert faulty(printed=printed, exit_code=1).what.startswith("ZAP could not start")
