"""What an audit reads of a compose file: the service that it builds, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from read_projects import composed, made, read, told

from advices import audit
from advices.audit.reading.found import PRINTED_BYTES
from advices.core import LabInvalid
from advices.engine import Start

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
