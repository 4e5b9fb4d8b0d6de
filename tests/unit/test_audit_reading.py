"""What an audit reads of a project: compose and bake files, stages, ignore files, languages."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from advices import audit
from advices.audit.lab_of import copy_context, ignore_text
from advices.audit.reading.found import PRINTED_BYTES
from advices.audit.reading.languages import languages
from advices.audit.reading.page import page_of
from advices.audit.reading.places import places_of
from advices.audit.touches import touches
from advices.core import LabInvalid
from advices.engine import Start

DOCKERFILE = "ARG TAG=3.14\nFROM python:${TAG}\nCOPY . .\nCMD python app.py\n"


def made(root: Path, **files: str) -> Path:
    """Return a project of these files; in a name `__` is a slash and `_` a dot."""
    texts = {"Dockerfile": DOCKERFILE, "app.py": "", **files}
    for name, text in texts.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def read(root: Path, **asked: Any) -> audit.Project:
    return audit.read_project(root, audit.Asked(**{"variables": {}, **asked}))


def composed(root: Path, text: str, **files: str) -> Path:
    return made(root, **{"compose.yaml": text, **files})


def told(project: audit.Project) -> dict[str, tuple[str, str]]:
    return {one.name: (one.value, one.option) for one in project.chosen}


# ---------- compose ----------

WEB = """\
services:
  db:
    image: postgres:${PG:-17}
    environment: {POSTGRES_PASSWORD: secret}
    volumes: ["data:/var/lib/postgresql/data"]
  web:
    build:
      context: ./api
      dockerfile: Containerfile.prod
      target: prod
      args:
        TAG: ${TAG}
        UNSET:
    image: mine
    command: gunicorn --bind "0.0.0.0:${PORT}" app
    entrypoint: ["/entry", "$$HOME"]
    env_file: [.env, {path: gone.env, required: false}]
    environment:
      DATABASE_URL: postgres://u:${PW:-x}@db/x
      GONE:
    ports: ["127.0.0.1:8000:80", "9000/udp", {target: 81}]
    expose: [82]
    user: "1000"
    read_only: true
    tmpfs: /tmp:size=1m
    depends_on: {db: {condition: service_healthy}}
    healthcheck: {test: ["CMD-SHELL", "curl -f http://localhost:80/healthz || exit 1"]}
    volumes: [".:/app"]
    cap_drop: [ALL]
