"""The Docker port: the only room that imports `docker`.

What is asked of an engine and its images and containers, builds with their exact record, and
installing and starting an engine.
"""

from advices.engine import apt, cgroup, client_settings, connection, own_engine, provision
from advices.engine.apt import install_packages
from advices.engine.archives import ChunkReader
from advices.engine.bake import bake_targets
from advices.engine.build_log import METHOD as BUILD_LOG_METHOD
from advices.engine.build_log import BuildStep
from advices.engine.buildx import BuildOrder, Built, argv
from advices.engine.client import BUILDX_VARIABLE, buildx_version, connect
from advices.engine.limits import Limits
from advices.engine.link import BASE_LABEL, RUN_LABEL, base_tag
from advices.engine.port import Engine
from advices.engine.pull_faults import invalid_reference
from advices.engine.records import Check, Container, End, EngineFacts, Image, State
from advices.engine.references import DOCKER_HUB, Reference, split
from advices.engine.start import HARDENED, Checking, Once, Start, options

__all__ = [
    "BASE_LABEL",
    "BUILDX_VARIABLE",
    "BUILD_LOG_METHOD",
    "DOCKER_HUB",
    "HARDENED",
    "RUN_LABEL",
    "BuildOrder",
    "BuildStep",
    "Built",
    "Check",
    "Checking",
    "ChunkReader",
    "Container",
    "End",
    "Engine",
    "EngineFacts",
    "Image",
    "Limits",
    "Once",
    "Reference",
    "Start",
    "State",
    "apt",
    "argv",
    "bake_targets",
    "base_tag",
    "buildx_version",
    "cgroup",
    "client_settings",
    "connect",
    "connection",
    "install_packages",
    "invalid_reference",
    "options",
    "own_engine",
    "provision",
    "split",
]
