"""Scans that bring no result to be believed: each says why, none of them is "no alerts"."""

from __future__ import annotations

import dataclasses
import secrets
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from engine_project import Project
from processes import wait
from scan_targets import Scans, Start, clean, docker, found_container

from advices.core import ScanFailed
from advices.engine.client import connect
from advices.engine.records import Container
from advices.engine.start import Start as How
from advices.scanners import wapiti, zap
from advices.scanners.work import Work

pytestmark = pytest.mark.engine

CONNECTS = """
import socket, sys
for place in sys.argv[1:]:
    host, _, port = place.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
        print(place)
    except OSError:
        pass
"""


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("hang", "did not answer within 3 s: it accepts connections and does not answer"),
        ("gone", "answers 404, but must answer 200"),
        ("away", "redirects to http://example.com/, which is another site"),
    ],
)
def test_a_start_page_that_cannot_be_scanned(
    scan: Scans, theirs: Start, path: str, says: str
) -> None:
    one = theirs()
    before = one.state()
    with pytest.raises(ScanFailed, match=says):
        scan(f"http://{one.name}:8000/{path}")
    assert one.state() == before


@pytest.mark.parametrize("through", ["port", "name"])
def test_a_site_that_listens_inside_its_container_only(
    scan: Scans, theirs: Start, through: str
) -> None:
    one = theirs(listens_on="127.0.0.1")
    before = one.state()
    place = f"{one.name}:8000" if through == "name" else f"127.0.0.1:{one.port}"
    with pytest.raises(ScanFailed, match=r"within 3 s: (Connection|Remote)") as failed:
        scan(f"http://{place}/")
    assert "nothing listens there on all addresses (0.0.0.0)" in str(failed.value)
    assert one.state() == before


def test_a_scanner_that_is_killed(scanning: Project, theirs: Start) -> None:
    one = theirs()
    before = one.state()
    process = scanning.start("scan", f"{one.name}:8000/slow", "--scanner", "wapiti")
    docker("kill", str(found_container(scanning, "wapiti").id))
    output, _ = process.communicate(timeout=60)
    assert process.returncode == ScanFailed.exit_code == 30, output
    assert "Traceback" not in output
    assert "wapiti was killed (exit code 137)" in output
    assert one.state() == before
    clean(scanning)


def test_a_container_that_ends_while_it_is_scanned_can_start_again(
    scan: Scans, theirs: Start
) -> None:
    one = theirs()
    before = list(one.networks)
    with pytest.raises(ScanFailed, match="no longer answers after the scan"):
        scan(f"http://{one.name}:8000/frail")
    assert not one.facts["State"]["Running"]
    docker("start", one.name)
    assert list(one.networks) == before


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ("killed", r"was killed \(exit code 137\)"),
        ("exit-3", "ended with exit code 3. Its last lines:\nJob "),
        ("truncated", "the report of ZAP cannot be read"),
        ("spider-limit", "its job spider was ended by its limit of 120 s"),
    ],
)
def test_a_scanner_that_misbehaves(
    with_stub: Project, scan: Scans, theirs: Start, order: str, says: str
) -> None:
    # What else a scan may end with, unit tests read: from recorded reports and lines.
    one = theirs()
    before = one.state()
    with pytest.raises(ScanFailed, match=says):
        scan(f"http://127.0.0.1:{one.port}/order/{order}", "zap")
    assert one.state() == before


@pytest.mark.parametrize(
    ("path", "active", "limit", "says"),
    [
        ("slow", False, "_CRAWL_SECONDS", "its crawl reached its limit of 1 s"),
        ("slow/echo", True, "_ATTACK_SECONDS", "reached its limit of 1 s"),
    ],
)
def test_a_real_wapiti_that_was_cut_short(
    scan: Scans,
    theirs: Start,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    active: bool,
    limit: str,
    says: str,
) -> None:
    monkeypatch.setattr(wapiti, limit, 1)
    with pytest.raises(ScanFailed, match=f"Wapiti did not look at everything: .*{says}"):
        scan(f"http://{theirs().name}:8000/{path}", active=active)


@pytest.mark.parametrize(
    ("scanner", "module", "path"), [("wapiti", wapiti, "slow"), ("zap", zap, "order/hang")]
)
def test_a_scan_that_takes_too_long_is_ended(
    with_stub: Project,
    scan: Scans,
    theirs: Start,
    monkeypatch: pytest.MonkeyPatch,
    scanner: str,
    module: Any,
    path: str,
) -> None:
    work = module.work

    def short(url: str, **how: Any) -> Work:
        return dataclasses.replace(work(url, **how), timeout_seconds=1)

    monkeypatch.setattr(module, "work", short)
    with pytest.raises(ScanFailed, match=f"{scanner} did not end within 1 s and was stopped"):
        scan(f"http://{theirs().name}:8000/{path}", scanner)


def test_memory_runs_out_in_a_scanner_that_is_alone_in_its_container(
    with_stub: Project, scan: Scans, theirs: Start
) -> None:
    with pytest.raises(ScanFailed, match=r"was killed \(out of memory\)"):
        scan(f"http://{theirs().name}:8000/order/out-of-memory", "zap")


@pytest.fixture
def places(theirs: Start) -> Iterator[Callable[..., list[str]]]:
    """Return a function that gives addresses with a listener: on the host, and a container's."""
    with socket.create_server(("0.0.0.0", 0)) as listener:
        port = listener.getsockname()[1]
        other = theirs()
        (address,) = other.networks.values()

        def found(*gateways: str) -> list[str]:
            bridge = str(connect().bridge_address())
            hosts = [f"{host}:{port}" for host in (bridge, *gateways)]
            return [*hosts, f"{address}:8000", f"{bridge}:{other.port}", f"{other.name}:8000"]

        yield found


def test_a_scanner_reaches_nothing_but_its_target(
    places: Callable[..., list[str]], theirs: Start, slim_stand_in: str
) -> None:
    engine, run_id, target = connect(), f"test-scan-{secrets.token_hex(4)}", theirs()

    def reached(network: str | None, asked: list[str]) -> list[str]:
        how = How(entrypoint=("python3",), command=("-c", CONNECTS, *asked), network=network)
        once = engine.run_once(slim_stand_in, run_id=run_id, how=how)
        assert once.exit_code == 0, once.stderr
        return once.stdout.split()

    try:
        # From the default bridge they can be reached, once they listen: so the listeners work.
        wait(lambda: reached(None, places()) == places()[:2])
        with (
            engine.network(run_id, internal=True) as network,
            engine.joined(Container(target.name), network, "site"),
        ):
            config = engine._docker.networks.get(network).attrs["IPAM"]["Config"][0]
            first = config["Subnet"].rpartition(".")[0] + ".1"
            assert reached(network, ["site:8000", *places(first)]) == ["site:8000"]
    finally:
        engine.remove_run(run_id)
