"""What compose says of a project, on a real engine: stage, rights, ignore file, database."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_audits import audited
from engine_project import ROOT

from advices import audit
from advices.core import Layout, NotMeasured
from advices.lab import MeasureName
from advices.workshop import Workshop

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("own_state")]

# It gives up root as nginx or gosu do, which needs a capability, and asks its database first.
APP = """\
import http.server, os, signal, socket, sys

socket.create_connection((os.environ["DB"], 5432), timeout=5).close()
assert os.path.exists("kept") and not os.path.exists("left-out")
os.setgid(1000)
os.setuid(1000)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.ThreadingHTTPServer(("", 8080), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
DOCKERFILE = """\
ARG TAG=none
FROM python:${TAG} AS prod
WORKDIR /app
COPY . .
CMD ["python", "gone.py"]

# Nobody builds it.
FROM prod AS test
RUN exit 3
"""
COMPOSE = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: secret}
  web:
    build: {context: ., dockerfile: docker/Dockerfile, target: prod, args: {TAG: "$TAG"}}
    command: python app.py
    environment: [DB=db]
    ports: ["80:8080"]
    depends_on: [db]
    healthcheck: {test: curl http://localhost:8080/index.html}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in {
        "app.py": APP,
        "docker/Dockerfile": DOCKERFILE,
        "docker/Dockerfile.dockerignore": "left-out\ndocker\ncompose.yaml\n.env\n",
        ".dockerignore": "kept\n",
        ".env": "TAG=3.14-slim\n",
        "compose.yaml": COMPOSE,
        "index.html": "<h1>hello</h1>\n",
        "kept": "",
        "left-out": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def test_a_service_is_built_and_started_as_compose_says(project: Path) -> None:
    found = audited(project, variables={})
    assert found.left_out == {}
    yours = found.trial.yours
    # It reached its database, gave up root, and got what its own ignore file lets in.
    assert (found.trial.silence, yours.boot.answered, yours.boot.uid) == ("", True, 1000)
    assert [step.name for step in yours.builds["cold"].steps] == ["COPY . ."]
    assert yours.measures()[MeasureName("stop_exit_code")] == 0


def test_without_its_database_the_rest_is_judged(project: Path) -> None:
    text = COMPOSE.replace("postgres:17", "example.invalid/made-up:1")
    (project / "compose.yaml").write_text(text)
    found = audited(project, variables={})
    assert "example.invalid/made-up:1 could not be had" in found.left_out["with db"]
    assert not found.trial.yours.boot.answered
    assert found.trial.yours.builds["edit-source"].steps_run == 1


def test_stages_of_one_file_share_what_they_have_in_common(project: Path) -> None:
    (project / "Dockerfile").write_text(
        "FROM python:3.14-slim AS common\n"
        "RUN --mount=type=cache,target=/c head -c 300000 /dev/urandom > /random\n"
        "FROM common AS web\nCOPY app.py .\nFROM common AS worker\nCOPY index.html .\n"
    )
    (project / "compose.yaml").write_text(
        "services: {web: {build: {target: web}}, worker: {build: {target: worker}}}"
    )
    projects = [
        audit.read_project(project, audit.Asked(service=name)) for name in ("web", "worker")
    ]
    found = audit.shared_bytes(Workshop(Layout(ROOT), print), projects)
    web, worker = found.alone.values()
    own = found.together - found.shared
    assert found.shared > 300_000
    # Each has one layer of its own: a small file.
    assert 0 < own < 5_000
    assert found.together == web + worker - found.shared


def test_a_base_that_no_registry_gives_is_not_measured(project: Path) -> None:
    with pytest.raises(NotMeasured, match="made-up"):
        audited(project, variables={"TAG": "made-up"})
