"""Provenance at a click: the dialog says what the result says, and without it a link does."""

import json
import statistics
from pathlib import Path

import checks
import pytest
from accessible import violations

from advices import results
from advices.lab.measure_name import MeasureName
from advices.lab.measures import describe

pytestmark = pytest.mark.browser
RESULTS = Path(__file__).parents[2] / "docs" / "results"
KINDS = ("", "dashboard/", "chapters/base-image/", "chapters/web-scan/", "labs/build-cache/")
NUMBER = "a.adv-value"
LINE = "a.adv-from"


def opened(tab, link):
    """Click a link and return the dialog that it opens."""
    link.click()
    tab.locator("dialog[open]").wait_for()
    return tab.locator("dialog[open]")


def said(dialog):
    """Return what a dialog says, by term, each a list of lines."""
    rows = dialog.locator("dl > div").evaluate_all(
        """all => all.map(row => [row.querySelector("dt").textContent,
             [...row.querySelectorAll("dd")].map(dd => dd.textContent)])"""
    )
    return dict(rows)


def wanted(slug):
    """Return what every dialog about a lab has to say, read from its result."""
    source = json.loads((RESULTS / f"{slug}.json").read_text("utf-8"))["provenance"]
    bases = {
        f"Base {name}": [
            "official image" if base["kind"] == "official" else "stand-in",
            base["identity"],
            *(
                [f"packages {base['contents']}: {', '.join(base['versions'])}"]
                * bool(base["contents"])
            ),
        ]
        for name, base in source["bases"].items()
    }
    samples = f"{source['cold_samples']} of the first build, {source['replay_samples']} of every"
    return bases | {
        "Measured": [source["date"]],
        "Commit": [source["commit"]],
        "Key": [source["key"]],
        "Mode": [f"{source['mode']}; samples per timing: {samples}thing else"],
        "Engine": [f"Docker {source['engine_version']}, buildx {source['buildx_version']}"],
        "Storage driver": [source["storage_driver"]],
        "Machine": [f"{source['platform']}, {source['cores']} cores"],
        "Packages from": [f"PyPI, {source['pip_index']}"],
        "Toolkit": [f"advices {source['toolkit_version']}"],
    }


def test_every_table_and_chart_leads_to_where_it_comes_from(tab, address, pages):
    shown = [page for page in pages if page.startswith(("chapters/", "labs/"))]
    assert len(shown) > 15
    for page in [*shown, "", "dashboard/", "bases/"]:
        tab.goto(f"{address}/{page}", wait_until="load")
        assert checks.origins_missing(tab) == [], page
        assert tab.locator("a[data-from]").count() > 0


def test_a_build_that_the_first_variant_lacks_is_a_build(tab, address):
    def without(route):
        answer = route.fetch()
        result = answer.json()
        del result["variants"]["bad"]["builds"]["edit-source"]
        route.fulfill(response=answer, json=result)

    tab.route("**/results/build-cache.json", without)
    tab.goto(f"{address}/chapters/build-cache/")
    found = said(opened(tab, tab.locator(".adv-strip + p .adv-from")))
    assert "Build time (edit-source)" in found
    assert any("good: median" in line for line in found["Samples"])


@pytest.mark.parametrize("page", KINDS)
def test_every_kind_of_link_opens_a_dialog_of_its_own_result(tab, address, page):
    faults = checks.watch(tab)
    tab.goto(f"{address}/{page}", wait_until="load")
    links = tab.locator("article a[data-from]:visible")
    assert links.count() > 2
    for number in range(min(links.count(), 12)):
        link = links.nth(number)
        source = link.get_attribute("data-from")
        slug = "/".join(source.split("/")[: 2 if source.startswith("exercises/") else 1])
        dialog = opened(tab, link)
        found = said(dialog)
        assert {term: found.get(term) for term in wanted(slug)} == wanted(slug), source
        name = slug.removeprefix("exercises/")
        command = f"check-exercise {name} --prove" if name != slug else f"run {name} --force"
        assert dialog.locator("code").inner_text() == f"./run advices -- {command}"
        hrefs = dialog.locator("a").evaluate_all("all => all.map(a => a.href)")
        assert hrefs == [link.evaluate("a => a.href"), f"{address}/results/{slug}.json"]
        dialog.get_by_role("button", name="Close").click()
        assert tab.locator("dialog[open]").count() == 0
    assert faults == []


