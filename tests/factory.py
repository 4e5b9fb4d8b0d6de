"""Made-up labs and results for tests. No number of them may reach the site."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from advices.bases import Base
from advices.core import EngineMissing, Say
from advices.core.paths import Layout
from advices.engine import EngineFacts, Limits
from advices.lab import Dockerfile, labfile
from advices.lab.measure_name import MeasureName
from advices.lab.model import Lab
from advices.lab.scans import Alert, Scan
from advices.measure.candidate import Candidate
from advices.measure.ground import Ground
from advices.measure.kept import Kept
from advices.measure.keys import Keys
from advices.measure.plan import PlanStep, Samples
from advices.results.pages import Page
from advices.results.provenance import BaseRecord, Provenance
from advices.results.record import (
    Boot,
    Build,
    Layer,
    MistakeResult,
    Result,
    Step,
    Timing,
    Value,
    VariantResult,
)
from advices.results.store import save
from advices.workshop import Workshop


def build(run: int = 1, cached: int = 2, seconds: float = 2.0, new_bytes: int = 1000) -> Build:
    """Return a build of `run` steps that ran after `cached` that did not."""
    steps = [Step(name=f"COPY {n}", cached=True, seconds=0.0) for n in range(cached)]
    steps += [Step(name=f"RUN step {n} <b>&", cached=False, seconds=0.5) for n in range(run)]
    return Build(
        steps=tuple(steps),
        timing=Timing(samples=(seconds, seconds * 1.1, seconds * 0.9)),
        new_disk_bytes=new_bytes * 3,
        new_transfer_bytes=new_bytes,
    )


def variant(scale: int = 1, **builds: Build) -> VariantResult:
    """Return a variant whose sizes are `scale` times a small image's."""
    return VariantResult(
        dockerfile="good.Dockerfile",
        context_bytes=20_000,
        layers=(
            Layer(
                diff_id="sha256:" + "a" * 64,
                created_by="Debian",
                disk_bytes=80_000_000 * scale,
                transfer_bytes=30_000_000 * scale,
                from_base=True,
            ),
            Layer(
                diff_id="sha256:" + "b" * 64,
                created_by="RUN pip install",
                disk_bytes=60_000_000,
                transfer_bytes=20_000_000,
                from_base=False,
            ),
        ),
        builds=builds
        or {
            "cold": build(run=4, cached=0, seconds=20.0, new_bytes=20_000_000),
            "unchanged": build(run=0, cached=4, seconds=0.5, new_bytes=0),
            "edit-source": build(
                run=2 * scale, cached=2, seconds=1.5 * scale, new_bytes=10_000 * scale**8
            ),
            "add-dependency": build(run=4, cached=0, seconds=15.0, new_bytes=20_000_000),
        },
        boot=Boot(answered=True, first_200=Timing(samples=(0.9,)), uid=1000, page_digest="c" * 64),
    )


def by_text(measures: Mapping[MeasureName, Value]) -> dict[str, Value]:
    """Return measures by the text of their names."""
    return {str(name): value for name, value in measures.items()}


def result(slug: str = "build-cache") -> Result:
    """Return a result with the variants bad, good and cache-mount."""
    return Result(
        slug=slug,
        title="Order for the cache",
        provenance=Provenance(
            date="2026-01-02T03:04:05+00:00",
            commit="0" * 40,
            key="d" * 64,
            toolkit_version="0.1.0",
            mode="full",
            cold_samples=1,
            replay_samples=3,
            bases={
                "python:3.14-slim": BaseRecord(
                    kind="stand-in",
                    identity="sha256:" + "e" * 64,
                    contents="sha256:" + "a" * 64,
                    versions=("python 3.13.5", "libc6 2.41-12"),
                    disk_bytes=120_000_000,
                    transfer_bytes=42_000_000,
                    published_transfer_bytes=42_961_458,
                    published_date="2026-09-01",
                )
            },
            engine_version="26.1.5",
            buildx_version="0.13.1",
            storage_driver="overlay2",
            platform="linux/amd64",
            cores=2,
            pip_index="direct",
        ),
        variants={"bad": variant(scale=3), "good": variant(), "cache-mount": variant()},
    )


def alert(rule: str = "No CSP", **change: Any) -> Alert:
    """Return a finding of Wapiti, with these fields changed."""
    found: dict[str, Any] = {
        "scanner": "wapiti",
        "rule": rule,
        "name": rule,
        "risk": "low",
        "url": "http://site:8000/",
        "method": "GET",
    }
    return Alert(**{**found, **change})


def scan(*rules: str, **change: Any) -> Scan:
    """Return a scan by Wapiti in which these rules raised an alert each."""
    found: dict[str, Any] = {
        "scanner": "wapiti",
        "ran": True,
        "version": "3.3.2",
        "image": "sha256:" + "f" * 64,
        "date": "2026-01-02T03:04:05+00:00",
        "urls": 7,
        "seconds": 2.0,
        "alerts": tuple(map(alert, rules)),
    }
    return Scan(**{**found, **change})


