"""The picture of a chapter for other sites: pure SVG, from the lab and its result."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import factory
import made_labs
import pytest

from advices import results
from advices.lab import Lab, labfile
from advices.results import Result
from advices.site import social

ROOT = Path(__file__).parents[2]
FRAME = (ROOT / "docs" / "assets" / "social.svg").read_text("utf-8")


def words(svg: str) -> list[str]:
    """Return the lines of a picture, which must be sound XML."""
    found = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return [str(one.text) for one in found]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return made_labs.read_lab(tmp_path)


def test_it_says_title_measure_and_both_values(lab: Lab) -> None:
    said = words(social.picture(FRAME, lab, factory.result()))
    assert said == [
        "Docker Advices",
        "Order for the cache",
        "New bytes to transfer when one line of",
        "source is edited",
        "65.6 MB → 10.0 kB",
    ]


def test_what_the_sites_own_picture_says_is_gone(lab: Lab) -> None:
    svg = social.picture(FRAME, lab, factory.result())
    assert "Every tip" in FRAME
    assert "Every tip" not in svg
    assert svg.count("<path") == FRAME.count("<path")


def test_foreign_text_stays_text(lab: Lab) -> None:
    odd = lab.model_copy(update={"title": "A <b> & c"})
    assert "A <b> & c" in words(social.picture(FRAME, odd, factory.result()))


def shipped() -> list[tuple[Lab, Result]]:
    folder = ROOT / "docs" / "results"
    return [(lab, results.load(folder, lab.slug)) for lab in labfile.in_order(ROOT / "labs")]


def test_every_title_fits() -> None:
    for lab, result in shipped():
        _, *lines, numbers = words(social.picture(FRAME, lab, result))
        assert len(lines) <= 5, lab.slug
        assert len(numbers) <= 22, lab.slug
