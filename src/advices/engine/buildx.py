"""Builds through `docker buildx build`, with its exact record of what ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from advices.core import (
    BuilderUnusable,
    BuildHung,
    CommandFailed,
    GivenUp,
    PullFailed,
    StepFailed,
    clock,
    stream_stderr,
    that_can_be_given_up,
)
from advices.engine.build_faults import explain, lost
from advices.engine.build_log import BuildLog, BuildStep
from advices.engine.client_settings import build_environment
from advices.engine.connection import answers
from advices.engine.frontends import Frontends, Handed
from advices.engine.limits import Limits
from advices.engine.link import RUN_LABEL
from advices.engine.pip_log import Downloads


@dataclass(frozen=True)
class BuildOrder:
    """One build to make. `bases` maps a FROM name to the local image that stands for it.

    `cache_namespace` keeps this run's cache mounts apart from all others: BuildKit's own
    build argument BUILDKIT_CACHE_MOUNT_NS, which changes neither Dockerfile nor image.
    `secrets` are BuildKit's: a file each, by id. `limits` are for what nobody has read before. A
    build that runs more than `enough_steps` is ended: nobody asks how many more they are.
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
    limits: Limits | None = None
    enough_steps: int | None = None

    def for_target(self, target: str) -> BuildOrder:
        """Return the same build ended at another stage."""
        return replace(self, target=target)


@dataclass(frozen=True)
class Built:
    """What a build showed: its steps, its wall seconds, and what pip downloaded in it.

    One that `is_unfinished` ran enough steps and was ended: it ran these at least, and made no
    image.
    """

    steps: tuple[BuildStep, ...]
    seconds: float
    downloads: Downloads = field(default_factory=Downloads)
    is_unfinished: bool = False


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


def build(
    order: BuildOrder,
    on_step: Callable[[str], None] | None = None,
    *,
    frontends: Frontends | None = None,
    more: Sequence[str] = (),
) -> Built:
    """Build an image and return what ran. `on_step` hears each step's name as it begins.

    Where no registry has the frontend that a Dockerfile asks for, the builder's own reads it;
    `frontends` remembers that. `more` are further words of the command line.

    Raises DockerfileInvalid, StepFailed, FrontendTooOld, BuilderUnusable, PullFailed for an image
    that the builder asks for itself, DiskFull, EngineLost, BuildHung or CommandFailed.
    """
    known = frontends or Frontends()
    with known.handed(order.dockerfile, order.build_args) as handed:
        try:
            return _built(order, handed, on_step, more)
        except PullFailed as fault:
            # Nothing ran yet: a frontend is the first thing that a build asks for.
            if not known.replaces(handed, fault):
                raise
    with known.handed(order.dockerfile, order.build_args) as handed:
        return _built(order, handed, on_step, more)


def _built(
    order: BuildOrder,
    handed: Handed,
    on_step: Callable[[str], None] | None,
    more: Sequence[str],
) -> Built:
    called = order.dockerfile.name
    bases = {new: order.bases[old] for new, old in handed.bases.items() if old in order.bases}
    kept = {name: image for name, image in order.bases.items() if name not in handed.bases.values()}
    words = argv(replace(order, dockerfile=handed.file, bases={**kept, **bases}))
    log, began = BuildLog(on_step=on_step), clock()
    try:
        with that_can_be_given_up() as give_up:

            def hear(line: str) -> None:
                log.feed(line)
                if order.enough_steps is not None and log.steps_run > order.enough_steps:
                    give_up()

            code, seconds = stream_stderr(
                [*words[:-1], *more, words[-1]],
                hear,
                timeout_seconds=order.timeout_seconds,
                env=build_environment(),
            )
    except (FileNotFoundError, PermissionError):
        raise CommandFailed(
            "`docker` is not installed",
            next_step="`advices doctor` shows what is missing",
        ) from None
    except GivenUp:
        if order.enough_steps is None or log.steps_run <= order.enough_steps:
            raise
        return Built(log.steps(), clock() - began, log.downloads(), is_unfinished=True)
    except TimeoutError:
        raise BuildHung(
            f"{called}: the build did not end within {order.timeout_seconds:.0f} s; the "
            f"running step was: {log.running_step() or 'no step'}"
        ) from None
    if code != 0:
        fault = explain(called, log, handed.read)
        if isinstance(fault, StepFailed | BuilderUnusable) and not answers():
            raise lost(called, log)
        raise handed.told(fault)
    return Built(log.steps(), seconds, log.downloads())
