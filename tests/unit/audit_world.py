"""A project to audit, and an engine in memory whose images are what its Dockerfiles say."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import factory
import fake_bench
import pytest
from container_programs import STATUS, Program, printed
from layer_tars import file, layer_tar
from local_sites import sites
from memory_engine import MemoryEngine

from advices import audit
from advices.core import DiskFull, Layout, StepFailed
from advices.engine import RUN_LABEL, BuildOrder, BuildStep, Built, Start
from advices.lab import parse_dockerfile
from advices.results import Boot, VariantResult

ROOT = Path(__file__).parents[2]
BAD = """\
FROM python:3.14
WORKDIR /app
# All of it.
COPY . .
RUN pip install -r requirements.txt
EXPOSE 8080/tcp
CMD python app.py
"""


def made(root: Path, dockerfile: str = BAD, **files: str) -> Path:
    """Return a project of these files, with a list of packages and some code."""
    texts = {"Dockerfile": dockerfile, "requirements.txt": "flask==3.1\n", "app.py": "print(1)\n"}
    for name, text in {**texts, **{n.replace("__", "/"): t for n, t in files.items()}}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def read(root: Path, **asked: Any) -> audit.Project:
    return audit.read_project(root, audit.Asked(**asked))


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)


def committed(root: Path, message: str = "x") -> Path:
    if not (root / ".git").exists():
        git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", message)
    return root


def measured(answered: bool = True, **values: Any) -> VariantResult:
    boot = Boot(answered=answered, uid=values.pop("uid", 1000), page_digest=values.pop("page", "a"))
    return factory.variant().model_copy(update={"boot": boot, "probed": values})


class World:
    """A project on an engine whose images are what its Dockerfiles say."""

    def __init__(self, root: Path, port_of: Callable[[bytes], int]) -> None:
        self.root, self._port_of = root, port_of
        self.refuses: Callable[[str], bool] = lambda _text: False
        self.page: Callable[[str], bytes] = lambda _text: b"a page"
        self.checks: Callable[[str], int] = lambda _text: 0
        self.config: Callable[[str], dict[str, Any]] = lambda _text: {}
        self.healthy: Callable[[str], bool] = lambda _text: True
        self.fills: Callable[[str], bool] = lambda _text: False
        self.checked: list[dict[str, str]] = []
        self.texts: dict[str, str] = {}
        self.ends = False
        self.engine = MemoryEngine(self._runs)
        for name, size in (("python:3.14", 9_000_000), ("python:3.14-slim", 1_000_000)):
            base = layer_tar({"usr/lib/base": file(b"x" * size)})
            self.engine.add(name, base, repo_digests=(f"python@sha256:{size}",))
        self.engine.build = self._build  # type: ignore[method-assign]

    def audited(self, check: str = "", **asked: Any) -> audit.Audit:
        workshop = fake_bench.workshop(Layout(ROOT), engine=self.engine)
        return audit.audited(workshop, read(self.root, **asked), check)

    def _build(self, order: BuildOrder, on_step: Any = None) -> Built:
        text = order.dockerfile.read_text("utf-8")
        if self.refuses(text):
            raise StepFailed("[2/3] RUN x failed", next_step="fix it")
        if self.fills(text):
            raise DiskFull("no space left on device")
        base = str(parse_dockerfile(text).final_base)
        below = self.engine._find(order.bases[base])
        assert below is not None
        ignore = order.context / ".dockerignore"
        ignored = ignore.read_text() if ignore.is_file() else ""
        copies = text.index("COPY . ") < text.index("pip install")
        edited = order.tag.rpartition("-")[2] if "edit" in order.tag else ""
        layer = layer_tar({"app/x": file(f"{text}{ignored}{edited}".encode())})
        config = {"WorkingDir": "/app", "Labels": {RUN_LABEL: order.run_id}, **self.config(text)}
        image = self.engine.add(order.tag, *below.layers, layer, config=config)
        self.texts[image.id] = text
        ran = "edit-source" in order.tag
        return Built(
            (
                BuildStep("COPY . .", cached=False, seconds=0.1),
                BuildStep("RUN pip install", cached=ran and not copies, seconds=2.0),
            ),
            2.0,
        )

    def _runs(self, image: str, how: Start) -> Program:
        text = self.texts.get(image) or self.texts[self.engine._find(image).image.id]  # type: ignore[union-attr]
        if how.entrypoint == ("sh", "-c"):
            self.checked.append(dict(how.env))
            return printed("the last line\n", exit_code=self.checks(text))
        if how.entrypoint is not None:
            return printed("no python\n", exit_code=1)
        if self.ends:
            return printed("its last words\n", exit_code=1)
        uid = "10001" if "USER 10001" in text else "0"
        status = STATUS.replace("1000", uid) + f"Gid:\t{uid}\t{uid}\nGroups:\t\n"
        healthy = self.healthy(text)
        return Program(
            port=self._port_of(self.page(text)),
            answers=lambda argv: status if argv != ["check"] else "ok" if healthy else None,
        )


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    with sites() as port_of:
        yield World(made(tmp_path / "project"), port_of)


def worker(world: World, of: Callable[[str], Program]) -> list[str]:
    """Make the project's program one that serves nothing; return the images of its starts."""
    runs, started = world.engine.runs, []

    def instead(image: str, how: Start) -> Program:
        if how.entrypoint is not None:
            return runs(image, how)  # type: ignore[return-value]
        started.append(image)
        return of(world.texts[world.engine._find(image).image.id])  # type: ignore[union-attr]

    world.engine.runs = instead
    return started
