"""Which containers the probe `web-scan` starts, and what it records when a scanner is missing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from memory_engine import MemoryEngine, Started
from played_scanners import Scanners

from advices.core import LabInvalid, ScanFailed
from advices.engine.start import Start
from advices.lab.model import ScanSettings, Serve
from advices.probes import web_scan


class Here:
    """A subject on an engine in memory, where both scanners are played."""

    def __init__(self, *scanners: str, missing: str = "") -> None:
        self.played = Scanners(missing)
        self.engine = MemoryEngine(self.played.runs)
        self.said: list[str] = []
        settings = {"scanners": scanners, "attacks": "xss", "env": {"A": "1"}}
        self.subject: Any = SimpleNamespace(
            engine=self.engine,
            workshop=SimpleNamespace(scanners=self.played, say=self.said.append),
            lab=SimpleNamespace(
                slug="tiny", scan=ScanSettings.model_validate(settings), serve=Serve(port=8080)
            ),
            variant="good",
            run_id="run-1",
            image=SimpleNamespace(id="sha256:1"),
            answered=True,
        )


def test_each_scanner_gets_a_container_of_its_own() -> None:
    here = Here("wapiti", "zap")
    found = web_scan.probe(here.subject)
    assert [scan.scanner for scan in found.scans] == ["wapiti", "zap"]
    assert {scan.attacks for scan in found.scans} == {"xss"}
    how = Start(env={"A": "1"}, network="internal of run-1", alias="site")
    assert here.engine.started[0] == Started("sha256:1", "run-1", None, how)
    # The site, then the scanner's image three times: it asks, scans, and asks again.
    assert [one.image for one in here.engine.started] == [
        *("sha256:1", *["scanner/wapiti:1"] * 3, "sha256:1", *["scanner/zap:1"] * 3)
    ]
    assert {one.how.network for one in here.engine.started} == {"internal of run-1"}
    assert here.played.asked == ["http://site:8080/"] * 4
    for did in (here.engine.did[:10], here.engine.did[10:]):
        site = did[1].removeprefix("start ")
        assert (did[0], did[-2:]) == (
            "network internal of run-1",
            [f"remove {site}", "network gone"],
        )
    assert any(text.startswith("tiny good: wapiti 3.3.2: 1 kinds of alerts") for text in here.said)


@pytest.mark.parametrize(
    ("server", "tells"), [("gunicorn", False), ("", False), ("WSGIServer/0.2 CPython/3.13", True)]
)
def test_a_server_line_with_a_number_tells_a_version(server: str, tells: bool) -> None:
    here = Here("wapiti")
    here.played.page["server"] = server
    assert web_scan.probe(here.subject).values == {"version_banner": tells}


def test_a_scanner_that_is_missing_is_recorded_as_not_run() -> None:
    here = Here("wapiti", "zap", missing="zap")
    wapiti, zap = web_scan.probe(here.subject).scans
    assert wapiti.ran
    assert (zap.scanner, zap.ran, zap.why_not) == ("zap", False, "no zap here")
    assert "tiny good: zap does not run: no zap here" in here.said
    assert len(here.engine.started) == 4, "nothing is started for it"


def test_a_failed_scan_is_a_fault_and_its_container_goes() -> None:
    here = Here("wapiti")
    here.played.exit_code = 2
    with pytest.raises(ScanFailed):
        web_scan.probe(here.subject)
    assert here.engine.programs == {}


def test_what_does_not_answer_is_not_scanned() -> None:
    here = Here("wapiti")
    here.subject.answered = False
    found = web_scan.probe(here.subject)
    assert (found.scans, found.values, here.engine.did) == ([], {}, [])


def test_a_lab_without_settings_cannot_be_scanned() -> None:
    here = Here("wapiti")
    here.subject.lab.scan = None
    with pytest.raises(LabInvalid, match=r"tiny: there is no table \[scan\]"):
        web_scan.probe(here.subject)
