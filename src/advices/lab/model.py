"""A lab as data: its variants, replays, starts, claims and mistakes, and what FROM names."""

from __future__ import annotations

import operator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from advices.core import LabInvalid, Record
from advices.lab.claim import Claim
from advices.lab.dockerfile import Dockerfile, parse_dockerfile, read_dockerfile
from advices.lab.edit import Edit
from advices.lab.fixes import Fixes
from advices.lab.keep import Keep
from advices.lab.measure_name import MeasureName
from advices.lab.mistake import BUILDS, Mistake, Slug
from advices.lab.replay import FileName, Replay
from advices.lab.scans import Attacks
from advices.lab.shell import asks_a_mirror

COLD = "cold"
UNCHANGED = "unchanged"


class Variant(Record):
    """One Dockerfile of a lab, and what its build gets.

    `answers` is false for a trap whose container must not answer. `leaves_out` are files of
    the context that it does not get, `overlay` a folder beside lab.toml that is copied over
    the context, `edits` changes of its files. `targets` are stages that are built besides the
    last one. `{canary}` in `build_args`, `secrets` and overlay files becomes a secret made for
    the run. A `trap` looks right and is not; `named_by` are the rules of linters that name what
    it or `bad` does wrong. A variant `on_the_way` is a step from bad to good: neither right nor a
    trap.
    """

    dockerfile: FileName
    says: str
    answers: bool = True
    leaves_out: tuple[str, ...] = ()
    overlay: FileName | None = None
    edits: tuple[Edit, ...] = ()
    targets: tuple[str, ...] = ()
    build_args: dict[str, str] = Field(default_factory=dict)
    secrets: dict[str, str] = Field(default_factory=dict)
    trap: bool = False
    on_the_way: bool = False
    named_by: tuple[str, ...] = ()


