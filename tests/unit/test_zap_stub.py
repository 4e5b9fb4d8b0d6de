"""The stub of ZAP reads the plans of the toolkit as a YAML parser does."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from zap_stub.zap_stub import parsed

from advices.lab.scans import Attacks
from advices.scanners import zap_plan


@pytest.mark.parametrize("attacks", ["none", "xss", "all"])
def test_the_stub_reads_every_plan_whole(attacks: Attacks) -> None:
    plan = zap_plan.plan("http://127.0.0.1:32768/a/b?c=d", attacks=attacks)
    assert parsed(plan) == _words(yaml.safe_load(plan))


@pytest.mark.parametrize("text", ["jobs\n", "a:\n  b: 1\n c: 2\n", "- a: 1\n   b: 2\n"])
def test_the_stub_takes_no_broken_plan(text: str) -> None:
    with pytest.raises(ValueError, match="the stub cannot read"):
        parsed(text)


def _words(value: Any) -> Any:
    """Return a plan with all that is no mapping and no list as the word that stands for it."""
    if isinstance(value, dict):
        return {key: _words(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_words(inner) for inner in value]
    return value if isinstance(value, str) else json.dumps(value)
