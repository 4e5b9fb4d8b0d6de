"""Values, ratios, escaping and tables, without a browser and without Docker."""

import re

import factory
import made_labs
import pytest

from advices.core import ResultInvalid
from advices.lab.measure_name import MeasureName
from advices.lab.measures import describe, when
from advices.lab.scans import not_run
from advices.results import Confirmation, claims
from advices.results.record import Boot, MistakeResult, Step
from advices.results.wording import escape, percent_text, ratio_text, value_text
from advices.site import tables
from advices.site.charts import bars
from advices.site.tables.provenance import distance_text

NASTY = "RUN <script>alert(1)</script> | `x` {{ 1 }} {% raw %} *b* [l](u) \\ $a$ \n&amp; ~~s~~"


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


def test_foreign_text_is_harmless_wherever_it_is_shown():
    result = factory.result()
    bad = result.variants["bad"]
    steps = (Step(name=NASTY, cached=False, seconds=1.0),)
    builds = {name: b.model_copy(update={"steps": steps}) for name, b in bad.builds.items()}
    layers = tuple(layer.model_copy(update={"created_by": NASTY}) for layer in bad.layers)
    source = result.provenance.model_copy(
        update={"engine_version": NASTY, "commit": NASTY, "storage_driver": NASTY, "date": NASTY}
    )
    result = result.model_copy(
        update={
            "variants": {NASTY: bad.model_copy(update={"builds": builds, "layers": layers})},
            "provenance": source,
        }
    )
    written = [
        tables.measures_table(result, [MeasureName("disk_bytes")]),
        tables.replays_table(result),
        tables.layers_table(result, NASTY),
        tables.layer_sizes_table(result, "disk_bytes"),
        tables.rebuilds_table(result, "seconds", says={"edit-source": NASTY}),
        tables.steps_table(result, NASTY, "cold"),
        tables.provenance_table(result),
    ]
    for text in written:
        assert "<script" not in text
        assert not re.search(r"[`{}\\$~*\[]", text.replace("\\|", ""))
        # The bars that are left are those between the cells: the same number in every row.
        assert len({line.count("|") for line in text.splitlines()}) == 1


def test_on_a_phone_each_cell_has_its_header_from_a_property_of_its_table():
    table = tables.table(["Claim", "Demanded", "<code>a's</code>"], [["it", "0", "1"]])
    shown = tables.cards(table)
    assert table in shown
    assert "style=\"--c2:'Demanded';--c3:'as'\"" in shown
    nasty = tables.cards(tables.table(["x", escape(NASTY), "y\";'}<b>"], []))
    style = nasty.split('style="')[1].split('" markdown')[0]
    assert re.fullmatch(r"--c2:'[\w ,.()-]*';--c3:'y'", style)


def test_escaped_text_reads_the_same():
    import html

    assert html.unescape(escape(NASTY)) == " ".join(NASTY.split())


def test_control_signs_are_replaced():
    assert escape("a\x1b[31mb\u202ec") == "a�&#91;31mb�c"


def test_a_table_as_html_has_the_same_cells():
    markdown = tables.bases_table(
        (*one, "linux/amd64") for one in factory.result().provenance.bases.items()
    )
    written = tables.table_html(markdown)
    assert written.count("<tr>") == 2
    assert written.count("</th>") == 7 + 1
    assert '<th scope="row"><code>python:3.14-slim</code></th>' in written
    assert '<td class="r">−2.2 %</td>' in written


def test_the_replays_show_spread_and_samples():
    text = tables.replays_table(factory.result(), ["good"], {"edit-source": "a line is edited"})
    row = next(line for line in text.splitlines() if "a line is edited" in line)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:] == [
        *("<code>good</code>", "2", "2", "10.0 kB", "1.50 s", "1.35 s to 1.65 s", "3"),
    ]


def without_the_edit(name):
    made = factory.result()
    builds = {k: v for k, v in made.variants[name].builds.items() if k != "edit-source"}
    less = made.variants[name].model_copy(update={"builds": builds})
    return made.model_copy(update={"variants": {**made.variants, name: less}})


@pytest.mark.parametrize("name", ["bad", "good"])
def test_a_variant_that_was_not_built_again_has_no_row_and_no_bar(name):
    result, says = without_the_edit(name), {"edit-source": "an edit"}
    text = tables.replays_table(result, says=says)
    rows = [line for line in text.splitlines() if "an edit" in line.lower()]
    assert len(rows) == 2
    assert not any(f"<code>{name}</code>" in row for row in rows)
    both = ["bad", "good"]
    text = tables.rebuilds_table(result, "seconds", both, says)
    (row,) = [line for line in text.splitlines() if "an edit" in line.lower()]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert [cell == "— not measured" for cell in cells[1:]] == [one == name for one in both]
    drawn, whole = (
        bars.replay_chart(one, "seconds", both).count("<rect") for one in (result, factory.result())
    )
    assert drawn < whole


