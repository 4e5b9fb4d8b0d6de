"""What the live pages have of other people's JavaScript is what the pinned versions make."""

from __future__ import annotations

import json
import re

import vendored


def test_what_is_committed_is_what_was_made_of_what_is_pinned() -> None:
    assert json.loads(vendored.RECORD.read_text()) == vendored.record(), "`./run editor` makes it"


def test_every_package_is_pinned_to_one_version_with_a_hash() -> None:
    locked = vendored.locked()
    for name, version in vendored.wanted().items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert locked[name]["version"] == version
    assert all(one["integrity"].startswith("sha512-") for one in locked.values())
    assert not any("resolved" in one for one in locked.values()), "no registry is named"


def test_it_comes_with_its_licences_and_asks_no_other_host() -> None:
    licences = (vendored.CLIENT / "vendored-licences.txt").read_text("utf-8")
    for name in ("diff 9.", "prism-code-editor 5.", "MIT License", "BSD 3-Clause", "Lea Verou"):
        assert name in licences
    for file in ("vendored.js", "vendored.css"):
        text = (vendored.CLIENT / file).read_text("utf-8")
        assert not re.search(r"https?://|@import|\beval\(|new Function|\bimport\(", text)
