"""FROM names and their recipes: what a stand-in takes the place of, and what it is called."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from container_programs import printed
from layer_tars import saved
from memory_engine import MemoryEngine

from advices.bases import Bases, registry_digests, versions
from advices.bases.recipes import checks, read_recipes
from advices.bases.stand_ins import STAND_IN, StandIns
from advices.core import (
    BaseUnavailable,
    ImageUnknown,
    LabInvalid,
    PullFailed,
    PullForbidden,
    PullsLimited,
    ReferenceInvalid,
    StepFailed,
    UnsteadyMeasure,
    at_once,
)
from advices.engine import BASE_LABEL, RUN_LABEL, BuildOrder, Built, Image, split
from advices.images import LayerMemory
from advices.lab.dockerfile import parse_dockerfile
from advices.packages import proxy
from advices.runs import undisturbed

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "labs" / "bases"
WITH_GCC = """\
FROM python:3.14-alpine AS alpine-with-gcc
# The compiler.
RUN apk add --no-cache gcc musl-dev

FROM alpine-with-gcc
RUN pip install lz4
"""

DIGEST = f"sha256:{'1' * 64}"
CONTENTS = versions.of_lines("python\t3.13.5\n")
LABELS = versions.labels(CONTENTS)


def engine_with(*official: str, stand_ins: bool = True, labels: Any = LABELS) -> MemoryEngine:
    """Return an engine without a registry: it has stand-ins, and the official images told."""
    engine = MemoryEngine()
    for name in official:
        engine.add(name, repo_digests=(f"{split(name).repository}@{DIGEST}",))
    if stand_ins:
        made = StandIns(engine, RECIPES, print)
        for name in (*made.recipes.bases, *made.recipes.stages):
            engine.add(made.tag(name), config={"Labels": {**labels, BASE_LABEL: name}})
    return engine


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "host_settings", lambda: None)


def on(engine: MemoryEngine, say: Callable[[str], None] = print) -> Bases:
    return Bases(engine, RECIPES, LayerMemory(), say)


def test_an_official_image_that_a_bundle_brought_is_official() -> None:
    engine = engine_with(stand_ins=False)
    image = engine.add("python:3.14")
    assert on(engine).known("python:3.14") is None
    registry_digests.remember({image.id: "python@sha256:5"})
    found = on(engine).resolve(["python:3.14"])["python:3.14"]
    assert (found.kind, found.identity) == ("official", "python@sha256:5")
    assert found.image == "python:3.14", "an engine that did not pull it knows no digest"
    assert engine.pulled == []


@pytest.mark.parametrize(
    ("digests", "labels"),
    [
        ((), {}),
        ((f"mine.example/python@{DIGEST}",), {}),
        ((f"somebody/python@{DIGEST}",), {}),
        ((f"python@{DIGEST}",), {BASE_LABEL: "python:3.14"}),
        ((f"python@{DIGEST}",), {RUN_LABEL: "run-1"}),
    ],
)
def test_a_name_alone_makes_no_image_official(
    digests: tuple[str, ...], labels: dict[str, str]
) -> None:
    engine = engine_with(stand_ins=False)
    engine.add("python:3.14", config={"Labels": labels}, repo_digests=digests)
    assert on(engine).known("python:3.14") is None


NOTED = "containerd.io/distribution.source."


@pytest.mark.parametrize(
    ("note", "official"),
    [
        ({}, False),
        ({f"{NOTED}docker.io": "somebody/python"}, False),
        ({f"{NOTED}mine.example": "library/python"}, False),
        ({f"{NOTED}docker.io": "other/x,library/python"}, True),
    ],
)
def test_where_every_image_has_a_digest_the_store_notes_what_came_from_a_registry(
    note: dict[str, str], official: bool
) -> None:
    engine = engine_with(stand_ins=False)
    image = engine.add("python:3.14")
    digest = f"python@{image.id}"
    known = engine.known["python:3.14"]
    engine.known["python:3.14"] = replace(known, image=replace(image, repo_digests=(digest,)))
    index = {"manifests": [{"annotations": note}]}
    archive = saved({"index.json": json.dumps(index).encode()})
    engine.saved = lambda _: iter([archive])  # type: ignore[method-assign]
    found = on(engine).known("python:3.14")
    assert (found is not None) == official
    assert found is None or found.identity == digest
    engine.saved = lambda _: pytest.fail("read twice")  # type: ignore[method-assign]
    assert not official or on(engine).known("python:3.14") == found


def test_an_image_that_was_loaded_stands_behind_a_name_that_no_recipe_knows() -> None:
    engine = engine_with()
    image = engine.add("mine.example/base:1")
    found = on(engine).resolve(["mine.example/base:1"])["mine.example/base:1"]
    assert (found.kind, found.image, found.identity) == ("local", found.name, image.id)
    assert engine.pulled == []
    engine.add("docker-advices-test/x:1", config={"Labels": {RUN_LABEL: "run-1"}})
    with pytest.raises(BaseUnavailable, match="docker-advices-test/x:1"):
        on(engine).resolve(["docker-advices-test/x:1"])
    # Where there is a recipe a name alone is no proof: labs compare bases of one kind.
    engine.add("python:3.14")
    assert on(engine).resolve(["python:3.14"])["python:3.14"].kind == "stand-in"


def test_bases_of_two_kinds_become_stand_ins() -> None:
    bases = on(engine_with("python:3.14-slim"))
    names = ("python:3.14-slim", "python:3.14-alpine")
    both = bases.resolve(names)
    assert [both[name].kind for name in names] == ["official", "stand-in"]
    assert [bases.of_one_kind(both)[name].kind for name in names] == ["stand-in", "stand-in"]
    official = {names[0]: both[names[0]]}
    assert bases.of_one_kind(official) == official


@pytest.mark.parametrize(
    "said", ["/bin/sh: 1: apk: not found", 'exec: "apk": executable file not found in $PATH']
)
def test_what_a_stand_in_lacks_is_no_fault_of_a_dockerfile(said: str) -> None:
    fault = StepFailed(f"this step failed: [2/3] RUN apk add git\n{said}")
    names = ("python:3.14-slim", "python:3.14-alpine")
    told = on(engine_with()).why_it_failed(fault, names)
    assert isinstance(told, BaseUnavailable)
    assert told.what.startswith("the stand-in for python:3.14-alpine has no apk: this step failed")
    # Debian has none, nor can the official image be without.
    assert on(engine_with()).why_it_failed(fault, names[:1]) is fault
    assert on(engine_with("python:3.14-alpine")).why_it_failed(fault, names) is fault
    other = StepFailed("this step failed: [2/3] RUN apt-get\n/bin/sh: 1: apt-get: not found")
    assert on(engine_with()).why_it_failed(other, names) is other


def test_a_silent_registry_is_asked_once_and_stand_ins_are_used() -> None:
    engine, heard = engine_with(), list[str]()
    found = on(engine, heard.append)
    assert found.resolve(["python:3.14"])["python:3.14"].kind == "stand-in"
    assert found.resolve(["python:3.14-slim"])["python:3.14-slim"].kind == "stand-in"
    assert engine.pulled == ["python:3.14"]
    assert [line for line in heard if "no registry answers" in line] == heard
    assert not found.registry_answers


@pytest.mark.parametrize(
    "kind", [PullsLimited, ImageUnknown, PullForbidden, ReferenceInvalid, PullFailed]
)
def test_what_a_registry_answers_is_the_fault_and_stands_in_for_nothing(
    kind: type[PullFailed],
) -> None:
    engine = engine_with()
    engine.registry["python:3.14"] = kind("`python:3.14` was not pulled: so")
    found = on(engine)
    for _ in "twice":
        with pytest.raises(kind, match="not pulled: so"):
            found.resolve(["python:3.14"])
    assert found.registry_answers
    engine.registry["python:3.14-slim"] = Image("sha256:9", repo_digests=(f"python@{DIGEST}",))
    assert found.resolve(["python:3.14-slim"])["python:3.14-slim"].kind == "official"


def test_another_registry_may_be_silent() -> None:
    engine = engine_with()
    engine.registry["python:3.14"] = Image("sha256:9", repo_digests=(f"python@{DIGEST}",))
    found = on(engine)
    with pytest.raises(BaseUnavailable) as raised:
        found.resolve(["registry:5000/x:1"])
    assert "no such host" in raised.value.why
    assert found.registry_answers
    assert found.resolve(["python:3.14"])["python:3.14"].kind == "official"


@pytest.mark.parametrize("name", ["Python:3.14", "python:3.14:x", "a//b"])
def test_a_name_that_no_engine_reads(name: str) -> None:
    with pytest.raises(ReferenceInvalid):
        on(engine_with()).resolve([name])


def test_a_base_that_is_removed_during_a_run_is_told() -> None:
    engine = engine_with("python:3.14")
    found = on(engine)
    base = found.resolve(["python:3.14"])["python:3.14"]
    del engine.known["python:3.14"]
    for use in (lambda: found.marked(base, "run-1", "one"), lambda: found.record(base)):
        with pytest.raises(UnsteadyMeasure, match=r"`FROM python:3\.14` is gone") as raised:
            use()
        assert "docker image prune -a" in raised.value.why


def lab_of(dockerfile: str) -> Any:
    read = parse_dockerfile(dockerfile)
    return SimpleNamespace(
        variants=("good",), read=lambda _: read, from_names=lambda: read.external_images
    )


@dataclass
class Builder:
    """Builds stand-ins on an engine without any. Two must be in the works before either ends."""

    engine: MemoryEngine
    begun: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._together = threading.Barrier(2, timeout=60)
        made = StandIns(self.engine, RECIPES, print)
        for root in ("debian", "debian-slim"):
            self.engine.add(made.root_tag(root))
        self.engine.build = self.build  # type: ignore[method-assign]
        self.engine.runs = lambda _image, _how: printed("python\t3.13.5\n")

    def build(self, order: BuildOrder, on_step: Any = None) -> Built:
        name = (order.labels or {})[BASE_LABEL]
        if order.tag.endswith("-unchecked"):
            self.begun.append(name)
            if name != "alpine-with-gcc":
                self._together.wait()
        self.engine.add(order.tag, config={"Labels": order.labels or {}})
        return Built((), 0.0)


def test_the_bases_of_a_lab_are_made_side_by_side_the_stages_behind_their_base() -> None:
    builder = Builder(engine_with(stand_ins=False))
    found = on(builder.engine).of_lab(lab_of(f"{WITH_GCC}FROM python:3.14-slim\n"))
    assert set(builder.begun[:2]) == {"python:3.14-alpine", "python:3.14-slim"}
    assert builder.begun[2:] == ["alpine-with-gcc"]
    assert set(found) == set(builder.begun)


def test_the_bases_of_the_first_lab_are_made_first() -> None:
    builder = Builder(engine_with(stand_ins=False))
    first = lab_of("FROM python:3.14-slim\nFROM python:3.14\n")
    second = lab_of(f"FROM postgres:17\n{WITH_GCC}")
    found = on(builder.engine).of_labs([first, second])
    assert set(builder.begun[:2]) == {"python:3.14-slim", "python:3.14"}
    assert set(builder.begun[2:4]) == {"python:3.14-alpine", "postgres:17"}
    assert builder.begun[4:] == ["alpine-with-gcc"]
    assert set(found) == set(builder.begun)
    assert {base.kind for base in found.values()} == {"stand-in"}


def test_two_that_want_one_stand_in_build_it_once() -> None:
    """Two processes have two `Bases`, and so have these."""
    engine = engine_with(stand_ins=False)
    builder = Builder(engine)
    builder._together = threading.Barrier(1)
    want = {str(one): lambda: on(engine).of_lab(lab_of("FROM python:3.14\n")) for one in range(3)}
    found = at_once(want, workers=3)
    assert builder.begun == ["python:3.14"]
    assert found["0"] == found["1"] == found["2"]


def test_a_build_waits_for_what_is_timed() -> None:
    builder = Builder(engine_with(stand_ins=False))
    builder._together = threading.Barrier(1)

    def resolve() -> None:
        on(builder.engine).stand_in("python:3.14")

    with undisturbed(alone=True):
        # In a context of its own, as another process has it.
        thread = threading.Thread(target=resolve)
        thread.start()
        thread.join(0.3)
        assert builder.begun == []
    thread.join()
    assert builder.begun == ["python:3.14"]
    with undisturbed(alone=True):
        # A step that brings a base back does not wait for itself.
        del builder.engine.known[StandIns(builder.engine, RECIPES, print).tag("python:3.14")]
        resolve()
    assert builder.begun == ["python:3.14"] * 2


def test_a_lab_waits_for_its_own_bases_alone() -> None:
    engine = engine_with()
    lab = lab_of("FROM python:3.14-slim\n")
    assert list(on(engine).of_lab(lab)) == ["python:3.14-slim"]
    assert engine.pulled == ["python:3.14-slim"]


def test_a_stand_in_tells_its_packages() -> None:
    found = on(engine_with()).resolve(["python:3.14-slim"])["python:3.14-slim"]
    assert found == on(engine_with()).known("python:3.14-slim")
    assert found.contents == CONTENTS
    assert found.identities == ("stand-in", found.identity, CONTENTS.digest)


@pytest.mark.parametrize("labels", [{}, {"io.docker-advices.other": "python:3.14-slim"}])
def test_a_stand_in_of_an_earlier_toolkit_is_asked_for_its_packages(labels: Any) -> None:
    engine = engine_with(labels=labels)
    engine.runs = lambda _image, _how: printed("python\t3.13.7\n")
    assert on(engine).known("python:3.14-slim") is None
    found = on(engine).stand_in("python:3.14-slim")
    [order] = engine.orders
    assert (order.tag, order.bases) == (found.image, {"base": found.image})
    assert versions.of_labels(order.labels) == found.contents
    assert found.contents is not None
    assert found.contents.versions == ("python 3.13.7",)
    assert engine.started[0].how.command[-1] == versions.SCRIPT


def test_builds_get_the_address_of_a_shelf_that_is_served_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(proxy.WAY_VARIABLE, "shelf")
    bases = on(engine_with())
    monkeypatch.setenv("ADVICES_INDEX_URL", "http://172.17.0.9:8000/")
    assert bases.pip_conf is not None
    assert "index-url = http://172.17.0.9:8000/index/" in bases.pip_conf


def test_the_recipes_are_complete() -> None:
    recipes = read_recipes(RECIPES)
    for recipe in (*recipes.bases.values(), *recipes.stages.values()):
        assert (RECIPES / recipe.dockerfile).is_file()
        assert checks(recipe), f"{recipe.dockerfile}: nothing shows that it works"


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ('on = "python:3.14-alpine"', 'on = "alpine:3"', "no recipe for `alpine:3`"),
        ('rootfs = ["debian-slim"]', 'rootfs = ["arch"]', "no rootfs `arch`"),
        ("replaces", "replace", "stages.alpine-with-gcc.replace"),
        ('rootfs = ["debian-slim"]\n', "", "rootfs"),
    ],
)
def test_a_faulty_recipe_is_named(was: str, becomes: str, says: str, tmp_path: Path) -> None:
    text = (RECIPES / "bases.toml").read_text("utf-8")
    assert was in text
    (tmp_path / "bases.toml").write_text(text.replace(was, becomes), "utf-8")
    with pytest.raises(LabInvalid, match=says):
        read_recipes(tmp_path)


def test_an_image_without_published_bytes() -> None:
    recipe = read_recipes(RECIPES).bases["postgres:17"]
    assert recipe.published_transfer_bytes is None
    assert checks(recipe)[0][-1] == "--pgdata=/tmp/check"


def test_a_python_is_checked_for_its_modules() -> None:
    commands = checks(read_recipes(RECIPES).bases["python:3.14-slim"])
    assert commands[0][:2] == ["python", "-c"]
    assert "import ssl" in commands[0][2]
    assert commands[1] == ["pip", "--version"]


def test_what_two_stand_ins_have_in_common_is_built_once() -> None:
    engine = engine_with(stand_ins=False)
    for root in ("debian", "debian-slim"):
        engine.add(StandIns(engine, RECIPES, print).root_tag(root))
    engine.runs = lambda *_: printed("python\t3.13.5\n")
    bases = on(engine)
    for name in ("python:3.14-slim", "python:3.14"):
        assert bases.stand_in(name).kind == "stand-in"
    targets = [order.target for order in engine.orders if order.target]
    assert targets == ["cpython", "slim", "full"]
    part, *others = [order for order in engine.orders if order.target]
    assert {order.bases["cpython"] for order in others} == {part.tag}


def test_a_stage_is_replaced_where_its_base_is_a_stand_in() -> None:
    found = on(engine_with())
    assert found.names_in(parse_dockerfile(WITH_GCC)) == ("python:3.14-alpine", "alpine-with-gcc")
    base = found.resolve(["alpine-with-gcc"])["alpine-with-gcc"]
    assert base.kind == "stand-in"
    assert base.image.startswith(f"{STAND_IN}/alpine-with-gcc:")


def test_a_stage_on_the_official_image_is_built_as_it_is_written() -> None:
    assert on(engine_with("python:3.14-alpine")).names_in(parse_dockerfile(WITH_GCC)) == (
        "python:3.14-alpine",
    )
    engine = engine_with()
    engine.registry["python:3.14-alpine"] = Image("sha256:9", repo_digests=(f"python@{DIGEST}",))
    assert on(engine).names_in(parse_dockerfile(WITH_GCC)) == ("python:3.14-alpine",)


@pytest.mark.parametrize(
    "text",
    [
        WITH_GCC.replace("musl-dev", "musl-dev g++"),
        WITH_GCC.replace("python:3.14-alpine", "python:3.14-slim"),
        WITH_GCC.replace("alpine-with-gcc", "compiler"),
        WITH_GCC.replace("# The compiler.", "RUN adduser -D app"),
    ],
)
def test_a_stage_that_does_something_else_is_left_alone(text: str) -> None:
    assert len(on(engine_with()).names_in(parse_dockerfile(text))) == 1


def test_nothing_is_pulled_under_the_name_of_a_stage() -> None:
    engine = engine_with()
    engine.registry["alpine-with-gcc"] = Image("sha256:9", repo_digests=(f"python@{DIGEST}",))
    assert on(engine).resolve(["alpine-with-gcc"])["alpine-with-gcc"].kind == "stand-in"
    assert engine.pulled == []


def test_the_name_of_a_stand_in_follows_its_recipe(tmp_path: Path) -> None:
    for file in RECIPES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())

    def names() -> list[str]:
        made = StandIns(MemoryEngine(), tmp_path, print)
        return [made.tag(one) for one in ("python:3.14-alpine", "alpine-with-gcc", "postgres:17")]

    before = names()
    alpine = tmp_path / "python-alpine.Dockerfile"
    alpine.write_text(alpine.read_text("utf-8") + "\n# changed\n", "utf-8")
    after = names()
    changed = [one != other for one, other in zip(before, after, strict=True)]
    assert changed == [True, True, False]  # the stage stands on the base


def test_a_name_without_a_recipe() -> None:
    with pytest.raises(BaseUnavailable) as caught:
        on(engine_with()).resolve(["golang:1"])
    assert "`FROM golang:1`" in str(caught.value)
    assert "postgres:17" in caught.value.why
