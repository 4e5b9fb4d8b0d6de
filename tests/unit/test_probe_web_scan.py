"""Which containers the probe `web-scan` starts, and what it records when a scanner is missing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import factory
import pytest

from advices.core.errors import LabInvalid, ScanFailed, ScannerMissing
from advices.engine.start import Start
from advices.lab.model import ScanSettings, Serve
from advices.lab.scans import Scan
from advices.probes import web_scan
from advices.scanners.run import FirstPage, Target


class Here:
    """A subject whose engine starts nothing; all that happens is remembered in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *scanners: str, missing: str = "") -> None:
        self.did: list[Any] = []
        self.missing = missing
        self.server = "gunicorn"
        self.fault: Exception | None = None
        self.said: list[str] = []
        settings = {"scanners": scanners, "attacks": "xss", "env": {"A": "1"}}
        self.subject: Any = SimpleNamespace(
            engine=SimpleNamespace(
                network=self._network,
                start=self._start,
                remove_container=lambda one: self.did.append(f"remove {one}"),
            ),
            workshop=SimpleNamespace(
                scanners=SimpleNamespace(find=self._find), say=self.said.append
            ),
            lab=SimpleNamespace(
                slug="tiny", scan=ScanSettings.model_validate(settings), serve=Serve(port=8080)
            ),
            variant="good",
            run_id="run-1",
            image=SimpleNamespace(id="sha256:1"),
            answered=True,
        )
        monkeypatch.setattr(web_scan, "first_page", self._first_page)
        monkeypatch.setattr(web_scan, "scanned", self._scanned)
        monkeypatch.setattr(web_scan, "survived", lambda *_: None)

    @contextlib.contextmanager
    def _network(self, run_id: str, *, internal: bool) -> Iterator[str]:
        assert internal, "a scanner may reach its target alone"
        self.did.append(f"network of {run_id}")
        yield "net-1"
        self.did.append("network gone")

    def _start(self, image: str, *, run_id: str, how: Start) -> str:
        self.did.append((image, run_id, how))
        return "site-1"

    def _find(self, name: str) -> str:
        if name == self.missing:
            raise ScannerMissing(f"no {name} here")
        return f"image of {name}"

    def _first_page(self, _engine: Any, run_id: str, image: str, target: Target) -> FirstPage:
        self.did.append(f"ask {target.url} on {target.network} from {image}")
        return FirstPage(self.server)

    def _scanned(self, _engine: Any, _run: str, image: str, _target: Target, **how: Any) -> Scan:
        self.did.append(f"scan with {how['attacks']}")
        if self.fault:
            raise self.fault
        return factory.scan("x", scanner=image.rpartition(" ")[2])


def test_each_scanner_gets_a_container_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Here(monkeypatch, "wapiti", "zap")
    found = web_scan.probe(here.subject)
    assert [scan.scanner for scan in found.scans] == ["wapiti", "zap"]
    how = Start(env={"A": "1"}, network="net-1", alias="site")
    assert here.did[:6] == [
        "network of run-1",
        ("sha256:1", "run-1", how),
        "ask http://site:8080/ on net-1 from image of wapiti",
        "scan with xss",
        "remove site-1",
        "network gone",
    ]
    assert len(here.did) == 12
    assert "tiny good: wapiti 3.3.2: 1 kinds of alerts on 7 pages in 2.0 s" in here.said


@pytest.mark.parametrize(
    ("server", "tells"), [("gunicorn", False), ("", False), ("WSGIServer/0.2 CPython/3.13", True)]
)
def test_a_server_line_with_a_number_tells_a_version(
    server: str, tells: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Here(monkeypatch, "wapiti")
    here.server = server
    assert web_scan.probe(here.subject).values == {"version_banner": tells}


def test_a_scanner_that_is_missing_is_recorded_as_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Here(monkeypatch, "wapiti", "zap", missing="zap")
    wapiti, zap = web_scan.probe(here.subject).scans
    assert wapiti.ran
    assert (zap.scanner, zap.ran, zap.why_not) == ("zap", False, "no zap here")
    assert "tiny good: zap does not run: no zap here" in here.said
    assert len(here.did) == 6, "nothing is started for it"


def test_a_failed_scan_is_a_fault_and_its_container_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Here(monkeypatch, "wapiti")
    here.fault = ScanFailed("it broke")
    with pytest.raises(ScanFailed):
        web_scan.probe(here.subject)
    assert here.did[-1] == "remove site-1"


def test_what_does_not_answer_is_not_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Here(monkeypatch, "wapiti")
    here.subject.answered = False
    found = web_scan.probe(here.subject)
    assert (found.scans, found.values, here.did) == ([], {}, [])


def test_a_lab_without_settings_cannot_be_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Here(monkeypatch, "wapiti")
    here.subject.lab.scan = None
    with pytest.raises(LabInvalid, match=r"tiny: there is no table \[scan\]"):
        web_scan.probe(here.subject)
