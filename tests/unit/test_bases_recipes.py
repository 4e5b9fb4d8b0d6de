"""The recipes of stand-ins: what they need, the stages they replace, and the names they give."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_of_bases import (
    DIGEST,
    RECIPES,
    WITH_GCC,
    _no_index,  # noqa: F401  # a fixture
    engine_with,
    on,
)
from memory_engine import MemoryEngine

from advices.bases.recipes import checks, read_recipes
from advices.bases.stand_ins import STAND_IN, StandIns
from advices.core import LabInvalid
from advices.engine import Image
from advices.lab.dockerfile import parse_dockerfile


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
