"""The parts of an image's name: registries with a port, tags and digests."""

from __future__ import annotations

import pytest

from advices.engine.references import Reference, split

DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("name", "repository", "tag", "digest"),
    [
        ("python", "python", "", ""),
        ("python:3.14", "python", "3.14", ""),
        ("zap@sha256:1", "zap", "", "sha256:1"),
        ("registry:5000/x", "registry:5000/x", "", ""),
        ("registry:5000/x:tag", "registry:5000/x", "tag", ""),
        ("host:5000/x@sha256:1", "host:5000/x", "", "sha256:1"),
        ("host:5000/a/b:tag@sha256:1", "host:5000/a/b", "tag", "sha256:1"),
        ("docker.io/library/python:3.14", "docker.io/library/python", "3.14", ""),
        ("[::1]:5000/x:1", "[::1]:5000/x", "1", ""),
    ],
)
def test_a_name_in_parts(name: str, repository: str, tag: str, digest: str) -> None:
    assert split(name) == Reference(repository, tag, digest)
    assert split(name).version == (digest or tag or "latest")


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("python:3.14", "docker.io/library/python"),
        ("docker.io/python", "docker.io/library/python"),
        ("index.docker.io/library/python", "docker.io/library/python"),
        ("somebody/x:1", "docker.io/somebody/x"),
        ("localhost/x", "localhost/x"),
        ("registry:5000/x:tag", "registry:5000/x"),
        ("quay.example/a/b", "quay.example/a/b"),
    ],
)
def test_a_repository_as_the_engine_names_it(name: str, full: str) -> None:
    assert split(name).full == full
    assert split(name).registry == full.partition("/")[0]
    assert split(name).is_valid


@pytest.mark.parametrize(
    "name",
    ["", "Python:1", "python:1:x", "a//b", "python:a b", "x@sha256:1", ":1", "/x", "x/"],
)
def test_what_no_engine_reads(name: str) -> None:
    assert not split(name).is_valid


@pytest.mark.parametrize("name", ["registry:5000/x:tag", f"[::1]:5000/a/b_c:1@{DIGEST}", "a.b/c-d"])
def test_what_every_engine_reads(name: str) -> None:
    assert split(name).is_valid
