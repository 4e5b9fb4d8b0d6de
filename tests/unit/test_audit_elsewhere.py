"""An audit of a folder whose Dockerfile or context is elsewhere: its diff applies."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from audit_reports import log, policy
from audit_world import BAD, World, git, made, read, world

from advices import audit
from advices.audit.touches import touches

__all__ = ["world"]
COMPOSE = "services:\n  web:\n    build:\n      context: ..\n      dockerfile: {}\n"


def deployed(world: World, dockerfile: str = "Dockerfile") -> Path:
    """Move a project's start into a folder `deploy` of it, with the root as context."""
    root = world.root
    git(root, "init", "-q")
    world.root = root / "deploy"
    world.root.mkdir()
    (world.root / "compose.yaml").write_text(COMPOSE.format(dockerfile))
    if dockerfile != "Dockerfile":
        (root / "Dockerfile").rename(root / dockerfile)
    return root


@pytest.mark.parametrize("name", ["Dockerfile", "deploy/Dockerfile"])
@pytest.mark.parametrize("program", [["git", "apply"], ["patch", "-p1"]])
def test_the_diff_applies_in_the_root_of_the_repository(
    world: World, name: str, program: list[str]
) -> None:
    root = deployed(world, name)
    found = world.audited()
    diff = audit.diff(found)
    assert f"--- a/{name}\n+++ b/{name}\n" in diff
    assert str(root) not in diff
    assert "`git apply` in the root of the repository, or let" in audit.how_to_apply(found)
    subprocess.run(program, cwd=root, input=diff.encode(), check=True, capture_output=True)
    assert (root / name).read_text() == next(new for _, new in found.files.values())


def test_no_report_holds_a_path_of_the_machine(world: World, tmp_path: Path) -> None:
    deployed(world)
    found = world.audited()
    rules = policy()
    reports = {
        "record": json.dumps(audit.record(found, rules)),
        "html": audit.html(found, rules),
        "markdown": audit.markdown(found, rules),
        "sarif": audit.sarif(found, rules),
        "junit": audit.junit(found, rules),
    }
    assert [name for name, text in reports.items() if str(tmp_path) in text] == []
    for name in ("html", "markdown"):
        assert "in the root of the repository" in reports[name]
    assert "docker build --tag advices-audit --file ../Dockerfile .." in reports["html"]
    chosen = {one.name: one.value for one in found.project.chosen}
    assert (chosen["Dockerfile"], chosen["context"]) == ("../Dockerfile", "..")


def test_the_fix_is_written_where_the_file_is(world: World) -> None:
    root = deployed(world)
    found = world.audited()
    audit.write_fix(found.project.folder, found.files)
    assert "USER 10001:10001" in (root / "Dockerfile").read_text()
    assert (root / ".dockerignore").read_text() == ".git\n"
    assert [*found.files] == ["../Dockerfile", "../.dockerignore"]


def test_places_in_sarif_begin_at_the_root_of_the_repository(world: World) -> None:
    deployed(world)
    results = log(world.audited(), policy())["results"]
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"] for one in results]
    places += [
        changed["artifactLocation"]
        for one in results
        for fix in one.get("fixes", ())
        for changed in fix["artifactChanges"]
    ]
    assert len(places) > len(results)
    assert {one["uri"] for one in places} == {"Dockerfile", ".dockerignore"}
    assert {one["uriBaseId"] for one in places} == {"%SRCROOT%"}


def test_what_the_reader_names_outside_of_a_repository_has_a_diff_from_above_both(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "build").mkdir()
    file = tmp_path / "build" / "Dockerfile"
    file.write_text(BAD)
    asked: dict[str, Any] = {"file": file, "context": world.root}
    found = world.audited(**asked)
    diff = audit.diff(found)
    assert "--- a/build/Dockerfile\n" in diff
    assert "in the folder `..` of the audited one, or let" in audit.how_to_apply(found)
    subprocess.run(["patch", "-p1"], cwd=tmp_path, input=diff.encode(), check=True)
    assert "USER 10001:10001" in file.read_text()


def test_a_project_in_its_own_folder_has_a_diff_from_there(world: World) -> None:
    found = world.audited()
    assert "--- a/Dockerfile\n" in audit.diff(found)
    assert "in the folder that was audited, or let" in audit.how_to_apply(found)


def test_lines_of_a_compose_file_are_edited_by_hand(world: World) -> None:
    (world.root / "Dockerfile").unlink()
    text = "".join(f"        {line}\n" for line in BAD.splitlines())
    compose = f"services:\n  web:\n    build:\n      dockerfile_inline: |\n{text}"
    (world.root / "compose.yaml").write_text(compose)
    found = world.audited()
    wanted = "The diff changes the Dockerfile written in `compose.yaml`: edit that file by hand."
    assert audit.how_to_apply(found) == wanted
    assert "git apply" not in audit.html(found) + audit.markdown(found)


def test_of_several_services_the_own_code_is_edited(tmp_path: Path) -> None:
    files = {
        "services/api/Dockerfile": "FROM a\nCOPY . .\n",
        "services/api/app.py": "print(1)\n",
        "services/jobs/Dockerfile": "FROM a\nCOPY . .\n",
        "services/jobs/app.py": "print(1)\n" * 99,
        "shared/__init__.py": "",
    }
    root = made(tmp_path, **files)
    (root / "app.py").unlink()
    edited = {
        name: touches(read(root, file=root / f"services/{name}/Dockerfile", context=root))
        for name in ("api", "jobs")
    }
    assert edited["api"]["edit-source"].file == "services/api/app.py"
    assert edited["jobs"]["edit-source"].file == "services/jobs/app.py"
