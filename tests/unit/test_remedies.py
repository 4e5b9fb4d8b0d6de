"""What each remedy makes of a Dockerfile: the change, and the text around it as it was."""

from __future__ import annotations

import pytest
from remedied import FILES, change, text_of

from advices.audit.remedies import REMEDIES, Source, in_effect, remedies, together

ORDER = {
    "plain": (
        "FROM python:3.14-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
        'CMD ["python", "app.py"]\n',
        "FROM python:3.14-slim\nWORKDIR /app\nCOPY requirements.txt ./\n"
        "RUN pip install -r requirements.txt\nCOPY . .\n"
        'CMD ["python", "app.py"]\n',
    ),
    "comments go with their line": (
        "FROM python:3.14-slim\n\n# All of it.\nCOPY . /srv\n# What it needs.\n"
        "RUN pip install \\\n    # from the list\n    -r /srv/requirements.txt\n",
        "FROM python:3.14-slim\n\nCOPY requirements.txt /srv/\n# What it needs.\n"
        "RUN pip install \\\n    # from the list\n    -r /srv/requirements.txt\n"
        "# All of it.\nCOPY . /srv\n",
    ),
    "lower case and an ADD": (
        "from python:3.14-slim\nworkdir /app\nadd . .\nrun pip3 install -r requirements.txt\n",
        "from python:3.14-slim\nworkdir /app\ncopy requirements.txt ./\n"
        "run pip3 install -r requirements.txt\nadd . .\n",
    ),
    "uv": (
        "FROM python:3.14-slim\nCOPY . /app\n"
        "RUN uv pip install --system -r /app/requirements.txt\n",
        "FROM python:3.14-slim\nCOPY requirements.txt /app/\n"
        "RUN uv pip install --system -r /app/requirements.txt\nCOPY . /app\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), ORDER.values(), ids=ORDER.keys())
def test_the_list_comes_first(before: str, after: str) -> None:
    assert text_of("order", before) == after


def test_a_list_that_names_another_brings_it() -> None:
    files = {**FILES, "requirements.txt": "-c constraints.txt\nflask\n", "constraints.txt": ""}
    text = "FROM python:3.14-slim\nCOPY . .\nRUN pip install -r requirements.txt\n"
    assert "COPY requirements.txt constraints.txt ./\n" in text_of("order", text, files)


NO_ORDER = {
    "right already": "FROM a\nCOPY requirements.txt .\n"
    "RUN pip install -r requirements.txt\nCOPY . .\n",
    "it installs the project": "FROM a\nCOPY . .\nRUN pip install .\n",
    "editable": "FROM a\nCOPY . .\nRUN pip install -e .\n",
    "no list": "FROM a\nCOPY . .\nRUN pip install flask\n",
    "a list that is not there": "FROM a\nCOPY . .\nRUN pip install -r other.txt\n",
    "nothing is installed": "FROM a\nCOPY . .\n",
}


@pytest.mark.parametrize("text", NO_ORDER.values(), ids=NO_ORDER.keys())
def test_an_order_that_cannot_be_better_stays(text: str) -> None:
    assert change("order", text) is None


SLIM = {
    "FROM python:3.14\n": "FROM python:3.14-slim\n",
    "FROM python:3.14.1-trixie AS run\n": "FROM python:3.14.1-slim-trixie AS run\n",
    "FROM docker.io/library/python:3\n": "FROM docker.io/library/python:3-slim\n",
    "FROM python:3.14 AS build\nRUN true\nFROM python:3.14\n": (
        "FROM python:3.14 AS build\nRUN true\nFROM python:3.14-slim\n"
    ),
    "FROM python:3.14 AS base\nFROM base\n": "FROM python:3.14-slim AS base\nFROM base\n",
}


@pytest.mark.parametrize(("before", "after"), SLIM.items())
def test_a_full_base_becomes_slim(before: str, after: str) -> None:
    assert text_of("slim", before) == after


@pytest.mark.parametrize(
    "text",
    [
        "FROM python:3.14-slim\n",
        "FROM python:3.14-alpine\n",
        "FROM python\n",
        "FROM mine/python:3.14\n",
        "FROM debian:13\n",
        "FROM python:3.14 AS build\nFROM scratch\nCOPY --from=build /a /a\n",
    ],
)
def test_another_base_stays(text: str) -> None:
    assert change("slim", text) is None


EXEC = {
    "CMD gunicorn app:app": 'CMD ["gunicorn", "app:app"]',
    "CMD gunicorn -b 0.0.0.0:$PORT app:app": "CMD exec gunicorn -b 0.0.0.0:$PORT app:app",
    "CMD python manage.py migrate && gunicorn app": (
        "CMD python manage.py migrate && exec gunicorn app"
    ),
    "CMD true; python app.py": "CMD true; exec python app.py",
    "entrypoint python 'a b.py'": 'entrypoint ["python", "a b.py"]',
    "CMD A=1 a": "CMD exec env A=1 a",
    "CMD A=1 a $B": "CMD exec env A=1 a $B",
    'CMD python -c "a; b" $X': 'CMD exec python -c "a; b" $X',
    "CMD (a; b) && c $X": "CMD (a; b) && exec c $X",
    "CMD a 2>&1 $X": "CMD exec a 2>&1 $X",
    "CMD a \\\n  # why\n  b": '  # why\nCMD ["a", "b"]',
    "ENTRYPOINT a\nCMD b": 'ENTRYPOINT exec a\nCMD ["b"]',
}


@pytest.mark.parametrize(("before", "after"), EXEC.items())
def test_the_program_becomes_pid_1(before: str, after: str) -> None:
    assert text_of("exec", f"FROM a\n{before}\n") == f"FROM a\n{after}\n"


@pytest.mark.parametrize(
    "line",
    [
        'CMD ["a"]',
        "CMD exec a $B",
        "CMD a | tee log",
        "CMD a &",
        "CMD cd /x && (a)",
        "CMD if a; then b; fi",
        "",
    ],
)
def test_what_is_a_list_or_needs_its_shell_stays(line: str) -> None:
    assert change("exec", f"FROM a\n{line}\n") is None


def test_pip_keeps_nothing() -> None:
    text = "FROM a\nRUN pip install -r requirements.txt \\\n && pip3 install flask\n"
    assert text_of("pip-cache", text) == (
        "FROM a\nRUN pip install --no-cache-dir -r requirements.txt \\\n"
        " && pip3 install --no-cache-dir flask\n"
    )


def test_pip_has_options_of_its_own() -> None:
    text = "FROM a\nRUN pip --python .venv -q install -r requirements.txt && pip check\n"
    assert text_of("pip-cache", text) == text.replace(" install", " install --no-cache-dir")


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN pip install --no-cache-dir flask\n",
        "FROM a\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask\n",
        "FROM a\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask\n",
        "FROM a\nENV UV_NO_CACHE=1\nRUN uv pip install flask\n",
        "FROM a\nRUN pip install flask && pip cache purge\n",
        "FROM a\nRUN pip install flask && rm -rf /root/.cache\n",
        "FROM a\nRUN PIP_NO_CACHE_DIR=1 pip install flask\n",
        "FROM a\nRUN true\n",
    ],
)
def test_where_pip_keeps_nothing_it_stays(text: str) -> None:
    assert change("pip-cache", text) is None


