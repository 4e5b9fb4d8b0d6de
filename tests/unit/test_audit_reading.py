"""What an audit reads of a project: bake files, stages, ignore files, languages, packages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from read_projects import made, read, told

from advices import audit
from advices.audit.lab_of import copy_context, ignore_text
from advices.audit.reading.languages import languages
from advices.audit.reading.page import page_of
from advices.audit.touches import touches
from advices.core import LabInvalid

# ---------- bake ----------

BAKED: dict[str, Any] = {
    "group": {"default": {"targets": ["web"]}},
    "target": {
        "api": {"context": "api"},
        "web": {
            "context": ".",
            "dockerfile": "Dockerfile",
            "args": {"TAG": "9", "NONE": None},
            "secret": ["id=x"],
        },
    },
}


def test_a_target_of_a_bake_file_is_built_as_buildx_says(tmp_path: Path) -> None:
    asked: list[tuple[Path, list[str], list[str]]] = []

    def bake(folder: Path, files: Any, targets: Any) -> dict[str, Any]:
        asked.append((folder, [*files], [*targets]))
        return BAKED

    root = made(tmp_path, **{"docker-bake.hcl": ""})
    found = audit.read_project(root, audit.Asked(variables={}), bake)
    assert asked == [(root, ["docker-bake.hcl"], [])]
    assert (found.service, found.built, found.build_args) == ("web", ("web", "api"), {"TAG": "9"})
    assert found.source().dockerfile.external_images == ("python:9",)
    assert told(found)["of the build"] == ("left out secret", "")
    found = audit.read_project(root, audit.Asked(service="web", variables={}), bake)
    assert asked[-1] == (root, ["docker-bake.hcl"], ["web"])
    with pytest.raises(LabInvalid, match="names no target"):
        audit.read_project(root, audit.Asked(variables={}), lambda *_: {})


# ---------- stages, ignore files ----------


@pytest.mark.parametrize(
    ("target", "first"), [("one", 0), ("TWO", 1), ("0", 0), ("2", 2), ("three", 2), ("", 2)]
)
def test_a_stage_ends_the_file(target: str, first: int, tmp_path: Path) -> None:
    parts = ["# syntax=x\nFROM a AS one\nRUN 1\n", "# Two.\nFROM b AS Two\n", "FROM one AS three\n"]
    found = read(made(tmp_path, Dockerfile="".join(parts)), target=target)
    assert found.text == "".join(parts[: first + 1])
    assert found.text + found.rest == "".join(parts)


def test_a_stage_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabInvalid, match="there is no stage `x`") as refused:
        read(made(tmp_path, Dockerfile="FROM a AS one\nFROM b\n"), target="x")
    assert refused.value.why == "its stages are one, stage-1"


def test_a_dockerfiles_own_ignore_file_wins(tmp_path: Path) -> None:
    root = made(
        tmp_path / "project",
        docker__Dockerfile="FROM a\nCOPY app.py .\n",
        a="",
        b="",
        **{".dockerignore": "a\n", "docker__Dockerfile.dockerignore": "b\n"},
    )
    usual = read(root)
    assert (usual.ignore, ignore_text(usual)) == (root / ".dockerignore", "a\n")
    found = read(root, file=root / "docker" / "Dockerfile")
    own = root / "docker" / "Dockerfile.dockerignore"
    assert (found.ignore, ignore_text(found)) == (own, "b\n")
    assert told(found)["ignore file"] == ("docker/Dockerfile.dockerignore", "")
    names = {file.name for file in found.files()}
    assert ("a" in names, "b" in names) == (True, False)
    assert "b" not in found.source().files
    copy = copy_context(found, tmp_path / "copy")
    assert (copy / ".dockerignore").read_text() == "b\n"
    assert ((copy / "a").exists(), (copy / "b").exists()) == (True, False)


# ---------- languages, pages ----------


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["requirements.txt"], "Python with pip"),
        (["requirements-dev.txt", "uv.lock", "pyproject.toml"], "Python with uv"),
        (["pyproject.toml", "poetry.lock"], "Python with poetry"),
        (["Pipfile", "Pipfile.lock"], "Python with pipenv"),
        (["pdm.lock"], "Python with pdm"),
        (["pyproject.toml"], "Python"),
        (["setup.py"], "Python"),
        (["app.py"], "Python"),
        (["package.json", "yarn.lock"], "JavaScript with yarn"),
        (["package.json"], "JavaScript"),
        (["go.mod", "main.go"], "Go"),
        (["Gemfile"], "Ruby with bundler"),
        (["Cargo.toml"], "Rust with cargo"),
        (["pom.xml"], "Java with Maven"),
        (["build.gradle.kts"], "Java with Gradle"),
        (["composer.json"], "PHP with composer"),
        (["src/x.csproj"], ".NET"),
        (["requirements.txt", "web/package.json"], "Python with pip, JavaScript"),
        (["vendor/github.com/x/go.mod", "README.md"], ""),
    ],
)
def test_a_language_is_told_by_the_names_of_files(files: list[str], said: str) -> None:
    assert ", ".join(one.told() for one in languages(files)) == said


@pytest.mark.parametrize(
    ("command", "page"),
    [
        ("curl -f http://localhost:8000/healthz", "/healthz"),
        ("wget -q -O- 'http://127.0.0.1/up?x=1' || exit 1", "/up?x=1"),
        ("curl http://localhost:8000", "/"),
        ('["CMD","curl","http://[::1]:8000/a/b"]', "/a/b"),
        ("curl http://web:80/x", "/x"),
        ("curl https://localhost/x", ""),
        ("curl http://example.org/x", ""),
        ("python -c \"urlopen('http://localhost:8000/ok')\"", "/ok"),
        ("curl http://localhost:$PORT/x", "/x"),
        ("pg_isready", ""),
    ],
)
def test_the_page_of_a_health_check(command: str, page: str) -> None:
    assert page_of(command, "web") == page


def test_the_page_and_port_of_a_dockerfile(tmp_path: Path) -> None:
    text = "FROM a\nEXPOSE 53/udp 81\nHEALTHCHECK CMD curl http://localhost:81/up\n"
    found = read(made(tmp_path, Dockerfile=text))
    assert (found.port, found.url_path) == (81, "/up")
    assert read(tmp_path, env={"PORT": "9"}).port == 9


# ---------- what is touched ----------


@pytest.mark.parametrize(
    ("files", "touched"),
    [
        (["requirements.txt", "pyproject.toml"], "requirements.txt"),
        (["Pipfile", "Pipfile.lock"], "Pipfile"),
        (["Pipfile.lock"], None),
        (["requirements/prod.txt"], "requirements/prod.txt"),
        (["requirements-prod.txt", "notes.txt"], "requirements-prod.txt"),
        (["requirements-dev.txt", "requirements.txt"], "requirements.txt"),
        (["pdm.lock", "pyproject.toml"], "pdm.lock"),
        (["api/requirements.txt"], "api/requirements.txt"),
        (["a/b/c/requirements.txt"], None),
        (["go.mod", "go.sum"], "go.mod"),
        (["Gemfile", "Gemfile.lock"], "Gemfile"),
        (["Cargo.toml", "Cargo.lock"], "Cargo.toml"),
        (["pom.xml"], "pom.xml"),
        (["build.gradle.kts"], "build.gradle.kts"),
    ],
)
def test_the_list_of_packages_is_touched_where_a_comment_does_no_harm(
    files: list[str], touched: str | None, tmp_path: Path
) -> None:
    root = made(tmp_path)
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n")
    found = touches(read(root)).get("edit-packages")
    assert (found.file if found else None) == touched


def test_a_list_that_is_copied_comes_before_one_that_is_not(tmp_path: Path) -> None:
    root = made(tmp_path, Dockerfile="FROM a\nCOPY web/package.json .\n", go__mod="")
    (root / "go.mod").write_text("module x\n")
    (root / "web").mkdir()
    (root / "web" / "package.json").write_text('{ "name": "x" }\n')
    found = touches(read(root))["edit-packages"]
    assert found.file is None
    (edit,) = found.edits
    assert edit.file == "web/package.json"
    after = json.loads(edit.applied('{ "name": "x" }\n').replace("{sample}", "1"))
    assert after == {"//": "1", "name": "x"}


@pytest.mark.parametrize("text", ["{}", "[1]", "no JSON", '{"a": "{sample}"}', "[" * 100_000])
def test_json_that_takes_no_line_is_not_touched(text: str, tmp_path: Path) -> None:
    root = made(tmp_path)
    (root / "package.json").write_text(text)
    assert "edit-packages" not in touches(read(root))
