"""What moved between two results: what is exact, what has a band, what is not compared."""

from __future__ import annotations

from typing import Any

import factory
import pytest

from advices.lab.measure_name import MeasureName
from advices.lab.scans import Alert, Scan, not_run
from advices.results.comparison import Drift, base_changes, drifts, scanner_changes
from advices.results.record import Boot, Layer, Result, VariantResult


def result(**variants: VariantResult) -> Result:
    return factory.result().model_copy(update={"variants": variants})


def good(**change: Any) -> Result:
    """Return a result of one variant with these fields changed."""
    return result(good=factory.variant().model_copy(update=change))


def boot(**change: Any) -> dict[str, Any]:
    return {"boot": factory.variant().boot.model_copy(update=change)}


def builds(**change: Any) -> dict[str, Any]:
    return {"builds": {"edit": factory.build(**change)}}


def names(old: Result, new: Result) -> list[tuple[str, str, str]]:
    return [(d.variant, str(d.measure), d.limit) for d in drifts(old, new)]


def test_nothing_moved() -> None:
    assert drifts(factory.result(), factory.result()) == ()


@pytest.mark.parametrize(
    ("change", "measures"),
    [
        (boot(uid=0), ["uid"]),
        (boot(answered=False), ["answered"]),
        (boot(page_digest="d" * 64), ["page_digest"]),
        ({"layers": ()}, ["disk_bytes", "layers", "transfer_bytes"]),
    ],
)
def test_these_are_exact(change: dict[str, Any], measures: list[str]) -> None:
    assert [measure for _, measure, _ in names(good(), good(**change))] == measures


def test_steps_are_exact() -> None:
    found = drifts(good(**builds(run=1, cached=2)), good(**builds(run=2, cached=1)))
    assert found == (
        Drift("good", MeasureName.parse("edit.steps_cached"), 2, 1, "exact"),
        Drift("good", MeasureName.parse("edit.steps_run"), 1, 2, "exact"),
    )


@pytest.mark.parametrize(
    ("was", "now", "moved"),
    [
        # 3 % of a big number, and never less than 4096 bytes either way.
        (1_000_000, 1_030_000, False),
        (1_000_000, 970_000, False),
        (1_000_000, 1_030_001, True),
        (1_000_000, 969_999, True),
        (10_000, 14_096, False),
        (10_000, 14_097, True),
        (0, 4_096, False),
        (0, 4_097, True),
        (4_097, 0, True),
    ],
)
def test_bytes_have_a_band(was: int, now: int, moved: bool) -> None:
    found = drifts(good(context_bytes=was), good(context_bytes=now))
    wanted = Drift("good", MeasureName("context_bytes"), was, now, "± 3%, at least 4096 bytes")
    assert found == ((wanted,) if moved else ())


@pytest.mark.parametrize("measure", ["disk_bytes", "transfer_bytes"])
def test_sizes_have_a_band(measure: str) -> None:
    first: Layer = factory.variant().layers[0]

    def sized(size: int) -> Result:
        return good(layers=(first.model_copy(update={measure: size}),))

    assert names(sized(1_000_000), sized(1_029_000)) == []
    assert [n for _, n, _ in names(sized(1_000_000), sized(1_031_000))] == [measure]


def test_seconds_are_not_compared() -> None:
    slow = builds(seconds=500.0) | boot(first_200=factory.Timing(samples=(59.0,)))
    assert drifts(good(**builds()), good(**slow)) == ()


@pytest.mark.parametrize(
    ("change", "measures"),
    [
        ({"timings": {"stop_seconds": factory.Timing(samples=(90.0,))}}, []),
        ({"probed": {"shells": 7, "requests_lost": 7}}, ["shells"]),
        ({"probed": {"shells": 0, "requests_lost": 7}}, []),
        # It is there and was not before: that is told of all but what varies.
        ({"probed": {"shells": 0, "compilers": 1}}, ["compilers"]),
        ({"behaviours": 2}, ["behaviours"]),
        ({"starts": {"bare": Boot(answered=True, uid=1)}}, ["bare.answered", "bare.uid"]),
    ],
)
def test_what_varies_is_not_compared(change: dict[str, Any], measures: list[str]) -> None:
    old = {
        "probed": {"shells": 0, "requests_lost": 0},
        "timings": {"stop_seconds": factory.Timing(samples=(0.1,))},
    }
    found = names(good(**old), good(**old | change))
    assert [measure for _, measure, _ in found] == measures