def test_the_first_build_comes_first():
    assert "first build" in tables.replays_table(factory.result()).splitlines()[2]


def test_an_unknown_variant_or_build_names_those_that_exist():
    result = factory.result()
    with pytest.raises(ResultInvalid, match="no variant `ugly`") as caught:
        tables.layers_table(result, "ugly")
    assert "bad, good, cache-mount" in caught.value.why
    with pytest.raises(ResultInvalid, match="no build `later`"):
        tables.steps_table(result, "bad", "later")


def test_claims_say_what_was_measured_and_what_was_demanded(tmp_path):
    made = made_labs.read_lab(tmp_path)
    text = tables.claims_table(claims.verdicts(made, factory.result()))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = {line.split("|")[1].strip(): line for line in lines}
    assert len(rows) == len(made.claims) + 2
    moves = next(row for row in rows.values() if "moves at most a tenth" in row)
    assert "at most 10 % of bad" in moves
    assert '<span class="adv-holds">✓ holds</span> 0.015 %' in moves
    assert '<span class="adv-fails">✗ fails</span> 100 %' in moves
    assert "what the lab demands there" in text.splitlines()[-1]


def test_a_claim_that_came_out_wrong_is_strong(tmp_path):
    made = made_labs.read_lab(tmp_path)
    result = factory.result()
    worse = result.model_copy(
        update={"variants": {**result.variants, "good": result.variants["bad"]}}
    )
    text = tables.claims_table(claims.verdicts(made, worse))
    assert "<strong>✗ fails, but must hold</strong>" in text


def test_what_a_variant_does_not_have_is_nothing(tmp_path):
    made = made_labs.read_lab(
        tmp_path, made_labs.LAB.replace("fails_for = []", 'fails_for = ["bad"]')
    )
    result = factory.result()
    silent = result.variants["bad"].model_copy(update={"boot": Boot(answered=False)})
    result = result.model_copy(update={"variants": {**result.variants, "bad": silent}})
    text = tables.claims_table(claims.verdicts(made, result))
    assert "✗ fails</span> nothing" in text


@pytest.mark.parametrize(
    ("red", "cell"),
    [
        (("not-root",), "PID 1 has a user of its own."),
        (
            ("a-deploy-moves-little", "not-root"),
            "After an edit a deploy moves at most a tenth of what it moved.<br>"
            "PID 1 has a user of its own.",
        ),
        (("builds",), "The image builds."),
        ((), "nothing"),
        (None, "not measured"),
        (("a|claim",), "a&#124;claim"),
    ],
)
def test_a_mistake_stands_beside_what_it_turned_red(red, cell, tmp_path):
    made = made_labs.read_lab(tmp_path)
    found = {} if red is None else {"no-user": MistakeResult(says="", red=red)}
    result = factory.result().model_copy(update={"mistakes": found})
    row = tables.mistakes_table(made, result).splitlines()[-1]
    assert row == f"| The USER line is missing. | {cell} |"


def test_of_a_mistake_is_told_what_nobody_judged(tmp_path):
    made = made_labs.read_lab(tmp_path)
    found = MistakeResult(says="", red=(), not_judged=("not-root", "a-deploy-moves-little"))
    result = factory.result().model_copy(update={"mistakes": {"no-user": found}})
    row, _, line = tables.mistakes_table(made, result).splitlines()[-3:]
    assert row == "| The USER line is missing. | not judged here |"
    # Claims that the mistake need not break are no news.
    assert line == "Not judged here: claims about what could not be measured on this machine."


def test_mistakes_that_were_applied_on_another_machine_are_counted(tmp_path):
    made = made_labs.read_lab(tmp_path)
    found = MistakeResult(says="", red=("not-root",), date="2026-01-02", elsewhere=True)
    result = factory.result().model_copy(update={"mistakes": {"no-user": found}})
    text = tables.mistakes_table(made, result)
    assert (
        f"1 of these {len(made.mistakes)} were applied on another machine or on other base images"
        in text
    )
    here = found.model_copy(update={"elsewhere": False})
    text = tables.mistakes_table(made, result.model_copy(update={"mistakes": {"no-user": here}}))
    assert "another kind" not in text


def test_provenance_says_stand_in_distance_and_the_command():
    text = tables.provenance_table(factory.result())
    assert "<strong>stand-in</strong>" in text
    assert "(official: 43.0 MB, −2.2 %)" in text
    assert "<code>./run advices -- run build-cache --force</code>" in text
    source = factory.result().provenance
    assert f"<code>{source.key}</code>" in text
    assert "Confirmed" not in text
    [base] = source.bases.values()
    assert f"<code>{base.identity[:19]}</code>" in text
    assert base.identity not in text
    assert "packages <code>sha256:aaaaaaaaaaaa</code>: python 3.13.5, libc6 2.41-12" in text


