"""How a learner's page differs from the solution's, in a few lines that can be read."""

from __future__ import annotations

import hashlib

import pytest

from advices.results.pages import Page, difference, page_of


def page(body: str | bytes, kind: str = "text/html; charset=utf-8") -> Page:
    data = body.encode() if isinstance(body, str) else body
    return page_of(hashlib.sha256(data).hexdigest(), kind, data)


def test_lines_that_differ_are_shown_with_what_stands_around_them() -> None:
    lines = [f"line {number}" for number in range(20)]
    yours = [*lines[:10], "Harbour <b>Square</b>", *lines[11:]]
    assert difference(page("\n".join(yours)), page("\n".join(lines))).splitlines() == [
        "--- the solution's answer",
        "+++ yours",
        "@@ -9,5 +9,5 @@",
        *(" line 8", " line 9", "-line 10", "+Harbour <b>Square</b>", " line 11", " line 12"),
    ]


def test_the_same_page_has_no_difference() -> None:
    assert difference(page("a"), page("a", "text/plain")) == ""


def test_it_is_cut_to_some_lines_and_characters() -> None:
    found = difference(page("\n".join("x" * 600 for _ in range(100))), page("")).splitlines()
    assert len(found) == 41
    assert max(map(len, found)) == 161
    assert found[-1] == "… and 63 lines more"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\x89PNG\0\0", "yours: 6 B of image/png"),
        (b"\xff\xfe", "yours: 2 B of image/png"),
        (b"x" * 100_000, "yours: 100 kB of image/png"),
    ],
    ids=["binary", "not UTF-8", "long"],
)
def test_of_what_cannot_be_read_it_is_sizes_and_types(body: bytes, said: str) -> None:
    theirs = "the solution's answer: 5 B of text/html; charset=utf-8"
    assert difference(page(body, "image/png"), page("hello")).splitlines() == [theirs, said]
    assert difference(page("hello"), page(body, "")).splitlines()[0].endswith("an unnamed type")


def test_nothing_in_it_moves_a_terminals_cursor() -> None:
    found = difference(page("a\x1b[2Jb\rc", "x\x1b[1m"), page("a"))
    assert "\x1b" not in found
    assert "+a\N{REPLACEMENT CHARACTER}[2Jb" in found


def test_what_differs_where_nobody_sees_it_is_said() -> None:
    found = difference(page("a\nb"), page("a\r\nb"))
    assert found.endswith("they differ in what cannot be seen, such as the ends of lines")