def test_what_is_new_and_what_is_gone_is_told() -> None:
    one = factory.build(run=1, cached=0, new_bytes=0)
    old = result(good=factory.variant(edit=one), old=factory.variant())
    new = result(good=factory.variant(add=one), new=factory.variant())
    found = drifts(old, new)
    at_good = {(str(d.measure), d.old, d.new) for d in found if d.variant == "good"}
    assert at_good == {
        ("add.new_disk_bytes", "nothing", 0),
        ("add.new_transfer_bytes", "nothing", 0),
        ("add.steps_cached", "nothing", 0),
        ("add.steps_run", "nothing", 1),
        ("edit.new_disk_bytes", 0, "nothing"),
        ("edit.new_transfer_bytes", 0, "nothing"),
        ("edit.steps_cached", 0, "nothing"),
        ("edit.steps_run", 1, "nothing"),
    }
    assert {d.variant for d in found} == {"good", "old", "new"}
    assert all(d.new == "nothing" for d in found if d.variant == "old")


def test_drifts_stand_in_order() -> None:
    old = result(b=factory.variant(), a=factory.variant())
    found = [(d.variant, str(d.measure)) for d in drifts(old, result())]
    assert found == sorted(found)
    assert len(found) > 10


def on_base(**change: Any) -> Result:
    plain = factory.result()
    record = plain.provenance.bases["python:3.14-slim"].model_copy(update=change)
    return with_bases({"python:3.14-slim": record})


def with_bases(bases: dict[str, Any]) -> Result:
    plain = factory.result()
    provenance = plain.provenance.model_copy(update={"bases": bases})
    return plain.model_copy(update={"provenance": provenance})


VERSIONS = "(python 3.13.5, libc6 2.41-12)"
OF_PACKAGES = f"of packages sha256:aaaaaaaaaaaa {VERSIONS}"
BEFORE = f"python:3.14-slim: stand-in sha256:eeeeeeeeeeee {OF_PACKAGES} before, "


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (
            on_base(kind="official", contents="", versions=()),
            "official sha256:eeeeeeeeeeee now",
        ),
        (
            on_base(identity="sha256:" + "f" * 64),
            f"stand-in sha256:ffffffffffff {OF_PACKAGES} now",
        ),
        (
            on_base(contents="sha256:" + "b" * 64, versions=("python 3.13.6",)),
            "stand-in sha256:eeeeeeeeeeee of packages sha256:bbbbbbbbbbbb (python 3.13.6) now",
        ),
        (with_bases({}), "not used now"),
    ],
)
def test_another_base_is_told(new: Result, sentence: str) -> None:
    assert base_changes(factory.result(), new) == (BEFORE + sentence,)


@pytest.mark.parametrize(
    ("measure", "old", "new", "drifted"),
    [
        ("stop_exit_code", 0, 137, True),
        ("wapiti_rules", "a", "b", True),
        ("secrets_in_layers", 0, 1, True),
        # What an image holds of its base moves with the base.
        ("executables", 300, 301, False),
        ("files_opened", 600, 601, False),
        ("files_in_image", 9000, 9001, False),
        ("other_bytes", 10_000_000, 90_000_000, False),
        ("set_disk_bytes", 10_000_000, 90_000_000, False),
    ],
)
def test_on_another_base_all_is_compared_that_is_not_of_the_base(
    measure: str, old: object, new: object, drifted: bool
) -> None:
    before = result(good=factory.variant().model_copy(update={"probed": {measure: old}}))
    other = {"bases": on_base(identity="sha256:" + "f" * 64).provenance.bases}
    after = result(good=factory.variant().model_copy(update={"probed": {measure: new}}))
    after = after.model_copy(update={"provenance": after.provenance.model_copy(update=other)})
    assert [str(one.measure) for one in drifts(before, after)] == [measure] * drifted


