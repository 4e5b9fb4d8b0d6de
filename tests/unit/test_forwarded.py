"""The one name under which a server of pages may be asked besides this machine's own."""

from __future__ import annotations

import pytest

from advices.learn.forwarded import Forwarded, forwarded, refusal


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("fox-8890.app.example.dev", "https://fox-8890.app.example.dev"),
        ("HTTPS://Pages.Example.Org/", "https://pages.example.org"),
        ("pages.example.org:8443", "https://pages.example.org:8443"),
        ("http://pages", "http://pages"),
    ],
)
def test_one_name_is_one_origin(text: str, origin: str) -> None:
    name = forwarded(text)
    assert name is not None
    assert name.origin == origin
    assert name.address("http://127.0.0.1:8890/a/?code=x") == f"{origin}/a/?code=x"


@pytest.mark.parametrize(
    "text",
    [
        *("*", "*.example.org", "a.org,b.org", "a.org b.org", "a.org/path", "ftp://a.org"),
        *("user@a.org", "a..org", "-a.org", "a.org:port", "<b>", "a.org\n", "http://", "a_b.org"),
    ],
)
def test_all_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no host name"):
        forwarded(text)


def test_nothing_is_allowed_by_default() -> None:
    assert forwarded("") is None


def test_the_refusal_names_the_option_and_runs_nothing_of_what_was_asked() -> None:
    assert "--forwarded-host pages.example.org</code>" in refusal("pages.example.org")
    assert "<script>" not in refusal("<script>alert(1)</script>")


def test_a_name_without_encryption_is_told_apart() -> None:
    assert forwarded("http://a.org") == Forwarded("http", "a.org")
