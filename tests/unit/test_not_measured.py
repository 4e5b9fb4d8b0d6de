"""What a probe could not measure on a machine: said, never drawn as nothing, never a drift."""

from __future__ import annotations

from pathlib import Path

import factory
import made_labs
import pytest

from advices.lab import Claim, MeasureName
from advices.results import NOT_MEASURED, Result, drifts, verdicts
from advices.results.wording import value_text
from advices.site.charts import bar_chart
from advices.site.tables import claims_table, judged_and_not, measures_table

LOST = MeasureName("uploads_lost")
WHY = "this engine does not limit the memory of its containers"
SURVIVES = MeasureName("container_survives")


def result(**of_each: object) -> Result:
    """Return a result whose two variants have this."""
    each = factory.variant().model_copy(update=of_each)
    return factory.result().model_copy(update={"variants": {"bad": each, "good": each}})


WITHOUT = result(unmeasured={"uploads_lost": WHY, "container_survives": WHY})
WITH = result(probed={"uploads_lost": 8, "container_survives": True})


def test_a_table_and_a_chart_say_so() -> None:
    assert WITHOUT.value("good", LOST) == NOT_MEASURED
    assert measures_table(WITHOUT, [LOST]).count(NOT_MEASURED) == 2
    assert NOT_MEASURED in bar_chart(WITHOUT, LOST)
    assert NOT_MEASURED not in bar_chart(WITH, LOST)


def test_a_claim_about_it_is_not_judged_and_says_why(tmp_path: Path) -> None:
    claim = Claim(id="nothing-lost", says="None is lost.", measure=LOST, at_most=0)
    lab = made_labs.read_lab(tmp_path).model_copy(update={"claims": (claim,)})
    found = verdicts(lab, WITHOUT)
    assert [one.not_run for one in found] == [WHY, WHY]
    assert all(one.as_demanded for one in found)
    assert judged_and_not(found)[1] == f"1 claim about “Uploads lost” is not judged: {WHY}."
    assert WHY in claims_table(found)


def test_it_is_no_drift_from_a_machine_that_could() -> None:
    assert drifts(WITH, WITHOUT) == ()
    assert drifts(WITHOUT, WITH) == ()
    lost = result(probed={"uploads_lost": 8})
    assert {one.measure for one in drifts(WITH, lost)} == {SURVIVES}


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("health_hung", "never healthy", "never healthy"),
        ("page_digest", "0123456789abcdef", "0123456789ab"),
        ("zap_rules", "", "none"),
    ],
)
def test_words_are_shown_whole_and_digests_are_not(name: str, text: str, shown: str) -> None:
    assert value_text(MeasureName(name), text) == shown
