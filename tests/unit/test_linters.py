"""What linters say: read from their output, recorded, compared, and shown beside measures."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import factory
import made_labs
import pytest

from advices import results
from advices.core import CommandFailed, ResultInvalid, project
from advices.core.paths import Layout
from advices.lab import labfile
from advices.lab.model import Lab
from advices.linters import build_check, hadolint, lint, moved
from advices.results import Finding, Linted, LinterRun, Linting, linting
from advices.site import linters

ROOT = Path(__file__).parents[2]
SHELL_FORM = Finding(rule="DL3025", line=9, says="Use JSON.")
CHECKED = """\
{"warnings": [{"ruleName": "JSONArgsRecommended", "description": "JSON arguments recommended",
 "url": "", "detail": "JSON arguments recommended for CMD", "location": {"ranges":
 [{"start": {"line": 9}, "end": {"line": 9}}]}, "level": 1}], "sources": []}
"""
FAILED = '{"warnings": null, "buildError": {"message": "FROM: no such image"}}'


def labs() -> tuple[Lab, ...]:
    return tuple(labfile.chosen(project(ROOT).labs, []))


def recorded() -> Linting:
    return linting.load(ROOT / "docs" / "results")


def test_hadolints_findings_are_read() -> None:
    one = {"code": "DL3025", "column": 1, "file": "-", "level": "warning", "line": 9}
    printed = json.dumps([{**one, "message": "Use JSON."}])
    assert hadolint.read(printed) == Linted(findings=(SHELL_FORM,))
    assert hadolint.read("[]") == Linted()


def test_a_file_that_hadolint_cannot_read_is_not_one_without_faults() -> None:
    one = {"code": "DL1000", "line": 13, "message": "unexpected 'U'\nexpecting a new line"}
    assert hadolint.read(json.dumps([one])).unread == "line 13: unexpected 'U' expecting a new line"


def test_what_the_build_check_warns_of_is_read() -> None:
    (found,) = build_check.read(CHECKED).findings
    assert (found.rule, found.line) == ("JSONArgsRecommended", 9)
    assert found.says == "JSON arguments recommended for CMD"
    assert build_check.read('{"warnings": null}') == Linted()
    assert build_check.read(FAILED) == Linted(unread="FROM: no such image")


@pytest.mark.parametrize("read", [hadolint.read, build_check.read])
def test_another_output_is_a_fault(read: Callable[[str], Linted]) -> None:
    with pytest.raises(CommandFailed, match="printed no list"):
        read('{"warnings": "many"}')


@pytest.mark.parametrize(
    ("version", "there"),
    [
        ("0.13.1+ds1", False),
        ("v0.15.0", True),
        ("0.29.1+ds1", True),
        ("1.0.0", True),
        (None, False),
    ],
)
def test_buildx_has_the_check_from_a_version_on(version: str | None, there: bool) -> None:
    assert build_check.is_there(version) == there


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that makes a `docker` of a shell script."""

    def make(script: str) -> None:
        file = tmp_path / "bin" / "docker"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{file.parent}:/usr/bin:/bin")

    return make


def test_the_check_pulls_no_image(docker: Any, tmp_path: Path) -> None:
    docker(f"printf '%s\\n' \"$@\" >{tmp_path}/argv\ncat <<'E'\n{CHECKED}\nE")
    found = build_check.linted(tmp_path / "Dockerfile", tmp_path, ["python:3.14-slim"])
    assert found is not None
    assert found.rules == {"JSONArgsRecommended"}
    argv = (tmp_path / "argv").read_text().splitlines()
    assert argv[2] == "--call=check,format=json"
    name, _, folder = argv[argv.index("--build-context") + 1].partition("=")
    assert (name, folder.startswith("/")) == ("python:3.14-slim", True)


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f"echo '{FAILED}'; exit 1", Linted(unread="FROM: no such image")),
        ("echo 'ERROR: unknown flag: --call' >&2; exit 1", None),
        ("echo 'lint is not supported by the frontend' >&2; exit 1", None),
    ],
    ids=["a file that does not build", "a client without it", "a builder without it"],
)
def test_a_check_that_cannot_be_is_told_from_one_that_finds(
    script: str, found: Linted | None, docker: Any, tmp_path: Path
) -> None:
    docker(script)
    assert build_check.linted(tmp_path / "Dockerfile", tmp_path, []) == found


def test_a_check_that_breaks_off_is_a_fault(docker: Any, tmp_path: Path) -> None:
    docker("echo 'ERROR: no such host' >&2; exit 1")
    with pytest.raises(CommandFailed, match="no such host"):
        build_check.linted(tmp_path / "Dockerfile", tmp_path, [])


def test_hadolint_says_of_every_lab_what_is_recorded(docker: Any) -> None:
    docker("echo github.com/docker/buildx 0.13.1 x")
    found, missing = lint(labs())
    assert moved(recorded(), found) == []
    assert found.runs["hadolint"].version == recorded().runs["hadolint"].version
    assert missing == {"check": "buildx 0.13.1 has no --call=check: 0.15 was the first"}


