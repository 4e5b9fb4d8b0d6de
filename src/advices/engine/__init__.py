"""The Docker port: the only room that imports `docker`.

Where the engine is, its images and containers, builds with their exact record, installing and
starting an engine.
"""

from advices.engine import client, connection, provision
from advices.engine.buildx import BuildOrder, Built, build
from advices.engine.client import BASE_LABEL, RUN_LABEL, Engine, buildx_version
from advices.engine.provision import install_packages
from advices.engine.start import HARDENED, Once, Start

__all__ = [
    "BASE_LABEL",
    "HARDENED",
    "RUN_LABEL",
    "BuildOrder",
    "Built",
    "Engine",
    "Once",
    "Start",
    "build",
    "buildx_version",
    "client",
    "connection",
    "install_packages",
    "provision",
]
