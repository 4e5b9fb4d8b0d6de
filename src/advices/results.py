"""The Result record: all measures of one lab run with their provenance, and its store."""

from __future__ import annotations

import errno
import json
import os
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from advices.alerts import Scan, scanner_of
from advices.errors import DiskFull, FileRefused, ResultInvalid
from advices.lab import COLD
from advices.measures import meanings
from advices.records import Record

_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
SCHEMA_VERSION: Literal[2] = 2
Value = int | float | bool | str
Count = Annotated[int, Field(ge=0)]


class Timing(Record):
    """Seconds of each sample, in the order in which they were taken."""

    samples: Annotated[tuple[float, ...], Field(min_length=1)]

    @property
    def median(self) -> float:
        """Return the median in seconds."""
        return statistics.median(self.samples)

    @property
    def spread(self) -> tuple[float, float]:
        """Return the fastest and the slowest sample in seconds."""
        return min(self.samples), max(self.samples)


class Step(Record):
    """One RUN, COPY or ADD of a build. `cached` means that it did not run."""

    name: str
    cached: bool
    seconds: float


class Build(Record):
    """One build: the first (cold) or one after a replay.

    `steps` are those of the first sample and equal in every sample. `new_disk_bytes` and
    `new_transfer_bytes` count the layers that a machine must fetch which has the image from
    before: for a replay the cold image, for the cold build the base image.
    """

    steps: tuple[Step, ...]
    timing: Timing
    new_disk_bytes: Count
    new_transfer_bytes: Count

    @property
    def steps_run(self) -> int:
        """Return how many steps ran."""
        return sum(not step.cached for step in self.steps)

    @property
    def steps_cached(self) -> int:
        """Return how many steps came from the cache."""
        return sum(step.cached for step in self.steps)


class Layer(Record):
    """One layer of an image, lowest first. `from_base` marks those of the FROM image."""

    diff_id: str
    created_by: str
    disk_bytes: Count
    transfer_bytes: Count
    from_base: bool


class Boot(Record):
    """What a running container showed.

    `page_digest` is the SHA-256 of the page's body, `answer_digest` that of status, headers
    (without Date and cookies) and body, `capabilities` the number of effective capabilities of
    PID 1. A container that did not answer shows none of them.
    """

    answered: bool
    status: int | None = None
    first_200: Timing | None = None
    uid: int | None = None
    capabilities: int | None = None
    page_digest: str | None = None
    answer_digest: str | None = None

    def measures(self, prefix: str = "") -> dict[str, Value]:
        """Return what there is, by name."""
        found = {
            "answered": self.answered,
            "first_200_seconds": self.first_200.median if self.first_200 else None,
            "uid": self.uid,
            "page_digest": self.page_digest,
        }
        if prefix:
            found |= {"status": self.status, "capabilities": self.capabilities}
        return {prefix + name: value for name, value in found.items() if value is not None}


