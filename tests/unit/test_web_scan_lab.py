"""What the lab web-scan says of ZAP, judged on two reports of a real one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import factory
import fake_bench
import pytest
from played_scanners import SAMPLES, ZAP_PRINTED

from advices.lab import labfile
from advices.lab.model import Lab
from advices.lab.scans import Scan, not_run
from advices.measure import mistakes
from advices.results.claims import judged, not_judged, red, verdicts
from advices.results.record import MistakeResult, Result
from advices.scanners import zap

LABS = Path(__file__).parents[2] / "labs"
HEADERS = ("10038", "10020", "10021")
# What each mistake made a real ZAP raise; `cookie-for-scripts` was about the CSRF cookie then.
RAISED = {
    "development-server": ("10036",),
    "debug": HEADERS,
    "headers-left-to-nobody": HEADERS,
    "unescaped": ("40012",),
    "cookie-for-scripts": ("10010",),
}


@pytest.fixture
def lab() -> Lab:
    return labfile.read(LABS, "web-scan")


def of_zap(lab: Lab) -> Lab:
    """Return the lab with the claims about ZAP only."""
    claims = tuple(claim for claim in lab.claims if str(claim.measure).startswith("zap_"))
    return lab.model_copy(update={"claims": claims})


def reported(name: str, *left_out: str) -> Scan:
    """Return the scan that a real report is, without some rules."""
    found = zap.read(
        (SAMPLES / "zap" / f"real-{name}.json").read_bytes(), "http://site:8000/", ZAP_PRINTED
    )
    alerts = tuple(one for one in found.alerts if one.rule not in left_out)
    return factory.scan(scanner="zap", version=found.version, alerts=alerts)


def raising(*rules: str) -> Scan:
    return factory.scan(
        scanner="zap", alerts=tuple(factory.alert(rule, scanner="zap") for rule in rules)
    )


def real_result(**more: Any) -> Result:
    """Return all variants as a real ZAP saw them: `half` raises what `bad` does, less one rule."""
    return factory.scanned(
        bad=[reported("bad")], good=[reported("good")], half=[reported("bad", "10036")], **more
    )


def test_every_claim_about_zap_comes_out_as_demanded(lab: Lab) -> None:
    found = verdicts(of_zap(lab), real_result())
    assert [one.claim.id for one in found if not one.as_demanded] == []
    assert {one.variant for one in found} == {"bad", "good", "half"}


def test_the_lab_credits_no_flag_that_its_framework_calls_of_no_practical_use() -> None:
    files = [file for file in (LABS / "web-scan").rglob("*") if file.suffix in {".py", ".toml"}]
    changed = "".join(file.read_text("utf-8") for file in files)
    assert "SESSION_COOKIE_HTTPONLY = False" in changed
    assert "CSRF_COOKIE_HTTPONLY" not in changed


@pytest.mark.parametrize("rule", ["10010", "10020", "10021", "10036", "10038", "10054", "40012"])
def test_no_rule_of_the_bad_container_may_be_raised_for_the_good_one(rule: str, lab: Lab) -> None:
    result = real_result()
    bad, half = (result.variants[name].scans for name in ("bad", "half"))
    found = verdicts(of_zap(lab), factory.scanned(bad=bad, good=[raising(rule)], half=half))
    assert [one.variant for one in found if not one.as_demanded] == ["good"]


def test_each_mistake_turns_red_what_a_real_zap_raised_for_it(lab: Lab) -> None:
    only_zap = of_zap(lab)
    names = {claim.id for claim in only_zap.claims}
    for mistake in lab.mistakes:
        result = real_result(mistaken=[raising(*RAISED[mistake.id])])
        turned = red(judged(only_zap, result, "mistaken"))
        assert turned == tuple(one for one in mistake.breaks if one in names), mistake.id
        assert turned, mistake.id


def measured(lab: Lab, *, with_zap: bool) -> Result:
    """Return a result whose mistakes turned red all that can be judged with ZAP or without it."""
    names = {claim.id for claim in of_zap(lab).claims if "good" in claim.holds_for}
    left_out = () if with_zap else tuple(sorted(names))
    found = {
        one.id: MistakeResult(
            says=one.says,
            red=tuple(claim for claim in one.breaks if claim not in left_out),
            not_judged=left_out,
        )
        for one in lab.mistakes
    }
    return factory.result().model_copy(update={"mistakes": found})


@pytest.mark.parametrize("with_zap", [True, False])
def test_the_mistakes_are_caught_with_zap_and_without_it(lab: Lab, with_zap: bool) -> None:
    assert mistakes.uncaught_mistakes(lab, measured(lab, with_zap=with_zap)) == []


def test_where_zap_ran_a_mistake_that_it_does_not_see_is_told(lab: Lab) -> None:
    result = measured(lab, with_zap=True)
    blind = result.mistakes["unescaped"].model_copy(update={"red": ("no-script",)})
    result = result.model_copy(update={"mistakes": {**result.mistakes, "unescaped": blind}})
    assert mistakes.uncaught_mistakes(lab, result) == [
        "web-scan: mistake `unescaped` must break no-script, zap-no-script, but breaks no-script"
    ]


def test_where_zap_did_not_run_its_claims_are_named_as_not_judged(lab: Lab, tmp_path: Path) -> None:
    gone = not_run("zap", "no image")
    only_zap = of_zap(lab)
    result = factory.scanned(bad=[gone], good=[gone], half=[gone], mistaken=[gone])
    named = ("zap-headers", "zap-cookies", "zap-no-script", "zap-banner")
    assert not_judged(only_zap, result, "mistaken") == named
    assert not_judged(only_zap, real_result(mistaken=[raising()]), "mistaken") == ()
    silent: Any = fake_bench.FakeMeasurer(
        {f"mistake-{one.id}": result.variants["good"] for one in lab.mistakes}
    )
    found = mistakes.mistake_results(silent, only_zap, lab.mistakes, tmp_path, result)
    assert {one.not_judged for one in found.values()} == {named}
    assert {one.red for one in found.values()} == {()}
    told = json.loads(next(iter(found.values())).model_dump_json())
    assert told["not_judged"] == list(named)
