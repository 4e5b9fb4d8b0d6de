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
