"""What tests ask of an audit that a server does: how it ended, and what it said in refusing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from advices.core import AdvicesError, poll
from advices.learn.auditing import Auditing


def ended(auditing: Auditing) -> dict[str, Any]:
    for _ in poll(120):
        if auditing.told()["state"] != "running":
            break
    return auditing.told()


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(AdvicesError) as error:
        act()
    return str(error.value)
