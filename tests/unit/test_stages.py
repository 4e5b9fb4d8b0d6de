"""The stages of a Dockerfile: what each takes from others, what ships, and the picture of it."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from advices.core import LabInvalid
from advices.lab import labfile
from advices.lab.dockerfile import Dockerfile, parse_dockerfile
from advices.lab.stage_uses import stage_uses
from advices.lab.stages import Source, Stage
from advices.site.charts import stages

SVG = "{http://www.w3.org/2000/svg}"
THREE = """\
# syntax=docker/dockerfile:1
FROM --platform=linux/amd64 python:3.14 AS Build
RUN apt-get update \\
    # between
    && apt-get install gcc
FROM python:3.14-slim AS unused
COPY . .
FROM build
COPY --from=BUILD --chown=1000 /venv /etc/x /
COPY --from=busybox /bin/sh /bin/sh
RUN --mount=type=cache,target=/c --mount=type=bind,from=build,source=/wheels,target=/w \\
    pip install /w/*
"""


def read_stages(text, targets=()):
    return stage_uses(parse_dockerfile(text), targets)


def chart(text):
    return stages.stages_chart(parse_dockerfile(text))


def test_what_is_taken_is_found_in_every_spelling():
    build, unused, last = read_stages(THREE)
    assert (build.name, build.base.name, build.steps, build.takes) == (
        "Build",
        "python:3.14",
        1,
        (),
    )
    assert (last.name, last.base.name, last.steps) == ("stage-2", "Build", 3)
    assert [(taken.source.name, taken.how) for taken in last.takes] == [
        ("Build", "copies /venv, /etc/x from Build"),
        ("busybox", "copies /bin/sh from busybox"),
        ("Build", "sees /wheels of Build during one step"),
    ]
    assert [one.ships for one in (build, unused, last)] == [False, False, True]
    # BuildKit does not build what nothing that ships takes from.
    assert [one.needed for one in (build, unused, last)] == [True, False, True]


def test_a_stage_whose_files_alone_are_taken_stays_behind():
    svg = chart("FROM a AS build\nFROM a\nCOPY --from=build /x /x\n")
    assert texts(svg).count("stays behind") == texts(svg).count("is shipped") == 1
    # What a common stage brings is in every image that stands on it.
    common, _, _ = read_stages("FROM a AS c\nFROM c AS d\nFROM d\n")
    assert common.below


def test_a_stage_named_as_its_image_does_not_take_from_itself():
    first, last = read_stages("FROM python AS python\nFROM python\nCOPY --from=stage-0 x y\n")
    assert first.base.stage is None
    assert (last.base.stage, last.takes[0].source.stage) == (0, None)
    assert first.below and last.ships and not last.below


def test_targets_ship_too():
    assert [one.ships for one in read_stages(THREE, ["build"])] == [True, False, True]


def test_without_a_stage_there_is_nothing_to_draw():
    with pytest.raises(LabInvalid, match="without FROM"):
        read_stages("RUN true\n")


def texts(svg):
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def test_the_picture_says_what_ships_and_what_is_taken():
    svg = chart(THREE)
    shown = texts(svg)
    assert shown.count("is shipped") == shown.count("layers shipped") == 1
    assert shown.count("is not built") == 1
    assert "copies /venv, /etc/x from Build" in shown
    # One arrow for all that one stage takes from another.
    assert svg.count("<path") == 1
    assert ET.fromstring(svg).get("aria-label").startswith("Stages: Build layers shipped")
    for source, number in (
        ("FROM a", 0),
        ("FROM a AS b\nFROM b AS c\nFROM c\nCOPY --from=b x y", 3),
    ):
        assert chart(source).count("<path") == number


def test_foreign_names_are_harmless():
    read = parse_dockerfile("FROM a AS y\nFROM y\nCOPY --from=y <i> /\n")
    foreign = Stage(0, "y", "", Source('<b>&"{{x}}'), (), ())
    figure = stages.stages_figure(Dockerfile((), (foreign, read.stages[1]), "\\", ""))
    ET.fromstring(figure)
    assert "<b>" not in figure and "<i>" not in figure and "{{" not in figure


def test_every_dockerfile_of_every_lab_can_be_drawn():
    labs = Path(__file__).parents[2] / "labs"
    for slug in labfile.slugs(labs):
        lab = labfile.read(labs, slug)
        for name, variant in lab.variants.items():
            root = ET.fromstring(stages.stages_figure(lab.read(name), variant.targets))
            shipped = sum("is shipped" in (cell.text or "") for cell in root.iter("td"))
            assert shipped == 1 + len(variant.targets), (slug, name)
            assert root.find("details//table/tbody/tr") is not None
