"""A project whose build gets secrets, on an engine in memory that keeps what BuildKit keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from audit_world import read
from container_programs import STATUS, Program, printed
from layer_tars import file, layer_tar, sha
from local_sites import site
from memory_engine import MemoryEngine

from advices import audit
from advices.audit.how import How
from advices.core import Layout, StepFailed
from advices.engine import RUN_LABEL, BuildOrder, Built, Start

ROOT = Path(__file__).parents[2]
VALUE = "hunter2-and-more"

DOCKERFILE = """\
FROM python:3.14-slim
ARG TOKEN
ARG VERSION
LABEL version=$VERSION
ARG STEERS
WORKDIR /app
COPY . .
RUN echo $STEERS
RUN get $TOKEN
RUN --mount=type=secret,id=netrc cat /run/secrets/netrc
USER 5
CMD ["python", "app.py"]
"""


class World:
    """An engine that keeps what BuildKit keeps: arguments in the history, files in layers."""

    def __init__(self, root: Path, port: int) -> None:
        self.root, self.port = root, port
        self.engine = MemoryEngine(self._runs)
        base = layer_tar({"base": file(b"x")})
        self.engine.add("python:3.14-slim", base, repo_digests=("python@sha256:1",))
        self.engine.build = self._build  # type: ignore[method-assign]
        self.leaks_secret = False
        self.how = How()
        self.secrets: list[dict[str, str]] = []
        self.cached: dict[str, dict[str, str]] = {}
        self.arguments: list[dict[str, str]] = []
        self.fails: Callable[[BuildOrder], str] = lambda _: ""

    def audited(self, *secrets: str, say: Any = print, **asked: Any) -> audit.Audit:
        from advices.workshop import Workshop

        workshop = Workshop(Layout(ROOT), say, engine=self.engine)
        given = tuple(map(audit.Secret.parse, secrets))
        return audit.audited(workshop, read(self.root, secrets=given, **asked), how=self.how)

    def _build(self, order: BuildOrder, on_step: Any = None) -> Built:
        text = order.dockerfile.read_text("utf-8")
        secrets = {name: at.read_text() for name, at in order.secrets.items()}
        self.secrets.append(secrets)
        # Secrets are in no key of the build cache.
        key = f"{text} {order.build_args}"
        if order.no_cache or key not in self.cached:
            self.cached[key] = secrets
        secrets = self.cached[key]
        self.arguments.append(dict(order.build_args))
        if order.build_args.get("STEERS", "") not in ("", "1"):
            raise StepFailed("[5/9] RUN echo $STEERS: no such version")
        if fault := self.fails(order):
            raise StepFailed(fault)
        (below,) = (self.engine._find(one) for one in order.bases.values())
        assert below is not None
        files = {
            f"app/{p.name}": file(p.read_bytes()) for p in order.context.iterdir() if p.is_file()
        }
        ignore = order.context / ".dockerignore"
        if ignore.is_file() and "**/.env" in ignore.read_text():
            files.pop("app/.env", None)
        if self.leaks_secret:
            files["netrc"] = file(secrets.get("netrc", "").encode())
        values = {k: v for k, v in order.build_args.items() if f"ARG {k}" in text}
        words = (*below.created_by, f"RUN |{len(values)} {values} /bin/sh")
        # An image's id is that of its history too.
        labels = {RUN_LABEL: order.run_id, "history": sha("".join(words).encode())}
        config = {"WorkingDir": "/app", "Labels": labels}
        layers = (*below.layers, layer_tar(files))
        self.engine.add(order.tag, *layers, config=config, created_by=words)
        return Built((), 1.0)

    def _runs(self, _image: str, how: Start) -> Program:
        if how.entrypoint is not None:
            return printed("no python\n", exit_code=1)
        return Program(port=self.port, answers=lambda _: STATUS + "Gid:\t5\t5\nGroups:\t\n")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    root = tmp_path / "project"
    root.mkdir()
    texts = {"Dockerfile": DOCKERFILE, "app.py": "", ".env": "A=1", ".env.example": "A=", "x": "y"}
    for name, text in texts.items():
        (root / name).write_text(text, "utf-8")
    (tmp_path / "netrc").write_text(VALUE)
    with site(lambda _: (200, b"a page")) as port:
        yield World(root, port)
