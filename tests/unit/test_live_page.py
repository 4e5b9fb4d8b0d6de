"""Pages as a server with kernels sends them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from advices.core import ClassOf, class_of
from advices.learn.live_page import below, hub_home, live, page_file


def test_a_page_gets_the_scripts_and_nothing_else_changes() -> None:
    page = "<html><head><title>x</title></head><body></head></body></html>"
    found = live(page, '/user/"ada"/')
    assert found.count('<script type="module">') == 1
    assert '"/user/&quot;ada&quot;/learn-client/learn.css"' in found
    assert found.endswith("</head><body></head></body></html>")


HUB = {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/", "JUPYTERHUB_BASE_URL": "/"}


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, ""),
        ({"JUPYTERHUB_BASE_URL": "/"}, ""),
        (HUB, "/hub/home"),
        ({**HUB, "JUPYTERHUB_BASE_URL": "/jupyter/"}, "/jupyter/hub/home"),
        ({**HUB, "JUPYTERHUB_HOST": "https://hub.example.org"}, "https://hub.example.org/hub/home"),
    ],
)
def test_below_a_hub_a_page_names_the_way_back(environment: dict[str, str], address: str) -> None:
    assert hub_home(environment) == address
    found = live("<head></head>", "/user/ada/", hub=hub_home(environment))
    assert (f'<meta name="advices-hub" content="{address}">' in found) == bool(address)


CLASS = '{"url": "http://10.0.0.1:8081/hub/class", "keep_days": 3}'


@pytest.mark.parametrize(
    ("environment", "of", "meta"),
    [
        ({}, None, False),
        ({"ADVICES_CLASS": CLASS}, ClassOf("http://10.0.0.1:8081/hub/class", 3), True),
        # Written by hand: it is a class, and nothing is posted.
        ({"ADVICES_CLASS": "1"}, ClassOf("", 0), False),
        ({"ADVICES_CLASS": "yes"}, ClassOf("", 0), False),
    ],
)
def test_in_a_class_a_page_says_for_how_long_is_kept_what_it_tells(
    environment: dict[str, str], of: ClassOf | None, meta: bool
) -> None:
    assert class_of(environment) == of
    found = live("<head></head>", "/user/ada/", of=of)
    assert ('<meta name="advices-class" content="3">' in found) == meta
    assert "10.0.0.1" not in found


def test_a_page_knows_a_laptop_that_joined_from_a_seat() -> None:
    for is_own in (True, False):
        found = live("<head></head>", "/a/", of=ClassOf("https://c", 3, is_own=is_own))
        assert '<meta name="advices-class" content="3">' in found
        assert ('<meta name="advices-own" content="yes">' in found) == is_own


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in ("site/index.html", "site/labs/a/index.html", "outside/index.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "site" / "link").symlink_to(tmp_path / "outside")
    return tmp_path / "site"


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("", "index.html"),
        ("labs/a/", "labs/a/index.html"),
        ("labs/a/index.html", "labs/a/index.html"),
        ("labs/a", None),
        ("labs/b/", None),
        ("../outside/", None),
        ("../outside/index.html", None),
        ("link/", None),
    ],
)
def test_only_pages_of_the_site_are_found(site: Path, path: str, file: str | None) -> None:
    assert page_file(site, path) == (site / file if file else None)


def test_no_absolute_path_leads_out(site: Path) -> None:
    assert page_file(site, str(site.parent / "outside" / "index.html")) is None


def test_the_404_page_finds_its_files_below_another_address() -> None:
    page = '<a href="/start/"><img src="/a.svg"><a href="//other/"><a href="#x">{"base": "/"}'
    assert below(page, "/user/ada/") == (
        '<a href="/user/ada/learn/start/"><img src="/user/ada/learn/a.svg"><a href="//other/">'
        '<a href="#x">{"base": "/user/ada/learn"}'
    )


def test_a_page_names_each_script_and_an_address_that_changes_with_them() -> None:
    found = live("<head></head>", "/")
    scripts = re.search(r'data-scripts="([^"]+)"', found)
    assert scripts
    names = scripts[1].split()
    assert {"learn.js", "cell.js", "vendored.js"} <= {*names}
    assert "loading.js" not in names, "that one is in the page"
    assert re.search(r'data-client="/learn-client/[0-9a-f]{16}/"', found)
