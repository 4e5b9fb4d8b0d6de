"""A lab as data: its variants, its replays and its claims, read strictly from lab.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from advices.errors import LabInvalid
from advices.records import Record

COLD = "cold"
UNCHANGED = "unchanged"

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


class Variant(Record):
    """One Dockerfile of a lab."""

    dockerfile: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    says: str


class Replay(Record):
    """What happens to the project between two builds: nothing, or text appended to one file.

    `{sample}` in `append` becomes different text for every sample, so that no sample is
    answered from the cache of the one before.
    """

    says: str
    file: str | None = None
    append: str | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Replay:
        if (self.file is None) != (self.append is None):
            raise ValueError("`file` and `append` go together")
        if self.append is not None and "{sample}" not in self.append:
            raise ValueError("`append` must hold {sample}, or a later sample would be cached")
        return self


class Serve(Record):
    """How a container of the project is known to work."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    path: Annotated[str, Field(pattern=r"^/")] = "/"
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60.0


class Claim(Record):
    """A sentence of the chapter with a predicate over one measure.

    Exactly one of `equals`, `at_most` and `at_least` is the predicate. With `relative_to`
    the value is the ratio to the same measure of that variant. The claim must hold for each
    variant in `holds_for` and must fail for each in `fails_for`.
    """

    id: Slug
    says: str
    measure: str
    equals: int | bool | str | None = None
    at_most: float | None = None
    at_least: float | None = None
    relative_to: str | None = None
    holds_for: tuple[str, ...] = ("good",)
    fails_for: tuple[str, ...] = ("bad",)

    @model_validator(mode="after")
    def _one_predicate(self) -> Claim:
        given = [p for p in (self.equals, self.at_most, self.at_least) if p is not None]
        if len(given) != 1:
            raise ValueError("exactly one of equals, at_most and at_least is needed")
        if not self.holds_for:
            raise ValueError("a claim that holds for no variant says nothing")
        return self


class Lab(Record):
    """One advice's lab. `folder` is where its Dockerfiles lie, `context` what they build.

    `headline` is the measure that says best what the advice gains.
    """

    slug: Slug
    folder: Path
    title: str
    advice: str
    context: Path
    headline: str
    build_timeout_seconds: Annotated[float, Field(gt=0)] = 1200.0
    needs_free_bytes: Annotated[int, Field(gt=0)] = 4_000_000_000
    serve: Serve = Serve()
    variants: dict[Slug, Variant]
    replays: dict[Slug, Replay]
    claims: tuple[Claim, ...]

    @model_validator(mode="after")
    def _names_exist(self) -> Lab:
        for needed in ("bad", "good"):
            if needed not in self.variants:
                raise ValueError(f"variants: there is no `{needed}`")
        if COLD in self.replays:
            raise ValueError(f"replays: `{COLD}` is the first build and needs no entry")
        for number, claim in enumerate(self.claims):
            for name in (*claim.holds_for, *claim.fails_for, claim.relative_to):
                if name is not None and name not in self.variants:
                    raise PydanticCustomError(
                        "unknown_variant",
                        "there is no variant `{name}`",
                        {"name": name, "where": ("claims", str(number))},
                    )
        return self

    def dockerfile(self, variant: str) -> Path:
        """Return the path of a variant's Dockerfile. Raises LabInvalid for an unknown name."""
        if variant not in self.variants:
            raise LabInvalid(
                f"the lab `{self.slug}` has no variant `{variant}`",
                why=f"it has {', '.join(self.variants)}",
            )
        return self.folder / self.variants[variant].dockerfile

    def from_names(self) -> tuple[str, ...]:
        """Return every image that a FROM of this lab names, without stage names, sorted."""
        names: set[str] = set()
        for variant in self.variants:
            names |= set(external_images(self.dockerfile(variant).read_text("utf-8")))
        return tuple(sorted(names))


_FROM = re.compile(
    r"^FROM\s+(?:--\S+\s+)*(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?\s*$", re.I | re.M
)
# COPY --from=IMAGE and RUN --mount=...,from=IMAGE name images as FROM does.
_COPIED = re.compile(
    r"^(?:COPY\s+(?:--\S+\s+)*?--|RUN\s+(?:--\S+\s+)*?--mount=(?:\S*,)?)from=(?P<image>[^\s,]+)",
    re.I | re.M,
)


def external_images(dockerfile: str) -> tuple[str, ...]:
    """Return the images that a Dockerfile names, its own stages and scratch left out.

    Raises LabInvalid for a name with a variable in it: which image that is, only the build
    knows.
    """
    stages = {"scratch"}
    images: list[str] = []
    for line in _FROM.finditer(dockerfile):
        # Stage names have no case.
        if line["image"].lower() not in stages:
            images.append(line["image"])
        if line["stage"]:
            stages.add(line["stage"].lower())
    for line in _COPIED.finditer(dockerfile):
        if line["image"].lower() not in stages and not line["image"].isdigit():
            images.append(line["image"])
    for image in images:
        if "$" in image:
            raise LabInvalid(
                f"`FROM {image}`: a base may not be named by a variable",
                why="the lab could not say on which image it was measured",
                next_step="write the image's name into the Dockerfile",
            )
    return tuple(dict.fromkeys(images))


