"""What is listed of all labs: chapters in order, gains, measures, progress; and how to get them."""
# ruff: noqa: F401, F811  # the fixtures `macros` and `project` are imported

import re

import factory
import pytest
from made_up_site import ROOT, macros, project

from advices.core import write_together
from advices.lab import labfile
from advices.lab.measure_name import MeasureName
from advices.lab.measures import PROBED
from advices.results import history
from advices.site import registration


def test_a_refresh_from_before_a_lab_had_its_headline_is_not_shown_as_one_of_it(project, macros):
    for measured, value in (("disk_bytes", 111), ("edit-source.new_transfer_bytes", 222)):
        refresh = history.entry(factory.result(), MeasureName.parse(measured), [])
        refresh = refresh.model_copy(update={"values": {"bad": value, "good": value}})
        write_together(dict([history.appended(project / "docs/results", "build-cache", refresh)]))
    shown = macros.dashboard()
    assert "222 B" in shown
    assert "111 B" not in shown


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


@pytest.mark.parametrize("address", ["", "https://git.example.org/advices"])
def test_one_line_gets_the_project_from_where_its_publisher_says(project, address):
    macros = registration.Macros(project / "labs", project / "docs", lambda: "index.md", address)
    text = macros.get_it()
    line = f"git clone {address or 'REPOSITORY'} docker-advices && cd docker-advices && ./run learn"
    assert text.startswith(f"```sh\n{line}\n```\n")
    assert ("Replace `REPOSITORY`" in text) is (not address)


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
