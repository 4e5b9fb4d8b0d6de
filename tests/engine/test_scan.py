"""`advices scan`: a container of somebody is scanned, stays as it was, and nothing is left."""

from __future__ import annotations

import secrets
import signal
import socket
import subprocess
from typing import Any

import pytest
from engine_project import Project
from scan_targets import Scans, Start, Theirs, clean, docker, found_container

from advices.core import ScannerMissing, TargetRefused
from advices.core.process import poll
from advices.engine.client import DockerEngine

pytestmark = pytest.mark.engine

SERVICE = "com.docker.compose.service"
ATTACKED = "Reflected Cross Site Scripting"
MISSED = ("Clickjacking Protection", "Content Security Policy Configuration", "MIME Type Confusion")


@pytest.mark.always
def test_a_running_container_is_scanned_and_left_as_it_was(
    scanning: Project, theirs: Start
) -> None:
    one = theirs()
    before = one.state()
    address = f"http://127.0.0.1:{one.port}/"
    code, output = scanning.advices("scan", address, "--scanner", "wapiti")
    assert code == 0, output
    assert "Wapiti 3." in output
    assert "1 address found" in output
    for word in " ".join(MISSED).split():
        assert word in output
    assert f"GET {address}" in output
    assert one.state() == before
    assert one.answers()
    clean(scanning)


def test_a_container_is_found_by_its_name_or_its_service(
    with_stub: Project, scan: Scans, theirs: Start
) -> None:
    one = theirs(f"--label={SERVICE}=shop-{secrets.token_hex(4)}")
    before = one.state()
    for host in (one.name, one.facts["Config"]["Labels"][SERVICE]):
        (found,) = scan(f"http://{host}:8000/", "zap")
        assert {alert.url.rpartition("/")[0] for alert in found.alerts} == {f"http://{host}:8000"}
        assert one.state() == before


def test_a_container_keeps_the_networks_that_it_was_on(
    with_stub: Project, scan: Scans, theirs: Start
) -> None:
    network = f"theirs-{with_stub.owner()}"
    docker("network", "create", network)
    try:
        one = theirs(f"--network={network}")
        before = one.state()
        (found,) = scan(f"http://{one.name}:8000/", "zap")
        assert found.rules()
        assert one.state() == before
        assert list(before[2]) == [network]
        one.remove()
    finally:
        docker("network", "rm", network)


def test_the_scanner_may_use_another_host_name(
    with_stub: Project, scan: Scans, theirs: Start
) -> None:
    one = theirs()
    (found,) = scan(f"http://{one.name}:8000/", "zap", known_as="shop.test")
    assert {alert.url.rpartition("/")[0] for alert in found.alerts} == {"http://shop.test:8000"}


def test_a_scanner_attacks_only_when_it_is_asked_to(scan: Scans, theirs: Start) -> None:
    one = theirs()
    before = one.state()
    (found,) = scan(f"http://{one.name}:8000/echo")
    assert ATTACKED not in found.rules()
    (found,) = scan(f"http://{one.name}:8000/echo", active=True)
    assert ATTACKED in found.rules()
    assert one.state() == before


def test_without_a_scanner_named_what_is_not_here_is_said(
    with_stub: Project, theirs: Start
) -> None:
    one = theirs()
    code, output = with_stub.advices("scan", f"{one.name}:8000")
    assert code == 0, output
    assert "Wapiti 3." in output
    assert "ZAP 0.0.0 (stub): 3 addresses found" in output
    recipes = "labs/scanners/scanners.toml"
    with_stub.write(recipes, with_stub.read(recipes).replace("zap-stub:", "gone:"))
    code, output = with_stub.advices("scan", f"{one.name}:8000")
    assert code == 0, output
    assert "Wapiti 3." in output
    assert "ZAP did not run: the image of ZAP 2.17.0 is not on this engine" in output


