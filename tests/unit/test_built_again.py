"""A commit that another machine builds again: what it is offered, and how the images differ."""

from __future__ import annotations

import configparser
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_bench
import made_labs
import pytest
from container_programs import Program
from layer_tars import file, layer_tar, tree
from local_sites import site
from memory_engine import MemoryEngine

from advices.core import LabInvalid, Layout
from advices.engine import BuildOrder
from advices.images.memory import LayerMemory
from advices.lab import Claim, Lab, MeasureName, Replay, labfile
from advices.measure.candidate import copied, of_learner, of_mistake, of_variant, replayed
from advices.measure.installed import behind, installed, moved
from advices.measure.keys import Keys
from advices.measure.plan import BuildImage, Samples, steps, steps_for
from advices.measure.variant import Measurer
from advices.packages import newest_versions, selection, settings
from advices.results.record import VariantResult
from advices.runs.lifecycle import Run

JUNE, SEPTEMBER = "django==5.2.14\nSqlParse==0.5.5\n", "django==5.2.17\nsqlparse==0.5.5\n"
REPLAYS = """
[replays.again]
says = "another machine builds it"
again = true

[replays.later]
says = "another machine builds it later"
again = true
index = "september.txt"
"""
LAB = f'index = "june.txt"\n{made_labs.LAB}{REPLAYS}'
ROOT = Path(__file__).parents[2]
BASE = "python:3.14-slim"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return read_lab(tmp_path)


def read_lab(root: Path, toml: str = LAB) -> Lab:
    project = made_labs.project(root)
    folder = project / "labs" / "build-cache"
    (folder / "june.txt").write_text(JUNE, "utf-8")
    (folder / "september.txt").write_text(SEPTEMBER, "utf-8")
    return made_labs.read_lab(root, toml)


# ---------- what lab.toml may say ----------


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"june.txt"', '"gone.txt"', "lab.toml:1: the file gone.txt does not exist"),
        ('"september.txt"', '"gone.txt"', "the file gone.txt does not exist"),
        ('"september.txt"', '"../june.txt"', "replays.later.index: String should"),
        ("again = true\nindex", "index", "`index` needs `again`"),
        ("again = true\nindex", 'overlay = "more"\nindex', "`overlay` needs `again`"),
        ("again = true\nindex", 'again = true\noverlay = "gone"\nindex', "folder gone does not"),
    ],
)
def test_a_wrong_key_is_named_with_its_line(old: str, new: str, fault: str, tmp_path: Path) -> None:
    assert LAB.count(old) == 1
    with pytest.raises(LabInvalid) as caught:
        read_lab(tmp_path, LAB.replace(old, new))
    assert fault in str(caught.value)


def test_a_build_is_offered_what_its_day_had(lab: Lab) -> None:
    assert lab.newest() == lab.newest("cold") == lab.newest("again") == JUNE
    assert lab.newest("later") == SEPTEMBER
    assert made_labs.read_lab(lab.folder.parents[1]).newest() == ""


# ---------- what pip is offered ----------


def test_pip_is_held_back_and_finds_its_index_all_the_same() -> None:
    found = settings.held_back(settings.files("http://172.17.0.1:5081/index/"), JUNE)
    conf = configparser.ConfigParser()
    conf.read_string(found[settings.PIP_CONF])
    assert dict(conf["global"]) == {
        "index-url": "http://172.17.0.1:5081/index/",
        "trusted-host": "172.17.0.1",
        "constraint": settings.NEWEST,
    }
    assert found[settings.NEWEST] == "django<=5.2.14\nsqlparse<=0.5.5\n"
    assert settings.UV_TOML in found


def test_where_pip_goes_straight_out_it_is_only_held_back() -> None:
    found = settings.held_back({}, JUNE)
    assert found[settings.PIP_CONF] == f"[global]\nconstraint = {settings.NEWEST}\n"
    assert set(found) == {settings.PIP_CONF, settings.NEWEST}


def test_what_each_day_offered_is_prefetched(lab: Lab) -> None:
    found = {one.requirement for one in selection.of_lab(lab)}
    assert {"django==5.2.14", "django==5.2.17", "sqlparse==0.5.5"} <= found


def test_comments_and_ranges_of_a_list_are_no_versions() -> None:
    text = "# by uv\ndjango==5.2.14 \\\n    --hash=sha256:1\nflask>=3\n\n"
    assert newest_versions(text) == {"django": "5.2.14"}


# ---------- what is compared ----------


def distribution(name: str, version: str, below: str = "venv/lib/python3.14") -> dict[str, Any]:
    return {f"{below}/site-packages/{name}-{version}.dist-info/METADATA": file(b"x")}


