"""A scan that cannot be believed is a fault, whatever went wrong with the scanner's container."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from played_scanners import ZAP_PRINTED

from advices.core import CommandFailed, EngineRefused, ScanFailed
from advices.engine.start import Once, Start
from advices.lab.scans import Attacks, Scan
from advices.scanners.images import ScannerImage
from advices.scanners.run import FirstPage, Target, _Heard, first_page, scanned, survived
from advices.scanners.target import Relay

SAMPLES = Path(__file__).parents[1] / "samples"
WAPITI = ScannerImage("wapiti", "scanner/wapiti:1", "sha256:1")
ZAP = ScannerImage("zap", "scanner/zap:1", "sha256:2")
TARGET = Target("http://site:8000/", "net-1", 5)
CLEAN = (SAMPLES / "wapiti" / "hardened.json").read_bytes()
OF_ZAP = (SAMPLES / "zap" / "new-fields.json").read_bytes()


class FakeEngine:
    """Runs no container: it gives what a test says, or raises it, and remembers the call."""

    def __init__(self, gives: Once | Exception) -> None:
        self.gives = gives
        self.image = ""
        self.how = Start()
        self.call: dict[str, Any] = {}

    def run_once(self, image: str, *, how: Start, **call: Any) -> Once:
        self.image, self.how, self.call = image, how, call
        if hears := call.get("hears"):
            for second in (2, 4, 35, 36):
                hears(float(second), "Job \x1bspider started" if second > 3 else "")
        if isinstance(self.gives, Exception):
            raise self.gives
        return self.gives


def ended(exit_code: int = 0, report: bytes | None = CLEAN, **more: Any) -> Once:
    return Once(exit_code, "its words\n", "", report, **more)


def scan(
    gives: Once | Exception, image: ScannerImage = WAPITI, attacks: Attacks = "none"
) -> tuple[Scan, FakeEngine]:
    engine: Any = FakeEngine(gives)
    said: list[str] = []
    found = scanned(engine, "run-1", image, TARGET, attacks=attacks, say=said.append)
    assert said[0].startswith(f"{image.scanner}: scanning http://site:8000/")
    return found, engine


def scan_fails(gives: Once | Exception, image: ScannerImage = WAPITI) -> ScanFailed:
    with pytest.raises(ScanFailed) as raised:
        scan(gives, image)
    assert raised.value.why
    assert raised.value.next_step
    return raised.value


def test_a_scan_is_recorded_with_all_that_it_depends_on() -> None:
    found, _ = scan(ended(), attacks="xss")
    assert (found.scanner, found.ran, found.version) == ("wapiti", True, "3.3.2")
    assert (found.image, found.stub, found.attacks) == ("sha256:1", False, "xss")
    assert (found.urls, found.rules()) == (3, ("Unencrypted Channels",))
    assert found.date.startswith("20")
    assert found.seconds >= 0


def test_the_scanner_is_alone_with_the_target_and_bounded() -> None:
    _, engine = scan(Once(12, ZAP_PRINTED, "", OF_ZAP), ZAP)
    assert engine.image == "scanner/zap:1"
    how = engine.how
    assert (how.entrypoint, how.network, how.memory) == (("zap.sh",), "net-1", "2g")
    assert how.default_capabilities is False
    with tarfile.open(fileobj=io.BytesIO(how.files)) as tar:
        assert tar.getnames() == ["zap/wrk", "zap/wrk/plan.yaml"]
    assert engine.call["run_id"] == "run-1"
    assert engine.call["fetch"] == "/zap/wrk/report.json"
    assert engine.call["timeout_seconds"] > 60


@pytest.mark.parametrize("exit_code", [0, 11, 12])
def test_alerts_are_no_fault_of_zap(exit_code: int) -> None:
    found, _ = scan(Once(exit_code, ZAP_PRINTED, "", OF_ZAP), ZAP)
    assert len(found.rules()) == 3


def test_a_stub_is_marked_wherever_its_version_is_shown() -> None:
    stub = ScannerImage("zap", "scanner/zap:1", "sha256:2", stub=True)
    found, _ = scan(Once(0, ZAP_PRINTED, "", OF_ZAP), stub)
    assert (found.stub, found.version) == (True, "2.17.0 (stub)")


@pytest.mark.parametrize("report", [None, b"", b" \n"])
def test_no_report_is_a_failed_scan_and_never_a_clean_one(report: bytes | None) -> None:
    fault = scan_fails(ended(report=report))
    assert fault.what == "wapiti ended without a report. Its last lines:\nits words"


@pytest.mark.parametrize(
    ("image", "exit_code"), [(WAPITI, 1), (WAPITI, 2), (ZAP, 1), (ZAP, 3), (WAPITI, 11)]
)
def test_another_exit_code_is_a_failed_scan_though_there_is_a_report(
    image: ScannerImage, exit_code: int
) -> None:
    fault = scan_fails(ended(exit_code), image)
    assert f"{image.scanner} ended with exit code {exit_code}." in fault.what


@pytest.mark.parametrize(
    ("once", "says"),
    [
        (ended(137), "wapiti was killed (exit code 137)"),
        (ended(137, out_of_memory=True), "wapiti was killed (out of memory)"),
        (ended(0, out_of_memory=True), "wapiti was killed (out of memory)"),
        (ended(137, report=None), "wapiti was killed (exit code 137)"),
    ],
)
def test_a_scanner_that_was_killed_is_told_with_its_memory(once: Once, says: str) -> None:
    fault = scan_fails(once)
    assert fault.what == says
    assert "its 1g of memory" in fault.why
    # The container has a limit of its own, so more memory of the engine changes nothing.
    assert "memory" not in fault.next_step


@pytest.mark.parametrize(
    ("printed", "what"),
    [
        ("Max scan time was reached, stopping.", "its crawl reached its limit of 60 s"),
        (
            "Max attack time was reached for module xss, stopping.",
            "its module xss reached its limit of 60 s",
        ),
        (
            "[!] Module mod_sql seems broken and will be skipped",
            "it skipped its module mod_sql, which crashed",
        ),
    ],
)
def test_a_part_of_a_scan_by_wapiti_is_none(printed: str, what: str) -> None:
    fault = scan_fails(Once(0, f"[*] Launching\n{printed}\n", "", CLEAN))
    assert fault.what == f"Wapiti did not look at everything: {what}"


def test_a_part_of_a_scan_by_zap_is_none_though_all_else_is_as_it_should_be() -> None:
    printed = ZAP_PRINTED.replace("Job spider found", "Job spider terminated\nJob spider found")
    assert "its job spider was ended" in scan_fails(Once(0, printed, "", OF_ZAP), ZAP).what


def test_verbose_shows_all_that_a_scanner_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scan(Once(0, "one\x1b[2J\ntwo\n", "three\n", CLEAN))
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("ADVICES_VERBOSE", "1")
    scan(Once(0, "one\x1b[2J\ntwo\n", "three\n", CLEAN))
    command, *lines = capsys.readouterr().err.splitlines()
    assert command.startswith("+ wapiti --url http://site:8000/ ")
    assert lines == ["wapiti | one[2J", "wapiti | two", "wapiti | three"]
    with pytest.raises(ScanFailed):
        scan(Once(1, "why\n", "", None))
    assert "wapiti | why" in capsys.readouterr().err
    with pytest.raises(ScanFailed):
        scan(CommandFailed("it did not end", printed="one\nmore\n"))
    assert capsys.readouterr().err.splitlines()[1:] == ["wapiti | one", "wapiti | more"]


def test_a_scanner_that_does_not_end_was_stopped() -> None:
    fault = scan_fails(CommandFailed("`wapiti` did not end"))
    assert fault.what == (
        "wapiti did not end within 180 s and was stopped; its last line: Job spider started"
    )


@pytest.mark.parametrize("live", [True, False])
def test_how_far_a_scan_is_is_said_in_seconds_when_it_is_wanted(live: bool) -> None:
    engine: Any = FakeEngine(ended())
    said: list[str] = []
    scanned(engine, "run-1", WAPITI, TARGET, attacks="none", say=said.append, live=live)
    assert said[1:] == live * [
        "wapiti: 4 s of at most 180 s: Job spider started",
        "wapiti: 35 s of at most 180 s: Job spider started",
    ]


def test_a_scanner_that_prints_nothing_is_said_to_run_all_the_same() -> None:
    said: list[str] = []
    heard = _Heard("zap", 480, said.append)
    for second in range(2, 70, 2):
        heard(second, "")
    assert said == [
        f"zap: {second} s of at most 480 s: it has printed nothing yet" for second in (30, 60)
    ]


def test_an_image_that_does_not_start_is_told() -> None:
    fault = scan_fails(EngineRefused("no such file: zap.sh"), ZAP)
    assert "the container of zap does not start: no such file: zap.sh" in fault.what
    assert "scanner/zap:1" in fault.why


def test_a_report_that_cannot_be_read_is_a_failed_scan() -> None:
    assert "cannot be read" in scan_fails(ended(report=b"{")).what


def test_the_last_lines_are_those_of_both_streams_and_not_many() -> None:
    once = Once(1, "".join(f"line {n}\n" for n in range(50)), "at last\n", None)
    lines = scan_fails(once).what.splitlines()
    assert (len(lines), lines[-1], lines[1]) == (9, "at last", "line 43")
    assert scan_fails(Once(1, "", "", None)).what.endswith("(it printed nothing)")


def ask(said: object, target: Target = TARGET) -> tuple[FirstPage, FakeEngine]:
    """Return the first page of a target whose container prints this as its last line."""
    gives = said if isinstance(said, Exception) else Once(0, f"noise\n{json.dumps(said)}\n", "")
    engine: Any = FakeEngine(gives)
    return first_page(engine, "run-1", WAPITI, target), engine


def asking_fails(said: object) -> ScanFailed:
    with pytest.raises(ScanFailed) as raised:
        ask(said)
    assert raised.value.why
    assert raised.value.next_step
    return raised.value


def test_a_target_is_asked_from_the_image_of_the_scanner_on_its_network() -> None:
    page, engine = ask({"status": 200, "server": "gunicorn"})
    assert page == FirstPage("gunicorn")
    assert (engine.image, engine.how.network) == ("scanner/wapiti:1", "net-1")
    assert engine.how.entrypoint == ("python3",)
    assert engine.how.command[-2:] == ("http://site:8000/", "5")
    assert engine.call["timeout_seconds"] > 5


def test_a_target_behind_a_relay_is_asked_through_it() -> None:
    target = Target("http://127.0.0.1:32768/", "net-1", 5, Relay(32768, "shop", 8000))
    _, engine = ask({"status": 200}, target)
    words = list(engine.how.command)
    assert engine.how.entrypoint == ("python3",)
    assert words[2:6] == ["32768", "shop", "8000", "python3"]
    assert words[-2:] == ["http://127.0.0.1:32768/", "5"]


@pytest.mark.parametrize("status", [204, 301, 302, 400, 401, 403, 404, 500, 503])
def test_a_start_page_must_answer_200(status: int) -> None:
    fault = asking_fails({"status": status, "server": ""})
    assert fault.what == f"the start page http://site:8000/ answers {status}, but must answer 200"


def test_a_target_that_hangs_or_is_not_there_is_told_with_the_limit() -> None:
    fault = asking_fails({"fault": "it accepts connections and does not answer"})
    assert "did not answer within 5 s: it accepts connections and does not answer" in fault.what


def test_a_start_page_that_leads_elsewhere_is_no_target() -> None:
    fault = asking_fails({"status": 301, "server": "", "leads": "https://shop.example.org/"})
    assert "redirects to https://shop.example.org/, which is another site" in fault.what


@pytest.mark.parametrize(
    "gives",
    [
        EngineRefused("python3: not found"),
        EngineRefused("no such image"),
        CommandFailed("it did not end"),
    ],
)
def test_an_image_without_python_is_told(gives: Exception) -> None:
    fault = asking_fails(gives)
    assert "could not send a request from the image of wapiti" in fault.what
    assert "no python3" in fault.why


@pytest.mark.parametrize("printed", ["", "Traceback (most recent call last):\nKeyError"])
def test_a_program_that_broke_is_no_answer(printed: str) -> None:
    engine: Any = FakeEngine(Once(1, printed, ""))
    with pytest.raises(ScanFailed, match="could not send a request"):
        first_page(engine, "run-1", WAPITI, TARGET)


def test_a_target_that_was_scanned_must_still_answer_whatever_it_answers() -> None:
    engine: Any = FakeEngine(Once(0, json.dumps({"status": 500}), ""))
    survived(engine, "run-1", WAPITI, TARGET)
    engine = FakeEngine(Once(0, json.dumps({"fault": "gone"}), ""))
    with pytest.raises(ScanFailed, match="no longer answers after the scan: gone"):
        survived(engine, "run-1", WAPITI, TARGET)