def test_a_confirmed_result_says_when_and_by_what():
    stamp = Confirmation(date="2026-02-03", commit="1" * 40, toolkit_version="0.2.0")
    found = factory.result()
    source = found.provenance.model_copy(update={"confirmed": stamp})
    text = tables.provenance_table(found.model_copy(update={"provenance": source}))
    assert f"2026-02-03 at <code>{'1' * 40}</code> by advices 0.2.0: nothing moved" in text


def test_a_long_step_is_cut_in_a_table():
    result = factory.result()
    bad = result.variants["bad"]
    layers = tuple(layer.model_copy(update={"created_by": "x" * 200}) for layer in bad.layers)
    changed = bad.model_copy(update={"layers": layers})
    result = result.model_copy(update={"variants": {"bad": changed}})
    written = [tables.layers_table(result, "bad"), tables.layer_sizes_table(result, "disk_bytes")]
    for text in written:
        assert "x…</code>" in text
        assert "x" * 97 not in text
    assert tables.short("abc", 3) == "abc"
    assert tables.short("abcd", 3) == "ab…"


def test_the_same_step_is_one_row_and_a_repeated_one_two():
    result = factory.result()
    good = result.variants["good"]
    own = next(layer for layer in good.layers if not layer.from_base)
    twice = good.model_copy(update={"layers": (*good.layers, own)})
    result = result.model_copy(update={"variants": {"good": good, "twice": twice}})
    rows = tables.layer_sizes_table(result, "disk_bytes").splitlines()[2:]
    step = f"<code>{escape(own.created_by)}</code>"
    assert rows == [
        "| the base | 80.0 MB | 80.0 MB |",
        f"| {step} | 60.0 MB | 60.0 MB |",
        f"| {step} | — | 60.0 MB |",
    ]


def test_a_base_without_published_size_says_so():
    base = factory.result().provenance.bases["python:3.14-slim"]
    alone = base.model_copy(update={"published_transfer_bytes": None, "published_date": None})
    assert "not known" in tables.bases_table([("x:1", alone, "linux/amd64")])
    assert distance_text(alone, "linux/amd64") == "not known"


def test_a_base_of_another_platform_is_not_compared():
    source = factory.result().provenance
    base = source.bases["python:3.14-slim"]
    shown = tables.bases_table([("python:3.14-slim", base, "linux/arm64")])
    assert "43.0 MB" in shown, "what is published"
    assert "−2.2 %" not in shown
    assert "not compared: the published image is for linux/amd64" in shown
    result = factory.result()
    there = source.model_copy(update={"platform": "linux/arm64"})
    shown = tables.provenance_table(result.model_copy(update={"provenance": there}))
    assert "not compared: the published image is for linux/amd64" in shown


RULES = """
[[claims]]
id = "no-xss"
says = "There is no XSS."
measure = "wapiti_rules"
excludes = ["XSS|<b>"]
holds_for = ["good"]

[[claims]]
id = "csp"
says = "There is a CSP."
measure = "wapiti_rules"
includes = ["CSP", "Other"]
holds_for = ["good"]
fails_for = []
"""


def claims_rows(tmp_path, **scans):
    """Return the cells of the two claims over what a scanner found."""
    made = made_labs.read_lab(tmp_path, made_labs.LAB + RULES)
    made = made.model_copy(update={"claims": made.claims[2:]})
    text = tables.claims_table(claims.verdicts(made, factory.scanned(**scans)))
    rows = [row for row in text.splitlines() if row.startswith("|")][2:]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]


def test_claims_of_rules_say_with_what_and_without_what(tmp_path):
    bad = factory.scan("XSS|<b>", "Other")
    no_xss, csp = claims_rows(tmp_path, good=[factory.scan("CSP", "Other")], bad=[bad])
    xss = "XSS&#124;&#60;b&#62;"
    assert no_xss[1:] == [
        f"without {xss}",
        '<span class="adv-holds">✓ holds</span> none of them',
        f'<span class="adv-fails">✗ fails</span> {xss}',
    ]
    assert csp[1:] == ["with CSP; Other", '<span class="adv-holds">✓ holds</span> all of them', "—"]


def test_a_claim_of_a_scanner_that_did_not_run_neither_holds_nor_fails(tmp_path):
    missing = not_run("wapiti", "no image")
    assert claims_rows(tmp_path, good=[missing], bad=[missing]) == []
    made = made_labs.read_lab(tmp_path / "again", made_labs.LAB + RULES)
    made = made.model_copy(update={"claims": made.claims[2:]})
    scanned = factory.scanned(good=[missing], bad=[missing])
    text = tables.claims_table(claims.verdicts(made, scanned))
    assert text == "2 claims about Wapiti are not judged: it did not run on this machine.\n"
    scanned = factory.scanned(good=[missing], bad=[factory.scan("Other")])
    text = tables.claims_table(claims.verdicts(made, scanned))
    # A claim that was judged of another variant keeps its row.
    assert text.count("not run here") == 1
