"""FROM names and their recipes: what a stand-in takes the place of, and what it is called."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from advices.bases import registry_digests, versions
from advices.bases import resolve as bases_
from advices.bases.recipes import checks, read_recipes
from advices.bases.resolve import Bases
from advices.core.errors import BaseUnavailable, LabInvalid
from advices.core.process import Finished
from advices.lab.dockerfile import parse_dockerfile
from advices.packages import proxy

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "labs" / "bases"
WITH_GCC = """\
FROM python:3.13-alpine AS alpine-with-gcc
# The compiler.
RUN apk add --no-cache gcc musl-dev

FROM alpine-with-gcc
RUN pip install lz4
"""

CONTENTS = versions.of_lines("python\t3.13.5\n")
LABELS = versions.labels(CONTENTS)


class Engine:
    """An engine without a registry: it has the images that it is told, and pulls none."""

    def __init__(self, *official: str, pulls: bool = False, labels: Any = LABELS) -> None:
        self.official = official
        self.pulls = pulls
        self.labels = labels
        self.asked: list[str] = []

    def image(self, name: str) -> Any:
        attrs = {
            "RepoDigests": [f"{name}@sha256:1"] if name in self.official else [],
            "Config": {"Labels": self.labels},
        }
        there = name in self.official or name.startswith(bases_.STAND_IN)
        return SimpleNamespace(id=name, attrs=attrs) if there else None

    def pull(self, name: str) -> Any:
        self.asked.append(name)
        found = SimpleNamespace(attrs={"RepoDigests": [f"{name}@sha256:1"]})
        return found if self.pulls else None


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "host_settings", lambda: None)


def on(engine: Engine) -> Bases:
    unused: Any = None
    fake: Any = engine
    return Bases(fake, RECIPES, unused, lambda _: None)


def test_an_official_image_that_a_bundle_brought_is_official() -> None:
    engine = Engine()
    image = SimpleNamespace(id="sha256:1", attrs={"RepoDigests": []})
    engine.image = lambda name: image if name == "python:3.13" else None  # type: ignore[method-assign]
    assert on(engine).known("python:3.13") is None
    registry_digests.remember({"sha256:1": "python@sha256:5"})
    found = on(engine).resolve(["python:3.13"])["python:3.13"]
    assert (found.kind, found.identity) == ("official", "python@sha256:5")
    assert found.image == "python:3.13", "an engine that did not pull it knows no digest"
    assert engine.asked == []


def test_a_stand_in_tells_its_packages() -> None:
    found = on(Engine()).resolve(["python:3.13-slim"])["python:3.13-slim"]
    assert found == on(Engine()).known("python:3.13-slim")
    assert found.contents == CONTENTS
    assert found.identities == ("stand-in", found.identity, CONTENTS.digest)


@pytest.mark.parametrize("labels", [None, {}, {"io.docker-advices.base": "python:3.13-slim"}])
def test_a_stand_in_of_an_earlier_toolkit_is_asked_for_its_packages(
    labels: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, built = [], []
    engine = Engine(labels=labels)

    def run(argv: list[str], **_: Any) -> Finished:
        asked.append(argv)
        return Finished(0, "python\t3.13.7\n", "")

    monkeypatch.setattr(bases_, "run", run)
    monkeypatch.setattr(bases_, "build", built.append)
    assert on(engine).known("python:3.13-slim") is None
    found = on(engine).stand_in("python:3.13-slim")
    [order] = built
    assert (order.tag, order.bases) == (found.image, {"base": found.image})
    assert versions.of_labels(order.labels) == found.contents
    assert found.contents is not None
    assert found.contents.versions == ("python 3.13.7",)
    assert asked[0][-1] == versions.SCRIPT


def test_builds_get_the_address_of_a_shelf_that_is_served_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(proxy.WAY_VARIABLE, "shelf")
    bases = on(Engine())
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
        ('on = "python:3.13-alpine"', 'on = "alpine:3"', "no recipe for `alpine:3`"),
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
    commands = checks(read_recipes(RECIPES).bases["python:3.13-slim"])
    assert commands[0][:2] == ["python", "-c"]
    assert "import ssl" in commands[0][2]
    assert commands[1] == ["pip", "--version"]


def test_a_stage_is_replaced_where_its_base_is_a_stand_in() -> None:
    found = on(Engine())
    assert found.names_in(parse_dockerfile(WITH_GCC)) == ("python:3.13-alpine", "alpine-with-gcc")
    base = found.resolve(["alpine-with-gcc"])["alpine-with-gcc"]
    assert base.kind == "stand-in"
    assert base.image.startswith(f"{bases_.STAND_IN}/alpine-with-gcc:")


def test_a_stage_on_the_official_image_is_built_as_it_is_written() -> None:
    assert on(Engine("python:3.13-alpine")).names_in(parse_dockerfile(WITH_GCC)) == (
        "python:3.13-alpine",
    )
    assert on(Engine(pulls=True)).names_in(parse_dockerfile(WITH_GCC)) == ("python:3.13-alpine",)


@pytest.mark.parametrize(
    "text",
    [
        WITH_GCC.replace("musl-dev", "musl-dev g++"),
        WITH_GCC.replace("python:3.13-alpine", "python:3.13-slim"),
        WITH_GCC.replace("alpine-with-gcc", "compiler"),
        WITH_GCC.replace("# The compiler.", "RUN adduser -D app"),
    ],
)
def test_a_stage_that_does_something_else_is_left_alone(text: str) -> None:
    assert len(on(Engine()).names_in(parse_dockerfile(text))) == 1


def test_nothing_is_pulled_under_the_name_of_a_stage() -> None:
    engine = Engine(pulls=True)
    assert on(engine).resolve(["alpine-with-gcc"])["alpine-with-gcc"].kind == "stand-in"
    assert engine.asked == []


def test_the_name_of_a_stand_in_follows_its_recipe(tmp_path: Path) -> None:
    for file in RECIPES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    engine: Any = Engine()
    unused: Any = None

    def names() -> list[str]:
        found = Bases(engine, tmp_path, unused, lambda _: None)
        wanted = ["python:3.13-alpine", "alpine-with-gcc", "postgres:17"]
        return [base.image for base in found.resolve(wanted).values()]

    before = names()
    alpine = tmp_path / "python-alpine.Dockerfile"
    alpine.write_text(alpine.read_text("utf-8") + "\n# changed\n", "utf-8")
    after = names()
    changed = [one != other for one, other in zip(before, after, strict=True)]
    assert changed == [True, True, False]  # the stage stands on the base


def test_a_name_without_a_recipe() -> None:
    with pytest.raises(BaseUnavailable) as caught:
        on(Engine()).resolve(["golang:1"])
    assert "`FROM golang:1`" in str(caught.value)
    assert "postgres:17" in caught.value.why