def scanned(**scans: Sequence[Scan]) -> Result:
    """Return a result of variants with these scans, by their names."""
    variants = {
        name.replace("_", "-"): variant().model_copy(update={"scans": tuple(found)})
        for name, found in scans.items()
    }
    return result().model_copy(update={"variants": variants})


LAB = """\
title = "Order for the cache"
advice = "Copy what changes often last."
context = "app"
headline = "edit-source.new_transfer_bytes"
order = 10

[variants.bad]
dockerfile = "bad.Dockerfile"
says = "everything copied before pip install"

[variants.good]
dockerfile = "good.Dockerfile"
says = "requirements first, source last"

[variants.cache-mount]
dockerfile = "cache-mount.Dockerfile"
says = "as good, and pip's downloads in a cache mount"

[replays.unchanged]
says = "nothing changes"

[replays.edit-source]
says = "one line of source is edited"
file = "views.py"
append = "# edited {sample}"

[replays.add-dependency]
says = "a dependency is added"
file = "requirements.txt"
append = "# {sample}"

[[claims]]
id = "a-deploy-moves-little"
says = "After an edit a deploy moves at most a tenth of what it moved."
measure = "edit-source.new_transfer_bytes"
relative_to = "bad"
at_most = 0.1
holds_for = ["good", "cache-mount"]

[[claims]]
id = "not-root"
says = "PID 1 has a user of its own."
measure = "uid"
equals = 1000
fails_for = []

[[mistakes]]
id = "all-first"
says = "All is copied | first."
replace = "COPY requirements.txt .\\n"
by = "COPY . .\\n"
breaks = ["a-deploy-moves-little"]

[[mistakes]]
id = "no-user"
says = "The USER line is missing."
replace = "USER 1000\\n"
breaks = ["not-root"]
"""
GOOD = """\
FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
USER 1000
CMD ["python", "views.py"]
"""
BAD = GOOD.replace("COPY requirements.txt .\n", "COPY . .\n").replace("USER 1000\n", "")
EXERCISE = """\
title = "Order another project"
advice = "Copy what changes often last."
context = "app"
task = \"\"\"
Mend the **Dockerfile**.
\"\"\"

[[claims]]
id = "small"
says = "The image is at most a tenth larger than the solution's."
measure = "disk_bytes"
relative_to = "good"
at_most = 1.1

[[claims]]
id = "not-root"
says = "PID 1 has a user of its own."
measure = "uid"
equals = 1000

[[mistakes]]
id = "no-user"
says = "The USER line is missing."
replace = "USER 1000\\n"
breaks = ["not-root"]
hint = "Who is PID 1?"
"""
SECOND = """\
title = "A small <base>"
advice = "Take a small base."
context = "app"
headline = "uid"
order = 5
claims = []

[variants.bad]
dockerfile = "bad.Dockerfile"
says = "large"

[variants.good]
dockerfile = "good.Dockerfile"
says = "small"
"""