def test_the_user_and_the_steps_are_compared_on_every_base() -> None:
    root = factory.variant().model_copy(update={"boot": Boot(answered=True, uid=0)})
    other = {"bases": on_base(identity="sha256:" + "f" * 64).provenance.bases}
    after = result(good=root)
    after = after.model_copy(update={"provenance": after.provenance.model_copy(update=other)})
    moved = {str(one.measure) for one in drifts(result(good=factory.variant()), after)}
    assert "uid" in moved
    assert not any(name.endswith("bytes") for name in moved)


@pytest.mark.parametrize("change", [{}, {"disk_bytes": 1, "transfer_bytes": 1}])
def test_the_same_base_of_another_size_is_the_same_base(change: dict[str, Any]) -> None:
    assert base_changes(factory.result(), on_base(**change)) == ()


def wapiti(*rules: str, version: str = "3.3.2") -> Scan:
    return factory.scan(*rules, version=version)


def zap(*rules: str, version: str = "2.17.0") -> Scan:
    return factory.scan(*rules, scanner="zap", version=version)


def scans(*found: Scan) -> Result:
    return factory.scanned(good=found)


GONE = not_run("zap", "no image")


def test_the_rules_of_one_scanner_are_exact() -> None:
    assert drifts(scans(wapiti("a")), scans(wapiti("a"))) == ()
    assert drifts(scans(wapiti("a")), scans(wapiti("a", "b"))) == (
        Drift("good", MeasureName.parse("wapiti_alerts"), 1, 2, "exact"),
        Drift("good", MeasureName.parse("wapiti_low"), 1, 2, "exact"),
        Drift("good", MeasureName.parse("wapiti_rules"), "a", "a; b", "exact"),
    )


def test_places_and_addresses_may_move_between_two_runs() -> None:
    places = [factory.alert("1", scanner="zap", url=f"http://site:8000/{n}") for n in range(5)]

    def found(places: list[Alert], urls: int) -> Result:
        return scans(factory.scan(scanner="zap", alerts=tuple(places), urls=urls, seconds=urls))

    assert drifts(found(places, 12), found(places[2:3], 9)) == ()


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ([wapiti("a")], [wapiti("b", version="3.4.0")], "wapiti: 3.3.2 before, 3.4.0 now"),
        ([zap("1")], [GONE], "zap: 2.17.0 before, not run now"),
        ([GONE], [zap("1")], "zap: not run before, 2.17.0 now"),
        ([], [zap("1")], "zap: not run before, 2.17.0 now"),
        ([zap("1")], [zap("2", version="2.17.0 (stub)")], "zap: 2.17.0 before, 2.17.0 (stub) now"),
    ],
)
def test_the_rules_of_another_scanner_are_told_and_not_compared(
    old: list[Scan], new: list[Scan], change: str
) -> None:
    assert scanner_changes(scans(*old), scans(*new)) == (change,)
    assert drifts(scans(*old), scans(*new)) == ()


def test_another_version_of_one_scanner_does_not_excuse_the_other() -> None:
    old, new = scans(wapiti("a"), zap("1")), scans(wapiti("b"), zap("2", version="3"))
    assert [measure for _, measure, _ in names(old, new)] == ["wapiti_rules"]


def test_another_scanner_does_not_excuse_other_measures() -> None:
    old = factory.variant().model_copy(update={"probed": {"zapped": 1}, "scans": (zap("1"),)})
    new = factory.variant().model_copy(update={"probed": {"zapped": 2}, "scans": (GONE,)})
    assert names(result(good=old), result(good=new)) == [("good", "zapped", "exact")]


@pytest.mark.parametrize("found", [[], [GONE], [wapiti("a"), GONE], [wapiti("a"), zap("1")]])
def test_the_same_scanners_are_no_change(found: list[Scan]) -> None:
    assert scanner_changes(scans(*found), scans(*found)) == ()


def test_scanners_are_told_in_order() -> None:
    found = scanner_changes(scans(), scans(zap(), wapiti()))
    assert [line.partition(":")[0] for line in found] == ["wapiti", "zap"]
