"""The macros of the site, and what the pages may not hold."""
# ruff: noqa: F401, F811  # the fixtures `macros` and `project` are imported

import logging
import re
from types import SimpleNamespace

import factory
import pytest
import yaml
from made_up_site import ROOT, macros, project

from advices import results
from advices.core import AdvicesError, LabInvalid, ResultInvalid, write_together
from advices.lab import labfile
from advices.lab.measure_name import MeasureName
from advices.notebooks import LabSession
from advices.results import history
from advices.site import registration
from advices.site.macros import lessons
from advices.site.macros.numbers import Numbers
from advices.site.macros.overview import Overview
from advices.site.macros.training import Training
from advices.site.views import NAMES


def test_a_number_links_to_where_it_comes_from(macros):
    text = macros.measure("build-cache", "bad", "edit-source.new_transfer_bytes")
    assert text.startswith("[65.6 MB](../labs/build-cache.md#provenance ")
    assert 'data-from="build-cache/bad/edit-source.new_transfer_bytes"' in text
    assert "stand-in" in text


REBUILT = "+.steps_run,+.steps_cached,+.new_transfer_bytes,+.seconds"


@pytest.mark.parametrize(
    ("call", "source"),
    [
        (lambda m: m.measures("build-cache", ["uid", "layers"]), "/uid,layers"),
        (lambda m: m.measures("build-cache", ["uid"], ["bad", "good"]), "bad,good/uid"),
        (lambda m: m.replays("build-cache", ["bad"]), f"bad/{REBUILT}"),
        (lambda m: m.layers("build-cache", "bad"), "bad/layers,disk_bytes,transfer_bytes"),
        (
            lambda m: m.steps("build-cache", "bad", "cold"),
            "bad/cold.steps_run,cold.steps_cached,cold.seconds",
        ),
        (lambda m: m.bar_chart("build-cache", "layers"), "/layers"),
        (lambda m: m.replay_chart("build-cache", "seconds", ["good"]), "good/+.seconds"),
        (lambda m: m.layers_chart("build-cache", size="transfer_bytes"), "/transfer_bytes"),
        (
            lambda m: m.cache_timeline("build-cache", "cold", ["bad"]),
            "bad/cold.steps_run,cold.steps_cached,cold.seconds",
        ),
        (lambda m: m.stages("build-cache", "good"), "good/"),
        (lambda m: m.claims("build-cache"), ""),
        (lambda m: m.mistakes("build-cache"), ""),
        (lambda m: m.scanners("build-cache"), ""),
        (lambda m: m.alerts("build-cache", ["bad"]), "bad/"),
    ],
)
def test_every_table_and_chart_links_to_where_it_comes_from(macros, call, source):
    shown, line = call(macros).rstrip("\n").rsplit("\n\n", 1)
    assert shown.startswith(("|", "<figure", '<div class="adv-cards"'))
    target = "[Measured 2026-01-02 · where from](../labs/build-cache.md#provenance"
    assert line.startswith(target)
    slug = "build-cache/" + source if source else "build-cache"
    assert line.endswith(f'{{ .adv-from data-from="{slug}" }}')
    assert ("/" in source) == (' "' not in line.partition("{")[0]) or source in ("bad/", "good/")


def test_an_exercise_comes_from_a_run_of_its_own(macros):
    assert 'data-from="exercises/build-cache"' in macros.exercise("build-cache")


def test_what_comes_from_several_labs_links_to_each(project, macros):
    measured = "edit-source.new_transfer_bytes"
    refresh = history.entry(factory.result(), MeasureName.parse(measured), [])
    write_together(dict([history.appended(project / "docs/results", "build-cache", refresh)]))
    assert re.findall('data-from="([^"]+)"', macros.bases()) == ["base-image"]
    found = re.findall('data-from="([^"]+)"', macros.dashboard())
    assert "base-image" in found
    assert f"build-cache/bad,good/{measured}" in found


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
    macros = registration.Macros(project / "labs", project / "docs", lambda: page)
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
        lambda m: m.layers_chart("build-cache", variants=["ugly"]),
        lambda m: m.cache_timeline("build-cache", "later"),
        lambda m: m.alerts_by_risk("build-cache"),
        lambda m: m.stages("build-cache", "ugly"),
        lambda m: m.cache_explorer("build-cache", ["ugly"]),
        lambda m: m.mistakes("no-such-lab"),
        lambda m: m.exercise("no-such-lab"),
        lambda m: m.exercise("base-image"),
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


