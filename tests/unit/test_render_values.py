"""Values and ratios as text, and how measures and builds are described."""

import factory
import pytest

from advices.core import ResultInvalid
from advices.lab.measure_name import MeasureName
from advices.lab.measures import describe, when
from advices.results.wording import percent_text, ratio_text, value_text


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        ("disk_bytes", 0, "0 B"),
        ("disk_bytes", 999, "999 B"),
        ("disk_bytes", 1000, "1.00 kB"),
        ("disk_bytes", 12_345, "12.3 kB"),
        ("disk_bytes", 999_400, "999 kB"),
        ("disk_bytes", 999_600, "1.00 MB"),
        ("disk_bytes", 9_994_000, "9.99 MB"),
        ("disk_bytes", 9_996_000, "10.0 MB"),
        ("cold.new_transfer_bytes", 12_345_678, "12.3 MB"),
        ("transfer_bytes", 412_872_069, "413 MB"),
        ("transfer_bytes", 1_240_000_000, "1.24 GB"),
        ("cold.seconds", 0.0, "0.00 s"),
        ("cold.seconds", 1.254, "1.25 s"),
        ("cold.seconds", 12.34, "12.3 s"),
        ("first_200_seconds", 123.4, "123 s"),
        ("cold.steps_run", 4, "4"),
        ("uid", 1000, "1000"),
        ("answered", True, "yes"),
        ("answered", False, "no"),
        ("page_digest", "abcdef0123456789", "abcdef012345"),
        ("wapiti_rules", "Clickjacking Protection; XSS", "Clickjacking Protection; XSS"),
        ("zap_rules", "", "none"),
        ("zap_alerts", 3, "3"),
        ("packages", 120, "120"),
        # The image has no list of its packages, so they were not counted.
        ("packages", 0, "—"),
        ("layers", 0, "0"),
    ],
)
def test_a_value_has_the_unit_of_its_name(measure, value, text):
    assert value_text(MeasureName.parse(measure), value) == text


@pytest.mark.parametrize(
    ("of", "to", "text"),
    [
        (17.4, 1, "17 ×"),
        (1.34, 1, "1.3 ×"),
        (1, 1, "1.0 ×"),
        (0.997, 1, "99 %"),
        (6, 100, "6.0 %"),
        (15.4, 100, "15 %"),
        (1, 6500, "0.015 %"),
        (0, 5, "0 %"),
    ],
)
def test_a_ratio_is_a_multiple_or_a_percentage(of, to, text):
    assert ratio_text(of, to) == text


def test_a_ratio_to_zero_is_an_error():
    with pytest.raises(ResultInvalid, match="zero"):
        ratio_text(1, 0)


def test_a_percentage_may_be_more_than_all_or_endless():
    assert percent_text(1.0) == "100 %"
    assert percent_text(1.1) == "110 %"
    assert percent_text(float("inf")) == "∞"


def test_every_measure_of_a_result_is_described():
    for measure in factory.result().variants["bad"].measures():
        about = describe(measure)
        assert about.label
        assert about.meaning
        assert about.direction in ("", "lower is better", "higher is better")


def test_an_unknown_measure_has_no_description():
    for name in ("disk_megabytes", "cold.disk_bytes", "steps_run"):
        with pytest.raises(ResultInvalid, match="no description"):
            describe(MeasureName.parse(name))


def test_a_build_is_named_in_the_words_of_the_lab():
    assert when("cold") == "in the first build"
    assert when("edit", {"edit": "one line is edited"}) == "when one line is edited"
    assert when("edit") == "after edit"
    assert describe(MeasureName("seconds", "edit"), {"edit": "x"}).label == "Build time when x"
