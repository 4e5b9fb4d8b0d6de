"""Claims that a lab repeats: it names another lab's claim, and asks it of its own variants."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any


# A lab is read for itself, and once for each claim that others borrow of it.
@functools.lru_cache(maxsize=64)
def loads(text: str) -> Mapping[str, Any]:
    """Return TOML text as data that nobody may change. Raises TOMLDecodeError."""
    return MappingProxyType(tomllib.loads(text))


OF = "of"
_OWN = frozenset({OF, "id", "holds_for", "fails_for"})


class Borrowed(Exception):
    """A claim that cannot be taken over: `number` is its place among the claims, from 0."""

    def __init__(self, number: int, fault: str) -> None:
        super().__init__(fault)
        self.number = number


def with_borrowed(labs: Path, claims: Any) -> Any:
    """Return a lab's claims as TOML data, those with `of` filled in from the labs that they name.

    Sentence, measure, predicate and id are the other lab's; the id may be the lab's own, and for
    which variants it must hold and fail is. Raises Borrowed for one that names no claim.
    """
    if not isinstance(claims, list):
        return claims
    return [
        {**_found(labs, number, claim), **claim}
        if isinstance(claim, Mapping) and OF in claim
        else claim
        for number, claim in enumerate(claims)
    ]


def _found(labs: Path, number: int, claim: Mapping[str, Any]) -> dict[str, Any]:
    if extra := sorted(claim.keys() - _OWN):
        raise Borrowed(number, f"`{extra[0]}` does not go with `{OF}`: the other lab says it")
    slug, _, name = str(claim[OF]).partition("/")
    known = {one["id"]: one for one in _claims(labs, slug)}
    if name not in known:
        raise Borrowed(number, f"there is no claim `{claim[OF]}`: `{OF}` is lab/claim")
    asked = {key: value for key, value in known[name].items() if key not in _OWN}
    return {**asked, "id": name}


def _claims(labs: Path, slug: str) -> Iterator[dict[str, Any]]:
    """Yield another lab's own claims as TOML data; none of a lab that cannot be read."""
    file = labs / slug / "lab.toml"
    if not slug or not file.is_file():
        return
    try:
        found = loads(file.read_text("utf-8")).get("claims")
    except ValueError:
        # Whoever reads that lab itself is told what is wrong with it.
        return
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict) and "id" in one and OF not in one:
            yield one
