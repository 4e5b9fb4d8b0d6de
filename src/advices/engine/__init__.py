"""The Docker port: the only room that imports `docker`.

Where the engine is, its images and containers, builds with their exact record, installing and
starting an engine.
"""

from advices.engine import client, connection, provision
from advices.engine.build_log import METHOD as BUILD_LOG_METHOD
from advices.engine.buildx import BuildOrder, Built, argv, build
from advices.engine.client import BASE_LABEL, RUN_LABEL, Engine, buildx_version
from advices.engine.provision import install_packages
from advices.engine.start import HARDENED, Once, Start, options

__all__ = [
    "BASE_LABEL",
    "BUILD_LOG_METHOD",
    "HARDENED",
    "RUN_LABEL",
    "BuildOrder",
    "Built",
    "Engine",
    "Once",
    "Start",
    "argv",
    "build",
    "buildx_version",
    "client",
    "connection",
    "install_packages",
    "options",
    "provision",
]
