"""Signs of a COPY that puts things elsewhere than somebody meant, and of times of folders."""

from __future__ import annotations

from typing import Any

import pytest

from advices.lab import parse_dockerfile
from advices.lab.signs import Sign, View

BUILD = "FROM python:3.14-slim AS build\nWORKDIR /made\nCOPY . .\n"
START = 'CMD ["gunicorn", "app:app"]\n'


def shows(last: str, start: str = START, **sign: Any) -> bool:
    text = f"{BUILD}FROM python:3.14-slim\n{last}\n{start}"
    return Sign(**sign).shown(View(parse_dockerfile(text)))


@pytest.mark.parametrize(
    ("last", "aside"),
    [
        ("COPY --from=build /made /srv\nWORKDIR /srv", False),
        ("WORKDIR /srv\nCOPY --from=build /made .", False),
        ("WORKDIR /srv\nCOPY --from=build /made ./", False),
        ("WORKDIR /srv\nCOPY --from=build /made/app.py .", False),
        ("WORKDIR /srv\nCOPY --from=build /made/app.py app.py", False),
        ("WORKDIR /srv\nCOPY --from=build /made/*.py ./", False),
        ("WORKDIR /srv\nCOPY . .", False),
        ("COPY app.py /srv/\nWORKDIR /srv", False),
        ("COPY --from=build / /\nWORKDIR /made", False),
        ("COPY --from=build /made made\nWORKDIR made", False),
        # Twice is once too often, and no fault.
        ("COPY . /old\nCOPY . /srv\nWORKDIR /srv", False),
        # What a RUN moves, and what is copied from an image, nobody follows.
        ("COPY --from=build /made /old\nRUN mv /old /srv/new\nWORKDIR /srv/new", False),
        ("COPY --from=other:1 /made /old\nWORKDIR /srv", False),
        # Python looks there.
        ("COPY --from=build /made /code\nENV PYTHONPATH=/code\nWORKDIR /srv", False),
        ("WORKDIR /srv\nCOPY --from=build /made made", True),
        ("WORKDIR /srv\nCOPY --from=build /made /made", True),
        ("COPY --from=build /made /made", True),
        ("COPY --from=build / /copy\nWORKDIR /made", True),
        ("COPY . /srv/code/\nWORKDIR /srv", True),
        ("COPY app.py /code/\nWORKDIR /srv", True),
    ],
)
def test_where_the_project_lies(last: str, aside: bool) -> None:
    assert shows(last, aside="app.py") == aside


@pytest.mark.parametrize(
    "start",
    [
        'CMD ["gunicorn", "--chdir", "/code", "app:app"]',
        'CMD ["python", "/code/app.py"]',
        "CMD cd /code && exec gunicorn app:app",
    ],
)
def test_a_start_that_names_the_folder_finds_it(start: str) -> None:
    last = "WORKDIR /srv\nCOPY --from=build /made /code"
    assert shows(last, aside="app.py")
    assert not shows(last, start, aside="app.py")


@pytest.mark.parametrize(
    ("last", "times"),
    [
        ("COPY --from=build /made /made\nWORKDIR /made", False),
        ("COPY --from=build /made /\nWORKDIR /made", False),
        ("COPY --from=build /made made\nWORKDIR made", False),
        ("COPY --from=build /made /srv\nWORKDIR /srv/static", False),
        ("RUN --mount=from=build,target=/b cp -a /b/made /made\nWORKDIR /made", False),
        ("RUN <<EOF\ncp -a /b/made /made\nEOF\nWORKDIR /made", False),
        ("WORKDIR /srv", False),
        ("WORKDIR /usr/src", False),
        ("COPY --from=build /made /srv/made", True),
        ("WORKDIR /srv\nCOPY --from=build /made made", True),
        ("WORKDIR /made\nCOPY --from=build /made /made", True),
        ("COPY --from=build /made /made\nWORKDIR /usr/src/app", True),
    ],
)
def test_which_folders_get_the_time_of_the_build(last: str, times: bool) -> None:
    assert shows(last, times_folders=True) == times


@pytest.mark.parametrize(
    ("last", "alone"),
    [
        ("RUN apt-get install -y gcc && apt-get purge -y gcc", True),
        ("RUN apt-get install -y gcc && apt-get -y remove gcc", True),
        ("RUN apt install -y build-essential && apt purge -y build-essential", True),
        ("RUN apt-get install -y gcc\nRUN apt-get purge -y gcc", True),
        ("RUN apt-get install -y gcc && apt-get autoremove -y && apt-get purge -y gcc", True),
        ("RUN apt-get install -y gcc && apt-get purge -y --auto-remove gcc", False),
        ("RUN apt-get install -y gcc && apt-get purge -y --autoremove gcc", False),
        ("RUN apt-get install -y gcc && apt-get autoremove -y --purge gcc", False),
        ("RUN apt-get install -y gcc && apt-get autopurge -y gcc", False),
        ("RUN apt-get install -y gcc && apt-get purge -y gcc && apt-get autoremove -y", False),
        ("RUN apt-get install -y gcc && apt-get -o APT::Get::AutomaticRemove=1 purge gcc", False),
        ("RUN apk add --virtual .build gcc && apk del gcc", False),
        # It was not this file that brought it, or it is still there, or it is another one.
        ("RUN apt-get purge -y gcc", False),
        ("RUN apt-get install -y gcc", False),
        ("RUN apt-get install -y gcc curl && apt-get purge -y curl", False),
    ],
)
def test_what_a_purged_package_brought_stays(last: str, alone: bool) -> None:
    assert shows(last, purged_alone=("gcc", "build-essential")) == alone
