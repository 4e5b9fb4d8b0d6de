"""What an image holds: programs counted once, and every byte under one cause."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from layer_tars import (
    FakeEngine,
    Member,
    file,
    hardlink,
    image_of,
    layer_tar,
    listed,
    new_layout,
    symlink,
    tree,
)

from advices.images import LayerMemory
from advices.probes.files import CAUSES, partition, probe, search_path, values
from advices.probes.subject import Subject

DEBIAN: dict[str, Member] = {
    "bin": symlink("usr/bin"),
    "usr/bin/bash": file(b"b", 0o755),
    "usr/bin/dash": file(b"d", 0o755),
    "usr/bin/sh": symlink("dash"),
    "usr/bin/rbash": symlink("bash"),
    "usr/bin/apt": file(b"", 0o755),
    "usr/bin/apt-get": file(b"", 0o755),
    "usr/bin/dpkg": file(b"", 0o755),
    "usr/bin/dpkg-deb": file(b"", 0o755),
    "usr/bin/su": file(b"", 0o4755),
    "usr/bin/wall": file(b"", 0o2755),
    "usr/bin/chage": hardlink("usr/bin/su", 0o4755),
    "tmp/sticky": file(b"", 0o1644),
}
GCC: dict[str, Member] = {
    "usr/bin/x86_64-linux-gnu-gcc-14": file(b"", 0o755),
    "usr/bin/x86_64-linux-gnu-gcc": symlink("x86_64-linux-gnu-gcc-14"),
    "usr/bin/gcc-14": symlink("x86_64-linux-gnu-gcc-14"),
    "usr/bin/gcc": symlink("gcc-14"),
    "usr/bin/cc": symlink("/etc/alternatives/cc"),
    "etc/alternatives/cc": symlink("/usr/bin/gcc"),
    "usr/bin/c99-gcc": file(b"#!/bin/sh", 0o755),
    "usr/bin/c99": symlink("c99-gcc"),
    "usr/bin/x86_64-linux-gnu-g++-14": file(b"", 0o755),
    "usr/bin/g++": symlink("x86_64-linux-gnu-g++-14"),
    "usr/bin/c++": symlink("g++"),
    "usr/bin/gcc-ar": file(b"", 0o755),
    "usr/bin/x86_64-linux-gnu-ld": file(b"", 0o755),
}
PIP: dict[str, Member] = {
    "usr/local/bin/pip3": file(b"", 0o755),
    "usr/local/bin/pip3.14": file(b"", 0o755),
    "usr/local/bin/pip": symlink("pip3"),
}


def of(*layers: dict[str, Member], **config: Any) -> dict[str, Any]:
    return values(tuple(map(listed, layers)), config)


def test_programs_count_once_whatever_their_names() -> None:
    plain = of(DEBIAN | PIP)
    assert {k: plain[k] for k in ("shells", "compilers", "package_managers", "setuid_files")} == {
        "shells": 2,
        "compilers": 0,
        "package_managers": 3,
        "setuid_files": 3,
    }
    assert of(DEBIAN, GCC)["compilers"] == 2
    assert of(DEBIAN, GCC, {"usr/bin/clang-19": file(b"", 0o755)})["compilers"] == 3
    assert of(DEBIAN, GCC, {"usr/bin/.wh.x86_64-linux-gnu-gcc-14": file()})["compilers"] == 2
    gone = {f"usr/bin/.wh.{name.rpartition('/')[2]}": file() for name in GCC}
    assert of(DEBIAN, GCC, gone)["compilers"] == 0


def test_busybox_is_one_shell_and_no_compiler() -> None:
    names = {f"bin/{name}": symlink("/bin/busybox") for name in ("sh", "ash", "vi", "cc-like")}
    found = of(names | {"bin/busybox": file(b"", 0o755), "sbin/apk": file(b"", 0o755)})
    assert (found["shells"], found["compilers"], found["package_managers"]) == (1, 0, 1)


def test_programs_of_a_venv_count_when_it_is_on_path() -> None:
    venv = {"app/.venv/bin/pip": file(b"", 0o755), "opt/x/bash": file(b"", 0o755)}
    assert of(venv)["package_managers"] == 0
    on_path = of(venv, Env=["A=1", "PATH=/app/.venv/bin:/usr/bin"])
    assert (on_path["package_managers"], on_path["shells"], on_path["executables"]) == (1, 0, 1)


def test_executables_are_those_of_path_alone() -> None:
    assert of(DEBIAN)["executables"] == 11
    assert of(DEBIAN, Env=["PATH=/nowhere"])["executables"] == 0
    # A shell off PATH is as near as `docker exec IMAGE /bin/sh`.
    assert of(DEBIAN, Env=["PATH=/nowhere"])["shells"] == 2


def test_path_is_the_image_s_or_the_usual_one() -> None:
    assert search_path({"Env": ["X=PATH=/no", "PATH=/a::b:/c/"]}) == ["/a", "/c/"]
    assert search_path({"Env": ["PATH="]}) == []
    assert "/usr/bin" in search_path({"Env": None})
    assert "/usr/bin" in search_path({})


def test_distributions_are_those_with_metadata_of_their_own() -> None:
    site = "usr/local/lib/python3.14/site-packages"
    found = of(
        {
            f"{site}/django-5.2.dist-info/METADATA": file(),
            f"{site}/django-5.2.dist-info/RECORD": file(),
            f"{site}/setuptools/_vendor/wheel-1.dist-info/METADATA": file(),
            f"{site}/old.egg-info/PKG-INFO": file(),
            f"{site}/older.egg-info": file(),
            "usr/lib/python3/dist-packages/deb-1.dist-info/METADATA": file(),
            "install/lib/python3.14/site-packages/lost-1.dist-info/METADATA": file(),
            "packages/aside-1.dist-info/METADATA": file(),
            "packages/aside/_vendor/copy-1.dist-info/METADATA": file(),
            "root/.cache/uv/archive-v0/x/kept-1.dist-info/METADATA": file(),
        },
        {f"{site}/.wh.old.egg-info": file()},
    )
    assert found["distributions"] == 5


# Every byte under one cause

BY_CAUSE = {
    "apt_lists_bytes": ("var/lib/apt/lists/InRelease", "var/cache/apt/archives/x.deb"),
    "pip_cache_bytes": (
        "root/.cache/pip/http-v2/1/2",
        "home/app/.cache/pip/wheels/x",
        ".cache/pip/x",
    ),
    "python_package_bytes": (
        "usr/local/lib/python3.14/site-packages/numpy/include/x.h",
        "app/.venv/lib/python3.14/site-packages/x.py",
        "usr/lib/python3/dist-packages/x.py",
    ),
    "app_bytes": ("app/manage.py", "app/.venv/bin/python", "app/usr/include/x.h"),
    "documentation_bytes": ("usr/share/doc/x/copyright", "usr/local/share/man/man1/x.1"),
    "build_tool_bytes": (
        "usr/include/stdio.h",
        "usr/local/include/python3.14/Python.h",
        "usr/lib/gcc/x86_64-linux-gnu/14/cc1",
        "usr/libexec/gcc/x86_64-linux-gnu/14/cc1",
        "usr/lib/x86_64-linux-gnu/libc.a",
        "usr/local/lib/libx.a",
    ),
    "other_bytes": (
        "usr/bin/python3",
        "application/x",
        "usr/lib/x.so",
        "var/lib/apt/extended_states",
        "root/.cache/pipx/x",
        "usr/local/lib/python3.14/include/x",
    ),
}


@pytest.mark.parametrize("cause", BY_CAUSE)
def test_a_file_belongs_to_one_cause(cause: str) -> None:
    for path in BY_CAUSE[cause]:
        found = partition(tree({path: file(b"12345")}), "/app")
        assert {name for name, size in found.items() if size} == {cause}, path
        assert found[cause] == 5
        assert tuple(found) == CAUSES


def test_packages_in_a_folder_of_any_name_are_packages() -> None:
    members = {
        "app/deps/flask-3.dist-info/METADATA": file(b"m"),
        "app/deps/flask/app.py": file(b"flask"),
        "app/manage.py": file(b"the project's"),
    }
    assert partition(tree(members), "/app")["python_package_bytes"] == 6
    beside = {"app/requests-2.dist-info/METADATA": file(b"m"), "app/manage.py": file(b"1234")}
    assert partition(tree(beside), "/app")["app_bytes"] == 5


def test_all_bytes_are_counted_and_none_twice() -> None:
    low = {path: file(b"x" * 10) for paths in BY_CAUSE.values() for path in paths}
    high = {"app/manage.py": file(b"y" * 7), "usr/bin/.wh.python3": file()}
    found = partition(tree(low, high), "/app/")
    assert sum(found.values()) == 10 * len(low) + 7
    assert found["hidden_bytes"] == 20


@pytest.mark.parametrize("workdir", ["", "/"])
def test_without_a_workdir_nothing_is_the_project_s(workdir: str) -> None:
    assert partition(tree({"app/x": file(b"1")}), workdir)["app_bytes"] == 0


def test_what_a_debian_package_for_building_owns_is_a_build_tool() -> None:
    status = b"Package: make\nStatus: install ok installed\nSection: devel\n"
    layer = {
        "usr/bin/make": file(b"123", 0o755),
        "var/lib/dpkg/info/make.list": file(b"/usr/bin/make\n"),
        "var/lib/dpkg/status": file(status),
    }
    assert partition(tree(layer), "/app")["build_tool_bytes"] == 3


def test_the_probe_reads_the_image(tmp_path: Path) -> None:
    layers = [layer_tar(DEBIAN), layer_tar(GCC)]
    config = {"Env": ["PATH=/usr/bin"], "WorkingDir": "/tmp"}
    subject = SimpleNamespace(
        engine=FakeEngine(new_layout(layers)),
        image=image_of(layers, Config=config),
        base_ids=frozenset(),
        workshop=SimpleNamespace(memory=LayerMemory(tmp_path)),
    )
    found = probe(cast("Subject", subject))
    assert found.values == values((listed(DEBIAN), listed(GCC)), config)
    assert found.timings == {}
