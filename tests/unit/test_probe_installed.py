"""What the layers above the base hold of Python packages."""

from __future__ import annotations

import pytest
from layer_tars import Member, file, hardlink, listed, symlink

from advices.images import Listing
from advices.probes.installed import declared, distributions, left, off_lock

SITE = "usr/local/lib/python3.14/site-packages"
VENV = "app/.venv/lib/python3.14/site-packages"
BASE: dict[str, Member] = {
    f"{SITE}/pip-26.0.dist-info/METADATA": file(b"pip"),
    f"{SITE}/pip/main.py": file(b"x" * 1000),
    f"{SITE}/setuptools-80.dist-info/METADATA": file(b"s"),
    "usr/local/bin/pip3": file(b"pip", 0o755),
}
PACKAGES: dict[str, Member] = {
    f"{VENV}/dj_database_url-3.1.2.dist-info/METADATA": file(b"m"),
    f"{VENV}/dj_database_url/__init__.py": file(b"dj"),
    f"{VENV}/dj_database_url/__pycache__/__init__.cpython-313.pyc": file(b"pyc"),
    f"{VENV}/Django-5.2.17.dist-info/METADATA": file(b"m"),
    f"{VENV}/django/urls.py": file(b"urls"),
    f"{VENV}/django/conf/app_template/views.py-tpl": file(b"tpl"),
    "app/guestbook/views.py": file(b"the project's own"),
}
LOCK = {"django": frozenset({"5.2.17"}), "dj-database-url": frozenset({"3.1.1"})}


def of(*layers: dict[str, Member]) -> tuple[list[Listing], list[bool]]:
    """Return the listings of a base's layer and some above it, and which are above it."""
    found = [listed(members) for members in (BASE, *layers)]
    return found, [False, *(True for _ in layers)]


def test_what_the_base_brings_does_not_count() -> None:
    assert distributions(*of()) == {}
    assert left(*of()) == {"installer_bytes": 0, "uncompiled_modules": 0}


def test_packages_go_by_the_names_of_an_index() -> None:
    found = distributions(*of(PACKAGES))
    assert found == {"dj-database-url": "3.1.2", "django": "5.2.17"}


def test_a_package_that_a_later_layer_removes_is_not_installed() -> None:
    gone = {f"{VENV}/Django-5.2.17.dist-info/.wh.METADATA": file()}
    assert distributions(*of(PACKAGES, gone)) == {"dj-database-url": "3.1.2"}


def test_packages_off_the_lock() -> None:
    installed = {"django": "5.2.17", "dj-database-url": "3.1.2", "extra": "1"}
    assert off_lock(installed, LOCK, frozenset({"django", "gunicorn"})) == [
        "dj-database-url 3.1.2",
        "extra 1",
        "no gunicorn",
    ]
    assert off_lock({"django": "5.2.17"}, LOCK, frozenset()) == []


def test_an_installer_is_no_package_off_the_lock() -> None:
    uv: dict[str, Member] = {f"{SITE}/uv-0.13.9.dist-info/METADATA": file(b"uv")}
    assert distributions(*of(PACKAGES, uv)) == distributions(*of(PACKAGES))


@pytest.mark.parametrize(
    ("members", "size"),
    [
        ({"usr/local/bin/uv": file(b"u" * 7, 0o755)}, 7),
        ({"usr/local/bin/uvicorn": file(b"u" * 7, 0o755)}, 0),
        ({"usr/local/bin/pip3.13": file(b"u" * 7, 0o755)}, 7),
        ({"usr/local/bin/pipdeptree": file(b"u" * 7, 0o755)}, 0),
        ({f"{VENV}/pip/_internal/a.py": file(b"u" * 7)}, 7),
        ({f"{VENV}/poetry-2.1.dist-info/METADATA": file(b"u" * 7)}, 7),
        ({"root/.cache/uv/archive-v0/x": file(b"u" * 7)}, 7),
        ({"root/.cache/pip/http-v2/x": file(b"u" * 7)}, 7),
        ({f"{SITE}/pip/__pycache__/main.cpython-313.pyc": file(b"u" * 7)}, 0),
        ({f"{VENV}/pip/a.py": file(), f"{VENV}/pip/__pycache__/a.cpython-313.pyc": file(b"u")}, 1),
        ({"root/.cache/fontconfig/x": file(b"u" * 7)}, 0),
        ({"a": file(b"u" * 7), "root/.cache/uv/a": hardlink("a")}, 0),
        ({"usr/bin/uv": symlink("/opt/uv")}, 0),
    ],
)
def test_the_bytes_of_installers(members: dict[str, Member], size: int) -> None:
    assert left(*of(members))["installer_bytes"] == size


def test_an_installer_that_a_later_layer_removes_is_still_moved() -> None:
    gone = {"usr/local/bin/.wh.uv": file()}
    found = left(*of({"usr/local/bin/uv": file(b"u" * 7)}, gone))
    assert found["installer_bytes"] == 7


def test_modules_without_bytecode() -> None:
    assert left(*of(PACKAGES))["uncompiled_modules"] == 1
    compiled = {f"{VENV}/django/__pycache__/urls.cpython-313.pyc": file(b"pyc")}
    assert left(*of(PACKAGES, compiled))["uncompiled_modules"] == 0


def test_packages_may_be_in_a_folder_of_any_name() -> None:
    aside: dict[str, Member] = {
        "packages/Django-5.2.17.dist-info/METADATA": file(b"m"),
        "packages/django/urls.py": file(b"urls"),
        "packages/django/__pycache__/urls.cpython-314.pyc": file(b"pyc"),
        "packages/django/_vendor/copy-1.dist-info/METADATA": file(b"m"),
        "packages/django/conf.py": file(b"not compiled"),
        "packages/pip-26.0.dist-info/METADATA": file(b"u" * 3),
        "packages/pip/main.py": file(b"u" * 4),
        "packages/pip/__pycache__/main.cpython-314.pyc": file(),
        "root/.cache/uv/archive-v0/x/kept-1.dist-info/METADATA": file(),
        "srv/app.py": file(b"the project's own"),
    }
    assert distributions(*of(aside)) == {"django": "5.2.17"}
    assert left(*of(aside)) == {"installer_bytes": 7, "uncompiled_modules": 1}


def test_modules_of_a_project_with_packages_beside_them_are_its_own() -> None:
    beside: dict[str, Member] = {
        "srv/Django-5.2.17.dist-info/METADATA": file(b"m"),
        "srv/app.py": file(b"the project's own"),
    }
    assert distributions(*of(beside)) == {"django": "5.2.17"}
    assert left(*of(beside), "/srv")["uncompiled_modules"] == 0


def test_what_a_project_asks_for_everywhere() -> None:
    text = """
[project]
name = "guestbook"
dependencies = ["Django~=5.2.0", "psycopg[binary]", "tzdata ; sys_platform == 'win32'"]
"""
    assert declared(text) == {"django", "psycopg"}
    assert declared("") == declared("[tool.uv]\n") == frozenset()
