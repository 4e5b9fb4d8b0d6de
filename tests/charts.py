"""Where the charts of a class are, and what a cluster would make of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HELM = ROOT / ".nox" / "helm" / "helm"
CHART = ROOT / "kubernetes" / "class"
VALUES = ROOT / "kubernetes" / "jupyterhub-values.yaml"


def of_kind(manifests: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the one manifest of a kind."""
    (found,) = (one for one in manifests if one["kind"] == kind)
    return found


def mounted(manifests: list[dict[str, Any]], folder: Path) -> None:
    """Write into a folder what the chart's volumes have in the hub's pod."""
    (folder / "class").mkdir(parents=True)
    (folder / "codes").mkdir()
    for name, text in of_kind(manifests, "ConfigMap")["data"].items():
        (folder / "class" / name).write_text(text)
    for name, text in {"learners": "ab3d-e5gh", "trainer": "0123456789abcdef"}.items():
        (folder / "codes" / name).write_text(text)
