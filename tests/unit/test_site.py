"""The macros of the site, and what the pages may not hold."""

import json
import logging
import re
from pathlib import Path
from types import SimpleNamespace

import factory
import made_labs
import pytest
import yaml

from advices import results
from advices.core import AdvicesError, LabInvalid, ResultInvalid, write_together
from advices.lab import labfile
from advices.lab.measure_name import MeasureName
from advices.lab.measures import PROBED
from advices.notebooks import LabSession
from advices.results import history
from advices.site import registration
from advices.site.macros import lessons
from advices.site.macros.numbers import Numbers
from advices.site.macros.overview import Overview
from advices.site.macros.training import Training
from advices.site.views import NAMES

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """A project with made-up labs and results."""
    return made_labs.project(tmp_path)


@pytest.fixture
def macros(project):
    return registration.Macros(
        project / "labs", project / "docs", lambda: "chapters/build-cache.md"
    )


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


@pytest.mark.parametrize(
    ("page", "assets"),
    [("chapters/x.md", "../../assets"), ("x.md", "../assets"), ("index.md", "./assets")],
)
def test_the_explorer_holds_dockerfiles_edits_and_what_is_kept_out(project, page, assets):
    (project / "labs/app/.dockerignore").write_text("# a comment\n\n*.md\n</script>&\n")
    macros = registration.Macros(project / "labs", project / "docs", lambda: page)
    text = macros.cache_explorer("build-cache", ["good"])
    assert f'import("{assets}/explorer.js")' in text
    inner = text.partition('application/json">')[2].partition("</script>")[0]
    found = json.loads(inner)
    assert found["starts"] == {"good": made_labs.GOOD.splitlines()}
    assert found["ignore"] == ["*.md", "</script>&"]
    assert {"says": "one line of source is edited", "file": "views.py"} in found["edits"]


def test_a_dockerfile_of_several_stages_cannot_be_explored(project, macros):
    file = project / "labs/build-cache/good.Dockerfile"
    file.write_text(f"FROM x AS y\n{file.read_text()}")
    with pytest.raises(LabInvalid, match="cannot be explored"):
        macros.cache_explorer("build-cache")


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


def test_a_refresh_from_before_a_lab_had_its_headline_is_not_shown_as_one_of_it(project, macros):
    for measured, value in (("disk_bytes", 111), ("edit-source.new_transfer_bytes", 222)):
        refresh = history.entry(factory.result(), MeasureName.parse(measured), [])
        refresh = refresh.model_copy(update={"values": {"bad": value, "good": value}})
        write_together(dict([history.appended(project / "docs/results", "build-cache", refresh)]))
    shown = macros.dashboard()
    assert "222 B" in shown
    assert "111 B" not in shown


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


def test_a_dockerfile_is_included_as_it_is_with_the_other_lines_marked(project, macros):
    text = macros.dockerfile("build-cache", "good", "bad")
    head, *body, fence = text.rstrip().splitlines()
    file = project / "labs" / "build-cache" / "good.Dockerfile"
    assert "\n".join(body) == file.read_text().rstrip()
    assert (head[:3], fence) == ("```", "```")
    assert 'title="labs/build-cache/good.Dockerfile"' in head
    assert 'hl_lines="3 6"' in head


def test_a_fence_is_longer_than_any_in_the_file(project, macros):
    file = project / "labs" / "build-cache" / "good.Dockerfile"
    file.write_text(file.read_text() + "# ````\n")
    assert macros.dockerfile("build-cache", "good").startswith("````` dockerfile")


def test_only_lines_that_the_other_lacks_are_marked():
    assert lessons.changed_lines("a\nb\nc\n", "a\nX\nc\nd\n") == [2, 4]
    assert lessons.changed_lines("a\n", "a\n") == []


def test_the_mistakes_of_a_lab_are_shown_with_what_they_turned_red(macros):
    rows = macros.mistakes("build-cache").splitlines()[2:]
    assert rows[:-2] == [
        "| All is copied &#124; first. | After an edit a deploy moves at most a tenth of what it "
        "moved. |",
        "| The USER line is missing. | PID 1 has a user of its own. |",
    ]


def test_an_exercise_shows_task_file_claims_and_command_and_not_the_solution(macros):
    text = macros.exercise("build-cache")
    assert text.startswith("Mend the **Dockerfile**.\n")
    assert "`labs/build-cache/exercise/Dockerfile`" in text
    assert f"``` dockerfile\n{made_labs.BAD}```\n" in text
    assert "```sh\n./run advices -- check-exercise build-cache\n```" in text
    assert "`./run advices -- check-exercise build-cache --solution`" in text
    # The start is the made-up bad image, of 300 MB, beside the good one of 140 MB.
    assert "larger than the solution's. | 300 MB | 140 MB |" in text
    assert "| PID 1 has a user of its own. | 1000 | 1000 |" in text
    assert "COPY requirements.txt" not in text
    assert "USER 1000" not in text


def test_an_exercise_that_was_not_measured_is_an_error(project, macros):
    (project / "docs/results/exercises/build-cache.json").unlink()
    with pytest.raises(ResultInvalid, match=r"there is no result build-cache\.json"):
        macros.exercise("build-cache")


