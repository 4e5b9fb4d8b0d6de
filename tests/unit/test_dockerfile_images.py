"""Which images a Dockerfile names: its bases, what it copies from, and on which one it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from odd_dockerfiles import ODD

from advices.lab import labfile, with_bases_apart
from advices.lab.dockerfile import parse_dockerfile

LABS = Path(__file__).parents[2] / "labs"


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("FROM python AS python\nUSER 1\n", {"docker-advices-base-0": "python"}),
        ("FROM a\nFROM docker.io/library/x:latest as X\n", {"docker-advices-base-1": "x"}),
        ("FROM x AS a\nFROM b AS x\nFROM x\n", {"docker-advices-base-0": "x"}),
        ("FROM python:3 AS python\nFROM python\n", {}),
    ],
)
def test_a_base_that_is_called_like_a_stage_gets_another_name(
    text: str, changed: dict[str, str]
) -> None:
    read = parse_dockerfile(text)
    handed, renamed = with_bases_apart(text, read)
    again = parse_dockerfile(handed)
    assert renamed == changed
    assert [renamed.get(one.base.name, one.base.name) for one in again.stages] == [
        one.base.name for one in read.stages
    ]
    assert [one.base.stage for one in again.stages] == [one.base.stage for one in read.stages]
    assert handed.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "images"),
    [
        ("FROM a:1\nRUN x\n", ("a:1",)),
        ("FROM a:1 AS one\nFROM b:1 AS two\nFROM one\n", ("a:1", "b:1")),
        ("FROM --platform=$BUILDPLATFORM a:1 AS one\n", ("a:1",)),
        ("FROM scratch\nCOPY . .\n", ()),
        ("from a:1 as one\nfrom one\n", ("a:1",)),
        ("FROM a:1\nFROM b:1\nFROM a:1\n", ("a:1", "b:1")),
        ("FROM a:1   AS\tone  \n\n  # FROM c:1\nFROM one\n", ("a:1",)),
        ("RUN echo FROM b:1\n", ()),
        ("", ()),
        # A name is a stage only from its own line on.
        ("FROM one\nFROM a:1 AS one\n", ("one", "a:1")),
        ("FROM a:1 AS Builder\nFROM builder\nFROM BUILDER\n", ("a:1",)),
        # A name that was given twice means the second.
        ("FROM a:1 AS x\nFROM b:1 AS x\nFROM x\n", ("a:1", "b:1")),
        ("FROM a:1 AS x\nFROM x AS x\nFROM x\n", ("a:1",)),
        ("FROM a:1 AS Scratch\nFROM scratch\n", ("a:1",)),
        ("FROM a:1\nCOPY --from=b:2 /x /x\n", ("a:1", "b:2")),
        ("FROM a:1\nCOPY --link --from=b:2 --chown=1 /x /x\n", ("a:1", "b:2")),
        ('FROM a:1\nCOPY --from="b:2" ["x", "/x"]\n', ("a:1", "b:2")),
        ("FROM a:1 AS x\nFROM c:3\nCOPY --from=X /x /x\nCOPY --from=0 /y /y\n", ("a:1", "c:3")),
        # A stage without a name is called stage-0 in logs, and by its number in a COPY only.
        ("FROM a:1\nFROM c:3\nCOPY --from=stage-0 /x /x\n", ("a:1", "c:3", "stage-0")),
        ("FROM a:1\nRUN --mount=type=bind,from=b:2,target=/b ls\n", ("a:1", "b:2")),
        ("FROM a:1\nRUN --mount=from=b:2,target=/b ls\n", ("a:1", "b:2")),
        ("FROM a:1\nRUN --mount=type=cache,target=/c \\\n --mount=From=b:2 ls\n", ("a:1", "b:2")),
        ("FROM a:1\nRUN echo from=nobody --from=x\n", ("a:1",)),
        ("FROM a:1\nRUN <<EOF\nFROM b:2\nCOPY --from=c:3 / /\nEOF\n", ("a:1",)),
        (
            "FROM docker.io/library/python:3\nFROM python:3\nFROM docker.io/python:3\n",
            ("python:3",),
        ),
        ("FROM localhost:5000/a/b\n", ("localhost:5000/a/b",)),
        ("FROM \\\n  a:1 \\\n# FROM b:2\n  AS x\n", ("a:1",)),
        ("# escape=`\nFROM `\n a:1\n", ("a:1",)),
    ],
)
def test_the_images_that_are_named(text: str, images: tuple[str, ...]) -> None:
    assert parse_dockerfile(text).external_images == images


@pytest.mark.parametrize(
    ("text", "given", "image"),
    [
        ("ARG PY=3.14\nFROM python:${PY}-slim\n", {}, "python:3.14-slim"),
        ("ARG PY=3.14\nFROM python:$PY\n", {"PY": "3.14"}, "python:3.14"),
        ("ARG PY\nFROM python:$PY\n", {"PY": "3.14"}, "python:3.14"),
        ("ARG A=python\nARG B=${A}:3\nFROM $B\n", {}, "python:3"),
        ("ARG A=python B=:3\nFROM $A$B\n", {}, "python:3"),
        ("ARG A='python:3'\nFROM \"$A\"\n", {}, "python:3"),
        ("FROM python:${PY:-3.14}\n", {}, "python:3.14"),
        ("ARG PY\nFROM python:${PY:-3.14}\n", {"PY": ""}, "python:3.14"),
        ("ARG S\nFROM python:3${S:+-slim}\n", {}, "python:3"),
        ("ARG S\nFROM python:3${S:+-slim}\n", {"S": "1"}, "python:3-slim"),
        ("ARG V=v3.14\nFROM python:${V#v}\n", {}, "python:3.14"),
        # A stage that a variable names is a stage.
        ("ARG T=x\nFROM a:1 AS x\nFROM b:1 AS y\nFROM $T\n", {}, "a:1"),
        ("ARG T=x\nFROM a:1 AS x\nFROM b:1 AS y\nFROM $T\n", {"T": "y"}, "b:1"),
        # BuildKit knows the platform, and an ARG of a stage counts in that stage only.
        ("FROM a:1 AS on-linux\nFROM on-${TARGETOS}\n", {}, "a:1"),
        ("ARG V=1\nFROM b:1\nARG V=2\nFROM a:$V\n", {}, "a:1"),
    ],
)
def test_variables_in_from_have_values(text: str, given: dict[str, str], image: str) -> None:
    assert parse_dockerfile(text, given).final_base == image


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("FROM a:1\n", "a:1"),
        ("FROM a:1 AS x\nFROM b:2\nCOPY --from=x / /\n", "b:2"),
        ("FROM a:1\nFROM b:2 AS x\nFROM a:1\n", "a:1"),
        ("FROM a:1 AS x\nFROM b:2 AS y\nFROM X\n", "a:1"),
        ("FROM a:1 AS x\nFROM x AS y\nFROM y\n", "a:1"),
        ("FROM a:1 AS x\nFROM scratch\nCOPY --from=x / /\n", None),
        ("RUN id\n", None),
    ],
)
def test_the_base_of_an_image_is_the_root_of_its_last_stage(text: str, base: str | None) -> None:
    assert parse_dockerfile(text).final_base == base


def test_a_stage_has_its_base_as_written_and_as_found() -> None:
    first, last = parse_dockerfile(
        "ARG V=3\nFROM docker.io/python:${V} AS Build\nRUN  id\nFROM build\nUSER  1\n"
    ).stages
    assert (first.name, first.base_written, first.base.name) == (
        "Build",
        "docker.io/python:${V}",
        "python:3",
    )
    assert (last.number, last.title, last.base.stage, last.base.is_image) == (
        1,
        "stage-1",
        0,
        False,
    )
    assert (first.body, last.body) == ("RUN id", "USER 1")


@pytest.mark.parametrize("odd", ODD)
def test_odd_ones_name_their_images(odd: str) -> None:
    assert set(parse_dockerfile(ODD[odd]).external_images) <= {
        *("a:1", "python:3.14", "python:3.14-slim", "x:latest", "x"),
    }


@pytest.mark.parametrize("lab", labfile.all_of(LABS), ids=lambda lab: f"{lab.slug}-{lab.context}")
def test_every_lab_names_images_that_a_stand_in_can_stand_for(lab: labfile.Lab) -> None:
    known = {"python:3.14", "python:3.14-slim", "python:3.14-alpine", "postgres:17"}
    assert set(lab.from_names()) <= known
    assert all(lab.read(variant).stages for variant in lab.variants)
