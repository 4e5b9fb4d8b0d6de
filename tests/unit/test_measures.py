"""What measures are called, and that every probe that is named can be had."""

from __future__ import annotations

from pathlib import Path

import factory
import pytest

from advices.core.errors import LabInvalid, ResultInvalid
from advices.lab.measures import OF_A_BUILD, OF_A_START, OF_AN_IMAGE, PROBED, describe, varies
from advices.probes.table import probe
from advices.results.record import Boot

METHOD = (Path(__file__).parents[2] / "docs" / "method.md").read_text("utf-8")
OF_PROBES = [(name, measure) for name, found in PROBED.items() for measure in found]


@pytest.mark.parametrize("name", PROBED)
def test_every_probe_has_a_module_with_a_probe(name: str) -> None:
    assert callable(probe(name))


def test_an_unknown_probe_names_those_that_are_there() -> None:
    with pytest.raises(LabInvalid, match="there is no probe `fils`") as raised:
        probe("fils")
    assert "files, imports" in raised.value.why


@pytest.mark.parametrize(("of", "measure"), OF_PROBES)
def test_every_measure_of_a_probe_says_what_it_is(of: str, measure: str) -> None:
    about = describe(measure)
    assert about.label[0].isupper() or about.label.startswith("pip")
    assert about.meaning
    assert about == PROBED[of][measure]


def test_no_two_measures_go_by_one_name_or_label() -> None:
    names = [*OF_AN_IMAGE, *(measure for _, measure in OF_PROBES)]
    assert len(names) == len(set(names))
    labels = [describe(name).label for name in names]
    assert len(labels) == len(set(labels))


def test_every_measure_of_a_start_is_described() -> None:
    boot = Boot(
        answered=True,
        status=200,
        first_200=factory.Timing(samples=(1.0,)),
        uid=1,
        capabilities=0,
        page_digest="x",
        answer_digest="y",
    )
    assert {name.removeprefix("bare.") for name in boot.measures("bare.")} == set(OF_A_START)
    assert boot.measures().keys() <= OF_AN_IMAGE.keys()


@pytest.mark.parametrize(
    ("measure", "label"),
    [
        ("bare.uid", "User without a file system"),
        ("bare.capabilities", "Effective capabilities without a file system"),
        ("other.status", "Status started other"),
        ("edit.seconds", "Build time when a line is edited"),
        ("cold.seconds", "Build time in the first build"),
        ("capabilities", "Effective capabilities"),
        ("shells", "Shells"),
    ],
)
def test_a_label_says_of_which_build_or_start(measure: str, label: str) -> None:
    says = {"bare": "without a file system", "edit": "a line is edited"}
    assert describe(measure, says).label == label


@pytest.mark.parametrize("measure", ["bare.shells", "status", "edit.uidd", "bare.", ".uid.x"])
def test_what_is_no_measure_has_no_description(measure: str) -> None:
    with pytest.raises(ResultInvalid, match="no description"):
        describe(measure)


@pytest.mark.parametrize(
    ("measure", "wanted"),
    [
        ("cold.seconds", True),
        ("first_200_seconds", True),
        ("bare.first_200_seconds", True),
        ("stop_seconds", True),
        ("requests_lost", True),
        ("disk_bytes", False),
        ("stop_exit_code", False),
        ("edit.steps_run", False),
        ("no-such-measure", False),
    ],
)
def test_what_may_differ_between_two_runs(measure: str, wanted: bool) -> None:
    assert varies(measure) == wanted


@pytest.mark.parametrize(
    "measure",
    sorted({*OF_AN_IMAGE, *OF_A_BUILD, *OF_A_START}),
)
def test_the_method_explains_every_measure(measure: str) -> None:
    assert f"`{measure}`" in METHOD
