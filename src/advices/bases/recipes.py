"""The recipes of stand-ins, as labs/bases/bases.toml says them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from advices.core import LabInvalid, Record


class RootRecipe(Record):
    """A Debian root file system: the FROM name that recipes know it by."""

    context: str


class Recipe(Record):
    """How a stand-in is built, and the command that shows that it works.

    `parts` are stages of the Dockerfile that other recipes have too: each is built once. `copies`
    are the files beside it that it copies.
    """

    dockerfile: str
    target: str | None = None
    rootfs: list[str]
    parts: list[str] = Field(default_factory=list)
    copies: list[str] = Field(default_factory=list)
    check: list[str] = Field(default_factory=list)


class BaseRecipe(Recipe):
    """The stand-in for an official image, and what that image weighs as published, if known.

    `imports` names the modules that a stand-in with Python must have, `lacks` the programs of the
    official image that it does not have.
    """

    published_transfer_bytes: Annotated[int, Field(gt=0)] | None = None
    published_date: str | None = None
    imports: list[str] = Field(default_factory=list)
    lacks: list[str] = Field(default_factory=list)


class StageRecipe(Recipe):
    """The stand-in for a stage that does nothing but `replaces` on the base `on`.

    It is used where that base is a stand-in itself. The Dockerfile of the recipe knows the base
    by the name `context`.
    """

    on: str
    context: str
    replaces: str


class Recipes(Record):
    """labs/bases/bases.toml. `python` is the line of Python that all labs use."""

    python: str
    published_source: str
    rootfs: dict[str, RootRecipe]
    bases: dict[str, BaseRecipe]
    stages: dict[str, StageRecipe] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, stage in self.stages.items():
            if stage.on not in self.bases:
                raise ValueError(f"stages.{name}: there is no recipe for `{stage.on}`")
        for recipe in (*self.bases.values(), *self.stages.values()):
            for root in recipe.rootfs:
                if root not in self.rootfs:
                    raise ValueError(f"{recipe.dockerfile}: there is no rootfs `{root}`")
        return self


def read_recipes(folder: Path) -> Recipes:
    """Return the recipes in `labs/bases`. Raises LabInvalid."""
    try:
        return Recipes.model_validate(tomllib.loads((folder / "bases.toml").read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise LabInvalid(f"labs/bases/bases.toml: {error}") from None


def checks(recipe: Recipe) -> list[list[str]]:
    """Return the commands that must succeed in a stand-in before it is used."""
    found = [recipe.check] if recipe.check else []
    if isinstance(recipe, BaseRecipe) and recipe.imports:
        program = "; ".join(f"import {name}" for name in recipe.imports)
        found += [["python", "-c", program], ["pip", "--version"]]
    return found
