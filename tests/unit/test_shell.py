"""Shell text as commands."""

from __future__ import annotations

import pytest

from advices.lab.shell import asks_a_mirror, commands, commands_within, joined


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a b", [["a", "b"]]),
        ("a && b || c; d | e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        ("(a; b)", [["a"], ["b"]]),
        ("a 'b && c' \"d;e\"", [["a", "b && c", "d;e"]]),
        ("a \\\n  b\n# c\nd # e && f\n\n", [["a", "b"], ["d"]]),
        ("a \\\r\n  b\r\nc\r\n", [["a", "b"], ["c"]]),
        ("a '\nb", [["b"]]),
        ("sh -c 'a b' x", [["sh", "-c", "a b", "x"], ["a", "b"]]),
        ("/bin/bash -o pipefail -ec 'a && b'", [["/bin/bash", "-o", "pipefail", "-ec", "a && b"]]),
        ("git+x#egg=y a", [["git+x#egg=y", "a"]]),
        ("a '#!/bin/sh' > b && c", [["a", "#!/bin/sh", ">", "b"], ["c"]]),
        ('a "x # y" \\#z;#d\ne', [["a", "x # y", "#z"], ["e"]]),
        ("case a in a) b;; esac", [["case", "a", "in", "a"], ["b"], ["esac"]]),
    ],
)
def test_commands_are_words(text: str, found: list[list[str]]) -> None:
    got = list(commands(text))
    if "bash" in text:
        found = [*found, ["a"], ["b"]]
    assert got == found


@pytest.mark.parametrize("words", [["sh"], ["sh", "x.sh"], ["sh", "-c"], ["echo", "-c", "x"], []])
def test_a_shell_without_text_has_no_commands_within(words: list[str]) -> None:
    assert list(commands_within(words)) == []


def test_lines_are_joined_without_comments() -> None:
    assert joined("#!/bin/sh\n  a   b \\\n c\n\n # d\ne\n") == ["a b c", "e"]


@pytest.mark.parametrize(
    ("command", "asks"),
    [
        ("apt-get update", True),
        ("apt-get -qq update", True),
        ("/usr/bin/apt update", True),
        ("sudo apt-get update", True),
        ("apk add --no-cache gcc", True),
        ("apk --no-cache add gcc", True),
        ("apt-get install x", False),
        ("git add apk.txt", False),
        ("pip install --update x", False),
    ],
)
def test_what_asks_a_mirror(command: str, asks: bool) -> None:
    assert asks_a_mirror(command.split()) == asks
