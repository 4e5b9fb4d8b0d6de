"""Docker's contexts: the chosen one, and where its engine is.

Read as the docker command keeps them, below DOCKER_CONFIG or ~/.docker. The SDK's own reading finds
none where there is no config.json, which `docker context create` does not write.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker.tls import TLSConfig

DEFAULT = "default"


@dataclass(frozen=True)
class Endpoint:
    """Where the engine of a context is; `tls` says how it is asked, None where that is plain."""

    host: str
    tls: TLSConfig | None = None


def chosen() -> str:
    """Return the context in force: DOCKER_CONTEXT, else that of docker's settings, else default."""
    return os.environ.get("DOCKER_CONTEXT") or str(
        _read(_folder() / "config.json").get("currentContext") or DEFAULT
    )


def endpoint(name: str) -> Endpoint | None:
    """Return where the engine of a context is, None when there is no such context."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    folder = _folder() / "contexts"
    said = (_read(folder / "meta" / digest / "meta.json").get("Endpoints") or {}).get("docker")
    if not said or not said.get("Host"):
        return None
    keys = folder / "tls" / digest / "docker"
    pair = (keys / "cert.pem", keys / "key.pem")
    authority = keys / "ca.pem"
    if not keys.is_dir():
        return Endpoint(str(said["Host"]))
    tls = TLSConfig(
        client_cert=(str(pair[0]), str(pair[1])) if all(one.is_file() for one in pair) else None,
        ca_cert=str(authority) if authority.is_file() else None,
        verify=not said.get("SkipTLSVerify"),
    )
    return Endpoint(str(said["Host"]), tls)


def _folder() -> Path:
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
