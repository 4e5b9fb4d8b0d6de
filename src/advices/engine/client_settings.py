"""What the docker command's own settings would do to our builds and pulls, and what we say instead.

Its settings are those of whoever works here: a builder that was chosen for other projects, proxies
for what builds fetch, a program that knows logins. None of them may decide what a lab measures.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docker.utils.config import load_general_config

from advices.core import CommandFailed, run
from advices.engine import connection
from advices.engine.references import DOCKER_HUB

# As docker's settings call Docker Hub.
_HUB_NAMES = ("https://index.docker.io/v1/", "index.docker.io", DOCKER_HUB)


def build_environment() -> dict[str, str]:
    """Return the variables of a build: the context's own builder, on the engine's own platform.

    `docker buildx use` and BUILDX_BUILDER name a builder that may stand anywhere, and that knows
    none of the engine's images. Variables, so that a build's command line stays as it is.
    """
    return {"BUILDX_BUILDER": connection.context_name(), "DOCKER_DEFAULT_PLATFORM": ""}


def builder_driver() -> str | None:
    """Return the driver of the builder that our builds use, None where there is none."""
    try:
        told = run(["docker", "buildx", "inspect"], env=build_environment()).stdout
    except CommandFailed:
        return None
    found = re.search(r"^Driver:\s*(\S+)", told, re.M)
    return found[1] if found else None


def left_out(address: str) -> Iterator[tuple[str, str, str]]:
    """Yield what of docker's own settings our builds and pulls leave out.

    Each with a name, what it is, and what to do: mostly nothing. `address` is that of the engine.
    """
    chosen, own = os.environ.get("BUILDX_BUILDER") or _chosen_builder(), connection.context_name()
    if chosen and chosen != own:
        says = f"`{chosen}` is chosen"
        yield "your builder", says, f"nothing: labs use `{own}`, the engine's own builder"
    if platform := os.environ.get("DOCKER_DEFAULT_PLATFORM"):
        says = f"DOCKER_DEFAULT_PLATFORM is {platform}"
        yield "your platform", says, "nothing: labs build for the engine's own platform"
    if proxies(address):
        says = "Docker's settings pass them to builds"
        yield "your proxies", says, "nothing: builds reach this machine without them"
    if helper := missing_helper(DOCKER_HUB):
        says = f"Docker's settings name `{helper}`, which is not installed"
        yield (
            "your login",
            says,
            "install it if a registry requires a login",
        )


def _chosen_builder() -> str | None:
    """Return the builder that `docker buildx use` chose, None where that is the context's own."""
    try:
        told = run(["docker", "buildx", "inspect"], env={"BUILDX_BUILDER": ""}).stdout
    except CommandFailed:
        return None
    found = re.search(r"^Name:\s*(\S+)", told, re.M)
    return found[1] if found else None


def proxies(address: str) -> Mapping[str, Any]:
    """Return the proxies that docker gives to builds on the engine at an address, {} for none."""
    known = load_general_config().get("proxies") or {}
    found = known.get(address) or known.get("default") or {}
    return found if any(found.get(name) for name in ("httpProxy", "httpsProxy", "allProxy")) else {}


def proxy_words(address: str, direct: Sequence[str]) -> list[str]:
    """Return the words of a build that keep proxies of docker's settings off our own addresses.

    BuildKit knows these arguments by itself: they are in no image and decide no step's cache.
    """
    found = proxies(address)
    if not found or not direct:
        return []
    value = ",".join([*filter(None, [found.get("noProxy")]), *direct])
    return [f"--build-arg={name}={value}" for name in ("NO_PROXY", "no_proxy")]


def missing_helper(registry: str) -> str | None:
    """Return the program that docker's settings name for a registry's login, if it is not here."""
    settings = load_general_config()
    names = _HUB_NAMES if registry == DOCKER_HUB else (registry,)
    helpers = settings.get("credHelpers") or {}
    found = next((helpers[name] for name in names if name in helpers), settings.get("credsStore"))
    program = f"docker-credential-{found}"
    return program if found and shutil.which(program) is None else None