volumes: {data: {}}
"""
PROD = "ARG TAG=1\nFROM python:${TAG} AS prod\nCMD app\n\n# Tests.\nFROM prod AS test\nRUN t\n"


def test_a_service_of_a_compose_file_is_built_and_started_as_it_says(tmp_path: Path) -> None:
    root = composed(
        tmp_path,
        WEB,
        **{"api__Containerfile.prod": PROD, ".env": "TAG=3.14\nPORT=80\nPW='a$b'\n"},
    )
    found = read(root)
    assert (found.service, found.built) == ("web", ("web",))
    assert (found.dockerfile, found.context) == (root / "api/Containerfile.prod", root / "api")
    assert (found.text, found.rest) == (PROD[:46], PROD[46:])
    assert found.text.endswith("CMD app\n\n")
    assert found.rest.startswith("# Tests.\n")
    assert found.build_args == {"TAG": "3.14"}
    assert found.source().dockerfile.external_images == ("python:3.14",)
    database = "postgres://u:a$b@db/x"
    assert found.env == {"TAG": "3.14", "PORT": "80", "PW": "a$b", "DATABASE_URL": database}
    assert (found.port, found.url_path) == (80, "/healthz")
    assert found.how == Start(
        env=found.env,
        user="1000",
        read_only=True,
        tmpfs=("/tmp",),
        default_capabilities=False,
        command=("gunicorn", "--bind", "0.0.0.0:80", "app"),
        entrypoint=("/entry", "$HOME"),
        printed_bytes=PRINTED_BYTES,
    )
    (db,) = found.beside
    assert (db.name, db.image, db.env) == ("db", "postgres:17", {"POSTGRES_PASSWORD": "secret"})
    assert told(found) == {
        "service": ("web", "--service"),
        "of the container": ("left out volumes", ""),
        "Dockerfile": ("api/Containerfile.prod", "--file"),
        "target": ("prod", "--target"),
        "context": ("api", "--context"),
        "port": ("80", "--port"),
        "page": ("/healthz", "--url-path"),
    }


def test_what_the_reader_says_comes_before_what_compose_says(tmp_path: Path) -> None:
    root = composed(
        tmp_path,
        WEB,
        **{"api__Containerfile.prod": PROD, ".env": "TAG=3.14\nPORT=80\n"},
    )
    found = read(
        root,
        build_args={"TAG": "mine"},
        env={"PW": "p", "PORT": "1"},
        port=7,
        url_path="/x",
        target="test",
        variables={"PG": "16", "PORT": "81"},
        images={"db": "mysql:8", "cache": "redis:7"},
    )
    assert (found.text, found.rest) == (PROD, "")
    assert found.source().dockerfile.external_images == ("python:mine",)
    assert (found.port, found.url_path, found.env["PORT"]) == (7, "/x", "1")
    # The environment comes before .env.
    assert "0.0.0.0:81" in found.how.command
    assert [(one.name, one.image) for one in found.beside] == [
        *(("db", "mysql:8"), ("cache", "redis:7")),
    ]
    assert found.beside[0].env == {"POSTGRES_PASSWORD": "secret"}


def test_of_several_that_build_the_first_is_taken_and_said(tmp_path: Path) -> None:
    text = "services:\n  db: {image: x}\n  a: {build: .}\n  b: {build: {context: .}}\n"
    root = composed(tmp_path, text)
    found = read(root)
    assert (found.service, found.built) == ("a", ("a", "b"))
    (why,) = (one.why for one in found.chosen if one.name == "service")
    assert why == "it is the first of 2 of compose.yaml that build: a, b"
    assert read(root, service="b").service == "b"
    (root / "compose.yaml").write_text(text.replace("{build: .}", "{build: ., profiles: [x]}"))
    assert read(root).built == ("b", "a")
    for name, says in (("db", "builds no image"), ("c", "has no service `c`")):
        with pytest.raises(LabInvalid, match=says):
            read(root, service=name)


@pytest.mark.parametrize(
    "name", ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"]
)
def test_every_name_of_a_compose_file_is_known(name: str, tmp_path: Path) -> None:
    found = read(made(tmp_path, **{name: "services: {s: {build: .}}"}))
    assert found.service == "s"


def test_a_compose_file_that_builds_nothing_is_left_out(tmp_path: Path) -> None:
    found = read(composed(tmp_path, "services: {db: {image: postgres}}"))
    assert (found.service, told(found)["compose.yaml"]) == ("", ("left out", "--service"))
    # One that is wrong is no reason not to audit the Dockerfile that was asked for.
    (tmp_path / "compose.yaml").write_text("[")
    assert read(tmp_path, file=tmp_path / "Dockerfile").service == ""


def test_another_compose_file_is_read_by_its_name(tmp_path: Path) -> None:
    text = "services: {s: {build: {context: .., dockerfile: Dockerfile}}}"
    root = made(tmp_path, **{"deploy__prod.yml": text})
    found = read(root, file=root / "deploy" / "prod.yml")
    assert (found.service, found.context) == ("s", root)
    assert found.shown(found.dockerfile) == "Dockerfile"


def test_a_dockerfile_within_a_compose_file_is_measured_and_not_written(tmp_path: Path) -> None:
    text = "services:\n  s:\n    build:\n      dockerfile_inline: |\n        FROM a:${T:-1}\n"
    found = read(composed(tmp_path, text))
    assert (found.text, found.inline) == ("FROM a:1\n", True)
    with pytest.raises(LabInvalid, match=r"is written in compose\.yaml"):
        found.must_be_writable()
    (tmp_path / "compose.yaml").unlink()
    read(tmp_path).must_be_writable()


def test_what_is_not_set_and_what_is_merged_elsewhere_is_said(tmp_path: Path) -> None:
    text = (
        "services: {s: {build: {context: ., secrets: [x]}, environment: ['A=$GONE'], init: true}}"
    )
    found = read(composed(tmp_path, text, **{"compose.override.yaml": ""}))
    assert found.env == {"A": ""}
    assert told(found)["${GONE}"] == ("empty", "")
    assert told(found)["compose.override.yaml"] == ("left out", "--file")
    assert told(found)["of the build"] == ("left out secrets", "")
    assert told(found)["of the container"] == ("left out init", "")


def test_services_may_need_each_other_in_a_circle(tmp_path: Path) -> None:
    text = """\
