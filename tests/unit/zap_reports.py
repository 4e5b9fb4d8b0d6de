"""ZAP's plan as data, and recorded reports of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from advices.lab.scans import Attacks
from advices.scanners import zap_plan

TESTS = Path(__file__).parents[1]
SAMPLES = TESTS / "samples" / "zap"
URL = "http://site:8000/"


def plan(attacks: Attacks = "none", url: str = URL) -> Any:
    return yaml.safe_load(zap_plan.plan(url, attacks=attacks))


def job(name: str, attacks: Attacks = "none", url: str = URL) -> Any:
    (found,) = [one for one in plan(attacks, url)["jobs"] if one["type"] == name]
    return found


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def real(name: str) -> Any:
    return sample(f"real-{name}")