def final_base(dockerfile: str) -> str | None:
    """Return the image that the last stage stands on, None when that is scratch."""
    roots: dict[str, str] = {}
    root = "scratch"
    for line in _FROM.finditer(dockerfile):
        root = roots.get(line["image"].lower(), line["image"])
        if line["stage"]:
            roots[line["stage"].lower()] = root
    return None if root.lower() == "scratch" else root


def slugs(labs: Path) -> tuple[str, ...]:
    """Return the slug of every lab below the folder `labs`: each folder with a lab.toml."""
    return tuple(sorted(path.parent.name for path in labs.glob("*/lab.toml")))


_STRICT = "lab.toml is read strictly"


def read(labs: Path, slug: str) -> Lab:
    """Return the lab `slug` below the folder `labs`.

    Raises LabInvalid, naming file and line, for an unknown lab or key, a bad value, a
    missing Dockerfile or context.
    """
    file = labs / slug / "lab.toml"
    shown = f"labs/{slug}/lab.toml"
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise LabInvalid(f"{shown}: {error}", why="it is not UTF-8 text") from None
    except FileNotFoundError:
        there = ", ".join(slugs(labs)) or "not here: this is not the project's folder"
        raise LabInvalid(
            f"there is no lab `{slug}`",
            why=f"the labs are {there}",
            next_step="`advices list` shows them",
        ) from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LabInvalid(f"{shown}: {error}", why="it is not valid TOML") from None
    for key in ("slug", "folder"):
        if key in data:
            raise LabInvalid(f"{shown}:{line_of(text, (key,))}: {key}: unknown key", why=_STRICT)
    context = data.pop("context", None)
    if not isinstance(context, str):
        raise LabInvalid(f"{shown}:1: `context` must name a folder below labs/")
    try:
        lab = Lab.model_validate(
            {**_tuples(data), "slug": slug, "folder": file.parent, "context": labs / context}
        )
    except ValidationError as error:
        raise LabInvalid(_explain(error, text, shown), why=_STRICT) from None
    for where, fault in _misplaced(lab, labs, context):
        raise LabInvalid(f"{shown}:{line_of(text, where)}: {fault}")
    return lab


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    """Return TOML data with tuples for the arrays of claims: strict records take no lists."""
    claims = data.get("claims")
    if isinstance(claims, list):
        data["claims"] = tuple(
            {key: tuple(v) if isinstance(v, list) else v for key, v in claim.items()}
            if isinstance(claim, dict)
            else claim
            for claim in claims
        )
    return data


def _misplaced(lab: Lab, labs: Path, context: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield key path and fault of every file that a lab names and that is not where it must be."""
    for name, variant in lab.variants.items():
        if not (lab.folder / variant.dockerfile).is_file():
            fault = f"the file {variant.dockerfile} does not exist beside it"
            yield ("variants", name, "dockerfile"), fault
    if not lab.context.is_dir() or not _inside(labs, lab.context):
        yield ("context",), f"the folder labs/{context} does not exist"
    for name, replay in lab.replays.items():
        if replay.file is None:
            continue
        file = lab.context / replay.file
        if not file.is_file() or not _inside(lab.context, file):
            yield ("replays", name, "file"), f"{replay.file} does not exist in labs/{context}"


def _inside(folder: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _explain(error: ValidationError, text: str, shown: str) -> str:
    lines = []
    for fault in error.errors():
        where = tuple(str(part) for part in fault["loc"] if part != "[key]")
        where = where or fault.get("ctx", {}).get("where", ())
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "unknown key"
        name = ".".join(where) or "lab"
        lines.append(f"{shown}:{line_of(text, where)}: {name}: {message}")
    return "\n".join(lines)


_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"^\s*([\w.\"-]+)\s*=")


def line_of(text: str, where: tuple[str, ...]) -> int:
    """Return the line of the longest known prefix of a key path in TOML text, from 1.

    Numbers in `where` count the tables of an array (`claims`, `0`, `measure`). The TOML
    reader of the standard library keeps no positions, hence this search over the text.
    """
    best = (0, 1)
    table: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = tuple(part.strip(' "') for part in header[2].split("."))
            if header[1] == "[[":
                counts[header[2]] = counts.get(header[2], -1) + 1
                table = (*table, str(counts[header[2]]))
            path = table
        elif key := _KEY.match(line):
            path = (*table, *(part.strip('"') for part in key[1].split(".")))
        else:
            continue
        common = 0
        for ours, theirs in zip(path, where, strict=False):
            if ours != theirs:
                break
            common += 1
        if common == len(path) and common > best[0]:
            best = (common, number)
    return best[1]