def test_packages_are_known_by_project_and_version() -> None:
    layer = {
        **distribution("Django", "5.2.14"),
        **distribution("psycopg_binary", "3.3.4", "usr/local/lib/python3.14"),
        **distribution("both", "1"),
        **distribution("both", "2", "opt/lib/python3.14"),
        "srv/notes-1.dist-info/METADATA": file(b"no package"),
        "venv/lib/python3.14/site-packages/old.egg-info": file(b"no version"),
    }
    assert installed(tree(layer)) == {
        "both": "1 2",
        "django": "5.2.14",
        "psycopg-binary": "3.3.4",
    }


def test_a_package_moved_if_it_is_another_a_new_or_a_lost_one() -> None:
    before = {"same": "1", "other": "1", "lost": "1"}
    assert moved(before, {"same": "1", "other": "2", "new": "1"}) == 3
    assert moved(before, before) == 0


def test_a_package_is_behind_if_any_of_it_is_older() -> None:
    newest = {"django": "5.2.10", "both": "2", "odd": "2"}
    assert behind({"django": "5.2.9", "both": "1 2", "unknown": "1"}, newest) == 2
    assert behind({"django": "5.2.10", "both": "3", "odd": "no version"}, newest) == 0


def test_a_new_clone_has_new_times_and_the_same_files(lab: Lab, tmp_path: Path) -> None:
    (lab.folder / "more").mkdir()
    (lab.folder / "more" / "lock.txt").write_text("new\n")
    copy = copied(lab, of_variant(lab, "good"), tmp_path / "copy", canary="")
    before = (copy, *copy.rglob("*"))
    for path in before:
        os.utime(path, (0, 0))
    began = time.time() - 1
    replayed(lab.folder, copy, Replay(says="", again=True, overlay="more"), "mark")
    assert (copy / "lock.txt").read_text() == "new\n"
    files = [copy, *copy.rglob("*")]
    assert set(files) == {*before, copy / "lock.txt"}
    assert all(path.stat().st_mtime >= began for path in files)


# ---------- how it is measured ----------


def test_what_is_built_again_is_built_once_and_finds_nothing(lab: Lab) -> None:
    planned = [one for one in steps(lab, Samples(2, 3)) if isinstance(one, BuildImage)]
    again = [one for one in planned if one.build in ("again", "later")]
    assert again == [BuildImage("again", 1, again=True), BuildImage("later", 1, again=True)]
    assert [one.build for one in planned if one.first] == ["cold", "cold", "again", "later"]


@pytest.mark.parametrize("name", ["new_layers", "packages_moved", "packages_behind"])
def test_a_claim_about_it_needs_its_layers(name: str, lab: Lab) -> None:
    claim = Claim(id="c", says="", measure=MeasureName(name, "later"), equals=0)
    planned = steps_for(lab, [claim])
    assert [one.build for one in planned if isinstance(one, BuildImage)] == ["cold", "later"]
    assert ("cold", "later") in [getattr(one, "builds", ()) for one in planned]


class Here:
    """A measurer on an engine in memory, whose builds install what a test says."""

    def __init__(self, lab: Lab, folder: Path, port: int) -> None:
        self.lab = lab
        self.installs: dict[str, dict[str, Any]] = {}
        self.engine = MemoryEngine(lambda _image, _how: Program(port=port))
        digests = ("python@sha256:1",)
        self.engine.add(BASE, layer_tar({"etc/base": file(b"base")}), repo_digests=digests)
        self.engine.content = self._content
        parts = {"engine": self.engine, "memory": LayerMemory(folder)}
        shop = fake_bench.workshop(Layout(ROOT), lambda _: None, **parts)
        self.run = Run("run-1", folder / "scratch")
        self.measurer = Measurer(shop, lab, self.run, {})

    def _content(self, order: BuildOrder) -> dict[str, Any]:
        return self.installs.get(order.tag.rpartition("-")[2], {})

    def measured(self) -> VariantResult:
        candidate = of_variant(self.lab, "good")
        return self.measurer.measure(candidate, steps(self.lab, Samples(1, 1)))


