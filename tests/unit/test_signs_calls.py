"""How signs read commands, images and sources: programs, options, packages, variants, patterns."""

from __future__ import annotations

import pytest

from advices.lab.signs.calls import call_of, does, options, python_install, system_packages
from advices.lab.signs.values import variant_of
from advices.lab.signs.view import matches


@pytest.mark.parametrize(
    ("words", "program", "replaces"),
    [
        ("pip install x", "pip", False),
        ("/usr/local/bin/pip3 install x", "pip3", False),
        ("python3.14 -m pip install x", "pip", False),
        ("A=1 B=2 exec gunicorn app:app", "gunicorn", True),
        ("exec env -u A B=1 gunicorn app:app", "gunicorn", True),
        ("tini -g -- serve x", "serve", False),
        ("sudo -u bus nice -n 5 serve", "serve", False),
        ("then exec gosu bus serve", "serve", True),
        ("STOP_NAME=x", "", False),
        ("", "", False),
    ],
)
def test_a_call_is_known_whatever_stands_in_front(words: str, program: str, replaces: bool) -> None:
    call = call_of(words.split())
    assert (call.program, call.replaces) == (program, replaces)


def test_redirects_are_no_words() -> None:
    call = call_of(["cat", "a", "2", ">", "/dev/null", ">>", "/b", "<", "c", "2", ">&", "1"])
    assert (call.words, call.writes) == (("a",), ("/dev/null", "/b"))


def test_options_and_plain_words() -> None:
    found = options(["-qy", "-t", "x", "--a=b", "--", "-n"], {"-t"})
    assert found.values("-t", "--a") == ("x", "b")
    assert (found.plain, found.has("-y"), found.has("-t", "--z")) == (("-n",), True, True)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("pip --python /venv install -r r.txt", "installs Python packages"),
        ("uv pip install --system x", "installs Python packages"),
        ("uv pip --quiet sync r.txt", "installs Python packages"),
        ("uv sync --frozen", "installs Python packages"),
        ("poetry install", "installs Python packages"),
        ("python -m pip install x", "installs Python packages"),
        ("pip download install", None),
        ("pip config set install-option x", None),
        ("uv venv /venv", None),
        ("apt-get -o A::B=install update", "updates the lists"),
        ("apt -y install x", "installs system packages"),
        ("apk add --no-cache x", "installs system packages"),
        ("apt-get autoremove --purge gcc", "purges packages"),
        ("apk del .tools", "purges packages"),
        ("python -m compileall .", "compiles bytecode"),
        ("echo pip install", None),
        ("git add x", None),
    ],
)
def test_what_a_call_does(words: str, kind: str | None) -> None:
    assert does(call_of(words.split())) == kind


def test_packages_are_named_without_versions() -> None:
    names = system_packages(call_of(["apt-get", "install", "-t", "x", "a=1.*", "b/stable", "c"]))
    assert names == ("a", "b", "c")
    install = python_install(
        call_of(["pip", "install", "-r", "r.txt", "Python_Magic==0.4", "x[y]>1"])
    )
    assert install is not None
    assert install.packages == ("python-magic", "x")


@pytest.mark.parametrize(
    ("image", "variant"),
    [
        ("python", "full"),
        ("python:3.14-bookworm", "full"),
        ("python:3.14-slim-bookworm", "slim"),
        ("python:3.14-alpine3.22", "alpine"),
        ("python:3.14-slim@sha256:aa", "slim"),
        ("debian:slim", None),
    ],
)
def test_the_variant_of_an_image(image: str, variant: str | None) -> None:
    assert variant_of(image) == variant


@pytest.mark.parametrize(
    ("pattern", "is_brought"),
    [
        *((one, True) for one in (".", "./", "/", "*", "app.py", "./app.py", "*.py", "a?p.py")),
        *((one, False) for one in ("app", "*.txt", "static", "app.py/x", "src/*")),
    ],
)
def test_what_a_source_brings(pattern: str, is_brought: bool) -> None:
    assert matches(pattern, "app.py") == is_brought
