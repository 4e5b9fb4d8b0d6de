"""What one service of a compose file, or one target of a bake file, says of build and start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Build:
    """How an image is built: paths as they are written, relative to the file that names them.

    `inline` is the Dockerfile's text where it is written in there, `target` the stage that ends it,
    "" for the last. `left_out` are settings that no build here gets.
    """

    context: str = "."
    dockerfile: str = "Dockerfile"
    inline: str = ""
    target: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """How a container is started, and what it is made from: `build`, or else `image`.

    `ports` are those that it listens on, the published ones first. `page` is the one that its
    health check asks for, "" where none can be read. `command` and `entrypoint` are None for the
    image's own. `needs` names the services that it depends on. `drops_all` says that it has no
    capabilities. `left_out` are settings that no container here gets.
    """

    name: str
    image: str = ""
    build: Build | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    page: str = ""
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()
    user: str | None = None
    read_only: bool = False
    tmpfs: tuple[str, ...] = ()
    drops_all: bool = False
    left_out: tuple[str, ...] = ()
