"""A claim that names another lab's is that claim, asked of the lab's own variants."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.core import LabInvalid
from advices.lab import labfile
from advices.lab.model import Lab

LENDER = """\
title = "Small"
advice = "Be small."
context = "app"

[variants.bad]
dockerfile = "bad.Dockerfile"
says = "bad"

[variants.good]
dockerfile = "good.Dockerfile"
says = "good"

[variants.other]
dockerfile = "good.Dockerfile"
says = "other"

[[claims]]
id = "small"
says = "It is at most half as large."
measure = "disk_bytes"
relative_to = "bad"
at_most = 0.5
holds_for = ["good", "other"]
"""
HEAD = LENDER.partition("[variants.other]")[0]
# What a borrower may say about it begins in line 15.
CLAIM = '[[claims]]\nof = "small/small"\n'


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    """Return a folder of labs with one that others may borrow from."""
    (tmp_path / "app").mkdir()
    add(tmp_path, "small", LENDER)
    return tmp_path


def add(labs: Path, slug: str, text: str) -> None:
    (labs / slug).mkdir()
    (labs / slug / "lab.toml").write_text(text, "utf-8")
    for name in ("bad", "good"):
        (labs / slug / f"{name}.Dockerfile").write_text("FROM python:3.14-slim\n", "utf-8")


def whole(labs: Path, claims: str) -> Lab:
    add(labs, "whole", HEAD + claims)
    return labfile.read(labs, "whole")


def test_it_is_the_other_labs_claim_for_the_labs_own_variants(labs: Path) -> None:
    (lent,) = labfile.read(labs, "small").claims
    (claim,) = whole(labs, CLAIM).claims
    # The lender's variants are none of the borrower's.
    own = {"of": "small/small", "holds_for": ("good",), "fails_for": ("bad",)}
    assert claim == lent.model_copy(update=own)


def test_its_name_and_its_variants_may_be_the_labs_own(labs: Path) -> None:
    more = 'id = "mine"\nholds_for = ["good", "bad"]\nfails_for = []\n'
    (claim,) = whole(labs, CLAIM + more).claims
    assert (claim.id, claim.holds_for, claim.fails_for) == ("mine", ("good", "bad"), ())
    assert (claim.says, claim.at_most) == ("It is at most half as large.", 0.5)


def test_it_moves_with_the_lab_that_lends_it(labs: Path) -> None:
    add(labs, "whole", HEAD + CLAIM)
    file = labs / "small" / "lab.toml"
    file.write_text(LENDER.replace("0.5", "0.25"), "utf-8")
    assert labfile.read(labs, "whole").claims[0].at_most == 0.25


@pytest.mark.parametrize(
    ("claims", "line", "says"),
    [
        (CLAIM.replace("small/", "large/"), 14, "there is no claim `large/small`"),
        (CLAIM.replace("/small", "/smell"), 14, "there is no claim `small/smell`"),
        (CLAIM.replace("small/small", "small"), 14, "`of` is lab/claim"),
        (CLAIM.replace("small/small", ""), 14, "`of` is lab/claim"),
        (CLAIM + "at_most = 2\n", 14, "`at_most` does not go with `of`"),
        (CLAIM + 'says = "x"\n', 14, "`says` does not go with `of`"),
        (CLAIM + 'holds_for = ["gone"]\n', 13, "there is no variant `gone`"),
        (CLAIM + CLAIM, 15, "the name `small` is in use"),
        # A lab does not lend what it borrowed.
        (CLAIM.replace("small/small", "whole/small"), 14, "there is no claim `whole/small`"),
    ],
)
def test_a_fault_is_named_with_its_line(labs: Path, claims: str, line: int, says: str) -> None:
    with pytest.raises(LabInvalid) as raised:
        whole(labs, claims)
    assert raised.value.what.startswith(f"labs/whole/lab.toml:{line}: ")
    assert says in raised.value.what


@pytest.mark.parametrize("broken", ["[", "claims = 1", "[[claims]]\nsays = 1\n"])
def test_a_lab_that_cannot_be_read_lends_nothing(labs: Path, broken: str) -> None:
    (labs / "small" / "lab.toml").write_text(broken, "utf-8")
    with pytest.raises(LabInvalid, match="there is no claim `small/small`"):
        whole(labs, CLAIM)