def project(root: Path) -> Path:
    """Write a project of two labs, one with an exercise, and made-up results of all; return it."""
    order, base = "labs/build-cache", "labs/base-image"
    files = {
        "mkdocs.yml": "site_name: made up\n",
        "labs/app/views.py": "x = 1\n",
        "labs/app/requirements.txt": "django\n",
        f"{order}/lab.toml": LAB,
        f"{order}/bad.Dockerfile": BAD,
        f"{order}/good.Dockerfile": GOOD,
        f"{order}/cache-mount.Dockerfile": GOOD.replace("RUN pip", "RUN --mount=type=cache pip"),
        f"{order}/exercise/exercise.toml": EXERCISE,
        f"{order}/exercise/Dockerfile": BAD,
        f"{order}/exercise/solution.Dockerfile": GOOD,
        f"{base}/lab.toml": SECOND,
        f"{base}/bad.Dockerfile": "FROM python:3.14\n",
        f"{base}/good.Dockerfile": "FROM python:3.14-slim\n",
        "notebooks/build-cache.ipynb": '{"cells": []}',
        "docs/labs/build-cache.md": "# Lab\n",
        "docs/labs/base-image.md": "# Lab\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    made = result()
    both = {name: made.variants[name] for name in ("bad", "good")}
    mistakes = {
        "all-first": MistakeResult(says="", red=("a-deploy-moves-little",)),
        "no-user": MistakeResult(says="", red=("not-root",)),
    }
    save(root / "docs/results", made.model_copy(update={"mistakes": mistakes}))
    save(root / "docs/results", made.model_copy(update={"slug": "base-image", "variants": both}))
    save(root / "docs/results/exercises", made.model_copy(update={"variants": both}))
    return root


def read_lab(folder: Path, toml: str = LAB) -> Lab:
    """Return the made-up lab with another lab.toml, read from a folder that it is written to."""
    (project(folder) / "labs/build-cache/lab.toml").write_text(toml, "utf-8")
    return labfile.read(folder / "labs", "build-cache")


def read_exercise(folder: Path, toml: str = EXERCISE) -> Lab:
    """Return the made-up exercise with another exercise.toml, likewise."""
    (project(folder) / "labs/build-cache/exercise/exercise.toml").write_text(toml, "utf-8")
    return labfile.read(folder / "labs", "build-cache").its_exercise()


def workshop(layout: Layout, say: Say = print, **parts: Any) -> Any:
    """Return a workshop of made-up parts: no engine is asked for any that is not given."""
    made = Workshop(layout, say)
    for name, part in parts.items():
        setattr(made, "_engine" if name == "engine" else name, part)
    return made


LIMITS = Limits("a-run", 1000, 4_000_000_000, 4_000_000_000)
BASE = Base("python:3.14-slim", "tag", "stand-in", "sha256:1")


class Machine:
    """A machine for keys: what its engine says, and one base behind every name. All may change."""

    def __init__(self) -> None:
        self.facts = EngineFacts("26.1.5", "overlay2", "linux/amd64", 2, "/somewhere")
        self.base: Base | None = BASE
        self.images_arrive: Base | None = None
        self.pip_conf: str | None = None
        self.scanner: SimpleNamespace | None = None
        self.buildx = "0.13.1"
        self.engine_answers = True

    def workshop(self, layout: Layout, say: Say = print) -> Any:
        """Return a workshop on this machine: nothing can be measured in it."""
        parts = {"bases": self, "scanners": self, "buildx": self.buildx}
        return workshop(layout, say, engine=self._engine(), **parts)

    def _engine(self) -> SimpleNamespace:
        def answer(found: Any) -> Any:
            if not self.engine_answers:
                raise EngineMissing("no engine answers")
            return found

        return SimpleNamespace(
            facts=lambda: answer(self.facts), run_ids=lambda: answer(frozenset[str]())
        )

    def known(self, name: str) -> Base | None:
        return replace(self.base, name=name) if self.base else None

    def of_labs(self, _: object) -> None:
        """Bring the images of labs, if a test said which arrive."""
        self.base = self.images_arrive or self.base

    def known_in(self, dockerfile: Dockerfile, _: object) -> dict[str, Base | None]:
        return {name: self.known(name) for name in dockerfile.external_images}

    def present(self, _: str) -> SimpleNamespace | None:
        return self.scanner


class FakeMeasurer:
    """Gives a measured variant, or a fault, by the candidate's name."""

    def __init__(self, given: dict[str, VariantResult | Exception]) -> None:
        self.given = given
        self.asked: list[tuple[str, bool]] = []
        self.workers: list[int] = []
        self.steps: dict[str, Sequence[PlanStep]] = {}
        self.bases_are_mixed = False
        self.silence: dict[str, str] = {}
        self.serves: dict[str, Page] = {}
        self.pages: dict[str, Page] = {}

    def on_one_kind(self, *_: Dockerfile) -> bool:
        return self.bases_are_mixed

    def measure_each(
        self, candidates: Sequence[Candidate], steps: Sequence[PlanStep], *, workers: int = 1
    ) -> dict[str, VariantResult]:
        self.workers.append(workers)
        return {candidate.name: self.measure(candidate, steps) for candidate in candidates}

    def measure_beside(
        self,
        candidate: Candidate,
        steps: Sequence[PlanStep],
        heard: Callable[[VariantResult, frozenset[PlanStep]], None],
    ) -> VariantResult:
        found = self.measure(candidate, steps)
        for number in range(1, len(steps) + 1):
            heard(found, frozenset(steps[:number]))
        return found

    def measure(self, candidate: Candidate, steps: Sequence[PlanStep]) -> VariantResult:
        self.asked.append((candidate.name, candidate.must_answer))
        self.steps[candidate.name] = steps
        found = self.given[candidate.name]
        if isinstance(found, Exception):
            raise found
        if candidate.name in self.serves:
            self.pages[candidate.name] = self.serves[candidate.name]
        return found


class FakeBench:
    """A bench whose measurer is made up."""

    def __init__(self, lab: Lab, **given: VariantResult | Exception) -> None:
        self.lab = lab
        self.layout = Layout(lab.context.parents[1])
        self.machine = Machine()
        self.workshop = self.machine.workshop(self.layout)
        self.run = SimpleNamespace(id="a-run", scratch=self.layout.root / "scratch")
        self.samples, self.owner = Samples(1, 1), False
        self.kept = Kept()
        names = {name.replace("_", "-"): found for name, found in given.items()}
        self.measurer = FakeMeasurer(names)

    def of(self, exercise: Lab, ground: Ground | None = None) -> FakeBench:
        self.exercise, self.ground = exercise, ground
        made = FakeBench(exercise)
        made.run, made.owner, made.measurer = self.run, self.owner, self.measurer
        made.kept = self.kept.of_exercise()
        return made

    @contextlib.contextmanager
    def between_builds(self) -> Iterator[None]:
        yield

    @contextlib.contextmanager
    def ready(self) -> Iterator[FakeMeasurer]:
        yield self.measurer

    def result(
        self, variants: dict[str, VariantResult], mistakes: dict[str, MistakeResult] | None = None
    ) -> Result:
        made = result()
        parts = Keys(self.workshop, self.samples).parts(self.lab)
        source = made.provenance.model_copy(update={"key_parts": parts})
        given = {"variants": dict(variants), "mistakes": mistakes or {}, "provenance": source}
        return made.model_copy(update=given)
