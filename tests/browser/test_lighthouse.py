"""Lighthouse gives each kind of page the full score in all but the speed of this machine."""

import lighthouse
import pytest
from serving import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report_of(chromium_path, chromium_flags):
    """Return a function from an address to Lighthouse's report on it."""
    if not lighthouse.CLI.is_file():
        pytest.fail(f"there is no {lighthouse.CLI}: `./run pages` installs Lighthouse")
    return lambda url: lighthouse.run(url, chromium_path, chromium_flags)


@pytest.mark.parametrize("page", ["", "chapters/base-image/", "labs/base-image/"])
def test_a_page_is_as_good_and_light_as_can_be(report_of, address, page, capsys):
    report = report_of(f"{address}/{page}")
    with capsys.disabled():
        speed, spent = lighthouse.score(report, "performance"), lighthouse.cost(report)
        print(f"\n/{page}: performance {speed} on this machine, {spent}")
    found = lighthouse.faults(report) + lighthouse.too_much(report, lighthouse.MOST)
    assert not found, "\n".join(found)


WRONG = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Wrong</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="style.css">
<body><main><h1>Wrong</h1><img src="picture.svg"><script>
  addEventListener("load", () => setTimeout(() => {
    document.querySelector("main").style.marginTop = "300px";
    throw Error("broken");
  }, 300));
</script></main>"""


def test_lighthouse_names_what_is_wrong_with_a_page(report_of, tmp_path):
    (tmp_path / "index.html").write_text(WRONG, "utf-8")
    (tmp_path / "style.css").write_text("h1 { color: green; }", "utf-8")
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
    (tmp_path / "picture.svg").write_text(picture, "utf-8")
    with served(tmp_path) as address:
        report = report_of(address)
    found = "\n".join(lighthouse.faults(report))
    for audit, place in (
        ("image-alt", '<img src="picture.svg">'),
        ("meta-description", ""),
        ("errors-in-console", "broken"),
        ("unsized-images", '<img src="picture.svg">'),
    ):
        assert f"{audit}: " in found
        assert place in found
    spent = lighthouse.cost(report)
    assert spent.requests >= 3
    assert spent.render_blocking == 1
    assert spent.layout_shift > lighthouse.MOST.layout_shift
    assert lighthouse.too_much(report, spent) == []
    for name, value in vars(spent).items():
        less = lighthouse.Cost(**{**vars(spent), name: value - 1})
        over, *loaded = lighthouse.too_much(report, less)
        assert over.startswith(f"{name}: {value:,}")
        assert len(loaded) == spent.requests
