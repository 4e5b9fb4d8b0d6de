"""The wheel: it works outside of the repository, with what it asks for and nothing else."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from installed import ROOT, Installed, asked_for, installed
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from source_files import SOURCE, imported, sources

from advices.cli.extras import MODULES, extra_missing

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
OUTSIDE = "is not inside a Docker Advices project"


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return installed(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("words", [(), ("audit",), ("learn",), ("sbom",)], ids=" ".join)
def test_it_has_a_help(words: tuple[str, ...], toolkit: Installed, empty: Path) -> None:
    done = toolkit.run("advices", *words, "--help", cwd=empty)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: advices" in done.stdout


def test_it_tells_its_version(toolkit: Installed, empty: Path) -> None:
    done = toolkit.run("advices", "--version", cwd=empty)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"docker-advices {PROJECT['version']}\n"


def test_what_pypi_shows_leads_nowhere_that_pypi_does_not_have(
    toolkit: Installed, empty: Path
) -> None:
    told = "from importlib.metadata import metadata as m; print(m('docker-advices').get_payload())"
    shown = toolkit.run("python", "-c", told, cwd=empty).stdout
    assert "advices audit ~/my-project" in shown
    links = re.findall(r"\]\(([^)\s]+)|(?:src|href)=\"([^\"]+)", shown)
    assert [one for pair in links for one in pair if one and "://" not in one] == []
    # Each extra of the package is told, and no other one.
    assert {*re.findall(r"docker-advices\[([a-z]+)\]", shown)} == {*EXTRAS}


def test_what_other_commands_need_is_not_there(toolkit: Installed, empty: Path) -> None:
    for module in ("nbclient", "jupyter_server", "mkdocs", "cyclonedx", "pip"):
        done = toolkit.run("python", "-c", f"import {module}", cwd=empty)
        assert f"No module named '{module}'" in done.stderr
    assert toolkit.run("python", "-c", "import advices.audit", cwd=empty).stderr == ""


def test_the_doctor_examines_a_machine_without_the_repository(
    toolkit: Installed, empty: Path
) -> None:
    done = toolkit.run("advices", "doctor", cwd=empty)
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(r"^bad  engine: ", done.stdout, re.M)


def test_the_settings_of_a_pip_elsewhere_count_where_the_environment_has_none(
    toolkit: Installed, empty: Path, tmp_path: Path
) -> None:
    program = tmp_path / "bin" / "pip3"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho \"global.index-url='https://index.example/simple'\"\n")
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    done = toolkit.run("advices", "doctor", cwd=empty, env={"PATH": path})
    (line,) = (one for one in done.stdout.splitlines() if "pip in builds" in one)
    assert "pip's global.index-url" in line


@pytest.mark.parametrize(
    "words",
    [
        *(("learn",), ("run",), ("check",), ("list",), ("lint",), ("prefetch",), ("bases",)),
        *(("watch", "build-cache"), ("check-exercise", "build-cache"), ("advisories", "x")),
        *(("bundle", "save", "x"),),
    ],
    ids=" ".join,
)
def test_what_needs_the_repository_says_so(
    words: tuple[str, ...], toolkit: Installed, empty: Path
) -> None:
    done = toolkit.run("advices", *words, cwd=empty)
    assert (done.returncode, done.stdout) == (10, "")
    what, why, step = done.stderr.splitlines()
    assert what == f"error: {empty} {OUTSIDE}"
    assert why.endswith("this command works on the labs")
    assert step.startswith("next: run it in a clone of the repository; `advices audit PATH` works")
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (("learn", "--no-browser"), "learn"),
        (("run", "build-cache"), "labs"),
        (("check", "build-cache"), "labs"),
        (("watch", "build-cache"), "labs"),
        (("check-exercise", "build-cache"), "labs"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else one,
)
def test_what_needs_an_extra_says_which(
    words: tuple[str, ...], extra: str, toolkit: Installed, empty: Path
) -> None:
    done = toolkit.run("advices", *words, cwd=ROOT)
    assert (done.returncode, done.stdout) == (59, "")
    what, why, step = done.stderr.splitlines()
    assert what.startswith("error: this command needs the package ")
    assert why == f"why: docker-advices was installed without its extra `{extra}`"
    assert step.startswith(f"next: `pip install 'docker-advices[{extra}]'`, ")


def test_an_audit_outside_of_the_repository_needs_an_engine_and_nothing_else(
    toolkit: Installed, empty: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "Dockerfile").write_text("FROM python:3.14-slim\nCMD true\n")
    done = toolkit.run("advices", "audit", str(project), cwd=empty)
    assert done.returncode == 11
    assert "error: no Docker engine" in done.stderr
    assert list(empty.iterdir()) == []
    assert [one.name for one in project.iterdir()] == ["Dockerfile"]


def test_it_brings_the_recipes_of_bases_and_scanners(toolkit: Installed, empty: Path) -> None:
    told = "from advices.core import anywhere; print(anywhere().bases, anywhere().scanners)"
    done = toolkit.run("python", "-c", told, cwd=empty)
    for folder in map(Path, done.stdout.split()):
        assert folder.is_relative_to(toolkit.folder)
        ours = {one.name: one.read_bytes() for one in (ROOT / "labs" / folder.name).iterdir()}
        assert {one.name: one.read_bytes() for one in folder.iterdir()} == ours
    inside = toolkit.run("python", "-c", told, cwd=ROOT / "labs" / "app")
    assert inside.stdout.split()[0] == str(ROOT / "labs" / "bases")


def test_a_module_that_no_extra_brings_is_a_fault_of_ours() -> None:
    assert extra_missing(ModuleNotFoundError(name="advices.nowhere")) is None
    assert extra_missing(ModuleNotFoundError("without a name")) is None
    found = extra_missing(ModuleNotFoundError(name="cyclonedx.model"))
    assert found is not None
    assert "docker-advices[sbom]" in found.next_step


def test_what_the_package_imports_is_asked_for_by_it_or_by_one_of_its_extras() -> None:
    core = asked_for(PROJECT["dependencies"])
    brought = {name: asked_for(asked) for name, asked in EXTRAS.items()}
    brought["learn"] |= brought["labs"]
    brought["class"] |= brought["learn"]
    providers = packages_distributions()
    modules = {name.partition(".")[0] for file in sources(SOURCE) for name in imported(file)}
    # Python brings `compression` from 3.14 on.
    for module in sorted(modules - sys.stdlib_module_names - {"advices", "compression"}):
        by = {canonicalize_name(one) for one in providers[module]}
        extra = next((name for name, known in MODULES.items() if module in known), None)
        assert by & (core if extra is None else brought[extra]).keys(), module


@pytest.mark.parametrize(("use", "without"), [("tools", "class"), ("hub", ""), ("dev", "")])
def test_what_a_use_of_the_project_installs_has_all_that_the_package_asks_for(
    use: str, without: str
) -> None:
    listed = re.findall(
        r"^([\w.-]+)==", (ROOT / f"requirements/{use}.txt").read_text("utf-8"), re.M
    )
    extras = [asked for name, asked in EXTRAS.items() if name != without]
    asked = [one for asked in (PROJECT["dependencies"], *extras) for one in asked]
    names = {canonicalize_name(Requirement(one).name) for one in asked} - {"docker-advices"}
    assert names - {canonicalize_name(one) for one in listed} == set()
