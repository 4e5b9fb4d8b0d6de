"""What the probe `imports` does inside a container, tried on folders of the test's own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from advices.probes.caches import installed
from advices.probes.containers import program
from advices.probes.imports import name

INSIDE: dict[str, Any] = {"__name__": "inside"}
exec(compile(program("imports"), "inside/imports.py", "exec"), INSIDE)


def install(site: Path, name: str, files: dict[str, str], record: bool = True) -> str:
    """Install a distribution; return the path of its dist-info."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    for file, text in files.items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(text)
    if record:
        listed = [f"{file},sha256=x,1" for file in files] + [f"{info.name}/RECORD,,"]
        (info / "RECORD").write_text("\n".join(listed) + "\n")
    return str(info)


def tried(site: Path, paths: list[str]) -> dict[str, Any]:
    """Return what the program prints, run as it is in a container."""
    argv = [sys.executable, "-c", program("imports"), "try", json.dumps(paths)]
    done = subprocess.run(
        argv, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(site)}
    )
    (line,) = done.stdout.splitlines()
    said: dict[str, Any] = json.loads(line)
    return said


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["PIL/__init__.py", "PIL/Image.py", "PIL/_imaging.cpython-313-x86_64.so"], ["PIL"]),
        (["six.py", "__pycache__/six.cpython-313.pyc"], ["six"]),
        (["_cffi_backend.cpython-313-x86_64-linux-gnu.so"], ["_cffi_backend"]),
        (["google/cloud/a/__init__.py", "google/cloud/a/b/__init__.py"], ["google.cloud.a"]),
        (["zope/interface.py"], ["zope.interface"]),
        (["app/__init__.py", "app/__main__.py", "__main__.py"], ["app"]),
        (["tests/__init__.py", "django/__init__.py", "setup.py"], ["django"]),
        (["../../../bin/tool", "x-1.0.dist-info/RECORD", "x.libs/libz-1.so"], []),
        (["types-x/__init__.pyi"], []),
    ],
)
def test_the_modules_of_a_distribution(files: list[str], expected: list[str]) -> None:
    assert INSIDE["modules"](files) == expected


@pytest.mark.parametrize(
    ("message", "library"),
    [
        (
            "libpq.so.5: cannot open shared object file: No such file or directory",
            "libpq.so.5",
        ),
        (
            "Error loading shared library libz.so.1: No such file or directory (needed by /a/b.so)",
            "libz.so.1",
        ),
        ("libpq.so.5: cannot open shared object file: Permission denied", ""),
        ("/a/b.so: cannot open shared object file: No such file or directory", ""),
        ("/a/b.so: undefined symbol: PyFoo", ""),
        ("Error relocating /a/b.so: foo: symbol not found", ""),
    ],
)
def test_a_missing_library_is_recognised(message: str, library: str) -> None:
    assert INSIDE["missing"](message) == library


def test_every_distribution_is_found_with_its_interpreter(tmp_path: Path) -> None:
    venv = tmp_path / "venv" / "lib" / "python3.14" / "site-packages"
    prefix = tmp_path / "install" / "lib" / "python3.14" / "site-packages"
    ours = install(venv, "a", {})
    install(venv / "a" / "_vendor", "carried", {})
    lost = install(prefix, "b", {})
    target = install(tmp_path / "vendor", "c", {})
    python = tmp_path / "venv" / "bin" / "python3"
    python.parent.mkdir()
    python.touch()
    found = INSIDE["find"](str(tmp_path))
    assert sorted(found) == sorted([[ours, str(python)], [lost, ""], [target, ""]])


@pytest.mark.parametrize(
    ("path", "env"),
    [
        ("/root/.cache/uv/archive-v0/x/a-1.dist-info", ()),
        ("/uv-cache/archive-v0/x/a-1.dist-info", ()),
        ("/build/uv/sdists/a-1.dist-info", ("UV_CACHE_DIR=/build/uv",)),
        ("/opt/conda/pkgs/a-1/site-packages/a-1.dist-info", ()),
        ("/srv/miniforge3/pkgs/a-1/lib/python3.13/site-packages/a-1.dist-info", ()),
        ("/pkgs/a-1/site-packages/a-1.dist-info", ("CONDA_PKGS_DIRS=/other,/pkgs",)),
    ],
)
def test_what_an_installer_keeps_in_its_cache_is_not_installed(
    path: str, env: tuple[str, ...]
) -> None:
    # Its own interpreter, as in the environments that Poetry keeps there, or PYTHONPATH: it runs.
    assert installed({path: ""}, env) == {}
    assert installed({path: "/somewhere/bin/python3"}, env)
    folder = path.rpartition("/")[0]
    assert installed({path: ""}, (*env, f"PYTHONPATH=/x:{folder}")) == {path: ""}


