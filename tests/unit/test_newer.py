"""What a newer toolkit has written: it is neither read nor replaced, and the message says so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import factory
import fake_bench
import made_labs
import pytest

from advices.core import ResultInvalid
from advices.core.files import write_whole
from advices.core.paths import Layout
from advices.lab.measure_name import MeasureName
from advices.measure.plan import Samples
from advices.notebooks import checking, labs
from advices.notebooks.checking import check_labs
from advices.notebooks.labs import run_labs
from advices.results import history
from advices.site.registration import Macros
from advices.workshop import workshop

SLUG = "build-cache"
RESULTS = ("build-cache.json", "exercises/build-cache.json")
HISTORY = "history/build-cache.jsonl"


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """Return a project with a result and a history, in which nothing may be measured."""
    made = Layout(made_labs.project(tmp_path / "project"))
    (made.root / "mkdocs.yml").touch()
    entry = history.entry(factory.result(), MeasureName("disk_bytes"), ())
    write_whole(*history.appended(made.results, SLUG, entry))
    monkeypatch.setattr(labs, "one_by_one", lambda *_: pytest.fail("it measures"))
    monkeypatch.setattr(checking, "two_at_once", lambda *_: pytest.fail("it measures"))
    monkeypatch.setattr(workshop, "connect", lambda *_: pytest.fail("it asks for an engine"))
    return made


def make_newer(file: Path) -> bytes:
    """Give the file, or its last line, the next version, and a field that we do not know."""
    *lines, last = (
        file.read_text("utf-8").strip().split("\n")
        if file.suffix == ".jsonl"
        else [file.read_text("utf-8")]
    )
    data = json.loads(last)
    data |= {"schema_version": data["schema_version"] + 1, "new": "field"}
    file.write_text("\n".join([*lines, json.dumps(data)]) + "\n", "utf-8")
    return file.read_bytes()


@pytest.mark.parametrize("name", [*RESULTS, HISTORY])
@pytest.mark.parametrize("force", [True, False])
def test_a_run_replaces_nothing_newer_and_says_so_before_it_measures(
    force: bool, name: str, layout: Layout
) -> None:
    before = make_newer(layout.results / name)
    with pytest.raises(ResultInvalid, match=r"has schema version \d; this toolkit reads") as told:
        run_labs(fake_bench.workshop(layout), [], Samples(), force=force)
    assert Path(name).name in told.value.what
    assert "update the toolkit" in told.value.next_step
    assert (layout.results / name).read_bytes() == before


@pytest.mark.parametrize("name", RESULTS)
def test_a_check_compares_with_nothing_newer(name: str, layout: Layout) -> None:
    before = make_newer(layout.results / name)
    with pytest.raises(ResultInvalid, match=r"build-cache\.json has schema version") as told:
        check_labs(fake_bench.workshop(layout), [SLUG], Samples())
    assert "update the toolkit" in told.value.next_step
    assert (layout.results / name).read_bytes() == before


@pytest.mark.parametrize(
    ("name", "macro"),
    [
        (RESULTS[0], lambda macros: macros.measure(SLUG, "bad", "uid")),
        (RESULTS[1], lambda macros: macros.exercise(SLUG)),
        (HISTORY, lambda macros: macros.dashboard()),
    ],
)
def test_the_site_shows_nothing_newer(name: str, macro: object, layout: Layout) -> None:
    def macros() -> Macros:
        """Return the macros of one build: it reads each file once."""
        return Macros(layout.labs, layout.results.parent, lambda: "index.md")

    assert callable(macro)
    assert macro(macros())
    make_newer(layout.results / name)
    with pytest.raises(ResultInvalid, match="has schema version"):
        macro(macros())


@pytest.mark.parametrize("words", [["run"], ["run", "--force"], ["check"]])
def test_the_command_ends_with_one_message(words: list[str], layout: Layout) -> None:
    before = make_newer(layout.results / RESULTS[0])
    done = subprocess.run(
        [sys.executable, "-m", "advices", *words, SLUG],
        cwd=layout.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ResultInvalid.exit_code == 17, done.stderr
    assert done.stderr.splitlines() == [
        "error: build-cache.json has schema version 3; this toolkit reads 2",
        "why: a newer toolkit wrote it, and this one can neither read nor replace it",
        "next: update the toolkit; to keep this version for good, remove the file",
    ]
    assert (layout.results / RESULTS[0]).read_bytes() == before
