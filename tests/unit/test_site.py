"""The macros of the site, and what the pages may not hold."""

import logging
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import factory
import pytest

from advices import results, site
from advices.errors import AdvicesError, LabInvalid, ResultInvalid

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """A project with the real labs and made-up results."""
    shutil.copytree(ROOT / "labs", tmp_path / "labs")
    (tmp_path / "docs" / "labs").mkdir(parents=True)
    made = factory.result()
    alpine = {**made.variants, "alpine": made.variants["good"]}
    for result in (
        made,
        made.model_copy(update={"slug": "base-image", "variants": alpine}),
    ):
        results.save(tmp_path / "docs" / "results", result)
        (tmp_path / "docs" / "labs" / f"{result.slug}.md").write_text("# Lab\n")
    return tmp_path


@pytest.fixture
def macros(project):
    return site.Macros(project / "labs", project / "docs", lambda: "chapters/build-cache.md")


def test_a_number_links_to_where_it_comes_from(macros):
    text = macros.measure("build-cache", "bad", "edit-source.new_transfer_bytes")
    assert text.startswith("[65.6 MB](../labs/build-cache.md#provenance ")
    assert 'data-from="build-cache/bad/edit-source.new_transfer_bytes"' in text
    assert "stand-in" in text


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ("index.md", "(labs/build-cache.md#provenance"),
        ("chapters/x.md", "(../labs/build-cache.md#provenance"),
        ("labs/build-cache.md", "(build-cache.md#provenance"),
        ("a/b/c.md", "(../../labs/build-cache.md#provenance"),
    ],
)
def test_the_link_is_right_on_every_page(project, page, target):
    macros = site.Macros(project / "labs", project / "docs", lambda: page)
    assert target in macros.measure("build-cache", "bad", "uid")


def test_a_ratio_is_computed_from_the_result(macros):
    text = macros.ratio("build-cache", "edit-source.seconds", "bad", "good")
    assert text.startswith("[3.0 ×](../labs/")
    assert 'data-from="build-cache/bad:good/edit-source.seconds"' in text


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.measure("no-such-lab", "bad", "uid"),
        lambda m: m.measure("build-cache", "ugly", "uid"),
        lambda m: m.measure("build-cache", "bad", "weight"),
        lambda m: m.ratio("build-cache", "page_digest", "bad", "good"),
        lambda m: m.ratio("build-cache", "unchanged.new_transfer_bytes", "bad", "good"),
        lambda m: m.compare("build-cache", "uid", ["bad", "ugly"]),
        lambda m: m.says("build-cache", "ugly"),
        lambda m: m.measures("build-cache", ["weight"]),
        lambda m: m.replays("build-cache", ["ugly"]),
        lambda m: m.layers("build-cache", "ugly"),
        lambda m: m.steps("build-cache", "bad", "later"),
        lambda m: m.dockerfile("build-cache", "ugly"),
        lambda m: m.dockerfile("build-cache", "good", "ugly"),
        lambda m: m.bar_chart("build-cache", "weight"),
        lambda m: m.replay_chart("build-cache", "weight"),
        lambda m: m.layers_chart("build-cache", ["ugly"]),
    ],
)
def test_an_unknown_name_is_an_error(macros, call):
    with pytest.raises((ResultInvalid, LabInvalid)):
        call(macros)


@pytest.mark.parametrize("gone", ["docs/results/build-cache.json", "docs/labs/build-cache.md"])
def test_a_missing_result_names_the_command(project, macros, gone):
    (project / gone).unlink()
    with pytest.raises(ResultInvalid) as caught:
        macros.measure("build-cache", "bad", "uid")
    assert gone in caught.value.what
    assert "advices run build-cache" in caught.value.next_step


def test_a_dockerfile_is_included_as_it_is_with_the_other_lines_marked(project, macros):
    text = macros.dockerfile("build-cache", "good", "bad")
    head, *body, fence = text.rstrip().splitlines()
    file = project / "labs" / "build-cache" / "good.Dockerfile"
    assert "\n".join(body) == file.read_text().rstrip()
    assert (head[:3], fence) == ("```", "```")
    assert 'title="labs/build-cache/good.Dockerfile"' in head
    assert 'hl_lines="3 4"' in head


def test_a_fence_is_longer_than_any_in_the_file(project, macros):
    file = project / "labs" / "build-cache" / "good.Dockerfile"
    file.write_text(file.read_text() + "# ````\n")
    assert macros.dockerfile("build-cache", "good").startswith("````` dockerfile")


def test_only_lines_that_the_other_lacks_are_marked():
    assert site.changed_lines("a\nb\nc\n", "a\nX\nc\nd\n") == [2, 4]
    assert site.changed_lines("a\n", "a\n") == []


def test_the_bases_of_all_labs_are_listed_once(macros):
    assert macros.bases().count("python:3.13-slim") == 1


def test_what_was_measured_on_a_stand_in_says_so(macros):
    assert "[stand-in base images](../bases.md) for python:3.13-slim" in macros.measured(
        "build-cache"
    )


def test_the_page_is_known_to_mkdocs_and_to_its_successor():
    mkdocs = SimpleNamespace(file=SimpleNamespace(src_uri="chapters/x.md"))
    assert site.page_path(mkdocs) == "chapters/x.md"
    assert site.page_path(SimpleNamespace(path="chapters/x.md")) == "chapters/x.md"


def test_every_macro_is_registered_and_reports_its_error_in_a_quiet_build(project, caplog):
    found = {}
    environment = SimpleNamespace(
        project_dir=str(project),
        conf={"docs_dir": str(project / "docs")},
        page=None,
        macro=lambda function, name="": found.update({name: function}),
    )
    site.define_env(environment)
    public = {n for n in vars(site.Macros) if not n.startswith("_")}
    assert set(found) == public
    with caplog.at_level(logging.ERROR), pytest.raises(AdvicesError):
        found["claims"]("no-such-lab")
    assert "no-such-lab" in caplog.text
    with pytest.raises(TypeError):
        found["claims"]()


PROSE = [ROOT / "docs" / "index.md", *sorted((ROOT / "docs" / "chapters").glob("*.md"))]
TYPED = re.compile(r"\d[\d.,]*\s*(?:[kMG]i?B|bytes|ms|s|seconds|minutes|%|×|times)(?!\w)")


def typed_numbers(text):
    """Return measurements typed into prose; code and the historical table may hold some."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    return [line for line in text.splitlines() if TYPED.search(line) and "| `python:3" not in line]


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_no_measurement_is_typed_into_a_page(page):
    assert typed_numbers(page.read_text("utf-8")) == []


@pytest.mark.parametrize("text", ["It is 12 MB.", "17 × faster", "takes 1.5 s", "6 % of it"])
def test_a_typed_measurement_is_found(text):
    assert typed_numbers(text) == [text]


def test_the_configuration_has_no_hooks_and_only_known_plugins():
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert not re.search(r"^hooks:", text, re.M)
    assert re.search(r"^  font: false$", text, re.M)
    plugins = text.split("\nplugins:\n")[1].split("\n\n")[0]
    assert re.findall(r"^  - (\w+)", plugins, re.M) == ["search", "macros"]