def test_a_number_says_what_it_counts_exactly(tab, address):
    tab.goto(f"{address}/chapters/base-image/", wait_until="load")
    source = "base-image/good/transfer_bytes"
    dialog = opened(tab, tab.locator(f"[data-from='{source}']").first)
    found = said(dialog)
    about = describe(MeasureName("transfer_bytes"))
    exact = results.load(RESULTS, "base-image").value("good", MeasureName("transfer_bytes"))
    assert found[about.label] == [about.meaning]
    assert found["Variant good"] == [f"{exact:,} bytes"]
    assert found["Samples"] == ["Counted, not timed"]
    assert dialog.locator("h2").inner_text() == checks.expected(source, RESULTS)


def test_a_ratio_says_both_of_its_numbers(tab, address):
    tab.goto(f"{address}/chapters/base-image/", wait_until="load")
    found = said(opened(tab, tab.locator("[data-from$='good:bad/transfer_bytes']").first))
    result = results.load(RESULTS, "base-image")
    for variant in ("good", "bad"):
        exact = result.value(variant, MeasureName("transfer_bytes"))
        assert found[f"Variant {variant}"] == [f"{exact:,} bytes"]
    assert found["Compared"] == ["good with bad"]


def seconds(number):
    return f"{round(number, 3):g} s"


def test_every_sample_of_a_timing_is_there(tab, address):
    tab.goto(f"{address}/labs/build-cache/", wait_until="load")
    found = said(opened(tab, tab.locator(f"{LINE}[data-from*='/bad/+.']").first))["Samples"]
    builds = results.load(RESULTS, "build-cache").variants["bad"].builds
    assert len(found) == len(builds)
    for line, (name, build) in zip(found, builds.items(), strict=True):
        samples = build.timing.samples
        assert line.startswith(f"Build time, bad, {name}: ")
        if len(samples) == 1:
            assert line.endswith(f"{seconds(samples[0])}, one sample")
        else:
            fastest, slowest = build.timing.spread
            assert f"median {seconds(statistics.median(samples))}," in line
            assert f"from {seconds(fastest)} to {seconds(slowest)};" in line
            assert line.endswith(": " + ", ".join(map(seconds, samples)))


def test_every_number_that_can_be_counted_anew_is_the_one_on_the_page(tab, address, pages):
    """What the script adds up itself must be what Python did: both round to the same text."""
    seen = 0
    for page in pages:
        if not page.startswith("chapters/"):
            continue
        tab.goto(f"{address}/{page}", wait_until="load")
        for link in tab.locator(f"article {NUMBER}:visible").all():
            slug, variants, measure = link.get_attribute("data-from").split("/")
            if ":" in variants or not measure.endswith("_bytes"):
                continue
            found = said(opened(tab, link))
            exact = results.load(RESULTS, slug).value(variants, MeasureName.parse(measure))
            assert found[f"Variant {variants}"] == [f"{exact:,} bytes"], measure
            tab.keyboard.press("Escape")
            seen += 1
    assert seen > 20


