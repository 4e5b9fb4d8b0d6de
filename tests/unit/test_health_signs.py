"""What HEALTHCHECK and the numbers of workers look like, in the forms that people write."""

from __future__ import annotations

import pytest

from advices.lab import parse_dockerfile
from advices.lab.signs import Sign, View
from advices.lab.signs.health import tasks

START = 'CMD ["gunicorn", "app:app"]\n'
URL = "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz')"


def view(text: str) -> View:
    return View(parse_dockerfile(f"FROM python:3.14-slim\n{text}\n{START}"))


def shows(text: str, **checked: object) -> bool:
    return Sign.model_validate({"checked": checked}).shown(view(text))


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", True),
        ("HEALTHCHECK NONE", True),
        ("HEALTHCHECK none", True),
        ("healthcheck CMD check", False),
        ('HEALTHCHECK CMD ["check"]', False),
        ("HEALTHCHECK CMD check\nHEALTHCHECK NONE", True),
        ("HEALTHCHECK NONE\nHEALTHCHECK CMD check", False),
        # Of another image.
        ("HEALTHCHECK CMD check\nFROM python:3.14-slim", True),
    ],
)
def test_the_last_check_of_the_last_image_counts(text: str, missing: bool) -> None:
    assert shows(text, missing=True) == missing
    assert shows(text, calls=("check",)) == (not missing)


@pytest.mark.parametrize(
    ("command", "asks", "ends_well"),
    [
        (f'python -c "{URL}"', "a page", False),
        (f'["python", "-c", "{URL}"]', "a page", False),
        (f'python -c "{URL}" || exit 1', "a page", False),
        (f'python -c "{URL}" || true', "a page", True),
        (f'python -c "{URL}"; exit 0', "a page", True),
        ("curl -f http://localhost/ || :", "a page", True),
        ("curl -f http://localhost/ || echo unhealthy", "a page", True),
        ("curl -f http://localhost/ && echo well", "a page", False),
        ("curl -f http://localhost/ || { echo unhealthy; exit 1; }", "a page", False),
        ("nc -z 127.0.0.1 8000", "no page", False),
        ("kill -0 1 || exit 1", "no page", False),
        ("exit 0", "no page", False),
    ],
)
def test_what_a_command_asks_and_how_it_ends(command: str, asks: str, ends_well: bool) -> None:
    text = f"HEALTHCHECK CMD {command}"
    assert shows(text, asks=asks)
    assert not shows(text, asks={"a page": "no page", "no page": "a page"}[asks])
    assert shows(text, ends_well=True) == ends_well


@pytest.mark.parametrize(
    ("script", "called", "ends_well"),
    [
        ("#!/bin/sh\ncurl -f http://localhost/\nexit 0\n", True, True),
        ("#!/bin/sh\nset -e\ncurl -f http://localhost/\nexit 0\n", True, False),
        ("#!/bin/sh\nexec curl -f http://localhost/\n", True, False),
        ("#!/bin/sh\nset -o errexit\ncurl -f http://localhost/\necho well\n", True, False),
        ("#!/bin/sh\nif ! curl -f http://localhost/; then exit 1; fi\nexit 0\n", True, False),
        (
            "#!/bin/sh\ncurl -f http://localhost/\ncode=$?\n[ $code = 0 ] || exit $code\n:\n",
            True,
            False,
        ),
        ("#!/bin/sh\nwget -qO- http://localhost/ || exit 1\nexit 0\n", False, False),
    ],
)
@pytest.mark.parametrize("called_as", ["/usr/local/bin/well", '["well"]', '["sh", "-c", "well"]'])
def test_a_script_of_the_dockerfile_is_read(
    script: str, called: bool, ends_well: bool, called_as: str
) -> None:
    text = f"COPY <<'S' /usr/local/bin/well\n{script}S\nHEALTHCHECK CMD {called_as}"
    assert shows(text, asks="a page")
    assert shows(text, calls=("curl",)) == called
    assert shows(text, ends_well=True) == ends_well


@pytest.mark.parametrize(
    ("flags", "seconds"),
    [
        ("", 30),
        ("--interval=1m30s", 90),
        ("--interval=500ms", 0.5),
        # Without a period there is no shorter interval in it.
        ("--start-interval=1s", 30),
        ("--start-period=0s --start-interval=1s", 30),
        ("--start-period=20s", 5),
        ("--start-period=20s --start-interval=2s --interval=1h", 2),
    ],
)
def test_when_the_first_check_begins(flags: str, seconds: float) -> None:
    text = f"HEALTHCHECK {flags} CMD check"
    assert shows(text, first_after_seconds=seconds - 0.1)
    assert not shows(text, first_after_seconds=seconds)


@pytest.mark.parametrize(
    ("flags", "seconds"),
    [
        ("", 0),
        ("--interval=1m --start-interval=20s", 0),
        ("--start-period=20s", 30),
        ("--interval=1m --start-period=20s", 60),
        ("--interval=1m --start-period=20s --start-interval=2s", 2),
        ("--interval=1s --start-period=20s --start-interval=20s", 20),
    ],
)
def test_the_interval_in_the_start_period_of_an_older_engine(flags: str, seconds: float) -> None:
    text = f"HEALTHCHECK {flags} CMD check"
    assert shows(text, start_interval_over=seconds - 0.1)
    assert not shows(text, start_interval_over=seconds)


@pytest.mark.parametrize(
    ("env", "options", "expected"),
    [
        ("", "", 11),
        ("", '"--threads", "1"', 3),
        ("", '"--workers", "4", "--threads=8"', 37),
        ("", '"-w", "1"', 6),
        ("ENV WEB_CONCURRENCY=5", "", 26),
        ("ENV WEB_CONCURRENCY=5", '"-w", "1"', 6),
        ('ENV GUNICORN_CMD_ARGS="--threads 2"', "", 7),
    ],
)
def test_workers_and_threads_are_counted(env: str, options: str, expected: int) -> None:
    words = ", ".join(filter(None, ['"gunicorn"', options, '"app:app"']))
    one = View(parse_dockerfile(f"FROM python:3.14-slim\n{env}\nCMD [{words}]\n"))
    assert tasks(one) == expected
    assert Sign.model_validate({"tasks_over": expected - 1}).shown(one)
    assert not Sign.model_validate({"tasks_over": expected}).shown(one)


def test_a_server_that_is_not_gunicorn_is_not_counted() -> None:
    one = View(parse_dockerfile('FROM python:3.14-slim\nCMD ["waitress-serve", "app:app"]\n'))
    assert not Sign.model_validate({"tasks_over": 1}).shown(one)
