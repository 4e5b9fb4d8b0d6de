"""What a check needs that no Dockerfile decides is done before it, with an engine in memory."""

from __future__ import annotations

from pathlib import Path

import fake_bench
import made_labs
import pytest
from container_programs import Program
from layer_tars import file, layer_tar
from local_sites import site
from memory_engine import MemoryEngine

from advices.core import Layout
from advices.measure import QUICK, Bench, Ground, check, get_ready
from advices.runs import Run

ROOT = Path(__file__).parents[2]
BASE = "python:3.14-slim"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> MemoryEngine:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    return MemoryEngine()


def bench_on(engine: MemoryEngine, folder: Path) -> Bench:
    exercise = made_labs.read_exercise(folder)
    shop = fake_bench.workshop(Layout(ROOT), lambda _: None, engine=engine)
    run = Run("run-1", folder / "scratch")
    return Bench(shop, exercise, run, samples=QUICK, owner=False, ground=Ground("word"))


def marked(engine: MemoryEngine) -> list[str]:
    return [files["/etc/docker-advices-run"].decode() for _, files in engine.with_more]


def test_a_check_finds_its_base_marked(engine: MemoryEngine, tmp_path: Path) -> None:
    engine.add(BASE, layer_tar({"etc/base": file(b"base")}), repo_digests=("python@sha256:1",))
    bench = bench_on(engine, tmp_path)
    get_ready(bench)
    ready = marked(engine)
    assert ready == ["run-1 word-yours-1\n"]
    assert (engine.orders, engine.started) == ([], []), "nothing is built or started for it"
    with site(lambda _: (200, b"a page")) as port:
        engine.runs = lambda _image, _how: Program(port=port)
        mine = bench.lab.dockerfile("bad")
        check(bench, mine)
    assert [mark for mark in marked(engine) if "yours" in mark] == ready
    assert engine.orders


def test_what_is_not_here_is_left_to_the_check(engine: MemoryEngine, tmp_path: Path) -> None:
    get_ready(bench_on(engine, tmp_path))
    assert (engine.pulled, engine.with_more, engine.orders) == ([], [], [])


def test_a_base_that_names_another_index_is_marked_again(
    engine: MemoryEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container serves the prefetched packages; another one has another address."""
    monkeypatch.setenv("ADVICES_INDEX_WAY", "shelf")
    engine.add(BASE, layer_tar({"etc/base": file(b"base")}), repo_digests=("python@sha256:1",))
    bench = bench_on(engine, tmp_path)
    for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
        monkeypatch.setenv("ADVICES_INDEX_URL", f"http://{address}:8000/")
        get_ready(bench)
    told = [files["/etc/pip.conf"].decode() for _, files in engine.with_more]
    assert ["10.0.0.1" in told[0], "10.0.0.2" in told[1], len(told)] == [True, True, 2]
