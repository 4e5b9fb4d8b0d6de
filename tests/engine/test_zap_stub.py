"""The stub of ZAP plays its part, is named a stub wherever it shows, and reaches no result."""

from __future__ import annotations

import dataclasses
import json

import pytest
from engine_project import Project
from scan_targets import Start, docker

from advices.core.paths import Layout
from advices.engine.client import connect
from advices.engine.start import Once
from advices.engine.start import Start as How
from advices.lab.labfile import read
from advices.lab.measure_name import MeasureName
from advices.measure.bench import QUICK, Bench
from advices.measure.candidate import of_variant
from advices.measure.plan import steps
from advices.runs.lifecycle import own_run
from advices.scanners import zap
from advices.site.tables import scanners_table
from advices.workshop import Workshop

pytestmark = pytest.mark.engine

LAB = """\
title = "Tiny"
advice = "Be scanned."
context = "site"
headline = "zap_alerts"
needs_free_bytes = 1_000_000
probes = ["web-scan"]

[serve]
path = "/index.html"

[scan]
scanners = ["zap"]

[variants.bad]
dockerfile = "bad.Dockerfile"
says = "root"

[variants.good]
dockerfile = "good.Dockerfile"
says = "no root"

[[claims]]
id = "headers"
says = "Headers are missing."
measure = "zap_rules"
includes = ["10038", "10020", "10021", "10036"]
holds_for = ["bad", "good"]
fails_for = []
"""


@pytest.fixture
def scanned_lab(with_stub: Project) -> Project:
    """Return a project whose lab is scanned, with the stub in the place of ZAP's image."""
    with_stub.write("labs/tiny/lab.toml", LAB)
    return with_stub


def test_a_lab_runs_the_stub_as_it_would_run_zap(scanned_lab: Project, here: None) -> None:
    layout, engine = Layout(scanned_lab.root), connect()
    lab = read(layout.labs, "tiny")
    with own_run(engine) as run:
        workshop = Workshop(layout, print, engine)
        bench = Bench(workshop, lab, run, samples=QUICK, owner=True)
        with bench.ready() as measurer:
            found = measurer.measure(of_variant(lab, "good"), steps(lab, QUICK))
        result = bench.result({"good": found})
    (scan,) = found.scans
    assert (scan.ran, scan.stub, scan.version) == (True, True, "0.0.0 (stub)")
    assert scan.rules() == ("10020", "10021", "10036", "10038")
    assert {alert.url for alert in scan.alerts} == {"http://site:8000/"}
    assert all("stub" in alert.name and "stub" in alert.solution for alert in scan.alerts)
    assert found.measures()[MeasureName("zap_medium")] == 2
    assert "0.0.0 (stub)" in scanners_table(result)
    assert scanned_lab.run_ids() == set()


def test_no_result_of_a_stub_is_written(scanned_lab: Project) -> None:
    code, output = scanned_lab.advices("run", "--samples", "1")
    assert code == 18, output
    assert "tiny good: zap 0.0.0 (stub): 4 kinds of alerts" in output
    assert "zap was played by a stub, so nothing was scanned" in output
    assert "claim `" not in output, "all claims hold"
    assert not (scanned_lab.root / "docs").exists()
    assert scanned_lab.leftovers() == []
    assert scanned_lab.run_ids() == set()


def play(stub: str, url: str, *, change: tuple[str, str] = ("", ""), uid: int = 1000) -> Once:
    """Run the stub on a plan of ours with one change in it, in a folder of `uid`."""
    work = zap.work(url, attacks="none")
    plan = (work.files or {})["plan.yaml"].replace(*change)
    files = dataclasses.replace(work, uid=uid, files={"plan.yaml": plan}).archive()
    how = How(entrypoint=work.command[:1], command=work.command[1:], files=files)
    engine, run_id = connect(), "test-zap-stub"
    try:
        return engine.run_once(stub, run_id=run_id, how=how, fetch=work.report)
    finally:
        engine.remove_run(run_id)


@pytest.mark.parametrize(
    ("change", "exit_code"),
    [
        (("", ""), 12),
        (("errorLevel: High", "errorLevel: Medium"), 11),
        (("warnLevel: Informational", "warnLevel: High"), 0),
        (("type: passiveScan-wait", "type: passiveScan-nap"), 1),
        (("jobs:", "jobs"), 1),
    ],
    ids=["alerts", "alerts-of-error-level", "nothing-to-warn-of", "unknown-job", "no-yaml"],
)
def test_it_ends_as_the_plan_wants(
    zap_stub: str, theirs: Start, change: tuple[str, str], exit_code: int
) -> None:
    (address,) = theirs().networks.values()
    done = play(zap_stub, f"http://{address}:8000/", change=change)
    assert done.exit_code == exit_code, done.stdout
    assert (done.fetched is None) == (exit_code == 1)
    assert done.stdout.startswith("ZAP stub (this is not ZAP) 0.0.0\n")
    if done.fetched is not None:
        assert "Job spider found 1 URLs" in done.stdout
        assert json.loads(done.fetched)["@programName"] == "ZAP stub (this is not ZAP)"


def test_a_page_that_does_not_answer_breaks_the_plan(zap_stub: str) -> None:
    done = play(zap_stub, "http://127.0.0.1:1/")
    assert done.exit_code == 1
    assert "Job spider found 0 URLs" in done.stdout


def test_it_has_the_user_and_the_folders_of_zap(zap_stub: str, theirs: Start) -> None:
    shown = docker("run", "--rm", "--entrypoint=sh", zap_stub, "-c", "id -u; id -un; ls /zap; pwd")
    assert shown.split() == ["1000", "zap", "zap.sh", "/zap"]
    (address,) = theirs().networks.values()
    done = play(zap_stub, f"http://{address}:8000/", uid=0)
    assert (done.exit_code, done.fetched) == (1, None)
    assert "stub: the report cannot be written: Permission denied" in done.stdout
