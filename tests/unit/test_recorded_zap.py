"""A real ZAP's reports of another machine: recorded by a parser, shown with version and date."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from played_scanners import SAMPLES

from advices import cli
from advices.core import ResultInvalid, ScanFailed
from advices.results import Recorded, recorded
from advices.scanners import read_recipes
from advices.scanners import recorded as record
from advices.site.registration import Macros
from advices.site.tables import recorded_table

ROOT = Path(__file__).parents[2]
COMMITTED = recorded.load(ROOT / "docs" / "results")
REAL = {name: (SAMPLES / "zap" / f"real-{name}.json").read_bytes() for name in ("bad", "good")}


def from_reports(**reports: bytes) -> Recorded:
    how = {"lab": "web-scan", "attacks": "xss", "commit": COMMITTED.commit, "how": COMMITTED.how}
    made: Callable[..., Recorded] = record
    return made(reports, "http://site:8000/", **how)


def changed(name: str, **change: Any) -> bytes:
    return json.dumps(json.loads(REAL[name]) | change).encode()


def test_the_committed_record_is_what_the_parser_makes_of_the_reports() -> None:
    assert from_reports(**REAL) == COMMITTED
    assert (COMMITTED.version, COMMITTED.date) == ("2.17.0", "2026-11-28")


def test_the_record_has_every_rule_of_the_reports_and_a_clean_one_has_none() -> None:
    bad, good = COMMITTED.variants["bad"], COMMITTED.variants["good"]
    told = json.loads(REAL["bad"])["site"][0]["alerts"]
    assert {(one.rule, one.name, one.places) for one in bad.rules} == {
        (one["pluginid"], one["name"], int(one["count"])) for one in told
    }
    assert [one.risk for one in bad.rules] == [
        "high",
        *["medium"] * 2,
        *["low"] * 4,
        "informational",
    ]
    assert (good.rules, good.addresses) == ((), 8)


@pytest.mark.parametrize(
    ("report", "says"),
    [
        (changed("good", site=[]), "found no page"),
        (changed("good", stoppingInsight="disk full"), "stopped itself: disk full"),
        (changed("good", created=None), "does not say when it was written"),
        (changed("good", **{"@version": "2.16.1"}), "not of one version"),
        (b"{", "cannot be read"),
    ],
)
def test_a_report_that_proves_nothing_is_not_recorded(report: bytes, says: str) -> None:
    with pytest.raises(ScanFailed, match=says):
        from_reports(bad=REAL["bad"], good=report)


def test_the_table_says_version_and_date_and_that_it_was_not_measured_here() -> None:
    text = recorded_table(COMMITTED)
    assert "Recorded with ZAP 2.17.0 on 2026-11-28 on another machine" in text
    assert "not measured here" in text
    assert "Measured" not in text
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in text.splitlines()[2:-2]]
    assert [row[-1] for row in rows] == ["—"] * 8
    assert rows[0] == ["high", "40012 Cross Site Scripting (Reflected)", "1", "—"]
    assert rows[1][2] == "5+"


def test_foreign_text_of_a_record_is_harmless() -> None:
    nasty = "<script>{{ 1 }} | `x`"
    bad = COMMITTED.variants["bad"]
    rule = bad.rules[0].model_copy(update={"name": nasty, "rule": nasty})
    scan = bad.model_copy(update={"rules": (rule,)})
    change = {"variants": {"bad": scan}, "version": nasty, "how": nasty, "commit": nasty}
    text = recorded_table(COMMITTED.model_copy(update=change))
    assert "<script" not in text
    assert "{{" not in text


def test_the_chapter_shows_it(tmp_path: Path) -> None:
    macros = Macros(ROOT / "labs", ROOT / "docs", lambda: "chapters/web-scan.md")
    assert "[The record](../results/recorded-zap.json)" in macros.recorded_zap()
    assert macros.recorded_with() == "ZAP 2.17.0 on 2026-11-28"
    with pytest.raises(ResultInvalid, match="cannot be read"):
        recorded.load(tmp_path)


def test_the_commands_to_copy_can_scan_only_the_reader_s_own_container() -> None:
    page = (ROOT / "docs" / "run.md").read_text("utf-8")
    (block,) = [one for one in re.findall(r"```sh\n(.*?)```", page, re.S) if "zap-" in one]
    lines = [shlex.split(line) for line in block.replace("\\\n", " ").splitlines()]
    network, site, zap, *cleaning = lines
    assert network[:4] == ["docker", "network", "create", "--internal"]
    assert site[:2] == zap[:2] == ["docker", "run"]
    for line in (site, zap):
        assert line[line.index("--network") + 1] == network[4]
        assert not {"--publish", "-p", "--volume", "-v", "--mount", "--privileged"} & {*line}
    name = site[site.index("--name") + 1]
    assert urlsplit(zap[zap.index("-t") + 1]).hostname == name
    # Without it the script looks for updates first, and nothing leads out of that network.
    assert zap[zap.index("-z") + 1] == "-silent"
    image = read_recipes(ROOT / "labs" / "scanners").zap.image.partition("@")[0]
    assert image in zap
    assert [line[-1] for line in cleaning] == [name, network[4]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return a function that runs the command in a copy of the project, and its exit code."""
    for name in ("labs", "mkdocs.yml", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "docs" / "results").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    def command(*words: str, commit: str = COMMITTED.commit) -> int:
        given = ["--commit", commit, "--how", COMMITTED.how]
        monkeypatch.setattr(sys, "argv", ["advices", "record-zap", *words, *given])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert isinstance(end.value.code, int)
        return end.value.code

    return command


def test_the_command_writes_the_committed_record(run: Callable[..., int], tmp_path: Path) -> None:
    files = [f"{name}={SAMPLES}/zap/real-{name}.json" for name in REAL]
    assert run("web-scan", *files) == 0
    written = tmp_path / "docs" / "results" / recorded.FILE
    assert written.read_bytes() == (ROOT / "docs" / "results" / recorded.FILE).read_bytes()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("web-scan", "best=x.json"), "the variants are bad, good, half"),
        (("web-scan", "bad=x.json"), "No such file"),
        (("build-cache", "bad=x.json"), "has no [scan]"),
    ],
)
def test_the_command_says_what_is_wrong(
    run: Callable[..., int], words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    assert says in " ".join(capsys.readouterr().err.split())