@pytest.mark.parametrize(
    ("page", "folder"),
    [("index.md", "chapters/"), ("chapters/x.md", ""), ("a/b.md", "../chapters/")],
)
def test_the_path_links_every_chapter_in_learning_order(project, page, folder):
    macros = registration.Macros(project / "labs", project / "docs", lambda: page)
    assert macros.path().splitlines() == [
        f"1. [A small &#60;base&#62;]({folder}base-image.md)  ",
        "   Take a small base.",
        f"1. [Order for the cache]({folder}build-cache.md)  ",
        "   Copy what changes often last.",
    ]


def test_what_turns_one_dockerfile_into_another_is_shown_without_the_rest(project, macros):
    lab = project / "labs" / "build-cache"
    (lab / "bad.Dockerfile").write_text("FROM a\nCOPY . .\nRUN install\nUSER 1:1\n")
    (lab / "good.Dockerfile").write_text("FROM a\nCOPY list .\nRUN install\nCOPY . .\nUSER 1:1\n")
    assert macros.changes("build-cache", "bad", "good") == (
        "``` diff\n+COPY list .\n+RUN install\n COPY . .\n-RUN install\n```\n"
    )
    assert macros.changes("build-cache", "bad", "bad") == "``` diff\n\n```\n"


@pytest.mark.parametrize("address", ["", "https://git.example.org/advices"])
def test_one_line_gets_the_project_from_where_its_publisher_says(project, address):
    macros = registration.Macros(project / "labs", project / "docs", lambda: "index.md", address)
    text = macros.get_it()
    line = f"git clone {address or 'REPOSITORY'} docker-advices && cd docker-advices && ./run learn"
    assert text.startswith(f"```sh\n{line}\n```\n")
    assert ("Replace `REPOSITORY`" in text) is (not address)


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


def test_the_readme_gets_the_project_with_the_same_line(macros):
    line, needs = macros.get_it().split("\n```\n\n")
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert " ".join(line.split()) in readme
    assert " ".join(needs.split()) in readme


def test_labs_without_an_order_come_last_by_their_names(project):
    labs = project / "labs"
    for slug in ("zebra", "ape"):
        (labs / slug).mkdir()
        for file in (labs / "base-image").iterdir():
            (labs / slug / file.name).write_text(file.read_text().replace("order = 5\n", ""))
    in_order = [one.slug for one in labfile.in_order(labs)]
    assert in_order == ["base-image", "build-cache", "ape", "zebra"]


def test_every_lab_says_when_it_was_measured_in_learning_order(macros):
    base, cache = macros.measured_all().splitlines()
    assert base.startswith("- [") and "base-image" in base
    assert macros.measured("build-cache") in cache


def test_the_gains_are_of_every_lab_in_learning_order(macros):
    base, cache = macros.gains().splitlines()[2:]
    # A uid is neither better nor worse, so there is no part of it.
    assert re.match(r"\| \[A small .*\): user \| .*\[1000\]\(.* \| — \|$", base)
    assert "(build-cache.md): new bytes to transfer when one line of source is edited |" in cache
    # Bad moves 65.6 MB, good a 6561st part of it.
    assert 'data-from="build-cache/bad/edit-source.new_transfer_bytes"' in cache
    assert 'data-from="build-cache/good/edit-source.new_transfer_bytes"' in cache
    assert re.search(r"\[0\.015 %\]\(.*build-cache/good:bad/", cache)


def test_every_measure_of_every_probe_is_listed(macros):
    rows = macros.probes().splitlines()[2:]
    assert len(rows) == sum(map(len, PROBED.values()))
    about = PROBED["stop"]["requests_lost"]
    row = f"| <code>stop</code> | <code>requests&#95;lost</code> | {about.label}: {about.meaning} |"
    assert row in rows


def test_what_came_out_as_nothing_has_no_part(project, macros):
    file = project / "labs/build-cache/lab.toml"
    file.write_text(file.read_text().replace('"edit-source.new_tr', '"unchanged.new_tr', 1))
    assert macros.gains().rstrip().endswith(" | — |")


def test_the_bases_of_all_labs_are_listed_once(macros):
    assert macros.bases().count("python:3.14-slim") == 1


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


def test_progress_names_every_chapter_and_those_with_an_exercise(macros):
    text = macros.progress()
    assert (
        'data-read="build-cache base-image"' in text or 'data-read="base-image build-cache"' in text
    )
    assert 'data-solved="build-cache"' in text
    assert "hidden" in text


def test_the_table_of_progress_has_a_place_for_each_button(macros):
    rows = macros.progress_table().splitlines()[2:]
    (with_one,) = [row for row in rows if "build-cache" in row]
    assert with_one.startswith("| [")
    assert "(build-cache.md)" in with_one
    assert '<span data-cell="read build-cache"></span>' in with_one
    assert '<span data-cell="solved build-cache"></span>' in with_one
    (without,) = [row for row in rows if "base-image" in row]
    assert '"read base-image"' in without
    assert "no exercise" in without