class Serve(Record):
    """How a container of the project is known to work. `env` is what it is started with."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    path: Annotated[str, Field(pattern=r"^/")] = "/"
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60.0
    env: dict[str, str] = Field(default_factory=dict, exclude_if=operator.not_)


class AnotherStart(Record):
    """A further way to start the image, as the options of `docker run` say it.

    The first HTTP answer at `path` counts; `status` is the one that the start should bring.
    `variants` are those that are started so, all of the lab's when none is named.
    """

    says: str
    env: dict[str, str] = Field(default_factory=dict)
    user: str | None = None
    read_only: bool = False
    tmpfs: tuple[Annotated[str, Field(pattern=r"^/")], ...] = ()
    default_capabilities: bool = False
    path: Annotated[str, Field(pattern=r"^/")] | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    status: Annotated[int, Field(ge=100, le=599)] = 200
    variants: tuple[Slug, ...] = ()

    def is_for(self, variant: str) -> bool:
        """Return whether a variant is started in this way."""
        return not self.variants or variant in self.variants


class ScanSettings(Record):
    """How the `web-scan` probe scans a container of the lab.

    It is started with `env` and known to the scanners as the host `site`. `attacks` says
    what they do besides looking, which takes longer.
    """

    scanners: Annotated[tuple[Literal["wapiti", "zap"], ...], Field(min_length=1)]
    attacks: Attacks = "none"
    env: dict[str, str] = Field(default_factory=dict)


class Lab(Record):
    """One advice's lab, or its exercise. `folder` is where its Dockerfiles lie.

    `context` is the folder that they build, `headline` the measure that says best what the
    advice gains, `order` its place on the learning path. `probes` name what is looked at
    besides builds and starts, `probed` the variants that a probe is for, all of them when it is not
    in there. `services` are the images that a probe starts beside the project.
    `intended_env` are variables that every variant means to set, `overlay` a folder beside
    lab.toml that is copied over the context of every variant, `scan` says how the web scanners
    go about it. `index` is a list beside lab.toml: the newest version of each package that pip is
    offered; `fixes` says which security fixes the probe `inventory` knows. `exercise` is the
    lab's, `task` what it asks for, `keeps` what its Dockerfile must still do. `is_own` says that
    its context is the reader's own project, of which all is copied that .dockerignore lets in.
    """

    slug: Slug
    folder: Path
    title: str
    advice: str
    context: Path
    headline: MeasureName = MeasureName("disk_bytes")
    order: int = 1000
    probes: tuple[str, ...] = ()
    probed: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    services: tuple[str, ...] = ()
    intended_env: dict[str, str] = Field(default_factory=dict)
    overlay: FileName | None = None
    scan: ScanSettings | None = None
    index: FileName | None = None
    fixes: Fixes | None = None
    task: str = ""
    build_timeout_seconds: Annotated[float, Field(gt=0)] = 1200.0
    needs_free_bytes: Annotated[int, Field(gt=0)] = 4_000_000_000
    serve: Serve = Serve()
    variants: dict[Slug, Variant]
    replays: dict[Slug, Replay] = Field(default_factory=dict)
    starts: dict[Slug, AnotherStart] = Field(default_factory=dict)
    claims: tuple[Claim, ...]
    mistakes: tuple[Mistake, ...] = ()
    keeps: tuple[Keep, ...] = ()
    exercise: Lab | None = None
    is_own: bool = False

    @model_validator(mode="after")
    def _names_are_free(self) -> Lab:
        claims = [BUILDS, *(claim.id for claim in self.claims)]
        mistakes = [mistake.id for mistake in self.mistakes]
        taken = [("starts", name, name) for name in self.starts if name in {COLD, *self.replays}]
        taken += [("claims", str(n - 1), name) for n, name in _repeated(claims)]
        taken += [("mistakes", str(n), name) for n, name in _repeated(mistakes)]
        for kind, where, name in taken:
            raise PydanticCustomError(
                "name_taken",
                "the name `{name}` is in use",
                {"name": name, "where": (kind, where)},
            )
        return self

    @model_validator(mode="after")
    def _names_exist(self) -> Lab:
        for needed in ("bad", "good"):
            if needed not in self.variants:
                raise ValueError(f"variants: there is no `{needed}`")
        if COLD in self.replays:
            raise ValueError(f"replays: `{COLD}` is the first build and needs no entry")
        ids = {claim.id for claim in self.claims}
        for number, mistake in enumerate(self.mistakes):
            for unknown in set(mistake.breaks) - ids - {BUILDS}:
                raise PydanticCustomError(
                    "unknown_claim",
                    "there is no claim `{name}`",
                    {"name": unknown, "where": ("mistakes", str(number))},
                )
        for number, claim in enumerate(self.claims):
            for name in (*claim.holds_for, *claim.fails_for, claim.relative_to):
                if name is not None and name not in self.variants:
                    raise PydanticCustomError(
                        "unknown_variant",
                        "there is no variant `{name}`",
                        {"name": name, "where": ("claims", str(number))},
                    )
        return self

    def is_probed(self, probe: str, variant: str) -> bool:
        """Return whether a probe looks at a variant."""
        return variant in self.probed.get(probe, self.variants)

    def its_exercise(self) -> Lab:
        """Return the lab's exercise. Raises LabInvalid when it has none."""
        if self.exercise is None:
            raise LabInvalid(
                f"the lab `{self.slug}` has no exercise",
                why=f"there is no labs/{self.slug}/exercise/exercise.toml",
            )
        return self.exercise

    def with_exercise(self) -> tuple[Lab, ...]:
        """Return the lab and, if it has one, its exercise."""
        return (self, self.exercise) if self.exercise is not None else (self,)

    @property
    def is_exercise(self) -> bool:
        """Return whether this is a lab's exercise: it has a task."""
        return bool(self.task)

    @property
    def installs_system_packages(self) -> bool:
        """Return whether a build asks a distribution's mirror, by apt-get or apk."""
        return any(
            asks_a_mirror(command)
            for variant in self.variants
            for instruction in self.read(variant).instructions
            for command in instruction.commands()
        )

    def dockerfile(self, variant: str) -> Path:
        """Return the path of a variant's Dockerfile. Raises LabInvalid for an unknown name."""
        if variant not in self.variants:
            raise LabInvalid(
                f"the lab `{self.slug}` has no variant `{variant}`",
                why=f"it has {', '.join(self.variants)}",
            )
        return self.folder / self.variants[variant].dockerfile

    def read(self, variant: str) -> Dockerfile:
        """Return what a variant's Dockerfile says with its build arguments.

        Raises LabInvalid for an unknown name or a file that is no text, and DockerfileInvalid.
        """
        return read_dockerfile(self.dockerfile(variant), self.variants[variant].build_args)

    @property
    def builds_again(self) -> bool:
        """Return whether a replay builds on another machine: then two images are compared."""
        return any(replay.again for replay in self.replays.values())

    def newest(self, build: str = COLD) -> str:
        """Return the list of the newest versions that pip is offered in a build.

        It is "" where pip may take any version of the index.
        """
        replay = self.replays.get(build)
        name = (replay.index if replay is not None else None) or self.index
        return (self.folder / name).read_text("utf-8") if name is not None else ""

    def read_with(self, mistake: Mistake) -> Dockerfile:
        """Return what the good Dockerfile says with a mistake in it.

        Raises LabInvalid for a mistake that does not fit it, and DockerfileInvalid.
        """
        text = mistake.applied(self.dockerfile("good").read_text("utf-8"))
        called = f"the good Dockerfile with the mistake `{mistake.id}`"
        return parse_dockerfile(text, self.variants["good"].build_args, called)

    def read_all(self) -> tuple[Dockerfile, ...]:
        """Return what every variant says, and the good one with each mistake that fits it."""
        good = self.dockerfile("good").read_text("utf-8")
        mistaken = (self.read_with(one) for one in self.mistakes if not one.misfit(good))
        return (*map(self.read, self.variants), *mistaken)

    def says(self) -> dict[str, str]:
        """Return what each replay and each start does, in the words of lab.toml, by name."""
        found = {name: replay.says for name, replay in self.replays.items()}
        return found | {name: start.says for name, start in self.starts.items()}

    def from_names(self) -> tuple[str, ...]:
        """Return every image that this lab names, mistakes and services included, sorted."""
        names = {name for one in self.read_all() for name in one.external_images}
        return tuple(sorted(names | set(self.services)))


def _repeated(names: list[str]) -> list[tuple[int, str]]:
    """Return index and name of each that stood there before."""
    return [(number, name) for number, name in enumerate(names) if name in names[:number]]
