"""An audit as SARIF: results with their rules and lines, fixes that apply, and fingerprints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from audit_called import world
from audit_reports import log, policy
from audit_world import BAD, World

from advices import audit
from advices.audit.report.replacements import replacements

__all__ = ["world"]


def test_each_finding_is_a_result_with_its_rule_line_and_level(world: World) -> None:
    found = world.audited()
    run = log(found, policy("non-root"), site="https://example.org/a", version="1.0")
    rules = run["tool"]["driver"]["rules"]
    assert {one["helpUri"] for one in rules} == {
        f"https://example.org/a/chapters/{one['id']}/" for one in rules
    }
    by_rule = {one["ruleId"]: one for one in run["results"]}
    assert by_rule.keys() == {one.finding.lab for one in audit.judged(found, policy())}
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        (place,) = (where["physicalLocation"] for where in one["locations"])
        assert place["artifactLocation"] == {"uri": "Dockerfile", "uriBaseId": "%SRCROOT%"}
    assert by_rule["non-root"]["level"] == "error"
    assert by_rule["base-image"]["level"] == "warning"
    slim = by_rule["base-image"]
    assert slim["locations"][0]["physicalLocation"]["region"]["startLine"] == 1
    assert "9.00 MB, and 1.00 MB with this change alone" in slim["message"]["text"]


def test_without_a_site_there_is_no_link(world: World) -> None:
    found = world.audited()
    assert "helpUri" not in json.dumps(log(found, policy()))


def applied(text: str, changes: list[dict[str, Any]]) -> str:
    """Return a text with replacements, as a reader of SARIF makes them: from the last one on."""
    starts = [0]
    for line in text.split("\n")[:-1]:
        starts.append(starts[-1] + len(line) + 1)

    def at(region: dict[str, int], end: str) -> int:
        place = starts[region[f"{end}Line"] - 1] + region[f"{end}Column"] - 1
        assert place <= len(text)
        return place

    for one in reversed(changes):
        region = one["deletedRegion"]
        new = one.get("insertedContent", {}).get("text", "")
        text = text[: at(region, "start")] + new + text[at(region, "end") :]
    return text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\nc\n", "a\nx\nc\n"),
        ("a\nb", "a\nb\nc"),
        ("a\nb", "x"),
        ("", "a\nb\n"),
        ("a\r\nb\r\n", "z\r\na\r\nb\r\n"),
        ("a\n", ""),
        ("a\n\N{LINE SEPARATOR}b\x0cc\nd\n", "a\nd\ne\n"),
        ("é\n🐳\n", "é\n🐳 x\n"),
        ("a\n\n\nb\n", "b\n\n\na\n"),
    ],
)
def test_replacements_make_the_new_text(old: str, new: str) -> None:
    assert applied(old, replacements(old, new)) == new


def test_a_fix_makes_the_file_that_was_built(world: World) -> None:
    found = world.audited()
    built = {one.remedy.name: one.change.dockerfile for one in found.trial.tried}
    fixes = [one["fixes"][0] for one in log(found, policy())["results"] if "fixes" in one]
    texts = set()
    for fix in fixes:
        (change,) = fix["artifactChanges"]
        assert change["artifactLocation"]["uri"] == "Dockerfile"
        texts.add(applied(BAD, change["replacements"]))
    assert texts == {built[name] for name in found.trial.names}
    assert len(texts) >= 3


def test_a_fix_of_one_stage_leaves_the_later_ones(world: World) -> None:
    whole = BAD.replace("python:3.14", "python:3.14 AS app") + "FROM scratch\nCOPY --from=app / /\n"
    (world.root / "Dockerfile").write_text(whole)
    found = world.audited(target="app")
    fixes = [one["fixes"][0] for one in log(found, policy())["results"] if "fixes" in one]
    assert len(fixes) >= 2
    for fix in fixes:
        made_of_it = applied(whole, fix["artifactChanges"][0]["replacements"])
        assert made_of_it != whole
        assert made_of_it.endswith("FROM scratch\nCOPY --from=app / /\n")
    assert "--target app" in log(found, policy())["results"][0]["message"]["text"]


def test_a_dockerfile_in_a_compose_file_has_no_lines_there(world: World) -> None:
    (world.root / "Dockerfile").unlink()
    text = "".join(f"        {line}\n" for line in BAD.splitlines())
    compose = f"services:\n  web:\n    build:\n      dockerfile_inline: |\n{text}"
    (world.root / "compose.yaml").write_text(compose)
    found = world.audited()
    results = log(found, policy())["results"]
    assert len(results) >= 2
    for one in results:
        place = one["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "compose.yaml"
        assert place["region"] == {"startLine": 1}
        assert "fixes" not in one
        assert "advices audit . " in one["message"]["text"]
        assert "--service web" in one["message"]["text"]
        assert "--file" not in one["message"]["text"]
    assert set(audit.linted(found.project).missing.values()) == {
        "the Dockerfile is written in compose.yaml"
    }
    assert 'name="project web"' in audit.junit(found, policy())


def test_a_fingerprint_survives_lines_that_move_and_numbers(world: World) -> None:
    def prints() -> dict[str, str]:
        results = log(world.audited(), policy())["results"]
        names = [one["partialFingerprints"]["primaryLocationLineHash"] for one in results]
        assert len(set(names)) == len(names)
        return {one["ruleId"]: n for one, n in zip(results, names, strict=True)}

    before = prints()
    file = world.root / "Dockerfile"
    file.write_text("# a comment\n\n" + BAD.replace("EXPOSE 8080/tcp\n", ""))
    (world.root / "app.py").write_text("print(2)\n" * 99)
    assert prints() == before
    # A fix that is lost makes no new finding of one that a rule knows too.
    world.refuses = lambda text: "USER 10001" in text
    assert prints()["non-root"] == before["non-root"]


def test_a_folder_below_the_root_of_its_repository_is_found_from_there(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    (result, *_) = log(world.audited(), policy())["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "project/Dockerfile"