def test_the_keyboard_alone_opens_reads_and_closes(tab, address):
    tab.goto(f"{address}/chapters/base-image/", wait_until="load")
    link = tab.locator(f"article {NUMBER}").first
    # From the link before it, as somebody comes who goes through the page.
    tab.evaluate("document.querySelector('h1 a').focus()")
    for _ in range(5):
        tab.keyboard.press("Tab")
        if link.evaluate("a => a === document.activeElement"):
            break
    assert link.evaluate("a => a === document.activeElement")
    tab.keyboard.press("Enter")
    dialog = tab.locator("dialog[open]")
    dialog.wait_for()
    inside = "document.querySelector('dialog').contains(document.activeElement)"
    assert tab.evaluate(inside)
    reached = set()
    for _ in range(3):
        reached.add(tab.evaluate("document.activeElement.textContent"))
        tab.keyboard.press("Tab")
    assert {"Close", "Copy"} <= reached
    tab.keyboard.press("Escape")
    assert tab.locator("dialog[open]").count() == 0
    assert link.evaluate("a => a === document.activeElement")


def test_the_command_is_copied(chromium, address):
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    tab.goto(f"{address}/chapters/base-image/", wait_until="load")
    opened(tab, tab.locator(LINE).first).get_by_role("button", name="Copy").click()
    tab.get_by_role("button", name="Copied").wait_for()
    copied = tab.evaluate("navigator.clipboard.readText()")
    context.close()
    assert copied == "./run advices -- run base-image --force"


def test_a_click_beside_the_dialog_closes_it(tab, address):
    tab.goto(f"{address}/chapters/base-image/", wait_until="load")
    opened(tab, tab.locator(NUMBER).first)
    tab.mouse.click(5, 5)
    assert tab.locator("dialog[open]").count() == 0


@pytest.mark.parametrize("key", ["Control", "Shift"])
def test_a_click_with_a_key_is_that_of_any_link(tab, address, key):
    tab.goto(f"{address}/chapters/base-image/", wait_until="load")
    with tab.context.expect_page() as other:
        tab.locator(NUMBER).first.click(modifiers=[key])
    assert other.value.url == f"{address}/labs/base-image/#provenance"
    assert tab.locator("dialog[open]").count() == 0


@pytest.mark.parametrize("page", KINDS[1:])
def test_without_javascript_the_link_leads_to_the_provenance(chromium, address, page):
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/{page}")
    tab.locator("article a[data-from]").first.click()
    tab.wait_for_url("**/labs/*/#provenance")
    shown = tab.locator("h2#provenance").bounding_box()
    context.close()
    assert 0 <= shown["y"] < 720


@pytest.mark.parametrize("name", ["build-cache.json", "schema.json"])
def test_a_result_that_cannot_be_read_leaves_a_link(tab, address, name):
    tab.context.route(f"**/results/{name}", lambda route: route.abort())
    tab.goto(f"{address}/chapters/build-cache/", wait_until="load")
    tab.locator(NUMBER).first.click()
    tab.wait_for_url("**/labs/build-cache/#provenance")


def test_a_result_is_shown_as_text_whatever_it_holds(tab, address):
    nasty = "<img src=x onerror=\"document.title='ran'\">"
    result = json.loads((RESULTS / "build-cache.json").read_text("utf-8"))
    result["provenance"] |= {"engine_version": nasty, "bases": {nasty: {"kind": nasty}}}
    tab.context.route("**/build-cache.json", lambda route: route.fulfill(json=result))
    tab.goto(f"{address}/chapters/build-cache/", wait_until="load")
    dialog = opened(tab, tab.locator(NUMBER).first)
    assert nasty in dialog.inner_text()
    assert dialog.locator("img").count() == 0
    assert tab.title() != "ran"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", KINDS)
def test_the_dialog_is_accessible_and_fits_a_phone(chromium, address, scheme, page):
    for width in (1440, 320):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        tab = context.new_page()
        tab.goto(f"{address}/{page}", wait_until="load")
        dialog = opened(tab, tab.locator("article a[data-from]:visible").first)
        found = violations(tab) + checks.too_wide(tab)
        wide = dialog.evaluate("e => e.scrollWidth - e.clientWidth")
        box = dialog.bounding_box()
        context.close()
        assert found == []
        assert wide <= 0
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
