"""The reader of Dockerfiles against BuildKit's own parser, which PyPI has for some platforms."""

from __future__ import annotations

from pathlib import Path

import pytest
from odd_dockerfiles import ODD

from advices.lab.dockerfile import parse_dockerfile
from advices.lab.instructions import Instruction

buildkit = pytest.importorskip("dockerfile", reason="it has no wheel for this platform")

ROOT = Path(__file__).parents[2]
FOLDERS = ("labs", "tests", "benchmarks", "docs")
OURS = sorted(file for one in FOLDERS for file in (ROOT / one).rglob("*Dockerfile"))


def judged(text: str) -> list[tuple[object, ...]]:
    """Return each instruction as BuildKit has it."""
    return [
        (
            *(one.cmd.upper(), one.start_line, one.end_line, one.flags, one.value, one.json),
            tuple((body.name, body.content) for body in one.heredocs),
        )
        for one in buildkit.parse_string(text)
    ]


def read(text: str) -> list[tuple[object, ...]]:
    """Return each instruction as ours is."""
    return [_as_judged(one) for one in parse_dockerfile(text).instructions]


def _as_judged(one: Instruction) -> tuple[object, ...]:
    args, is_json = one.args, one.is_json
    if one.name == "ONBUILD":  # the judge looks into what a later build will do
        texts = [f"{body.content}{body.name}" for body in one.heredocs]
        (later,) = parse_dockerfile("\n".join([one.args[0], *texts])).instructions
        args, is_json = later.args, later.is_json
    # The judge reads such a here-document and does not tell it.
    told = () if one.name == "ONBUILD" else one.heredocs
    bodies = tuple((body.name, body.content) for body in told)
    return one.name, one.start_line, one.end_line, one.flags, args, is_json, bodies


@pytest.mark.parametrize("file", OURS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_dockerfile_of_the_repository_is_read_as_buildkit_reads_it(file: Path) -> None:
    text = file.read_bytes().decode()
    assert read(text) == judged(text)


@pytest.mark.parametrize("odd", ODD)
def test_odd_ones_are_read_as_buildkit_reads_them(odd: str) -> None:
    assert read(ODD[odd]) == judged(ODD[odd])


def test_there_is_something_to_judge() -> None:
    assert len(OURS) > 60
    assert len(ODD) >= 25
