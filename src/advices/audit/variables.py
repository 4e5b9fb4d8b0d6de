"""Pure: the variables of a container that never answered, as its image would begin with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advices.probes import wrong
from advices.results import VariantResult


def with_variables(
    result: VariantResult, intended: Mapping[str, str], config: Mapping[str, Any]
) -> VariantResult:
    """Return a result that counts wrong variables also where no process could be asked.

    `config` is the image's, as an engine writes it; its Env is what a process begins with.
    """
    if not intended or "env_wrong" in result.probed:
        return result
    has = [str(one) for one in config.get("Env") or ()]
    probed = {**result.probed, "env_wrong": len(wrong(intended, has))}
    return result.model_copy(update={"probed": probed})