class VariantResult(Record):
    """All measures of one variant.

    `boot` is the first way to start it, `starts` are the further ones of lab.toml, of which
    `behaviours` counts the different answers. `probed` and `timings` hold what probes found,
    `scans` what each web scanner did.
    """

    dockerfile: str
    context_bytes: Count
    layers: tuple[Layer, ...]
    builds: dict[str, Build]
    boot: Boot
    starts: dict[str, Boot] = Field(default_factory=dict)
    behaviours: int | None = None
    probed: dict[str, Value] = Field(default_factory=dict)
    timings: dict[str, Timing] = Field(default_factory=dict)
    scans: tuple[Scan, ...] = ()

    @property
    def disk_bytes(self) -> int:
        """Return the bytes of the unpacked image, all layers."""
        return sum(layer.disk_bytes for layer in self.layers)

    @property
    def transfer_bytes(self) -> int:
        """Return the bytes that a first pull moves: all layers, compressed."""
        return sum(layer.transfer_bytes for layer in self.layers)

    def measures(self) -> dict[str, Value]:
        """Return every measure by name; those of a build or start are prefixed with its name."""
        found: dict[str, Value] = {
            "disk_bytes": self.disk_bytes,
            "transfer_bytes": self.transfer_bytes,
            "context_bytes": self.context_bytes,
            "layers": len(self.layers),
            **self.boot.measures(),
            **self.probed,
            **{name: timing.median for name, timing in self.timings.items()},
        }
        for scan in self.scans:
            found |= scan.measures()
        for name, boot in self.starts.items():
            found |= boot.measures(f"{name}.")
        if self.behaviours is not None:
            found["behaviours"] = self.behaviours
        for name, build in self.builds.items():
            found[f"{name}.steps_run"] = build.steps_run
            found[f"{name}.steps_cached"] = build.steps_cached
            found[f"{name}.new_disk_bytes"] = build.new_disk_bytes
            found[f"{name}.new_transfer_bytes"] = build.new_transfer_bytes
            found[f"{name}.seconds"] = build.timing.median
        return found

    def not_run(self, measure: str) -> str:
        """Return why the scanner of a measure did not run, "" when it did or there is none."""
        scan = scanner_of(measure, self.scans)
        return "" if scan is None or scan.ran else scan.why_not or "not run"


class BaseRecord(Record):
    """Which image stood behind a FROM name, and how far it is from the official one.

    `identity` is the digest of an official image, and for a stand-in the digest of its
    recipe: its own image id changes with every build. A recipe takes what Debian has today, so a
    stand-in has `contents` as well, the digest of its packages' versions; some of these are told.
    The published bytes are the official image's transfer bytes, linux/amd64, as
    docker-library/repo-info gives them.
    """

    kind: Literal["official", "stand-in"]
    identity: str
    contents: str = ""
    versions: tuple[str, ...] = ()
    disk_bytes: Count
    transfer_bytes: Count
    published_transfer_bytes: Count | None
    published_date: str | None

    @property
    def told(self) -> str:
        """Return what tells it from others: kind, identity, and the digest of its packages."""
        return " ".join(filter(None, (self.kind, self.identity, self.contents)))


class Provenance(Record):
    """What, when, where and with which versions a result was measured.

    `key` is the digest of all that decides the numbers of a lab, see `unchanged`.
    """

    date: str
    commit: str
    lab_digest: str
    toolkit_version: str
    mode: Literal["full", "quick"]
    cold_samples: Annotated[int, Field(ge=1)]
    replay_samples: Annotated[int, Field(ge=1)]
    bases: dict[str, BaseRecord]
    engine_version: str
    buildx_version: str
    storage_driver: str
    platform: str
    cores: Annotated[int, Field(ge=1)]
    pip_index: Literal["direct", "caching index on the host"]
    key: str = ""


class MistakeResult(Record):
    """What one known mistake, alone in the good Dockerfile, turned red: claims by id."""

    says: str
    red: tuple[str, ...]


class Result(Record):
    """One run of one lab."""

    schema_version: Literal[2] = SCHEMA_VERSION
    slug: str
    title: str
    provenance: Provenance
    variants: dict[str, VariantResult]
    mistakes: dict[str, MistakeResult] = Field(default_factory=dict)

    def value(self, variant: str, measure: str) -> Value:
        """Return one measure. Raises ResultInvalid, naming what exists, for an unknown name."""
        if variant not in self.variants:
            raise ResultInvalid(
                f"the result of `{self.slug}` has no variant `{variant}`",
                why=f"it has {', '.join(self.variants)}",
            )
        found = self.variants[variant].measures()
        if measure not in found:
            raise ResultInvalid(
                f"the result of `{self.slug}` has no measure `{measure}`",
                why=f"it has {', '.join(found)}",
            )
        return found[measure]


