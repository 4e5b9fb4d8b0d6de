"""Builds through `docker buildx build`, with its exact record of what ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from advices.core import (
    AdvicesError,
    BuildHung,
    CommandFailed,
    DiskFull,
    DockerfileInvalid,
    EngineLost,
    StepFailed,
    stream_stderr,
)
from advices.engine.build_log import BuildLog, BuildStep
from advices.engine.connection import answers
from advices.engine.link import RUN_LABEL


@dataclass(frozen=True)
class BuildOrder:
    """One build to make. `bases` maps a FROM name to the local image that stands for it.

    `cache_namespace` keeps this run's cache mounts apart from all others: BuildKit's own
    build argument BUILDKIT_CACHE_MOUNT_NS, which changes neither Dockerfile nor image.
    `secrets` are BuildKit's: a file each, by id.
    """

    dockerfile: Path
    context: Path
    tag: str
    bases: Mapping[str, str]
    run_id: str | None = None
    labels: Mapping[str, str] | None = None
    target: str | None = None
    no_cache: bool = False
    cache_namespace: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Path] = field(default_factory=dict)
    timeout_seconds: float = 1200

    def for_target(self, target: str) -> BuildOrder:
        """Return the same build ended at another stage."""
        return replace(self, target=target)


@dataclass(frozen=True)
class Built:
    """What a build showed: its steps and its wall seconds."""

    steps: tuple[BuildStep, ...]
    seconds: float


def argv(order: BuildOrder) -> list[str]:
    """Return the command line of a build."""
    words = ["docker", "buildx", "build", "--progress=rawjson", "--load", "--provenance=false"]
    words += ["--file", str(order.dockerfile), "--tag", order.tag]
    for name, image in order.bases.items():
        words += ["--build-context", f"{name}=docker-image://{image}"]
    labels = dict(order.labels or {})
    if order.run_id:
        labels[RUN_LABEL] = order.run_id
    for key, value in labels.items():
        words += ["--label", f"{key}={value}"]
    if order.target:
        words += ["--target", order.target]
    if order.no_cache:
        words.append("--no-cache")
    if order.cache_namespace:
        words += ["--build-arg", f"BUILDKIT_CACHE_MOUNT_NS={order.cache_namespace}"]
    for key, value in order.build_args.items():
        words += ["--build-arg", f"{key}={value}"]
    for key, file in order.secrets.items():
        words += ["--secret", f"id={key},src={file}"]
    return [*words, str(order.context)]


def build(order: BuildOrder, on_step: Callable[[str], None] | None = None) -> Built:
    """Build an image and return what ran. `on_step` hears each step's name as it begins.

    Raises DockerfileInvalid, StepFailed, DiskFull, EngineLost, BuildHung or CommandFailed.
    """
    log = BuildLog(on_step=on_step)
    try:
        code, seconds = stream_stderr(argv(order), log.feed, timeout_seconds=order.timeout_seconds)
    except (FileNotFoundError, PermissionError):
        raise CommandFailed(
            "`docker` is not installed",
            next_step="`advices doctor` says what is missing",
        ) from None
    except TimeoutError:
        raise BuildHung(
            f"{order.dockerfile.name}: the build did not end within "
            f"{order.timeout_seconds:.0f} s; it was in: {log.running_step() or 'no step'}"
        ) from None
    if code != 0:
        fault = explain(order.dockerfile.name, log)
        if isinstance(fault, StepFailed) and not answers():
            raise _lost(order.dockerfile.name, log)
        raise fault
    return Built(log.steps(), seconds)


# What the docker command says of its own connection, not what a registry or a step says.
_LOST = (
    "cannot connect to the docker daemon",
    "error reading from server",
    "transport is closing",
    "closing transport",
    "error during connect",
    "server closed the stream",
    # BuildKit's cache, in an engine that is being stopped.
    "database not open",
)
_DOCKERFILE = (
    "dockerfile parse error",
    "unknown instruction",
    "failed to process",
    "syntax error -",
)


def explain(dockerfile: str, log: BuildLog) -> AdvicesError:
    """Return the error that a failed build means, recognised by what the build said."""
    text = log.error_text()
    lower = text.lower()
    last = _last(log)
    failed = log.failed_step()
    if "no space left on device" in (lower + (failed[1].lower() if failed else "")):
        return DiskFull(f"{dockerfile}: the engine found no space left on its device")
    if failed is not None and "did not complete successfully" in lower:
        name, tail = failed
        # What could not be started said nothing itself.
        return StepFailed(
            f"{dockerfile}: this step failed: {name}\n{tail or last}",
            why="the command ended with an error inside the build; above are its last lines",
            step=name,
            printed=tail or last,
        )
    if any(sign in lower for sign in _LOST):
        return _lost(dockerfile, log)
    if any(sign in lower for sign in _DOCKERFILE):
        return DockerfileInvalid(
            f"{dockerfile} could not be read:\n{last}", why="it has a syntax error"
        )
    if failed is not None:
        return StepFailed(
            f"{dockerfile}: this step failed: {failed[0]}\n{last}",
            why="the engine refused it",
            step=failed[0],
            printed=last,
        )
    return StepFailed(f"{dockerfile}: the build failed:\n{last}", why="the engine refused it")


def _lost(dockerfile: str, log: BuildLog) -> EngineLost:
    return EngineLost(f"{dockerfile}: the engine went away during the build\n{_last(log)}")


def _last(log: BuildLog) -> str:
    return "\n".join(log.error_text().strip().splitlines()[-6:])
