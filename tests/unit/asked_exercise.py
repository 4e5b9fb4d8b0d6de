"""An exercise on paper, and what a learner's image measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import factory

from advices.lab.dockerfile import parse_dockerfile
from advices.lab.keep import Keep
from advices.lab.model import Claim, Lab, Mistake, Variant
from advices.lab.signs import Sign
from advices.results.record import Result, VariantResult

GOOD = factory.variant()
EMPTY = parse_dockerfile("")
# 140 MB on disk, 50 MB to transfer, 2 layers, 9 shells; the cold build adds 20 MB to transfer.
REFERENCE = GOOD.model_copy(update={"probed": {"shells": 9}})


def mistake(name: str, *breaks: str, sign: Sign | None = None) -> Mistake:
    return Mistake(id=name, says=name, replace="x", breaks=breaks, hint=f"Hint: {name}.", sign=sign)


def exercise(
    *claims: Claim, mistakes: tuple[Mistake, ...] = (), keeps: tuple[Keep, ...] = ()
) -> Lab:
    return Lab(
        slug="order",
        folder=Path("order"),
        title="t",
        advice="a",
        context=Path("app"),
        task="Mend it.",
        variants={n: Variant(dockerfile=n, says=n) for n in ("bad", "good")},
        claims=claims,
        mistakes=mistakes,
        keeps=keeps,
    )


def claim(**more: Any) -> Claim:
    return Claim(**{"id": "it", "says": "It is so.", **more})


def result(yours: VariantResult, good: VariantResult = REFERENCE, name: str = "yours") -> Result:
    return factory.result().model_copy(update={"variants": {"good": good, name: yours}})