@pytest.mark.parametrize("setting", [None, "https://git.example.org/advices"])
def test_the_address_of_the_repository_is_the_sites_setting(project, setting):
    made = {}
    env = SimpleNamespace(
        project_dir=str(project),
        conf={"docs_dir": "docs", "repo_url": setting},
        page=None,
        macro=lambda function, name: made.setdefault(name, function),
    )
    registration.define_env(env)
    assert f"git clone {setting or 'REPOSITORY'} docker-advices" in made["get_it"]()


PAGES = sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "chapters").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_stands_before_a_page_is_no_part_of_it(page):
    # What cannot be read as settings is shown to readers as text.
    _, head, _ = page.read_text("utf-8").split("---\n", 2)
    settings = yaml.safe_load(head)
    assert set(settings) <= {"description", "factors", "search", "hide", "script"}
    assert "description" in settings or page.name == "index.md"


def test_what_was_measured_on_a_stand_in_says_so(macros):
    assert "[stand-in base images](../bases.md) for python:3.14-slim" in macros.measured(
        "build-cache"
    )


def test_the_page_is_known_to_mkdocs_and_to_its_successor():
    mkdocs = SimpleNamespace(file=SimpleNamespace(src_uri="chapters/x.md"))
    assert registration.page_path(mkdocs) == "chapters/x.md"
    assert registration.page_path(SimpleNamespace(path="chapters/x.md")) == "chapters/x.md"


def test_every_macro_is_registered_and_reports_its_error_in_a_quiet_build(project, caplog):
    found = {}
    environment = SimpleNamespace(
        project_dir=str(project),
        conf={"docs_dir": str(project / "docs")},
        page=None,
        macro=lambda function, name="": found.update({name: function}),
    )
    registration.define_env(environment)
    public = {n for n in dir(registration.Macros) if not n.startswith("_")}
    assert set(found) == public
    with caplog.at_level(logging.ERROR), pytest.raises(AdvicesError):
        found["claims"]("no-such-lab")
    assert "no-such-lab" in caplog.text
    with pytest.raises(TypeError):
        found["claims"]()


def test_what_can_be_shown_is_a_macro_and_a_method_of_a_notebook_under_one_name():
    assert {*NAMES} <= {*registration.MACROS}
    assert all(getattr(LabSession, name).__doc__ for name in NAMES)
    for own in (Numbers, Overview, lessons.Lessons, Training):
        assert not {*NAMES} & {*dir(own)}, "a macro of its own would hide what is shown"


def test_the_configuration_has_no_hooks_and_only_known_plugins():
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert not re.search(r"^hooks:", text, re.M)
    assert re.search(r"^  font: false$", text, re.M)
    plugins = text.split("\nplugins:\n")[1].split("\n\n")[0]
    assert re.findall(r"^  - (\w+)", plugins, re.M) == ["search", "macros"]


def test_a_build_reads_a_lab_and_a_result_once_and_the_next_build_reads_them_anew(
    project, monkeypatch
):
    read = []
    for module, name in ((labfile, "read"), (results, "load")):
        real = getattr(module, name)

        def counted(folder, slug, name=name, real=real):
            read.append(f"{name} {slug}")
            return real(folder, slug)

        monkeypatch.setattr(module, name, counted)
    for _ in range(2):
        read.clear()
        macros = registration.Macros(project / "labs", project / "docs", lambda: "index.md")
        for variant in ("bad", "good"):
            macros.measure("build-cache", variant, "uid")
            macros.dockerfile("build-cache", variant)
        assert sorted(read) == ["load build-cache", "read build-cache"]