@pytest.mark.parametrize(
    ("path", "env"),
    [
        ("/usr/local/lib/python3.14/site-packages/a-1.dist-info", ()),
        ("/install/lib/python3.14/site-packages/a-1.dist-info", ()),
        ("/vendor/a-1.dist-info", ("UV_CACHE_DIR=",)),
        ("/app/vendor/a-1.dist-info", ("PIP_CACHE_DIR=vendor", "XDG_CACHE_HOME=/")),
        ("/app/my-archive-v0/a-1.dist-info", ("UV_CACHE_DIR=/app/my",)),
        ("/app/pkgs/a-1.dist-info", ()),
    ],
)
def test_what_lies_elsewhere_counts_wherever_that_is(path: str, env: tuple[str, ...]) -> None:
    assert installed({path: ""}, env) == {path: ""}


def test_what_imports_and_what_does_not(tmp_path: Path) -> None:
    paths = [
        install(tmp_path, "sound", {"sound/__init__.py": "print('noise')"}),
        install(tmp_path, "broken", {"broken/__init__.py": "import not_there_at_all"}),
        install(tmp_path, "leaves", {"leaves.py": "raise SystemExit(3)"}),
        install(tmp_path, "empty", {}),
        install(tmp_path, "runs", {"runs/__init__.py": "", "runs/__main__.py": "1 / 0"}),
    ]
    elsewhere = install(tmp_path / "install", "away", {"away.py": ""})
    said = tried(tmp_path, [*paths, elsewhere])
    assert said["failing"] == {
        paths[1]: "ModuleNotFoundError: No module named 'not_there_at_all'",
        paths[2]: "SystemExit: 3",
        elsewhere: "ModuleNotFoundError: No module named 'away'",
    }
    assert said["missing"] == []
    assert not list(tmp_path.rglob("__pycache__"))


def test_one_that_must_come_after_another_gets_a_second_try(tmp_path: Path) -> None:
    needs = "import sys\nassert 'psy' in sys.modules"
    paths = [
        install(tmp_path, "a-binary", {"a_binary/__init__.py": needs}),
        install(tmp_path, "psy", {"psy/__init__.py": ""}),
    ]
    assert tried(tmp_path, paths)["failing"] == {}
    assert list(tried(tmp_path, paths[:1])["failing"]) == paths[:1]


def test_one_that_crashes_the_interpreter_costs_only_itself(tmp_path: Path) -> None:
    crash = "import os\nos.kill(os.getpid(), 11)"
    paths = [
        install(tmp_path, "a", {"a/__init__.py": ""}),
        install(tmp_path, "b", {"b/__init__.py": crash}),
        install(tmp_path, "c", {"c/__init__.py": "import os\nos._exit(0)"}),
        install(tmp_path, "d", {"d/__init__.py": ""}),
        install(tmp_path, "e", {"e/__init__.py": "import nothing_here"}),
    ]
    failing = tried(tmp_path, paths)["failing"]
    assert sorted(failing) == [paths[1], paths[2], paths[4]]
    assert failing[paths[1]] == "it ended or hung the interpreter"


def test_without_a_record_the_list_or_the_name_says_it(tmp_path: Path) -> None:
    listed = install(tmp_path, "Some", {"other.py": "1 / 0"}, record=False)
    (Path(listed) / "top_level.txt").write_text("other\n")
    named = install(tmp_path, "some.thing", {"some_thing.py": "1 / 0"}, record=False)
    unknown = install(tmp_path, "nothing", {}, record=False)
    assert sorted(tried(tmp_path, [listed, named, unknown])["failing"]) == sorted([listed, named])


def test_one_that_cannot_be_read_fails(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone-1.0.dist-info")
    assert list(tried(tmp_path, [gone])["failing"]) == [gone]


def test_a_distribution_goes_by_name_and_version() -> None:
    assert name("/venv/lib/python3.14/site-packages/django-5.2.dist-info") == "django-5.2"
