"""Each check finds what it is for: pages that are wrong in one way each."""

import checks
import factory
import pytest
from serving import served

from advices import results

pytestmark = pytest.mark.browser
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>
<link rel="icon" href="data:,"><body>"""


@pytest.fixture
def wrong(tab, tmp_path):
    """Open a page with the given body; return it with what was recorded while it loaded."""
    with served(tmp_path) as address:

        def show(body):
            (tmp_path / "index.html").write_text(HEAD + body, "utf-8")
            faults = checks.watch(tab)
            tab.goto(f"{address}/index.html", wait_until="load")
            tab.wait_for_timeout(50)
            return tab, faults

        yield show


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<img src="http://example.org/a.png">', "example.org/a.png"),
        ("<script>fetch('https://example.org/b').catch(() => 0)</script>", "example.org/b"),
        ("<style>@import 'https://example.org/c.css'</style>", "example.org/c.css"),
        ("<script>throw Error('broken')</script>", "broken"),
        ("<script>console.error('loud')</script>", "loud"),
        ('<img src="missing.png">', "404"),
    ],
)
def test_other_hosts_and_errors_are_recorded(wrong, body, fault):
    _, faults = wrong(body)
    assert any(fault in found for found in faults)


def test_a_right_page_has_no_fault(wrong):
    page, faults = wrong("<p>Nothing wrong.</p>")
    found = [*faults, *checks.too_wide(page), *checks.charts(page), *checks.unnamed(page)]
    assert found == []


def test_a_wide_element_is_found(wrong):
    page, _ = wrong('<div class="w" style="width:3000px">x</div>')
    assert "DIV.w" in checks.too_wide(page)[0]


def test_a_wrong_number_is_found(wrong, tmp_path):
    results.save(tmp_path, factory.result())
    number = '<a class="adv-value" data-from="build-cache/{}">{}</a>'
    page, _ = wrong(
        number.format("bad/disk_bytes", "300 MB")
        + number.format("bad:good/edit-source.seconds", "3.0 ×")
    )
    assert checks.numbers(page, tmp_path) == []
    page, _ = wrong(
        number.format("bad/disk_bytes", "301 MB")
        + number.format("bad:good/edit-source.seconds", "4.0 ×")
        + '<a class="adv-value">12 MB</a>'
    )
    assert len(checks.numbers(page, tmp_path)) == 3


def test_a_wrong_number_of_an_exercise_is_found(wrong, tmp_path):
    results.save(tmp_path / "exercises", factory.result())
    number = '<a class="adv-value" data-from="exercises/build-cache/bad/disk_bytes">{}</a>'
    page, _ = wrong(number.format("300 MB"))
    assert checks.numbers(page, tmp_path) == []
    page, _ = wrong(number.format("301 MB"))
    assert len(checks.numbers(page, tmp_path)) == 1


def test_a_missing_or_thin_provenance_is_found(wrong):
    page, _ = wrong("<h2>Provenance</h2>")
    assert "no section" in checks.provenance(page)[0]
    page, _ = wrong("<h2 id='provenance'>P</h2><p>Commit Engine advices -- run</p>")
    assert checks.provenance(page) == [f"{page.url}: the provenance lacks Key"]


def test_a_table_and_a_chart_without_origin_are_found(wrong):
    line = "<p><a class='adv-from' data-from='x'>from</a></p>"
    table = "<table><tbody><tr><td>{}</td></tr></tbody></table>"
    number = "<a class='adv-value'>1</a>"
    good = [
        f"<div>{table.format('1 MB')}</div><p>More.</p>{line}",
        f"<figure>{table.format('2 MB')}</figure>{line}",
        table.format(number),
        table.format("words"),
        f"<div class='adv-history'>{table.format('3 MB')}</div>",
        f"<h2 id='provenance'>P</h2>{table.format('4 MB')}",
    ]
    page, _ = wrong(f"<article>{''.join(good)}</article>")
    assert checks.origins_missing(page) == []
    bad = f"{table.format('1 MB')}<h2>x</h2>{line}<figure>2 MB</figure>{table.format('3 s')}{line}"
    page, _ = wrong(f"<article>{bad}</article>")
    assert checks.origins_missing(page) == ["no origin: 1 MB", "no origin: 2 MB"]


@pytest.mark.parametrize(
    ("svg", "around", "fault"),
    [
        ('aria-label="a: b"', "<figcaption>c</figcaption>{table}", "no role img"),
        ('role="img"', "<figcaption>c</figcaption>{table}", "no name"),
        ('role="img" aria-label="a: b"', "{table}", "no caption"),
        ('role="img" aria-label="a: b"', "<figcaption>c</figcaption>", "no table behind"),
    ],
)
def test_a_chart_that_lacks_something_is_found(wrong, svg, around, fault):
    table = "<details><table><tbody><tr><td>1</td></tr></tbody></table></details>"
    page, _ = wrong(
        f'<figure><svg class="adv-chart" {svg}></svg>{around.format(table=table)}</figure>'
    )
    assert checks.charts(page) == [f"chart 1: {fault}"]


def test_a_landmark_without_name_and_a_box_without_focus_are_found(wrong):
    page, _ = wrong(
        "<main><nav>x</nav><pre style='width:50px'><code style='display:block;overflow:auto'>"
        + "x" * 99
        + "</code></pre></main>"
    )
    first, second = checks.unnamed(page)
    assert "no name: <nav>" in first
    assert "scrolls without focus" in second


@pytest.mark.parametrize(
    "text",
    [
        '<script async src="https://example.org/x.js"></script>',
        "<script src=//example.org/x.js></script>",
        '<img alt="" src="http://example.org/x.png">',
        '<img srcset="a.png 1x, https://example.org/x.png 2x">',
        '<iframe src="https://example.org/"></iframe>',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        '<link href="https://example.org" rel="preconnect">',
        "@import url('https://example.org/x.css');",
        '@import "https://example.org/x.css";',
        "body { background: url(https://example.org/x.png) }",
    ],
)
def test_a_load_in_a_file_is_found(text):
    assert [address.split("/")[2] for address in checks.loads(text)] == ["example.org"]


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://example.org/">a link loads nothing</a>',
        '<script src="assets/x.js"></script>',
        '<link rel="canonical" href="https://example.org/">',
        '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
        "body { background: url(data:image/png;base64,AA) }",
    ],
)
def test_what_loads_nothing_from_elsewhere_is_left_alone(text):
    assert checks.loads(text) == []
