"""An audit as tests call it on an engine in memory: the command, and which builds it orders."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from audit_world import ROOT, World, made, read
from local_sites import sites

from advices import audit, cli
from advices.core import Layout
from advices.engine import BuildOrder, Built
from advices.workshop import Workshop


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return a project on an engine in memory, which the command uses too."""
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    # The linter that is part of the builder: here the client is too old for it.
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text("#!/bin/sh\necho github.com/docker/buildx 0.13.1 x\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}:/usr/bin:/bin")
    monkeypatch.setattr("advices.workshop.workshop.connect", lambda: here.engine)
    with sites() as port_of:
        here = World(made(tmp_path / "project"), port_of)
        yield here


@pytest.fixture
def advices(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return a function that audits the project and returns the command's exit code."""

    def run(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["advices", "--quiet", "audit", str(world.root), *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert isinstance(end.value.code, int)
        return end.value.code

    return run


@pytest.fixture
def ordered(world: World) -> Iterator[list[BuildOrder]]:
    """Give the orders of all builds."""
    orders: list[BuildOrder] = []
    build = world.engine.build

    def noted(order: BuildOrder, on_step: Any = None) -> Built:
        orders.append(order)
        return build(order, on_step)

    world.engine.build = noted  # type: ignore[method-assign]
    yield orders


def audited(world: World, how: audit.How, **instead: str) -> audit.Audit:
    workshop = Workshop(Layout(ROOT), print, world.engine, instead)
    return audit.audited(workshop, read(world.root), how=how)


def built(orders: list[BuildOrder]) -> list[str]:
    return [order.tag.partition(":audit-")[2] for order in orders]
