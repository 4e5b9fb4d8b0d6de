"""An audit in CI: JUnit, comments, a baseline, suppressions, and the exit codes."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from audit_called import advices, world
from audit_reports import log, policy
from audit_world import BAD, World, made

from advices import audit
from advices.audit.against import Against
from advices.audit.canaries import Canary
from advices.core import ListInvalid, NotMeasured

__all__ = ["advices", "world"]

TODAY = dt.date(2026, 11, 29)
EVIL = "<script>alert(1)</script>]]>\x00\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE}"
SUPPRESSED = '[[suppress]]\nchapter = "non-root"\nreason = "the vendor"\nuntil = 2030-01-31\n'


# ---------- what is foreign ----------


def test_nothing_foreign_breaks_a_report(world: World, tmp_path: Path) -> None:
    world.root = made(tmp_path / "a <b> & ü", "# " + EVIL.replace("\x00", "") + "\n" + BAD)
    found = world.audited()
    tried = tuple(
        replace(one, change=replace(one.change, says=EVIL), refused=EVIL * (one.refused != ""))
        for one in found.trial.tried
    )
    found = replace(found, trial=replace(found.trial, tried=tried))
    run = log(found, policy())
    for one in run["results"]:
        assert all(sign.isprintable() or sign == "\n" for sign in one["message"]["text"])
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "Dockerfile"
    root = ElementTree.fromstring(audit.junit(found, policy("non-root")))
    assert root[0].get("name") == "a <b> & ü"


def test_markdown_for_a_comment_mentions_nobody_and_holds_no_tag(
    world: World, tmp_path: Path
) -> None:
    files = {"@somebody <img src=x>.py": "x = 1\n" * 99}
    world.root = made(tmp_path / "@all <b>", f"# ```` @admin\n{BAD}", **files)
    found = world.audited()
    text = audit.markdown(found, site="https://example.org")
    plain = re.sub(r"(`{3,})(diff|sh)\n.*?\n?\1", "", text, flags=re.S)
    assert re.findall(r"@\w", plain) == []
    tags = set(re.findall(r"(?<!\\)<(/?\w+)", plain))
    assert tags == {"details", "summary", "/summary", "/details"}
    assert "somebody" in plain
    assert "[non-root](https://example.org/chapters/non-root/)" in plain
    assert "docker exec advices-audit grep" in text


# ---------- what counts ----------


def test_what_is_known_or_suppressed_fails_no_job_and_stays_in_the_report(world: World) -> None:
    found = world.audited()
    assert audit.fails(found, policy("non-root"))
    (world.root / ".docker-advices.toml").write_text(SUPPRESSED)
    lived = policy("non-root", suppressions=audit.read_suppressions(world.root, TODAY))
    assert not audit.fails(found, lived)
    results = {one["ruleId"]: one for one in log(found, lived)["results"]}
    (suppression,) = results["non-root"]["suppressions"]
    assert suppression["justification"] == "the vendor (until 2030-01-31)"
    assert "suppressions" not in results["base-image"]
    known = policy("non-root", known=frozenset(json.loads(audit.baseline_text(found))["findings"]))
    assert not audit.fails(found, known)
    assert {one["baselineState"] for one in log(found, known)["results"]} == {"unchanged"}
    for text in (audit.markdown(found, lived), audit.html(found, lived)):
        assert "the vendor (until 2030-01-31)" in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SUPPRESSED, ""),
        ("", ""),
        (SUPPRESSED.replace("2030-01-31", "2026-11-29"), ""),
        (SUPPRESSED.replace("2030-01-31", "2026-11-28"), "line 3: .* ended on 2026-11-28"),
        (SUPPRESSED.replace("2030-01-31", '"2030-01-31"'), "line 3: .* has no last day"),
        (SUPPRESSED.replace("the vendor", "  "), "line 3: .* has no reason"),
        (SUPPRESSED.replace('reason = "the vendor"\n', ""), "line 3: .* has no reason"),
        (SUPPRESSED.replace("non-root", "web-scan"), "line 3: no finding is of .* `web-scan`"),
        (SUPPRESSED + "measures = 1\n", "line 3: `measures` is no key"),
        (SUPPRESSED + "measure = 1\n", "line 3: `measure` is no text"),
        ("suppress = 1\n", "below `\\[\\[suppress\\]\\]`"),
        ("other = 1\n", "`other` is no key"),
        ("[[suppress", "cannot be read"),
    ],
)
def test_a_suppression_has_a_reason_and_an_end(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / ".docker-advices.toml").write_text(f"# one\n# two\n{text}")
    if not says:
        assert len(audit.read_suppressions(tmp_path, TODAY)) == text.count("[[")
        return
    with pytest.raises(ListInvalid, match=says):
        audit.read_suppressions(tmp_path, TODAY)


def test_a_suppression_of_one_measure_leaves_the_others(world: World) -> None:
    found = world.audited()
    file = world.root / ".docker-advices.toml"
    file.write_text(SUPPRESSED + 'measure = "writable_app_files"\n')
    other = audit.read_suppressions(world.root, TODAY)
    assert audit.fails(found, policy("non-root", suppressions=other))
    file.write_text(SUPPRESSED + 'measure = "uid"\n')
    this = audit.read_suppressions(world.root, TODAY)
    assert not audit.fails(found, policy("non-root", suppressions=this))


def test_what_nobody_could_measure_is_not_clean(world: World) -> None:
    found = world.audited()
    with pytest.raises(NotMeasured, match=r"--fail-on stop-and-start: .* not measured: Exit code"):
        audit.refuse_unjudged(found, policy("stop-and-start"))
    audit.refuse_unjudged(found, policy("build-cache", "base-image", "multi-stage"))
    (world.root / ".docker-advices.toml").write_text(
        SUPPRESSED.replace("non-root", "stop-and-start")
    )
    lived = audit.read_suppressions(world.root, TODAY)
    audit.refuse_unjudged(found, policy("stop-and-start", suppressions=lived))
    # A made-up secret that could not be tried is not judged either; without any there is none.
    audit.refuse_unjudged(found, policy("configuration"))
    untried = Canary("build argument", "TOKEN", unjudged="a build with it fails")
    found = replace(found, trial=replace(found.trial, canaries=(untried,)))
    with pytest.raises(NotMeasured, match="--fail-on configuration") as told:
        audit.refuse_unjudged(found, policy("configuration"))
    assert told.value.why == "build argument `TOKEN`: a build with it fails"


def shown(*names: str) -> tuple[Canary, ...]:
    return tuple(Canary("build argument", one, {"secrets_in_history": 1}) for one in names)


def test_each_secret_that_is_shown_is_a_finding_of_its_own(world: World) -> None:
    found = world.audited()
    found = replace(found, trial=replace(found.trial, canaries=shown("A", "B")))
    results = [one for one in log(found, policy())["results"] if one["ruleId"] == "configuration"]
    prints = {one["partialFingerprints"]["primaryLocationLineHash"] for one in results}
    assert len(prints) == len(results) == 2
    # One of them was shown before.
    there = Against("main", "1" * 40, found.trial.yours, {}, canaries=shown("A"))
    found = replace(found, against=there)
    states = {one.finding.says: one.state for one in audit.judged(found, policy())}
    assert sorted(states[one.says] for one in shown("A", "B")) == ["known", "new"]
    assert audit.fails(found, policy("configuration"))


# ---------- JUnit ----------


def test_junit_has_a_case_a_tip_and_fails_what_the_job_fails_on(world: World) -> None:
    found = world.audited()
    root = ElementTree.fromstring(audit.junit(found, policy("non-root")))
    (suite,) = root
    cases = {str(case.get("name")): case for case in suite}
    assert cases.keys() == audit.CHAPTERS
    assert all(case.get("classname") for case in suite)
    kinds = {name: [one.tag for one in case] for name, case in cases.items()}
    assert kinds["non-root"] == ["failure"]
    assert kinds["base-image"] == ["system-out"]
    assert kinds["stop-and-start"] == ["skipped"]
    assert kinds["multi-stage"] == []
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {
        **{"tests": str(len(audit.CHAPTERS)), "failures": "1", "errors": "0"},
        "skipped": str(sum(kind == ["skipped"] for kind in kinds.values())),
    }
    assert ElementTree.fromstring(audit.junit(found, policy()))[0].get("failures") == "0"


# ---------- the command ----------


def test_the_command_writes_what_tools_read(advices: Callable[..., int], tmp_path: Path) -> None:
    files = {kind: tmp_path / f"a.{kind}" for kind in ("sarif", "junit", "html")}
    assert advices(*(f"--{kind}={file}" for kind, file in files.items())) == 0
    assert json.loads(files["sarif"].read_text())["version"] == "2.1.0"
    assert files["junit"].read_text().startswith("<?xml version=")


def test_a_baseline_is_written_once_and_fails_no_job_later(
    advices: Callable[..., int], world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "baseline.json"
    assert advices("--fail-on", "base-image", "--baseline", str(file)) == 58
    assert f"advices audit --write-baseline {file}" in capsys.readouterr().err
    world.root.joinpath("Dockerfile").write_text(BAD.replace("COPY . .", "COPY . .\nUSER 10001"))
    assert advices("--fail-on", "base-image", "--write-baseline", str(file)) == 0
    assert advices("--fail-on", "base-image") == 1
    assert advices("--fail-on", "base-image", "--baseline", str(file)) == 0
    # What comes later is new.
    world.root.joinpath("Dockerfile").write_text(BAD)
    assert advices("--fail-on", "non-root", "--baseline", str(file)) == 1
    file.write_text('{"schema_version": 1}')
    assert advices("--baseline", str(file)) == 58


def test_an_ended_suppression_ends_the_job_before_anything_is_built(
    advices: Callable[..., int], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    file = world.root / ".docker-advices.toml"
    file.write_text(SUPPRESSED.replace("2030", "2020"))
    world.refuses = lambda _: pytest.fail("it was built")
    assert advices() == 58
    assert ".docker-advices.toml, line 1: the suppression of `non-root` ended on 2020-01-31" in (
        capsys.readouterr().err
    )
