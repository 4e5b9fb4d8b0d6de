"""What of a Dockerfile a build sees."""

from __future__ import annotations

import pytest

from advices.core import digest_of, meaning_of
from advices.lab import instructions

PLAIN = "FROM python:3.14-slim\nRUN pip install \\\n    flask\nCOPY . .\n"


@pytest.mark.parametrize(
    "same",
    [
        "# why\n" + PLAIN,
        PLAIN.replace("COPY", "\n\n   # files\nCOPY"),
        PLAIN.replace("    flask", "# a comment in a continued line\n\n    flask"),
        "\ufeff" + PLAIN,
        PLAIN + "\n# the end\n",
        PLAIN.replace("\n", "\r\n"),
    ],
)
def test_comments_and_blank_lines_are_no_instructions(same: str) -> None:
    assert instructions(same) == instructions(PLAIN)


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace("flask", "django"),
        "# syntax=docker/dockerfile:1\n" + PLAIN,
        PLAIN + "RUN cat <<EOF\n# kept\nEOF\n",
        PLAIN + "RUN echo '# no comment'\n",
    ],
)
def test_what_changes_a_build_is_kept(other: str) -> None:
    assert instructions(other) != instructions(PLAIN)


def test_a_heredoc_is_data_until_its_end() -> None:
    text = "RUN <<'EOF' cat <<B\n# one\n\nEOF\n# two\nB\n# three\nRUN cat <<<EOF\n# four\n"
    assert instructions(text).splitlines() == [
        *("RUN <<'EOF' cat <<B", "# one", "", "EOF", "# two", "B", "RUN cat <<<EOF"),
    ]


def test_another_escape_continues_a_line() -> None:
    text = "# escape=`\nRUN a `\n# no end\n<<EOF\n# kept\nEOF\n# gone\nUSER a\\\n# gone\n"
    assert instructions(text).splitlines() == [
        *("# escape=`", "RUN a <<EOF", "# kept", "EOF", "USER a\\"),
    ]


def test_a_program_means_the_same_whatever_is_said_of_it() -> None:
    program = 'def f(x):\n    """Say it."""\n    return x + 1  # one more\n'
    same = '"""A module."""\n\n\ndef f(x):\n    return (\n        x + 1\n    )\n'
    assert meaning_of(program) == meaning_of(same)
    assert meaning_of(program) != meaning_of(program.replace("1", "2"))
    assert meaning_of('def f():\n    """Only said."""\n') == meaning_of("def f(): pass\n")


def test_the_digest_of_data_knows_no_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": [1, 2]}) == digest_of({"b": [1, 2], "a": 1})
    assert digest_of({"a": [1, 2]}) != digest_of({"a": [2, 1]})