APT = {
    "FROM a\nRUN apt-get update\nRUN apt-get install -y gcc\n": (
        "FROM a\nRUN apt-get update && apt-get install --no-install-recommends -y gcc \\\n"
        " && rm -rf /var/lib/apt/lists/*\n"
    ),
    "FROM a\nRUN apt-get update && apt-get -y install gcc\n": (
        "FROM a\nRUN apt-get update && apt-get -y install --no-install-recommends gcc \\\n"
        " && rm -rf /var/lib/apt/lists/*\n"
    ),
    "FROM a\nRUN apt update \\\n && apt install --no-install-recommends gcc\n": (
        "FROM a\nRUN apt update \\\n && apt install --no-install-recommends gcc \\\n"
        " && rm -rf /var/lib/apt/lists/*\n"
    ),
}


@pytest.mark.parametrize(("before", "after"), APT.items())
def test_apt_leaves_nothing(before: str, after: str) -> None:
    assert text_of("apt", before) == after


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN apt-get update && apt-get install --no-install-recommends -y gcc "
        "&& rm -rf /var/lib/apt/lists/*\n",
        "FROM a\nRUN apk add gcc\n",
        "FROM a\nRUN --mount=type=tmpfs,target=/var/lib/apt apt-get update "
        "&& apt-get install --no-install-recommends -y gcc\n",
        "FROM a\nRUN apt-get update\n",
        'FROM a\nRUN ["apt-get", "install", "gcc"]\n',
    ],
)
def test_where_apt_leaves_nothing_it_stays(text: str) -> None:
    assert change("apt", text) is None


def test_what_no_build_needs_is_ignored() -> None:
    files = {**FILES, ".git/HEAD": "", "web/__pycache__/a.pyc": "", ".env": ""}
    found = change("ignore", "FROM a\nCOPY . .\n", files)
    assert found is not None
    assert found.ignores == ("**/.env", "**/__pycache__", ".git")
    assert change("ignore", "FROM a\nCOPY . .\n") is None
    assert change("ignore", "FROM a\nRUN true\n", files) is None


@pytest.mark.parametrize("text", [*(one for one, _ in ORDER.values()), *SLIM, *APT])
def test_what_a_remedy_made_it_leaves_alone(text: str) -> None:
    for name, first in remedies(Source(text, files=FILES)).items():
        again = Source(first.dockerfile, files=FILES)
        assert name == "ignore" or name not in remedies(again)


def test_what_has_nothing_left_to_change_behind_the_others_is_not_in_effect() -> None:
    text = "FROM python:3.14\nWORKDIR /app\nCOPY requirements.txt .\n"
    text += "RUN apt-get update && apt-get install -y gcc && pip install -r requirements.txt\n"
    text += 'COPY . .\nCMD ["python", "app.py"]\n'
    before = Source(text, files={"requirements.txt": "flask", "app.py": ""})
    alone = [one for one in REMEDIES if one.name in remedies(before)]
    works = in_effect(before, alone)
    change = together(before, alone)
    for one in alone:
        says = remedies(before)[one.name].says
        assert (says in change.says) == (one in works), one.name
    # A stage that is built in has left no compiler to take away.
    twice = [one for one in alone if one.name == "slim"] * 2
    assert in_effect(before, twice) == (twice[0],)
