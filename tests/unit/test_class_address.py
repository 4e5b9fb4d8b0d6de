"""Where a class may be served, and why not elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.classroom.hub.address import HERE, address, board_url
from advices.core import ClassSettingInvalid


def test_by_default_only_this_machine_is_reached() -> None:
    found = address(HERE)
    assert found.origin == "http://class.localhost:8000"
    assert found.listens_at == "127.0.0.1"
    assert found.below("adv-seat-01") == "http://adv-seat-01.class.localhost:8000"
    assert board_url(found) == "http://trainer.class.localhost:8000/services/class/"


def test_in_a_network_it_is_encrypted(tmp_path: Path) -> None:
    for name in ("certificate", "key"):
        (tmp_path / name).touch()
    found = address("https://class.example.org", tmp_path / "certificate", tmp_path / "key")
    assert found.origin == "https://class.example.org"
    assert (found.port, found.listens_at) == (443, "0.0.0.0")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://class.example.org", "not encrypted"),
        ("http://class.localhost.example.org", "not encrypted"),
        ("http://localhost.evil", "not encrypted"),
        ("https://class.example.org", "needs a certificate"),
        ("http://127.0.0.1:8000", "is no name"),
        ("http://[::1]:8000", "is no name"),
        ("http://class.localhost/path", "has a path"),
        ("http://class.localhost?x", "has a path"),
        ("ftp://class.localhost", "is no address"),
        ("class.localhost:8000", "is no address"),
        ("http://ada@class.localhost", "is no address"),
        ("http://class.localhost:99999", "no port"),
        ("http://-x.localhost", "is no name"),
        ("http://a..localhost", "is no name"),
    ],
)
def test_what_is_no_address_of_a_class_says_why(text: str, why: str) -> None:
    with pytest.raises(ClassSettingInvalid, match=why) as told:
        address(text)
    assert told.value.why
    assert told.value.next_step


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").touch()
    with pytest.raises(ClassSettingInvalid, match=r"missing\.pem"):
        address("https://class.example.org", tmp_path / "missing.pem", tmp_path / "key")


def test_half_a_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClassSettingInvalid, match="needs a certificate"):
        address("https://class.example.org", tmp_path)
    with pytest.raises(ClassSettingInvalid, match="uses no certificate"):
        address(HERE, tmp_path, tmp_path)
