"""Signs of what makes two builds of one commit differ, over the forms in which people write it."""

from __future__ import annotations

from typing import Any

import pytest

from advices.lab import parse_dockerfile
from advices.lab.signs import Sign, View


def shows(text: str, **sign: Any) -> bool:
    return Sign(**sign).shown(View(parse_dockerfile(text)))


@pytest.mark.parametrize(
    ("command", "floats"),
    [
        ("pip install -r requirements.txt", False),
        ("pip install --requirement=/tmp/requirements.txt", False),
        ("pip install --require-hashes -r requirements.txt", False),
        ("pip install -c requirements.txt flask gunicorn", False),
        ("pip install flask==3.1.3 'gunicorn == 27'", False),
        ("pip install .", False),
        ("pip install -r requirements.txt .", False),
        ("pip install $PACKAGES", False),
        ("uv pip sync requirements.txt", False),
        ("uv sync --locked", False),
        ("echo flask", False),
        ("pip install flask", True),
        ("pip install 'flask~=3.1'", True),
        ("python -m pip install -r requirements.in", True),
        ("pip install -r requirements.txt -r more.txt", True),
        ("pip install -r requirements.txt && pip install -U gunicorn", True),
        ("pip --python /venv install -r requirements.in", True),
        ("uv pip install flask", True),
    ],
)
def test_what_no_lock_file_holds_back(command: str, floats: bool) -> None:
    text = f"FROM python:3.14-slim AS build\nRUN {command}\nFROM python:3.14-slim\n"
    assert shows(text, floats_without=("requirements.txt",)) == floats


@pytest.mark.parametrize(
    ("steps", "copies"),
    [
        ("COPY app.py .", True),
        ("add . /srv/", True),
        ("COPY *.py /srv/", True),
        ("COPY static static", False),
        ("COPY --exclude=app.py . .", False),
        ("COPY --from=build /srv /srv", False),
        ("RUN --mount=type=bind,target=/src cp /src/app.py /srv", False),
    ],
)
def test_what_the_last_image_copies_itself(steps: str, copies: bool) -> None:
    text = f"FROM python:3.14-slim AS build\nCOPY . /srv\nFROM python:3.14-slim\n{steps}\n"
    assert shows(text, copies="app.py") == copies


@pytest.mark.parametrize(
    ("command", "sets"),
    [
        ("touch -d @0 app.py", True),
        ("find / -exec touch -h -d @0 {} +", True),
        ("find / -print0 | xargs -0 touch -h -d @0", True),
        ("cd /srv && /usr/bin/touch -t 202601010000 app.py", True),
        ("find / -newer app.py", False),
        ("echo touch", False),
    ],
)
def test_who_sets_the_times_of_files(command: str, sets: bool) -> None:
    text = f"FROM python:3.14-slim AS build\nRUN {command}\nFROM python:3.14-slim\n"
    assert shows(text, sets_times=sets)
    assert not shows(text, sets_times=not sets)


@pytest.mark.parametrize(
    ("command", "sets"),
    [
        ("find /v -exec touch -h -d @0 {} +", True),
        ("find /v /w -exec touch -hd @0 {} +", True),
        ("find /v -depth -exec touch --no-dereference --date=@0 {} +", True),
        ("find /v -print0 | xargs -0 touch -h -d @0", True),
        ("find /v -type f -exec touch -h -d @0 {} +", False),
        ("find /v -type f | xargs touch -h -d @0", False),
        ("find /v -depth -exec touch -d @0 {} +", False),
        ("touch -h -d @0 app.py", False),
        ("id", False),
    ],
)
def test_who_sets_the_times_of_all_files(command: str, sets: bool) -> None:
    text = f"FROM python:3.14-slim AS build\nRUN {command}\nFROM python:3.14-slim\n"
    assert shows(text, sets_all_times=sets)
    assert not shows(text, sets_all_times=not sets)


@pytest.mark.parametrize(
    ("step", "asks"),
    [
        ("RUN date > built.txt", True),
        ("RUN date -u +%F > built.txt", True),
        ("RUN echo $(date) > built.txt", True),
        ('RUN echo "built on $( date +%F )" > built.txt', True),
        ("RUN BUILT=`date +%s` && echo $BUILT > built.txt", True),
        ("RUN <<EOF\nset -e\ndate > built.txt\nEOF", True),
        ("RUN date --date=@$SOURCE_DATE_EPOCH > built.txt", False),
        ("RUN echo $(date -d @0) > built.txt", False),
        ("RUN date --reference=app.py", False),
        ("RUN pip install update", False),
        ("RUN cat date", False),
        ("LABEL made=$(date)", False),
    ],
)
def test_who_asks_for_the_date(step: str, asks: bool) -> None:
    text = f"FROM python:3.14-slim\n{step}\n"
    assert shows(text, asks_the_date=asks)
    assert not shows(text, asks_the_date=not asks)


@pytest.mark.parametrize(
    ("steps", "times"),
    [
        ("RUN pip install flask", True),
        ("RUN python -m compileall -q .", True),
        ("RUN python -m venv /venv", True),
        ("RUN pip install flask\nARG SOURCE_DATE_EPOCH", True),
        ("RUN uv pip install --compile-bytecode flask", True),
        ("ARG SOURCE_DATE_EPOCH\nRUN pip install flask", False),
        ("ARG SOURCE_DATE_EPOCH=0\nRUN pip install flask", False),
        ("ENV SOURCE_DATE_EPOCH=0\nRUN pip install flask", False),
        ("RUN SOURCE_DATE_EPOCH=0 pip install flask", False),
        ("RUN export SOURCE_DATE_EPOCH=0 && pip install flask", False),
        ("RUN pip install --no-compile flask", False),
        ("RUN python -m compileall --invalidation-mode unchecked-hash .", False),
        ("RUN python -m compileall --invalidation-mode=checked-hash .", False),
        ("RUN python -m venv --without-pip /venv", False),
        ("RUN uv pip install flask", False),
    ],
)
def test_where_bytecode_gets_the_times_of_its_sources(steps: str, times: bool) -> None:
    for text in (f"FROM python:3.14-slim\n{steps}\n", f"FROM x AS b\n{steps}\nFROM y\n"):
        assert shows(text, times_in_bytecode=times)
        assert not shows(text, times_in_bytecode=not times)


def test_an_argument_before_from_is_none_of_a_stage() -> None:
    text = "ARG SOURCE_DATE_EPOCH\nFROM python:3.14-slim\nRUN pip install flask\n"
    assert shows(text, times_in_bytecode=True)


def test_a_stage_knows_what_the_stage_below_it_knows() -> None:
    text = "FROM x AS a\nENV SOURCE_DATE_EPOCH=0\nFROM a\nRUN pip install flask\n"
    assert shows(text, times_in_bytecode=False)
