"""What pip downloads in a build: a recorded first build and the next one, and made-up lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advices.engine.build_log import BuildLog
from advices.engine.pip_log import Downloads, PipLog

# A real stream of two builds with one cache mount. The second has one requirement more.
RECORDED = (Path(__file__).parent / "data" / "pip.rawjson").read_text("utf-8").splitlines()


def read(*builds: str) -> Downloads:
    """Return what the recorded stream says of some of its builds."""
    log = BuildLog()
    for line in RECORDED:
        if any(f'"sha256:{build}"' in line for build in builds):
            log.feed(line)
    return log.downloads()


def said(*pieces: bytes) -> Downloads:
    log = PipLog()
    for piece in pieces:
        log.feed(piece)
    return log.downloads()


def test_a_first_build_downloads_all_and_the_next_one_only_what_is_new() -> None:
    assert read("1") == Downloads(9, 19_889_000)
    assert read("2") == Downloads(1, 16_000)
    assert read("1", "2") == read("1") + read("2")


def test_a_build_without_pip_downloads_nothing() -> None:
    log = BuildLog()
    log.feed(json.dumps({"vertexes": [{"digest": "a", "name": "[2/2] COPY . ."}]}))
    assert log.downloads() == Downloads()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"  Downloading a-1-py3-none-any.whl (8.3 MB)\n", Downloads(1, 8_300_000)),
        (b"Downloading a-1.tar.gz (27 kB)\n", Downloads(1, 27_000)),
        (b"  Downloading a-1.zip (9.0 kB)\r\n", Downloads(1, 9_000)),
        (b"  Downloading http://i/a-1-py3-none-any.whl (512 bytes)", Downloads(1, 512)),
        # The index did not say how large it is.
        (b"  Downloading a-1-py3-none-any.whl\n", Downloads(1, 0)),
        (b"  Using cached a-1-py3-none-any.whl (8.3 MB)\n", Downloads()),
        (b"  Downloading a-1-py3-none-any.whl.metadata (4.1 kB)\n", Downloads()),
        (b"Downloading the model (8.3 MB)\n", Downloads()),
        (b"I am Downloading a-1.whl (8.3 MB)\n", Downloads()),
        ("   ━━━━━━━━ 8.3/8.3 MB 239.6 MB/s eta 0:00:00\n".encode(), Downloads()),
        (b"", Downloads()),
    ],
)
def test_a_line_counts_if_it_tells_of_a_package_file_that_came(
    line: bytes, found: Downloads
) -> None:
    assert said(line) == found


@pytest.mark.parametrize("cut", range(1, 40))
def test_pieces_may_end_within_a_line(cut: int) -> None:
    line = b"  Downloading a-1.whl (8.3 MB)\n  Using cached b-1.whl (1 kB)\n"
    assert said(line[:cut], line[cut:]) == Downloads(1, 8_300_000)
