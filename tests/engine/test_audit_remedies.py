"""Remedies of an audit on a real engine: what BuildKit says of them, secrets, variables, health."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from audit_corpus import FILES, source
from engine_project import ROOT

from advices import audit
from advices.audit.remedies import REMEDIES, together
from advices.core import Layout, at_once, run
from advices.engine import client_settings, connect
from advices.lab import without_syntax
from advices.runs import lifecycle
from advices.workshop import Workshop

pytestmark = pytest.mark.engine

NOBODY = "nobody"
PASSED = f'target stage "{NOBODY}"'
VALUE = "a-token-of-this-test"
APP = """\
import http.server, os, signal, sys, uuid

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        # It differs from answer to answer.
        body = f"<p>{uuid.uuid4()} {os.environ['TZ']}</p>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.ThreadingHTTPServer(("", 8080), Page).serve_forever()
"""
HEALTH = "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/')"
DOCKERFILE = f"""\
FROM python:3.14-slim
ENV LANG C.UTF-8 \\
    # for the page
    PAGE 1
ENV TZ=UTC
ARG TOKEN
ARG STEERS
RUN test "${{STEERS:-1}}" = 1
# It needs the token.
RUN test -n "$TOKEN"
RUN --mount=type=secret,id=netrc grep -q {VALUE[:7]} /run/secrets/netrc
WORKDIR /app
COPY . .
USER 10001:10001
EXPOSE 8080
HEALTHCHECK CMD python -c "{HEALTH}"
CMD ["python", "app.py"]
"""


def test_buildkit_reads_what_the_remedies_make(tmp_path: Path) -> None:
    said = {}

    def read(name: str) -> None:
        before = source(name)
        text = without_syntax(together(before, REMEDIES).dockerfile)
        file = tmp_path / f"{name}.Dockerfile"
        file.write_bytes(text.encode())
        # BuildKit reads all instructions before it looks for the target, and needs no image.
        argv = ["docker", "buildx", "build", "--target", NOBODY, "--file", str(file), str(tmp_path)]
        env = client_settings.build_environment()
        said[name] = run(argv, accept=frozenset({1}), env=env).stderr

    at_once({name: partial(read, name) for name in FILES}, 2)
    assert {*said} == {*FILES}
    assert {name: one for name, one in said.items() if PASSED not in one} == {}


def test_buildkit_says_what_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM scratch\nCOPY --form=a /a /b\n")
    argv = ["docker", "buildx", "build", "--target", NOBODY, "--file", str(file), str(tmp_path)]
    env = client_settings.build_environment()
    assert PASSED not in run(argv, accept=frozenset({1}), env=env).stderr


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "netrc").write_text(VALUE)
    for name, text in {"app.py": APP, "Dockerfile": DOCKERFILE, ".env": "A=1\n"}.items():
        (root / name).write_text(text, "utf-8")
    yield root
    mine = lifecycle._owner()
    assert [run for run in connect().run_ids() if run.startswith(mine)] == []


def test_what_an_image_shows_is_found_and_hidden(project: Path) -> None:
    heard: list[str] = []
    asked = audit.Asked(
        build_args={"TOKEN": "tok-of-the-reader"},
        secrets=(audit.Secret("netrc", project.parent / "netrc"),),
    )
    workshop = Workshop(Layout(ROOT), lambda event: heard.append(str(event)))
    found = audit.audited(workshop, audit.read_project(project, asked))
    told = {(one.kind, one.name): one for one in found.trial.canaries}
    token, steers = told["build argument", "TOKEN"], told["build argument", "STEERS"]
    assert token.places["secrets_in_history"] > 0
    assert "secrets_in_layers" in token.places
    assert steers.unjudged == "a build with a made-up value fails"
    assert told["file", ".env"].places["secrets_in_layers"] == 1
    # Its build looks into the secret, and fails with a made-up one: the real one is looked for.
    netrc = told["secret", "netrc"]
    assert (netrc.unjudged, netrc.is_found, bool(netrc.places)) == ("", False, True)
    assert {*found.trial.names} >= {"ignore", "env", "secret"}
    fixed = found.trial.fixed
    assert fixed is not None
    assert (found.trial.yours.probed["env_wrong"], fixed.probed["env_wrong"]) == (2, 0)
    assert fixed.boot.answered
    assert told["file", ".env"].after == dict.fromkeys(told["file", ".env"].places, 0)
    # The page differs from answer to answer, and its health check passes.
    assert "without numbers and tokens" in found.trial.changing
    new = found.files["Dockerfile"][1]
    assert "# for the page\nENV LANG=C.UTF-8 \\\n    PAGE=1\n" in new
    assert '--mount=type=secret,id=TOKEN export TOKEN="$(cat /run/secrets/TOKEN)" && ' in new
    assert VALUE not in f"{heard} {audit.record(found)} {audit.markdown(found)}"
