"""What remedies make of users and owners: USER by number, COPY --chown, whose the code is."""

from __future__ import annotations

import pytest
from remedied import change, text_of

from advices.audit.remedies import Source, remedies

USER = {
    "before CMD, above its comment": (
        'FROM a\nCOPY . .\n# Go.\nCMD ["a"]\n',
        'FROM a\nCOPY . .\nUSER 10001:10001\n# Go.\nCMD ["a"]\n',
    ),
    "behind the last step": (
        'FROM a\nCMD ["a"]\nRUN true\n',
        'FROM a\nCMD ["a"]\nRUN true\nUSER 10001:10001\n',
    ),
    "no line end": ("FROM a\nRUN true", "FROM a\nRUN true\nUSER 10001:10001\n"),
    "root at last": ("FROM a\nUSER root\n", "FROM a\nUSER 10001:10001\n"),
    "only FROM": ("FROM a\n", "FROM a\nUSER 10001:10001\n"),
    "a stage": ("FROM a AS b\nUSER 5\nFROM c\n", "FROM a AS b\nUSER 5\nFROM c\nUSER 10001:10001\n"),
    "CRLF": ("FROM a\r\nRUN true\r\n", "FROM a\r\nRUN true\r\nUSER 10001:10001\r\n"),
}


@pytest.mark.parametrize(("before", "after"), USER.values(), ids=USER.keys())
def test_a_user_by_number(before: str, after: str) -> None:
    assert text_of("user", before) == after


def test_a_user_that_is_not_root_stays() -> None:
    assert change("user", "FROM a\nUSER app\n") is None


def test_what_is_copied_has_its_owner() -> None:
    text = "FROM a\nWORKDIR /app\nCOPY . .\n# Ours.\nRUN chown -R app:app /app\nUSER app\n"
    assert text_of("chown", text) == (
        "FROM a\nWORKDIR /app\n# Ours.\nCOPY --chown=app:app . .\nUSER app\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nCOPY . /app\nRUN mkdir /data && chown -R app /data\n",
        "FROM a\nCOPY . /app\nRUN chown -R app /data\n",
        "FROM a\nCOPY . /app\nRUN chown app /app\n",
    ],
)
def test_another_chown_stays(text: str) -> None:
    assert change("chown", text) is None


@pytest.mark.parametrize(
    ("line", "is_kept"),
    [
        ("COPY --chown=nobody . .", False),
        ("ARG WHO=nobody\nCOPY --chown=$WHO . .", False),
        ("COPY --chown=0:5 . .", True),
        ("COPY --chown=root . .", True),
        ("COPY --chown=5:10001 . .", True),
        ("ARG WHO\nCOPY --chown=$WHO . .", True),
        ("COPY --chown=nobody . .\nRUN gosu nobody python setup.py", True),
        ("COPY --chown=nobody . .\nUSER nobody\nRUN python setup.py\nUSER root", True),
    ],
)
def test_an_owner_goes_who_is_nobody_to_the_container(line: str, is_kept: bool) -> None:
    source = Source(f'FROM python:3.14-slim\n{line}\nCMD ["a"]\n')
    assert ("--chown" in remedies(source)["user"].dockerfile) is is_kept


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        ("COPY . .", True),
        ("COPY --chown=nobody . .", False),
        ("COPY . .\nRUN chown -R nobody /app", False),
        ("RUN id && chown nobody /app", False),
    ],
)
def test_code_that_has_another_owner_is_not_said_to_stay_roots(line: str, stays: bool) -> None:
    source = Source(f'FROM python:3.14-slim\n{line}\nCMD ["a"]\n')
    assert ("the code stays root's" in remedies(source)["user"].says) is stays


