"""The many names of an image are one."""

from __future__ import annotations

import pytest

from advices.lab import familiar

DIGEST = f"@sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("python:3.14-slim", "python:3.14-slim"),
        ("docker.io/library/python:3.14-slim", "python:3.14-slim"),
        ("docker.io/python:3.14-slim", "python:3.14-slim"),
        ("index.docker.io/library/python:3.14-slim", "python:3.14-slim"),
        ("index.docker.io/python:3.14-slim", "python:3.14-slim"),
        ("library/python:3.14-slim", "python:3.14-slim"),
        ("python", "python"),
        ("python:latest", "python"),
        ("docker.io/library/python:latest", "python"),
        (f"docker.io/library/python:3.14{DIGEST}", f"python:3.14{DIGEST}"),
        (f"python:latest{DIGEST}", f"python:latest{DIGEST}"),
        ("docker.io/astral/uv:1", "astral/uv:1"),
        ("docker.io/library/a/b", "library/a/b"),
        ("localhost/x:1", "localhost/x:1"),
        ("localhost:5000/x:1", "localhost:5000/x:1"),
        ("example.com/library/python:3", "example.com/library/python:3"),
        ("example.com:443/a/b:latest", "example.com:443/a/b"),
        ("docker.iox/python", "docker.iox/python"),
        ("a--b/c__d.e_f", "a--b/c__d.e_f"),
    ],
)
def test_a_name_has_one_familiar_form(name: str, known: str) -> None:
    assert familiar(name) == known
    assert familiar(known) == known


@pytest.mark.parametrize(
    "name",
    [
        *("", "Python:3", "python:", "python:-slim", ":3", "python@sha256:0", "a//b", "a/", "/a"),
        *("a b", "a:$X", "a:1:2", "docker.io/", "-a", "a:é", "python:3\n"),
    ],
)
def test_what_is_no_name_is_told(name: str) -> None:
    with pytest.raises(ValueError, match="is not an image name"):
        familiar(name)
