"""Escaping and tables, without a browser and without Docker."""

import re

import factory
import pytest

from advices.core import ResultInvalid
from advices.lab.measure_name import MeasureName
from advices.results import Confirmation
from advices.results.record import Step
from advices.results.wording import escape
from advices.site import tables
from advices.site.charts import bars
from advices.site.tables.provenance import distance_text

NASTY = "RUN <script>alert(1)</script> | `x` {{ 1 }} {% raw %} *b* [l](u) \\ $a$ \n&amp; ~~s~~"


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