services:
  web: {build: ., depends_on: [a]}
  a: {image: a, depends_on: [b]}
  b: {image: b, depends_on: [a, web]}
"""
    found = read(composed(tmp_path, text))
    assert [one.name for one in found.beside] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("services: {s: {build: ../..}}", "compose.yaml: context: `../..` leads out of"),
        ("services: {s: {build: /etc}}", "`/etc` leads out of"),
        ("services: {s: {build: link}}", "`link` leads out of"),
        ("services: {s: {build: 'https://example.org/x.git'}}", "is on another machine"),
        ("services: {s: {build: gone}}", "gone is no folder"),
        ("services: {s: {build: {dockerfile: ../outside/D}}}", "leads out of"),
        ("services: {s: {build: {dockerfile: link/secret}}}", "leads out of"),
        ("services: {s: {build: ., env_file: link/secret}}", "leads out of"),
        ("services: {s: {build: ., env_file: gone}}", "there is no file `gone`"),
        ("services: {s: {build: ., env_file: latin}}", "latin cannot be read"),
        ("services: {s: {build: ., extends: {service: x}}}", "this one needs others"),
        ("include: [x]\nservices: {s: {build: .}}", "include: an audit reads one compose file"),
        ("services: {s: {build: ., depends_on: [gone]}}", "has no service `gone`"),
        ("services: {s: {build: ., ports: ['x']}}", "services.s.ports: `x` is no port"),
        ("services: {s: {build: ., ports: 80}}", "services.s.ports: this is no list"),
        ("services: {s: {build: ., command: 'a \"b'}}", "services.s.command: No closing quotation"),
        ("services: {s: {build: ., environment: {A: [b]}}}", "environment.A: a text is expected"),
        ("services: {s: {build: [a]}}", "services.s.build: a table of names"),
        ("services: {s: {build: {target: gone}}}", "there is no stage `gone`"),
        ("services: {../s: {build: .}}", "services: `../s` is no name of a service"),
        ('services: {"a\\e[2Jb": {build: .}}', "`a?[2Jb` is no name of a service"),
        ('services: {s: {build: "\\e[2J/../.."}}', "`?[2J/../..` leads out of"),
        ('services: {s: {build: ., ports: ["\\e[2J"]}}', "`?[2J` is no port"),
        ("services: [s]", "services: there are none"),
        ("- a", "services: there are none"),
        ("", "services: there are none"),
    ],
)
def test_what_is_wrong_or_leads_out_of_the_project_is_refused(
    text: str, says: str, tmp_path: Path
) -> None:
    root = composed(tmp_path / "project", text)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("A=the secret\n")
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "latin").write_bytes(b"A=\xff\n")
    with pytest.raises(LabInvalid) as refused:
        read(root)
    assert says in str(refused.value)
    assert "the secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["compose.yaml", "Dockerfile", "docker-bake.hcl"])
def test_a_link_out_of_the_project_is_not_followed(name: str, tmp_path: Path) -> None:
    root = made(tmp_path / "project")
    outside = tmp_path / "outside"
    outside.write_text("services: {s: {build: .}}")
    (root / name).unlink(missing_ok=True)
    (root / name).symlink_to(outside)
    with pytest.raises(LabInvalid, match=f"^{name} leads out of the project"):
        read(root)


def test_the_variables_of_a_link_out_of_the_project_are_not_read(tmp_path: Path) -> None:
    root = composed(tmp_path / "project", "services: {s: {build: ., environment: [A=$S]}}")
    (tmp_path / "outside").write_text("S=the secret\n")
    (root / ".env").symlink_to(tmp_path / "outside")
    with pytest.raises(LabInvalid, match=r"\.env: `\.env` leads out of"):
        read(root)


def test_the_root_of_the_repository_is_part_of_the_project(tmp_path: Path) -> None:
    root = made(tmp_path, **{"deploy__compose.yaml": "services: {s: {build: ..}}"})
    with pytest.raises(LabInvalid, match="leads out of"):
        read(root / "deploy")
    (root / ".git").mkdir()
    assert read(root / "deploy").context == root
    assert places_of(root / "deploy").root == root


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


def test_an_ignore_file_may_be_a_link_within_the_project_only(tmp_path: Path) -> None:
    root = made(tmp_path / "project", real="a\n")
    (root / ".dockerignore").symlink_to("real")
    assert (read(root).ignore, ignore_text(read(root))) == (root / "real", "a\n")
    (tmp_path / "outside").write_text("b\n")
    (root / ".dockerignore").unlink()
    (root / ".dockerignore").symlink_to(tmp_path / "outside")
    with pytest.raises(LabInvalid, match=r"^\.dockerignore leads out of the project"):
        read(root)


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


def test_the_same_can_be_asked_of_another_copy(tmp_path: Path) -> None:
    files = {"api__Containerfile.prod": PROD, ".env": "TAG=3.14\nPORT=80\nPW=x\n"}
    one = read(composed(tmp_path / "one", WEB, **files), target="test", env={"MORE": "1"})
    composed(tmp_path / "two", WEB, **files)

    def there(path: Path) -> Path:
        return tmp_path / "two" / path.relative_to(tmp_path / "one")

    two = audit.read_project(tmp_path / "two", one.asked_at(there))
    same = ("text", "build_args", "env", "port", "url_path", "how", "beside", "service", "target")
    assert [getattr(two, name) for name in same] == [getattr(one, name) for name in same]
    assert two.context == tmp_path / "two" / "api"


@pytest.mark.parametrize("named", ["pipe", ".", "large", "gone", "x" * 5000, "circle"])
def test_what_is_no_dockerfile_is_refused_and_not_waited_for(named: str, tmp_path: Path) -> None:
    root = composed(tmp_path, f"services: {{s: {{build: {{dockerfile: {named}}}}}}}")
    os.mkfifo(root / "pipe")
    (root / "circle").symlink_to("circle")
    (root / "large").write_text("FROM a\n" + "# x\n" * 300_000)
    with pytest.raises(LabInvalid):
        read(root)


@pytest.mark.parametrize("name", [".env", "compose.yaml"])
def test_a_pipe_is_no_text(name: str, tmp_path: Path) -> None:
    root = made(tmp_path)
    (root / name).unlink(missing_ok=True)
    os.mkfifo(root / name)
    if name == ".env":
        (root / "compose.yaml").write_text("services: {s: {build: .}}")
        with pytest.raises(LabInvalid, match="cannot be read"):
            read(root)
    else:
        assert read(root).service == ""


def test_a_bake_file_names_nothing_outside_either(tmp_path: Path) -> None:
    root = made(tmp_path / "project", **{"docker-bake.json": "{}"})
    for path in ("../outside", "a\0b"):
        said = {"target": {"t": {"context": ".", "dockerfile": path}}}
        with pytest.raises(LabInvalid, match=r"docker-bake\.json: dockerfile: "):
            audit.read_project(root, audit.Asked(variables={}), lambda *_, said=said: said)
