"""Runs the health check of an image as the engine would, in a container of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from advices.core import EngineRefused, poll
from advices.engine import Engine, Image, Start
from advices.lab import Lab

AT_LEAST_SECONDS = 10.0
_SHELL = ("/bin/sh", "-c")


def health_command(config: Mapping[str, Any]) -> list[str]:
    """Return the words of an image's health check, none where it has none.

    Source: https://github.com/moby/docker-image-spec, Healthcheck.Test.
    """
    kind, *words = (config.get("Healthcheck") or {}).get("Test") or ("NONE",)
    if kind == "CMD-SHELL":
        shell: Sequence[str] = config.get("Shell") or _SHELL
        return [*shell, *words]
    return words if kind == "CMD" else []


def healthy_after(
    engine: Engine, lab: Lab, image: Image, run_id: str, *, how: Start, before: float | None = None
) -> float | None:
    """Return the seconds until the health check of an image passes, None if it does not in time.

    `how` is how a container of the project is started. `before` are the seconds that the image had
    before a change: three times as many are enough.
    """
    command = health_command(image.config)
    limit = lab.serve.timeout_seconds if before is None else max(AT_LEAST_SECONDS, 3 * before)
    try:
        container = engine.start(image.id, run_id=run_id, port=lab.serve.port, how=how)
    except EngineRefused:
        return None
    try:
        for waited in poll(limit):
            if engine.exec_output(container, command) is not None:
                return waited
            if not engine.running(container):
                return None
        return None
    finally:
        engine.remove_container(container)
