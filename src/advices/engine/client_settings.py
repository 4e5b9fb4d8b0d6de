"""What the docker command's own settings would do to our builds and pulls, and what we say instead.

Its settings are those of whoever works here: a builder that was chosen for other projects, proxies
for what builds fetch, a program that knows logins. None of them may decide what a lab measures.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from docker.utils.config import load_general_config

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