def test_without_hadolint_it_is_not_clean_but_missing(
    docker: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    docker("exit 1")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    found, missing = lint(labs()[:1])
    assert found.runs == {}
    assert set(missing) == {"hadolint", "check"}


def test_each_rule_that_names_a_fault_is_one_that_a_linter_found() -> None:
    said = recorded()
    assert set(said.runs) == {"hadolint", "check"}
    for lab in labs():
        for name, variant in lab.variants.items():
            rules = {rule for run in said.runs.values() for rule in run.of(lab.slug, name).rules}
            assert set(variant.named_by) <= rules, f"{lab.slug} {name}"


def test_only_bad_files_and_traps_have_faults_to_name() -> None:
    for lab in labs():
        assert not lab.variants["good"].trap
        for name, variant in lab.variants.items():
            assert not variant.named_by or name == "bad" or variant.trap


def test_every_trap_fails_a_claim() -> None:
    found = {lab.slug: results.load(ROOT / "docs" / "results", lab.slug) for lab in labs()}
    for row in linters.rows(labs(), found, recorded()):
        assert row.fails or not row.is_wrong, f"{row.lab.slug} {row.variant}"
        assert row.variant != "good" or row.fails == 0


def said_of(lab: Lab, **rules: str) -> Linting:
    """Return a record in which hadolint names a rule of some variants of a lab."""
    found = {
        name: Linted(
            findings=(Finding(rule=rules[name], line=1, says=""),) if name in rules else ()
        )
        for name in lab.variants
    }
    run = LinterRun(date="2026-01-02", version="2.15.1", files={lab.slug: found})
    return Linting(runs={"hadolint": run})


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    bad = '[variants.bad]\nnamed_by = ["DL3025"]\n'
    return made_labs.read_lab(tmp_path, made_labs.LAB.replace("[variants.bad]\n", bad))


@pytest.mark.parametrize(
    ("rule", "named", "text"),
    [("DL3025", 1, "names"), ("DL3059", 0, "which is not the main fault")],
)
def test_another_rule_does_not_name_the_fault(rule: str, named: int, text: str, lab: Lab) -> None:
    said = said_of(lab, bad=rule, good="DL3008")
    rows = linters.rows([lab], {lab.slug: factory.result()}, said)
    assert linters.seen(rows) == f"{named} of 1"
    assert f"names the fault of {named}" in linters.summary_table(rows, said)
    assert "warns about 1" in linters.summary_table(rows, said)
    assert text in linters.line(rows, said)
    assert rule in linters.files_table(rows, said)


def test_the_sentence_on_a_bad_file_leaves_out_rules_that_do_not_name_its_fault(lab: Lab) -> None:
    said = said_of(lab, bad="DL3025", good="DL3008")
    files = said.runs["hadolint"].files[lab.slug]
    other = Finding(rule="DL3059", line=2, says="")
    files["bad"] = Linted(findings=(*files["bad"].findings, other))
    rows = linters.rows([lab], {lab.slug: factory.result()}, said)
    assert "names the fault with <code>DL3025</code>" in linters.line(rows, said)
    assert "DL3059" not in linters.line(rows, said)
    assert "DL3059" in linters.files_table(rows, said)


def test_a_variant_that_no_linter_has_read_stops_the_page(lab: Lab) -> None:
    said = said_of(lab)
    del said.runs["hadolint"].files[lab.slug]["bad"]
    with pytest.raises(ResultInvalid, match="no linter has read `bad`"):
        linters.rows([lab], {lab.slug: factory.result()}, said)


def test_a_record_is_kept_and_one_that_is_none_is_refused(tmp_path: Path, lab: Lab) -> None:
    assert linting.load(tmp_path) == Linting()
    linting.save(tmp_path, said_of(lab))
    assert linting.load(tmp_path) == said_of(lab)
    (tmp_path / linting.FILE).write_text("{")
    with pytest.raises(ResultInvalid, match="advices lint --write"):
        linting.load(tmp_path)


def test_what_moved_is_told_by_file(lab: Lab) -> None:
    before, after = said_of(lab, bad="DL3025"), said_of(lab)
    assert moved(before, before) == []
    assert moved(before, after) == [f"hadolint: {lab.slug} bad: DL3025 → nothing"]
    assert moved(Linting(), before)[0].endswith("bad: not read yet → DL3025")
    # What did not run now has not moved.
    assert moved(before, Linting()) == []


def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    layout = Layout(made_labs.project(tmp_path / "project"))
    monkeypatch.chdir(layout.root)
    return layout


def test_the_command_compares_writes_and_keeps_what_another_machine_recorded(
    docker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from advices import cli

    docker("echo github.com/docker/buildx 0.13.1 x")
    layout = copied(tmp_path, monkeypatch)
    other = LinterRun(date="2026-01-02", version="buildx 0.29.1", files={})
    linting.save(layout.results, Linting(runs={"check": other}))

    def ended(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["advices", "lint", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert isinstance(end.value.code, int)
        return end.value.code

    assert ended() == 19
    assert "advices lint --write" in capsys.readouterr().err
    assert ended("--write") == 0
    assert linting.load(layout.results).runs["check"] == other
    assert ended() == 0
    assert "docker build --check did not run" in capsys.readouterr().err