@pytest.fixture
def here(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    with site(lambda _: (200, b"a page")) as port:
        yield Here(lab, tmp_path, port)


def test_layers_and_packages_of_two_machines_are_compared(here: Here) -> None:
    june = {**distribution("Django", "5.2.14"), **distribution("sqlparse", "0.5.5")}
    september = {**distribution("Django", "5.2.17"), **distribution("sqlparse", "0.5.5")}
    here.installs = {"cold": june, "again": june, "later": september}
    builds = here.measured().builds
    # The bases differ, as their marks do, and do not count.
    assert (builds["again"].new_layers, builds["again"].new_transfer_bytes) == (0, 0)
    assert (builds["again"].packages_moved, builds["again"].packages_behind) == (0, 0)
    assert builds["later"].new_layers == 1
    assert builds["later"].new_transfer_bytes > 0
    assert (builds["later"].packages_moved, builds["later"].packages_behind) == (1, 0)
    assert (builds["cold"].packages_moved, builds["cold"].packages_behind) == (None, 0)
    assert builds["edit-source"].packages_moved is None


def test_what_is_pinned_is_behind_later(here: Here) -> None:
    here.installs = dict.fromkeys(("cold", "again", "later"), distribution("Django", "5.2.14"))
    later = here.measured().builds["later"]
    assert (later.new_layers, later.packages_moved, later.packages_behind) == (0, 0, 1)


def test_each_machine_has_its_base_with_the_versions_of_its_day(here: Here) -> None:
    here.measured()
    offered = {
        tag.rpartition("-good-")[2]: files[settings.NEWEST].decode()
        for tag, files in here.engine.with_more
    }
    assert {day: text.split()[0] for day, text in offered.items()} == {
        "1": "django<=5.2.14",
        "again": "django<=5.2.14",
        "later": "django<=5.2.17",
    }
    made = {order.tag.rpartition("-")[2]: order for order in here.engine.orders}
    assert made["again"].no_cache
    assert made["later"].no_cache
    assert not made["unchanged"].no_cache
    bases = [made[name].bases[BASE] for name in ("cold", "unchanged", "again", "later")]
    assert bases[0] == bases[1]
    assert len(set(bases)) == 3
    namespaces = {made[name].cache_namespace for name in ("cold", "again", "later")}
    assert len(namespaces) == 3, "a cache mount of the first machine is not on the second"


def test_a_mistake_finds_nothing_of_the_good_one(here: Here) -> None:
    # BuildKit would answer a COPY from the cache, with the times that the good one fixed.
    here.measured()
    scratch = here.run.scratch
    scratch.mkdir(exist_ok=True)
    mistaken = of_mistake(here.lab, here.lab.mistakes[0], scratch)
    before = len(here.engine.orders)
    here.measurer.measure(mistaken, steps(here.lab, Samples(1, 1)))
    good, mistake = here.engine.orders[:before], here.engine.orders[before:]
    bases = {order.bases[BASE] for order in good}
    assert bases.isdisjoint(order.bases[BASE] for order in mistake)
    uncached = [order.tag.rpartition("-")[2] for order in mistake if order.no_cache]
    assert uncached == ["cold", "again", "later"]


def test_a_learners_next_file_finds_nothing_of_the_last_one(here: Here) -> None:
    for _ in range(2):
        yours = of_learner(here.lab, here.lab.dockerfile("good"))
        here.measurer.measure_beside(yours, steps(here.lab, Samples(1, 1)), lambda *_: None)
    uncached = [order.tag.rpartition("-")[2] for order in here.engine.orders if order.no_cache]
    assert sorted(uncached) == sorted(["cold", "again", "later"] * 2)


# ---------- what decides it ----------


def parts(root: Path) -> dict[str, str]:
    layout = Layout(root)
    keys = Keys(fake_bench.Machine().workshop(layout), Samples(1, 1))
    found = keys.parts(labfile.read(layout.labs, "build-cache"))
    assert found is not None
    return dict(found.own)


def test_lists_and_files_that_a_replay_brings_decide_the_numbers(tmp_path: Path) -> None:
    toml = LAB.replace("again = true\nindex", 'again = true\noverlay = "more"\nindex')
    made_labs.project(tmp_path)
    folder = tmp_path / "labs" / "build-cache"
    (folder / "more").mkdir()
    (folder / "more" / "lock.txt").write_text("old\n")
    read_lab(tmp_path, toml)
    known = parts(tmp_path)

    def changed() -> set[str]:
        now = parts(tmp_path)
        return {name for name in now if now[name] != known.get(name)}

    (folder / "june.txt").write_text(f"# another comment\n{JUNE}")
    assert changed() == set()
    (folder / "june.txt").write_text(SEPTEMBER)
    assert changed() == {"the index"}
    (folder / "september.txt").write_text(JUNE)
    assert changed() == {"the index", "the index of the replay later"}
    (folder / "more" / "lock.txt").write_text("new\n")
    assert "the files of the replay later" in changed()