def replay_names(result: Result) -> tuple[str, ...]:
    """Return the builds of a result in order, the cold one first."""
    names = next(iter(result.variants.values())).builds
    return (COLD, *(name for name in names if name != COLD))


def load(folder: Path, slug: str) -> Result:
    """Return the stored result of one lab. Raises ResultInvalid if it cannot be used."""
    file = folder / f"{slug}.json"
    try:
        data = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise ResultInvalid(
            f"there is no result {file.name}", why=f"the lab `{slug}` was not measured yet"
        ) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise ResultInvalid(
            f"{file.name} is damaged: {error}",
            why="it was edited by hand or a copy of it broke off",
            next_step=f"`git checkout` it, or measure again: `advices run {slug}`",
        ) from None
    _refuse_newer(file, data)
    try:
        return Result.model_validate_json(json.dumps(data))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ResultInvalid(
            f"{file.name} does not follow the schema: {where or 'top'}: {fault['msg']}",
            why="it was edited by hand, or an older toolkit wrote it",
            next_step=f"measure again: `advices run {slug}`",
        ) from None


def refuse_newer(folder: Path, slug: str) -> None:
    """Raise ResultInvalid when a newer toolkit wrote the stored result of a lab.

    An older one may not replace it. What cannot be read at all is nobody's to keep.
    """
    file = folder / f"{slug}.json"
    try:
        data = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return
    _refuse_newer(file, data)


def _refuse_newer(file: Path, data: object) -> None:
    version = data.get("schema_version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise ResultInvalid(
            f"{file.name} has schema version {version}; this toolkit reads {SCHEMA_VERSION}",
            why="a newer toolkit wrote it, and this one neither reads nor replaces it",
            next_step="update the toolkit; to go back to this one for good, remove the file",
        )


def dump(result: Result) -> str:
    """Return the text of a result file: stable order, one final newline."""
    return json.dumps(result.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def save(folder: Path, result: Result) -> Path:
    """Write a result and return its path: the whole file or none of it."""
    return write_whole(folder / f"{result.slug}.json", dump(result))


def write_whole(file: Path, text: str) -> Path:
    """Write a text file so that a reader sees the old or the new one, never a half.

    Raises DiskFull when there is no room; then the old file stands as it was.
    """
    write_together({file: text})
    return file


def write_together(texts: Mapping[Path, str]) -> None:
    """Write text files, each whole, and none of them unless there is room for all.

    They are put in place in the order given. Raises DiskFull or FileRefused; then every old file
    stands as it was.
    """
    halves: dict[Path, Path] = {}
    file = None
    try:
        for file, text in texts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            _remove_stale(file)
            handle, name = tempfile.mkstemp(prefix=f".{file.name}.{os.getpid()}.", dir=file.parent)
            halves[file] = Path(name)
            with os.fdopen(handle, "w", encoding="utf-8") as sink:
                sink.write(text)
                sink.flush()
                os.fsync(sink.fileno())
            Path(name).chmod(0o644)
        for file, half in halves.items():
            half.replace(file)
    except OSError as error:
        kind = FileRefused if error.errno in _REFUSED else DiskFull
        named = file.name if file else ""
        raise kind(f"{named} could not be written: {error.strerror}") from None
    finally:
        for half in halves.values():
            half.unlink(missing_ok=True)


def _remove_stale(file: Path) -> None:
    """Remove half-written copies of a file whose writer was killed: its process is gone."""
    for half in file.parent.glob(f".{file.name}.*"):
        pid = half.name.removeprefix(f".{file.name}.").partition(".")[0]
        if not pid.isdigit():
            continue
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            half.unlink(missing_ok=True)
        except PermissionError:
            continue


def schema_text() -> str:
    """Return the JSON schema of a result file, as published beside the results.

    Its `x-measures` say what each measure is called and what it counts.
    """
    described = Result.model_json_schema() | {"x-measures": meanings()}
    return json.dumps(described, indent=1) + "\n"
