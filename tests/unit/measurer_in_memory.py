"""A measurer of a made-up lab on an engine in memory, and the fixture of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_bench
import made_labs
import pytest
from container_programs import Program, printed
from layer_tars import file, layer_tar
from local_sites import site
from memory_engine import MemoryEngine

from advices.core import Layout
from advices.core.events import Event
from advices.engine.start import Start
from advices.images.memory import LayerMemory
from advices.lab.model import AnotherStart, Lab
from advices.measure.candidate import Candidate
from advices.measure.ground import Ground
from advices.measure.plan import Samples, steps
from advices.measure.variant import Measurer
from advices.runs.lifecycle import Run
from advices.scanners import wapiti
from advices.scanners.images import ScannerImage

ROOT = Path(__file__).parents[2]
BASE = "python:3.14-slim"
REPORT = (ROOT / "tests" / "samples" / "wapiti" / "hardened.json").read_bytes()
TOOLS = {f"bin/{name}": file(b"#!", 0o755) for name in ("sh", "bash", "zsh")}


class Here:
    """A measurer of a lab on an engine in memory. `pages` are what the next starts show.

    A start shows its page, or ends at once where there is None.
    """

    def __init__(self, lab: Lab, folder: Path, port: int) -> None:
        self.lab, self.folder, self.port = lab, folder, port
        self.pages: list[bytes | None] = []
        self.page = b"a page"
        self.said: list[Event] = []
        self.engine = MemoryEngine(self._runs)
        digests = ("python@sha256:1",)
        self.engine.add(BASE, layer_tar({"etc/base": file(b"base")}), repo_digests=digests)
        self.engine.content = lambda _: TOOLS
        memory = LayerMemory(folder)
        image = ScannerImage("wapiti", "scanner/wapiti:1", "sha256:1")
        scanners: Any = SimpleNamespace(find=lambda _: image)
        parts = {"engine": self.engine, "scanners": scanners, "memory": memory}
        shop = fake_bench.workshop(Layout(ROOT), self.said.append, **parts)
        self.shop, self.run = shop, Run("run-1", folder / "scratch")
        self.measurer = Measurer(shop, lab, self.run, {}, Ground(lab.slug))
        self.own_word, self.measurer._word = self.measurer._word, lab.slug

    def measure(self, candidate: Candidate, samples: Samples) -> Any:
        return self.measurer.measure(candidate, steps(self.lab, samples))

    def with_probes(self, *probes: str, **more: Any) -> None:
        self.lab = self.measurer._lab = self.lab.model_copy(update={"probes": probes, **more})

    def _runs(self, image: str, how: Start) -> Program:
        if image == "scanner/wapiti:1":
            asked = json.dumps({"status": 200, "server": "gunicorn/1"})
            return printed(asked, files={wapiti.REPORT: REPORT})
        if how.entrypoint is not None:
            # A client that keeps requests in flight while its site is stopped.
            return printed('in flight\n{"lost": 0}\n')
        page = self.pages.pop(0) if self.pages else b"a page"
        if page is None:
            return printed("its last lines")
        self.page = page
        return Program(port=self.port)

    @property
    def marks(self) -> list[str]:
        """Return the marks of the bases that were made, in order."""
        found = [files["/etc/docker-advices-run"].decode() for _, files in self.engine.with_more]
        return [text.removeprefix("run-1 ").strip() for text in found]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    lab = made_labs.read_lab(tmp_path)
    starts = {"bare": AnotherStart(says="", read_only=True)}
    lab = lab.model_copy(update={"starts": starts, "probes": ("files",)})
    with site(lambda _: (200, made.page)) as port:
        made = Here(lab, tmp_path, port)
        yield made
