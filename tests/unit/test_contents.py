"""The versions of a stand-in's packages: one digest for all, some to be told."""

from __future__ import annotations

import subprocess

import pytest

from advices.bases import versions
from advices.core import CommandFailed

PRINTED = "zlib1g\t1.3\npython\t3.13.5\nlibc6\t2.41-12\n"


def test_what_a_reader_would_ask_for_is_told_and_the_rest_counts() -> None:
    found = versions.of_lines(PRINTED)
    assert found.versions == ("python 3.13.5", "libc6 2.41-12")
    assert found.digest.startswith("sha256:")
    other = versions.of_lines(PRINTED.replace("1.3\n", "1.4\n"))
    assert other.versions == found.versions
    assert other.digest != found.digest


def test_the_order_does_not_count() -> None:
    backwards = "\n".join(reversed(PRINTED.splitlines()))
    assert versions.of_lines(backwards) == versions.of_lines(PRINTED)


@pytest.mark.parametrize("printed", ["", "\n", "dpkg-query: no packages\n"])
def test_an_image_of_which_nothing_is_known_has_no_digest(printed: str) -> None:
    with pytest.raises(CommandFailed):
        versions.of_lines(printed)


def test_labels_keep_it() -> None:
    found = versions.of_lines(PRINTED)
    assert versions.of_labels(versions.labels(found)) == found


@pytest.mark.parametrize("key", versions.labels(versions.of_lines(PRINTED)))
def test_labels_that_are_not_whole_tell_nothing(key: str) -> None:
    whole = versions.labels(versions.of_lines(PRINTED))
    assert versions.of_labels({k: v for k, v in whole.items() if k != key}) is None
    assert versions.of_labels(None) is None


def test_versions_that_cannot_be_read_tell_nothing() -> None:
    whole = versions.labels(versions.of_lines(PRINTED))
    assert versions.of_labels({**whole, "io.docker-advices.versions": "{"}) is None


def test_the_script_is_one_that_a_shell_reads() -> None:
    subprocess.run(["sh", "-n", "-c", versions.SCRIPT], check=True)
