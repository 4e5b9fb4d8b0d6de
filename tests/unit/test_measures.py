"""What measures are called, and that every probe that is named can be had."""

from __future__ import annotations

from pathlib import Path

import factory
import pytest
from pydantic import ValidationError

from advices.core import LabInvalid, ResultInvalid
from advices.lab.measure import OF_A_BUILD, OF_A_START, OF_AN_IMAGE
from advices.lab.measure_name import MeasureName
from advices.lab.measures import PROBED, describe, varies
from advices.lab.model import Claim
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
    about = describe(MeasureName(measure))
    assert about.label[0].isupper() or about.label.startswith("pip")
    assert about.meaning
    assert about == PROBED[of][measure]


def test_no_two_measures_go_by_one_name_or_label() -> None:
    names = [*OF_AN_IMAGE, *(measure for _, measure in OF_PROBES)]
    assert len(names) == len(set(names))
    labels = [describe(MeasureName(name)).label for name in names]
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
    assert {name.name for name in boot.measures("bare")} == set(OF_A_START)
    assert factory.by_text(boot.measures()).keys() <= OF_AN_IMAGE.keys()


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
    assert describe(MeasureName.parse(measure), says).label == label


@pytest.mark.parametrize("measure", ["bare.shells", "status", "edit.uidd"])
def test_what_is_no_measure_has_no_description(measure: str) -> None:
    with pytest.raises(ResultInvalid, match="no description"):
        describe(MeasureName.parse(measure))


@pytest.mark.parametrize(
    ("text", "name", "of", "unit"),
    [
        ("disk_bytes", "disk_bytes", "", "bytes"),
        ("edit-source.seconds", "seconds", "edit-source", "seconds"),
        ("bare.first_200_seconds", "first_200_seconds", "bare", "seconds"),
        ("zap_rules", "zap_rules", "", "rules"),
        ("uid", "uid", "", "count"),
    ],
)
def test_a_name_is_read_and_written_alike(text: str, name: str, of: str, unit: str) -> None:
    found = MeasureName.parse(text)
    assert (found.name, found.of, found.unit) == (name, of, unit)
    assert str(found) == text
    assert found == MeasureName(name, of)
    assert found.is_time == (unit == "seconds")


@pytest.mark.parametrize(
    "text", ["", "bare.", ".uid", ".uid.x", "a.b.uid", "disk bytes", 'x" onclick="y', "uid\n"]
)
def test_what_has_another_form_is_no_name(text: str) -> None:
    with pytest.raises(ResultInvalid, match="is not the name of a measure"):
        MeasureName.parse(text)


def test_a_record_holds_a_name_and_its_file_the_text() -> None:
    claim = Claim.model_validate({"id": "it", "says": "", "measure": "edit.uid", "equals": 1})
    assert claim.measure == MeasureName("uid", "edit")
    assert claim.model_dump(mode="json")["measure"] == "edit.uid"
    with pytest.raises(ValidationError, match="is not the name of a measure"):
        Claim.model_validate({"id": "it", "says": "", "measure": "edit.", "equals": 1})


def test_a_measure_is_by_the_scanner_that_it_is_named_after() -> None:
    assert MeasureName("zap_rules").is_by("zap")
    assert not MeasureName("zap_rules").is_by("wapiti")
    assert not MeasureName("zapped").is_by("zap")


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
        ("no_such_measure", False),
    ],
)
def test_what_may_differ_between_two_runs(measure: str, wanted: bool) -> None:
    assert varies(MeasureName.parse(measure)) == wanted


@pytest.mark.parametrize(
    "measure",
    sorted({*OF_AN_IMAGE, *OF_A_BUILD, *OF_A_START}),
)
def test_the_method_explains_every_measure(measure: str) -> None:
    assert f"`{measure}`" in METHOD
