"""The stub of ZAP plays its part, is named a stub wherever it shows, and reaches no result."""

from __future__ import annotations

import dataclasses
import json
import shutil
from functools import partial

import pytest
from engine_project import ROOT, Project
from scan_targets import Start, docker

from advices.core.paths import Layout
from advices.core.threads import at_once
from advices.engine.client import connect
from advices.engine.start import Once
from advices.lab.labfile import read
from advices.lab.measure_name import MeasureName
from advices.measure.bench import QUICK, Bench
from advices.measure.candidate import of_variant
from advices.measure.mistakes import judged_steps, mistake_results, uncaught_mistakes
from advices.measure.plan import steps
from advices.results.claims import verdicts
from advices.runs.lifecycle import own_run
from advices.scanners import zap
from advices.scanners.run import Target
from advices.scanners.target import Relay
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
    assert {alert.url for alert in scan.alerts} == {
        "http://site:8000/",
        "http://site:8000/robots.txt",
        "http://site:8000/sitemap.xml",
    }
    assert all("stub" in alert.name and "stub" in alert.solution for alert in scan.alerts)
    assert found.measures()[MeasureName("zap_medium")] == 2
    assert "0.0.0 (stub)" in scanners_table(result)
    assert scanned_lab.run_ids() == set()


def test_the_lab_web_scan_is_green_with_the_stub_in_the_place_of_zap(
    tiny: Project, zap_stub: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its builds need the index, unlike those of the tiny lab.
    for name, value in tiny.env.items():
        monkeypatch.setenv(name, value)
    tiny.know_scanners(zap_stub)
    for name in ("app", "exercise-app", "web-scan"):
        shutil.copytree(ROOT / "labs" / name, tiny.root / "labs" / name)
    layout, engine = Layout(tiny.root), connect()
    whole = read(layout.labs, "web-scan")
    assert whole.scan is not None
    # Without Wapiti, which takes most of the time and is judged by the lab itself.
    claims = tuple(claim for claim in whole.claims if claim.measure.is_by("zap"))
    scan = whole.scan.model_copy(update={"scanners": ("zap",)})
    only_zap = {claim.id for claim in claims}
    mistakes = tuple(
        one.model_copy(update={"breaks": tuple(only_zap.intersection(one.breaks))})
        for one in whole.mistakes
    )
    lab = whole.model_copy(update={"claims": claims, "scan": scan, "mistakes": mistakes})
    with own_run(engine) as run:
        bench = Bench(Workshop(layout, print, engine), lab, run, samples=QUICK, owner=True)
        with bench.ready() as measurer:
            found = at_once(
                {
                    name: partial(measurer.measure, of_variant(lab, name), judged_steps(lab))
                    for name in lab.variants
                },
                workers=3,
            )
            result = bench.result(found)
            proofs = mistake_results(measurer, lab, lab.mistakes, run.scratch, result)
    assert [one.summary for one in verdicts(lab, result) if not one.as_demanded] == []
    assert uncaught_mistakes(lab, result.model_copy(update={"mistakes": proofs})) == []
    assert all(one.red and not one.not_judged for one in proofs.values())


def test_no_result_of_a_stub_is_written(scanned_lab: Project) -> None:
    code, output = scanned_lab.advices("run", "--samples", "1")
    assert code == 18, output
    assert "tiny good: zap 0.0.0 (stub): 4 kinds of alerts" in output
    assert "a stub replaced zap, so nothing was scanned" in output
    assert "claim `" not in output, "all claims hold"
    assert not (scanned_lab.root / "docs").exists()
    assert scanned_lab.leftovers() == []
    assert scanned_lab.run_ids() == set()


def play(
    stub: str,
    url: str,
    *,
    change: tuple[str, str] = ("", ""),
    uid: int = 1000,
    without_port: bool = False,
    relay: Relay | None = None,
) -> Once:
    """Run the stub on a plan of ours with one change in it, in a folder of `uid`."""
    work = zap.work(url, attacks="none")
    plan = (work.files or {})["plan.yaml"].replace(*change)
    files = dataclasses.replace(work, uid=uid, files={"plan.yaml": plan}).archive()
    command = work.command
    if without_port:
        at = command.index("-port")
        command = command[:at] + command[at + 2 :]
    how = dataclasses.replace(Target(url, "bridge", relay=relay).start(command), files=files)
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
        assert "Job spider found 3 URLs" in done.stdout
        assert json.loads(done.fetched)["@programName"] == "ZAP stub (this is not ZAP)"


def test_a_page_that_does_not_answer_breaks_the_plan(zap_stub: str) -> None:
    done = play(zap_stub, "http://127.0.0.1:1/")
    assert done.exit_code == 1
    assert "Job spider failed to access URL http://127.0.0.1:1/" in done.stdout
    fault = zap.fault(done.exit_code, done.stdout, done.fetched)
    assert fault is not None
    assert "found no page" in fault.what


@pytest.mark.parametrize(("without_port", "exit_code"), [(False, 12), (True, 1)])
def test_a_target_on_the_port_of_zaps_own_proxy_is_scanned_as_it_has_another(
    zap_stub: str, theirs: Start, without_port: bool, exit_code: int
) -> None:
    (address,) = theirs().networks.values()
    done = play(
        *(zap_stub, "http://127.0.0.1:8080/"),
        without_port=without_port,
        relay=Relay(8080, address, 8000),
    )
    assert done.exit_code == exit_code, done.stdout
    fault = zap.fault(done.exit_code, done.stdout, done.fetched)
    assert (fault is None) != without_port
    if fault is not None:
        assert "ZAP could not start" in fault.what


def test_it_has_the_user_and_the_folders_of_zap(zap_stub: str, theirs: Start) -> None:
    shown = docker("run", "--rm", "--entrypoint=sh", zap_stub, "-c", "id -u; id -un; ls /zap; pwd")
    assert shown.split() == ["1000", "zap", "zap.sh", "/zap"]
    (address,) = theirs().networks.values()
    done = play(zap_stub, f"http://{address}:8000/", uid=0)
    assert (done.exit_code, done.fetched) == (1, None)
    assert "stub: the report cannot be written: Permission denied" in done.stdout