MADE = {
    "its number": ("RUN useradd --uid 1500 app\n", "RUN useradd --uid 1500 app\n", "1500"),
    "a short option": ("RUN adduser -D -u 1500 app\n", "RUN adduser -D -u 1500 app\n", "1500"),
    "joined": ("RUN useradd -m --uid=1500 app\n", "RUN useradd -m --uid=1500 app\n", "1500"),
    "with a group": (
        "RUN groupadd -g 1501 web && useradd -u 1500 -g web app\n",
        "RUN groupadd -g 1501 web && useradd -u 1500 -g web app\n",
        "1500",
    ),
    "an argument": (
        "ARG WHO=1500\nRUN useradd -u $WHO app\n",
        "ARG WHO=1500\nRUN useradd -u $WHO app\n",
        "1500",
    ),
    "no number": ("RUN useradd app\n", "RUN useradd --uid 10001 app\n", "10001"),
    "no number, Alpine": ("RUN adduser -D app\n", "RUN adduser -u 10001 -D app\n", "10001"),
    "no number, Debian": (
        'RUN adduser --disabled-password --gecos "" app\n',
        'RUN adduser --uid 10001 --disabled-password --gecos "" app\n',
        "10001",
    ),
    "several letters": (
        "RUN useradd -ms /bin/sh app\n",
        "RUN useradd --uid 10001 -ms /bin/sh app\n",
        "10001",
    ),
    "several letters, one with the number": (
        "RUN useradd -mu 1500 app\n",
        "RUN useradd -mu 1500 app\n",
        "1500",
    ),
    "a system's user": (
        "RUN groupadd -r app && useradd -r -g app app\n",
        "RUN groupadd -r app && useradd --uid 10001 -r -g app app\n",
        "10001",
    ),
    "a system's user, Alpine": (
        "RUN addgroup -S web && adduser -S app -G web\n",
        "RUN addgroup -S web && adduser -u 10001 -S app -G web\n",
        "10001",
    ),
    "no number, over lines": (
        "RUN groupadd web \\\n # useradd comes next\n && useradd -g web app\n",
        "RUN groupadd web \\\n # useradd comes next\n && useradd --uid 10001 -g web app\n",
        "10001",
    ),
}


@pytest.mark.parametrize(("before", "after", "number"), MADE.values(), ids=MADE.keys())
def test_the_user_that_is_made_is_named_by_number(before: str, after: str, number: str) -> None:
    text = f'FROM a\n{before}COPY . /app\nCMD ["a"]\n'
    changed = text_of("user", text)
    assert changed == f'FROM a\n{after}COPY . /app\nUSER {number}\nCMD ["a"]\n'


def test_the_user_of_a_stage_below_is_the_one() -> None:
    text = 'FROM a AS b\nRUN useradd -u 1500 app\nFROM b\nCOPY . .\nCMD ["a"]\n'
    assert "\nUSER 1500\n" in text_of("user", text)
    text = text.replace("FROM b\n", "FROM c\n")
    assert "\nUSER 10001:10001\n" in text_of("user", text)


@pytest.mark.parametrize(
    "line",
    [
        "RUN useradd one && useradd two",
        "RUN useradd -u $WHO app",
        "RUN useradd -o -u 0 app",
        "RUN apt-get install adduser && adduser app",
        'RUN ["useradd", "app"]',
        "RUN adduser www-data video",
        "RUN id 10001 || useradd app",
        "RUN if ! id app; then useradd app; fi",
        "RUN useradd -u ٣ app",
        "RUN useradd -u 1500 app\nRUN usermod -u 1600 app",
    ],
)
def test_where_it_is_not_sure_who_is_made_the_number_is_ours(line: str) -> None:
    text = f'FROM a\n{line}\nCMD ["a"]\n'
    assert text_of("user", text) == f'FROM a\n{line}\nUSER 10001:10001\nCMD ["a"]\n'


def test_what_is_copied_for_the_user_that_is_made_stays_that_users() -> None:
    text = 'FROM a\nRUN useradd app\nCOPY --chown=app:app . .\nCOPY --chown=nobody x y\nCMD ["a"]\n'
    changed = text_of("user", text)
    assert "COPY --chown=app:app . .\nCOPY x y\nUSER 10001\n" in changed
    found = change("user", text)
    assert found is not None
    assert found.says == (
        "`app` gets the number `10001`, and the container runs as this user. What is copied is "
        "root's, and no longer that of `nobody`."
    )
    found = change("user", "FROM a\nRUN useradd -u 1500 app\nCOPY . .\n")
    assert found is not None
    assert found.says == "The container runs as `1500`, which is `app`; the code stays root's."


@pytest.mark.parametrize(
    ("start", "is_given"),
    [
        ("CMD uv run uvicorn a:app", True),
        ('CMD ["uv", "run", "--no-sync", "a"]', True),
        ('ENTRYPOINT ["/bin/uv", "run"]', True),
        ('ENV UV_CACHE_DIR=/tmp/uv\nCMD ["uv", "run", "a"]', False),
        ('CMD ["uvicorn", "a:app"]', False),
    ],
)
def test_uv_run_keeps_no_cache_where_nobody_but_root_may_make_one(
    start: str, is_given: bool
) -> None:
    changed = text_of("user", f"FROM a\nCOPY . .\n{start}\n")
    assert ("ENV UV_NO_CACHE=1\nUSER 10001:10001\n" in changed) is is_given
    assert "USER 10001:10001\n" in changed
    changed = text_of("user", f"FROM a\nCOPY . .\nUSER root\n{start}\n")
    assert ("ENV UV_NO_CACHE=1\nUSER 10001:10001\n" in changed) is is_given
