"""Steps of the plan + engine -> what one variant measured."""

from __future__ import annotations

import hashlib
import http.client
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from docker.models.containers import Container
from docker.utils.build import PatternMatcher

from advices import plan, transfer
from advices.bases import Base, Bases, MarkedBase
from advices.buildx import BuildOrder, Built, build
from advices.command import clock, poll
from advices.engine import Engine
from advices.errors import DiskFull, NeverAnswered, UnsteadyMeasure
from advices.lab import COLD, Lab, external_images, final_base
from advices.results import Boot, Build, Layer, Step, Timing, VariantResult
from advices.runs import Run

Say = Callable[[str], None]


@dataclass
class _Taken:
    """What the plan's steps gave so far for one variant."""

    marked: dict[str, MarkedBase] = field(default_factory=dict)
    built: dict[str, list[Built]] = field(default_factory=dict)
    layers: dict[str, list[Layer]] = field(default_factory=dict)
    first_200_seconds: list[float] = field(default_factory=list)
    uid: int = -1
    page_digest: str = ""
    image_id: str = ""


class Measurer:
    """Measures the variants of one lab in one run."""

    def __init__(
        self,
        engine: Engine,
        lab: Lab,
        run: Run,
        *,
        bases: Bases,
        resolved: Mapping[str, Base],
        memory: transfer.Remembered,
        say: Say,
    ) -> None:
        self._engine = engine
        self._lab = lab
        self._run = run
        self._bases = bases
        self._resolved = resolved
        self._memory = memory
        self._say = say

    def variant(self, name: str, samples: plan.Samples) -> VariantResult:
        """Return all measures of one variant.

        Raises what `buildx.build` raises, NeverAnswered when its page does not come, and
        UnsteadyMeasure when a sample ran other steps than the first.
        """
        taken = _Taken()
        for step in plan.steps(self._lab, name, samples):
            match step:
                case plan.BuildImage():
                    self._build(step, samples, taken)
                case plan.InspectImage():
                    self._inspect(step, taken)
                case plan.ServeImage():
                    self._say(f"{self._lab.slug} {name}: start, sample {step.sample}")
                    self._serve(name, taken)
        return self._result(name, taken)

    def _tag(self, variant: str, build_name: str) -> str:
        return f"docker-advices-run/{self._run.id}:{self._lab.slug}-{variant}-{build_name}"

    def _build(self, step: plan.BuildImage, samples: plan.Samples, taken: _Taken) -> None:
        of = samples.cold if step.cold else samples.replay
        self._say(f"{self._lab.slug} {step.variant}: {step.build}, sample {step.sample} of {of}")
        dockerfile = self._lab.dockerfile(step.variant)
        context = self._context(step)
        # Replays stand on the base of the last cold build, and find the cache mounts it filled.
        cold_sample = step.sample if step.cold else samples.cold
        mark = f"{self._lab.slug}-{step.variant}-{cold_sample}"
        if step.cold:
            taken.marked = {
                name: self._bases.marked(self._resolved[name], self._run.id, mark)
                for name in external_images(dockerfile.read_text("utf-8"))
            }
        order = BuildOrder(
            dockerfile=dockerfile,
            context=context,
            tag=self._tag(step.variant, step.build),
            bases={name: base.image for name, base in taken.marked.items()},
            run_id=self._run.id,
            no_cache=step.cold,
            cache_namespace=f"{self._run.id}-{mark}",
            timeout_seconds=self._lab.build_timeout_seconds,
        )
        try:
            built = build(order)
        finally:
            shutil.rmtree(context, ignore_errors=True)
        earlier = taken.built.setdefault(step.build, [])
        if earlier and _what_ran(earlier[0].steps) != _what_ran(built.steps):
            raise UnsteadyMeasure(
                f"{dockerfile.name}: sample {step.sample} of `{step.build}` ran other steps than "
                "the first"
            )
        earlier.append(built)

    def _context(self, step: plan.BuildImage) -> Path:
        """Return a scratch copy of the project as it is after the replay."""
        copy = self._run.scratch / f"{step.variant}-{step.build}-{step.sample}"
        replay = self._lab.replays.get(step.build)
        try:
            shutil.copytree(self._lab.context, copy)
            if replay is not None and replay.file is not None and replay.append is not None:
                # The run's id as well: an edit of an earlier run may still be in the cache.
                mark = f"{self._run.id}-{self._lab.slug}-{step.variant}-{step.sample}"
                with (copy / replay.file).open("a", encoding="utf-8") as file:
                    file.write(replay.append.replace("{sample}", mark))
        except (OSError, shutil.Error) as error:
            raise DiskFull(
                f"the project could not be copied to a scratch folder: {error}",
                why="the disk is full, or a file of the project cannot be read",
            ) from None
        return copy

    def _inspect(self, step: plan.InspectImage, taken: _Taken) -> None:
        image = self._engine.image(self._tag(step.variant, step.build))
        if image is None:
            raise UnsteadyMeasure(f"{step.variant}: the image just built is not there any more")
        base = final_base(self._lab.dockerfile(step.variant).read_text("utf-8"))
        base_ids = taken.marked[base].diff_ids if base else frozenset[str]()
        taken.layers[step.build] = transfer.layers(self._engine, image, base_ids, self._memory)
        if step.build == COLD:
            taken.image_id = str(image.id)

    def _serve(self, variant: str, taken: _Taken) -> None:
        serve = self._lab.serve
        started = clock()
        container = self._engine.start(taken.image_id, run_id=self._run.id, port=serve.port)
        try:
            body = self._first_page(container, started, variant)
            taken.first_200_seconds.append(clock() - started)
            taken.uid = self._uid(container, variant)
        finally:
            self._engine.remove_container(container)
        digest = hashlib.sha256(body).hexdigest()
        if taken.page_digest and digest != taken.page_digest:
            raise UnsteadyMeasure(
                f"{variant}: two starts of one image gave two different pages at {serve.path}",
                why="the page shows something that changes: a time, a token, a random order",
                next_step="name a page in lab.toml ([serve] path) that stays the same",
            )
        taken.page_digest = digest

    def _first_page(self, container: Container, started: float, variant: str) -> bytes:
        """Return the body of the first HTTP 200. Raises NeverAnswered."""
        serve = self._lab.serve
        last = "nothing listened"
        left = serve.timeout_seconds - (clock() - started)
        for _ in poll(left, every_seconds=0.02):
            port = self._engine.published_port(container, serve.port)
            if port is None:
                if self._engine.running(container):
                    continue
                last = "the container ended"
                break
            try:
                status, body = _get(port, serve.path)
            except (OSError, http.client.HTTPException) as error:
                last = f"{type(error).__name__}: {error}"
                continue
            if status == 200:
                return body
            last = f"HTTP {status}"
        lines = self._engine.last_lines(container) or "(it printed nothing)"
        raise NeverAnswered(
            f"{self._lab.slug}: the container of `{variant}` did not answer HTTP 200 at "
            f"{serve.path} on port {serve.port} within {serve.timeout_seconds:.0f} s "
            f"({last}). Its last lines:\n{lines}",
            why="the program in it ended, listens elsewhere, or refuses the request",
        )

    def _uid(self, container: Container, variant: str) -> int:
        """Return the real uid of PID 1 as the kernel tells it inside the container."""
        program = "print(open('/proc/1/status').read())"
        for argv in (["cat", "/proc/1/status"], ["python3", "-c", program]):
            status = self._engine.exec_output(container, argv)
            for line in (status or "").splitlines():
                if line.startswith("Uid:"):
                    return int(line.split()[1])
        raise NeverAnswered(
            f"{variant}: the container answered and then ended, or has no way to read its PID 1"
        )

    def _result(self, name: str, taken: _Taken) -> VariantResult:
        known = {layer.diff_id for layer in taken.layers[COLD]}
        in_base = {layer.diff_id for layer in taken.layers[COLD] if layer.from_base}
        builds = {}
        for build_name, built in taken.built.items():
            there = in_base if build_name == COLD else known
            new = [x for x in taken.layers[build_name] if x.diff_id not in there]
            builds[build_name] = Build(
                steps=built[0].steps,
                timing=Timing(samples=tuple(round(one.seconds, 3) for one in built)),
                new_disk_bytes=sum(layer.disk_bytes for layer in new),
                new_transfer_bytes=sum(layer.transfer_bytes for layer in new),
            )
        return VariantResult(
            dockerfile=self._lab.variants[name].dockerfile,
            context_bytes=_context_bytes(self._lab.context),
            layers=tuple(taken.layers[COLD]),
            builds=builds,
            boot=Boot(
                answered=True,
                first_200=Timing(samples=tuple(round(x, 3) for x in taken.first_200_seconds)),
                uid=taken.uid,
                page_digest=taken.page_digest,
            ),
        )


def _context_bytes(context: Path) -> int:
    """Return the bytes of all files that .dockerignore, itself left out, lets into the context.

    What a builder is really sent is less: only files that a COPY names, and of those only what
    changed since it was last sent them. That depends on its past, so it is not measured.
    """
    ignore = context / ".dockerignore"
    patterns = ignore.read_text("utf-8").splitlines() if ignore.is_file() else []
    kept = PatternMatcher([line for line in patterns if line.strip() and line[0] != "#"])
    files = [context / name for name in kept.walk(str(context)) if name != ignore.name]
    return sum(file.lstat().st_size for file in files if not file.is_dir() or file.is_symlink())


def _what_ran(steps: tuple[Step, ...]) -> list[tuple[str, bool]]:
    return [(step.name, step.cached) for step in steps]


def _get(port: int, path: str) -> tuple[int, bytes]:
    """Return status and body of one request to a container of ours, no proxy in between."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
