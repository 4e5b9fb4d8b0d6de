"""What of the probe `twelve-factor` needs no engine."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from advices.lab import labfile
from advices.lab.measures import OF_AN_IMAGE, PROBED
from advices.probes import twelve_factor
from advices.probes.containers import program
from advices.probes.requirements import declarations, requirements, undeclared
from advices.probes.twelve_factor_stage import address_of, code_files, environment, listed

ROOT = Path(__file__).parents[2]
LABS = ROOT / "labs"
ROMAN = ("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "xi", "xii")


@pytest.mark.parametrize(
    ("line", "declared"),
    [
        ("django==5.2.19 \\", {"django": "5.2.19"}),
        ("    --hash=sha256:5965d974", {}),
        ("# via django", {}),
        ("", {}),
        ("-r other.txt", {}),
        ("psycopg-binary==3.3.9 ; implementation_name != 'pypy' \\", {"psycopg-binary": "3.3.9"}),
        ("psycopg[binary]~=3.2", {"psycopg": ""}),
        ("psycopg [binary, pool] == 3.2;python_version>'3'", {"psycopg": "3.2"}),
        ("Ruamel.Yaml_Clib>=1", {"ruamel-yaml-clib": ""}),
        ("gunicorn", {"gunicorn": ""}),
        ("here @ https://example.com/here-1.tar.gz", {"here": ""}),
        ("git+https://example.com/x.git", {}),
        ("x==1 \\\n    --hash=sha256:5965d974 \\\n    # via y\nz==2", {"x": "1", "z": "2"}),
    ],
)
def test_a_line_of_requirements(line: str, declared: dict[str, str]) -> None:
    assert declarations(line) == declared


def test_the_samples_requirements_are_read_whole() -> None:
    found = declarations((LABS / "app" / "requirements.txt").read_text("utf-8"))
    assert {"django", "gunicorn", "pillow", "psycopg", "psycopg-binary", "whitenoise"} <= set(found)
    assert all(found.values())


@pytest.mark.parametrize("name", ["A.b-C_d", "a-b-c-d", "a__b.-c_D"])
def test_names_compare_as_on_an_index(name: str) -> None:
    assert undeclared([(name, "1")], [], {}) == ["a-b-c-d"]
    assert undeclared([(name, "1")], [("a-b.c-d", "0")], {}) == []


@pytest.mark.parametrize(
    ("installed", "counted"),
    [
        ([], []),
        ([("Django", "5.2.19")], []),
        ([("Django", "5.2.20")], ["django"]),
        ([("gunicorn", "1")], []),
        ([("Pillow", "13")], ["pillow"]),
        ([("pip", "26"), ("setuptools", "80"), ("wheel", "1")], ["wheel"]),
    ],
    ids=["none", "pinned", "another-version", "no-pin", "not-named", "pip-and-the-base"],
)
def test_what_nobody_declared(installed: list[tuple[str, str]], counted: list[str]) -> None:
    before = [("pip", "25"), ("setuptools", "80")]
    assert undeclared(installed, before, {"django": "5.2.19", "gunicorn": ""}) == counted


def test_a_base_package_at_another_version_does_not_count() -> None:
    assert undeclared([("setuptools", "81")], [("setuptools", "80")], {}) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (["/app"], []),
        (["/app", "/app/a.py"], ["/app/a.py"]),
        (["/app", "/app/static", "/app/static/x.css"], ["/app/static/x.css"]),
        (["/app/pkg", "/app/pkg/__pycache__", "/app/pkg/__pycache__/m.cpython-313.pyc"], []),
        (["/app/data", "/app/data/book.sqlite3", "/app/data/book.sqlite3-journal"], []),
        (["/app/book.sqlite", "/app/notes.sqlite3.txt"], ["/app/notes.sqlite3.txt"]),
        (["/application/x.py", "/tmp/y", "/var/log/access.log"], []),
    ],
    ids=["folder", "file", "deep", "bytecode", "sqlite", "names", "elsewhere"],
)
def test_which_changed_paths_are_code(changed: list[str], code: list[str]) -> None:
    assert code_files(changed, "/app") == code
    assert code_files(changed, "/app/") == code


def test_without_a_workdir_everything_may_be_code() -> None:
    assert code_files(["/srv", "/srv/a.py"], "/") == ["/srv/a.py"]


def test_a_place_is_told_by_its_environment_alone() -> None:
    assert "DATABASE_URL" not in environment(None)
    one, two = environment("postgres://a@b/one"), environment("postgres://a@b/two")
    assert {name for name in one if one[name] != two[name]} == {"DATABASE_URL"}


def test_another_database_of_the_same_server() -> None:
    first = "postgres://me:pa-ss@database/first"
    assert address_of("second", "database", first) == "postgres://me:pa-ss@database/second"
    assert address_of("first", "127.0.0.1", first) == "postgres://me:pa-ss@127.0.0.1/first"


def test_what_the_program_inside_printed() -> None:
    assert listed('[["Django", "5.2"], ["pip", "26"]]\n') == [("Django", "5.2"), ("pip", "26")]
    assert listed(None) == listed("") == []


def test_the_requirements_of_a_variant_are_those_of_its_context() -> None:
    lab = labfile.read(LABS, "twelve-factor")
    text = (LABS / "app" / "requirements.txt").read_text("utf-8")
    assert requirements(lab, "good") == requirements(lab, "mistake-undeclared") == text
    assert requirements(lab, "bad") == ""


def test_requirements_of_an_overlay_come_first(tmp_path: Path) -> None:
    lab = labfile.read(LABS, "twelve-factor")
    (tmp_path / "over").mkdir()
    (tmp_path / "over" / "requirements.txt").write_text("flask\n", "utf-8")
    good = lab.variants["good"].model_copy(update={"overlay": "over"})
    changed = lab.model_copy(update={"folder": tmp_path, "variants": lab.variants | {"x": good}})
    assert requirements(changed, "x") == "flask\n"


def test_what_makes_the_score_is_described() -> None:
    probed = {*PROBED["twelve-factor"], *PROBED["stop"], *OF_AN_IMAGE}
    assert set(twelve_factor.SCORE) < probed


def test_the_score_counts_each_factor_that_the_chapter_measures_and_says_how_many() -> None:
    good = dict(twelve_factor.SCORE)
    behaviours = good.pop("behaviours")
    assert isinstance(behaviours, int)
    assert twelve_factor.factors_met(good, behaviours) == {"factors_met": 10}
    assert PROBED["twelve-factor"]["factors_met"].label == "Factors met, of ten"
    for name in good:
        wrong = {**good, name: 3}
        assert twelve_factor.factors_met(wrong, behaviours) == {"factors_met": 9}, name
    assert twelve_factor.factors_met(good, 1) == {"factors_met": 9}
    # An image whose probe `stop` measured nothing does not stop well.
    del good["stop_exit_code"]
    assert twelve_factor.factors_met(good, None) == {"factors_met": 8}


def test_a_lab_without_the_probe_has_no_score() -> None:
    assert twelve_factor.factors_met({"stop_exit_code": 0}, 2) == {}


def test_every_factor_of_the_score_has_a_claim_of_its_own_number() -> None:
    lab = labfile.read(LABS, "twelve-factor")
    claimed = {str(one.measure): one.equals for one in lab.claims if one.id.split("-")[0] in ROMAN}
    claimed.pop("stop_seconds")
    assert claimed == dict(twelve_factor.SCORE)


@pytest.mark.parametrize("name", ["visitor", "distributions", "files"])
def test_programs_inside_use_the_standard_library_only(name: str) -> None:
    tree = ast.parse(program(f"twelve_factor_{name}"))
    imported = {
        (node.module or "" if isinstance(node, ast.ImportFrom) else alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported <= set(sys.stdlib_module_names)