def test_a_scanner_that_was_asked_for_and_is_not_here(scanning: Project, theirs: Start) -> None:
    one = theirs()
    code, output = scanning.advices("scan", f"{one.name}:8000", "--scanner", "zap")
    assert code == ScannerMissing.exit_code == 32, output
    assert "the image of ZAP 2.17.0 is not on this engine: zaproxy/zap-stable@sha256:" in output
    assert "`docker pull zaproxy/zap-stable@sha256:" in output
    assert "`docker save`" in output and "`docker load`" in output
    assert "Traceback" not in output
    clean(scanning)


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forbid names to be looked up, connections but to the engine's socket, and containers."""

    def no(*words: object, **_: object) -> None:
        raise AssertionError(f"it reached out: {words}")

    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        connect(self, address) if self.family == socket.AF_UNIX else no(address)

    monkeypatch.setattr(socket, "getaddrinfo", no)
    monkeypatch.setattr(socket.socket, "connect", guarded)
    for name in ("start", "network", "joined", "pull", "ask_registry"):
        monkeypatch.setattr(DockerEngine, name, no)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://example.com/", "`example.com` is not a running container"),
        ("https://93.184.216.34/", "`93.184.216.34` is not a running container"),
        ("http://127.0.0.1:1/", "no running container publishes port 1"),
        ("http://user:sesame@127.0.0.1:1/", "has a name and a password in it"),
        ("http://127.0.0.1:1/?key=sesame", "has a query in it"),
        ("ftp://127.0.0.1/", "cannot scan the address"),
    ],
)
def test_what_is_no_container_is_refused_and_never_asked(
    scan: Scans, forbidden: None, address: str, says: str
) -> None:
    with pytest.raises(TargetRefused, match=says) as refused:
        scan(address)
    assert "sesame" not in str(refused.value)


def test_a_container_that_does_not_run_is_refused(
    scan: Scans, theirs: Start, forbidden: None
) -> None:
    one = theirs()
    port = one.port
    docker("kill", one.name)
    for address in (f"http://{one.name}:8000/", f"http://127.0.0.1:{port}/"):
        with pytest.raises(TargetRefused, match=r"no(t a)? running container"):
            scan(address)


def test_a_container_on_the_hosts_network_is_refused(
    scan: Scans, theirs: Start, forbidden: None
) -> None:
    one = theirs("--network=host", listens_on="127.0.0.2")
    with pytest.raises(TargetRefused, match="no separate network"):
        scan(f"http://{one.name}:8000/")


def test_a_refusal_has_an_exit_code_of_its_own(scanning: Project) -> None:
    code, output = scanning.advices("scan", "http://example.com/")
    assert code == TargetRefused.exit_code == 31, output
    assert "next: name a container" in output
    assert "Traceback" not in output
    clean(scanning)


def test_an_interrupted_scan_leaves_the_container_as_it_was(
    scanning: Project, theirs: Start
) -> None:
    one = theirs()
    before = one.state()
    process = scanning.start("scan", f"{one.name}:8000/slow", "--scanner", "wapiti")
    found_container(scanning, "wapiti")
    assert len(one.networks) == 2
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert one.state() == before
    clean(scanning)


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_what_a_killed_scan_left_is_gone_after_the_next_start(
    scanning: Project, theirs: Start, stopped: bool
) -> None:
    one = theirs()
    before = one.networks
    process = scanning.start("scan", f"{one.name}:8000/slow", "--scanner", "wapiti")
    found_container(scanning, "wapiti")
    process.kill()
    process.communicate(timeout=60)
    assert scanning.run_ids() != set()
    assert len(one.networks) == 2
    if stopped:
        docker("kill", one.name)
    assert scanning.advices("clean")[0] == 0
    clean(scanning)
    if stopped:
        docker("start", one.name)
    assert list(one.networks) == list(before)
    assert any(_answers(one) for _ in poll(20, 0.2))


def _answers(one: Theirs) -> bool:
    try:
        return one.answers()
    except (OSError, subprocess.CalledProcessError):
        return False
