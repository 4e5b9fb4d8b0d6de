"""The result record and its store: what is written is read, and nothing damaged is believed."""

from __future__ import annotations

import errno
import json
import os
import resource
import stat
import subprocess
from pathlib import Path
from typing import Any

import factory
import pytest
from pydantic import ValidationError

from advices import results
from advices.core import DiskFull, ResultInvalid
from advices.core import files as files_
from advices.lab.measure_name import MeasureName
from advices.results.record import Boot, Step

SCHEMA = Path(__file__).parents[2] / "docs" / "results" / "schema.json"
OTHERS = (
    *("schema.json", "bench.json", "linters.json", "recorded-zap.json", "advisories.json"),
    "audit-sample.json",
    "rehearsals.json",
)
SHIPPED = [path for path in SCHEMA.parent.rglob("*.json") if path.name not in OTHERS]


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    written = factory.result()
    file = results.save(tmp_path / "new" / "folder", written)
    assert file.name == "build-cache.json"
    assert results.load(file.parent, "build-cache") == written


def test_the_text_is_stable_and_for_people(tmp_path: Path) -> None:
    text = results.dump(factory.result())
    assert text == results.dump(
        results.load(results.save(tmp_path, factory.result()).parent, "build-cache")
    )
    assert text.endswith("}\n")
    assert not text.endswith("\n\n")
    assert json.loads(text)["variants"]["good"]["boot"]["uid"] == 1000
    assert "RUN step 0 <b>&" in text


def test_the_published_schema_is_the_records_own() -> None:
    assert SCHEMA.read_text("utf-8") == results.schema_text()


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_result_is_read_and_stands_as_it_would_be_written(file: Path) -> None:
    found = results.load(file.parent, file.stem)
    assert found.slug == file.stem
    assert results.dump(found) == file.read_text("utf-8")


def test_the_schema_names_every_field() -> None:
    schema = json.loads(results.schema_text())
    assert set(schema["properties"]) == set(results.Result.model_fields)
    assert schema["additionalProperties"] is False


def test_the_schema_says_what_every_measure_of_a_result_counts() -> None:
    words = json.loads(results.schema_text())["x-measures"]
    for variant in factory.result().variants.values():
        for measure in variant.measures():
            of, name = measure.of, measure.name
            kind = "image" if not of else "build" if of in variant.builds else "start"
            assert words[kind][name]["label"]
            assert words[kind][name]["meaning"]


FULL = Boot(
    answered=True,
    status=404,
    first_200=results.Timing(samples=(3.0, 1.0, 2.0)),
    uid=0,
    capabilities=0,
    page_digest="page",
    answer_digest="answer",
)


@pytest.mark.parametrize(
    ("boot", "start", "measures"),
    [
        (
            FULL,
            "",
            {"answered": True, "first_200_seconds": 2.0, "uid": 0, "page_digest": "page"},
        ),
        (
            FULL,
            "bare",
            {
                "bare.answered": True,
                "bare.first_200_seconds": 2.0,
                "bare.uid": 0,
                "bare.page_digest": "page",
                "bare.status": 404,
                "bare.capabilities": 0,
            },
        ),
        # A container that did not answer shows nothing else.
        (Boot(answered=False), "", {"answered": False}),
        (Boot(answered=False), "bare", {"bare.answered": False}),
    ],
)
def test_the_measures_of_a_start(boot: Boot, start: str, measures: dict[str, Any]) -> None:
    assert factory.by_text(boot.measures(start)) == measures


def test_starts_and_probes_are_among_the_measures_of_a_variant() -> None:
    plain = factory.variant()
    more = plain.model_copy(
        update={
            "starts": {"bare": Boot(answered=False), "two": Boot(answered=True, uid=7)},
            "behaviours": 2,
            "probed": {"shells": 3},
            "timings": {"stop_seconds": results.Timing(samples=(3.0, 1.0, 2.0))},
        }
    ).measures()
    assert {str(name): more[name] for name in more.keys() - plain.measures().keys()} == {
        "bare.answered": False,
        "two.answered": True,
        "two.uid": 7,
        "behaviours": 2,
        "shells": 3,
        "stop_seconds": 2.0,
    }


def broken(folder: Path, text: str | bytes) -> ResultInvalid:
    (folder / "x.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ResultInvalid) as raised:
        results.load(folder, "x")
    return raised.value


WHOLE = results.dump(factory.result())


@pytest.mark.parametrize(
    "text", ["", "{", WHOLE[: len(WHOLE) // 2], WHOLE + "}", b"\xff\xfe", WHOLE.encode("utf-16")]
)
def test_a_damaged_file(text: str | bytes, tmp_path: Path) -> None:
    found = broken(tmp_path, text)
    assert found.what.startswith("x.json is damaged: ")
    assert "`advices run x`" in found.next_step


def with_change(*path: str | int, value: Any) -> str:
    data = json.loads(WHOLE)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[]", "top"),
        ("null", "top"),
        ("{}", "slug: Field required"),
        (with_change("slug", value=5), "slug"),
        (with_change("extra", value=1), "extra"),
        (with_change("schema_version", value=0), "schema_version"),
        (with_change("schema_version", value="1"), "schema_version"),
        (with_change("provenance", "cores", value=0), "provenance.cores"),
        (with_change("provenance", "mode", value="fast"), "provenance.mode"),
        (with_change("variants", "good", "boot", "uid", value="0"), "variants.good.boot.uid"),
        (with_change("variants", "bad", "context_bytes", value=-1), "variants.bad.context_bytes"),
        (
            with_change("variants", "bad", "builds", "cold", "timing", "samples", value=[]),
            "variants.bad.builds.cold.timing.samples",
        ),
        (
            with_change("variants", "bad", "layers", 0, "disk_bytes", value=1.5),
            "variants.bad.layers.0.disk_bytes",
        ),
    ],
)
def test_what_does_not_follow_the_schema_is_named(text: str, where: str, tmp_path: Path) -> None:
    assert f"x.json does not follow the schema: {where}" in broken(tmp_path, text).what


def test_a_newer_version(tmp_path: Path) -> None:
    found = broken(tmp_path, json.dumps({"schema_version": 3, "all": "new"}))
    assert found.what == "x.json has schema version 3; this toolkit reads 2"
    assert "update the toolkit" in found.next_step
    with pytest.raises(ResultInvalid, match="has schema version 3"):
        results.refuse_newer(tmp_path, "x")


@pytest.mark.parametrize("text", ["", "[3]", "\xff", '{"schema_version": "3"}', WHOLE])
def test_what_no_newer_toolkit_wrote_may_be_replaced(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(text.encode("latin-1", "replace"))
    results.refuse_newer(tmp_path, "x")
    results.refuse_newer(tmp_path, "not-there")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ResultInvalid, match=r"there is no result x\.json"):
        results.load(tmp_path, "x")


def test_a_record_is_neither_changed_nor_extended() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        factory.result().slug = "other"
    with pytest.raises(ValidationError, match="Extra inputs"):
        results.Timing(samples=(1.0,), unit="s")


@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
@pytest.mark.parametrize("before", ["the old text\n", None])
def test_a_full_disk_leaves_the_old_file(
    call: str, before: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.json"
    if before is not None:
        file.write_text(before)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    class Full:
        """A file that takes nothing."""

        def __init__(self, handle: int, *_: object, **__: object) -> None:
            os.close(handle)

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None: ...

        write = full

    owner, name, stand_in = {
        "fsync": (os, "fsync", full),
        "replace": (Path, "replace", full),
        "write": (os, "fdopen", Full),
    }[call]
    monkeypatch.setattr(owner, name, stand_in)
    with pytest.raises(DiskFull, match=r"x\.json could not be written: No space left on device"):
        files_.write_whole(file, "the new text\n")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == (
        [] if before is None else ["x.json"]
    )
    assert before is None or file.read_text() == before


def refused_above(size_bytes: int, files: dict[Path, str]) -> None:
    """Write files while the kernel, as it does on a full disk, takes no file above a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        files_.write_together(files)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("big", ["first", "second", "third"])
def test_files_are_written_together_or_not_at_all(big: str, tmp_path: Path) -> None:
    files = {tmp_path / name / "x.json": "new" for name in ("first", "second", "third")}
    old = {file: "old" for file in [*files][:2]}
    files_.write_together(old)
    with pytest.raises(DiskFull, match=r"x\.json could not be written: File too large"):
        refused_above(4096, {**files, tmp_path / big / "x.json": "new" * 4096})
    left = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == old
    refused_above(4096, files)
    assert {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == files


def test_files_are_put_in_place_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    placed: list[str] = []
    replace = Path.replace

    def told(half: Path, file: Path) -> Path:
        placed.append(file.name)
        return replace(half, file)

    monkeypatch.setattr(Path, "replace", told)
    files_.write_together({tmp_path / name: "text" for name in ("b", "a", "c")})
    assert placed == ["b", "a", "c"]


def test_a_disk_without_room_for_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files_.tempfile, "mkstemp", full)
    with pytest.raises(DiskFull, match=r"x\.json could not be written"):
        files_.write_whole(tmp_path / "x.json", "text")


def test_an_interrupt_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.json"
    file.write_text("old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files_.write_whole(file, "new")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["x.json"]
    assert file.read_text() == "old"


def test_a_written_file_is_for_everybody_to_read(tmp_path: Path) -> None:
    file = files_.write_whole(tmp_path / "deep" / "x.md", "é\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert file.read_bytes() == b"\xc3\xa9\n"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("variant", "measure", "what", "why"),
    [
        ("best", "disk_bytes", "no variant `best`", "it has bad, good, cache-mount"),
        ("good", "weight", "no measure `weight`", "it has disk_bytes, transfer_bytes, "),
        ("good", "warm.steps_run", "no measure `warm.steps_run`", "cold.steps_run"),
    ],
)
def test_an_unknown_name_is_told_what_exists(
    variant: str, measure: str, what: str, why: str
) -> None:
    with pytest.raises(ResultInvalid, match=what) as raised:
        factory.result().value(variant, MeasureName.parse(measure))
    assert why in raised.value.why


def test_measures_are_computed_from_the_records() -> None:
    found = factory.variant(
        cold=factory.build(run=4, cached=1, seconds=10.0, new_bytes=7)
    ).measures()
    assert factory.by_text(found) == {
        "disk_bytes": 140_000_000,
        "transfer_bytes": 50_000_000,
        "context_bytes": 20_000,
        "layers": 2,
        "answered": True,
        "first_200_seconds": 0.9,
        "uid": 1000,
        "page_digest": "c" * 64,
        "cold.steps_run": 4,
        "cold.steps_cached": 1,
        "cold.new_disk_bytes": 21,
        "cold.new_transfer_bytes": 7,
        "cold.longest_step_seconds": 0.5,
        "cold.seconds": 10.0,
    }


def test_a_changed_copy_has_measures_of_its_own() -> None:
    variant = factory.result().variants["good"]
    before = variant.measures()
    assert variant.measures() is before, "found out once"
    changed = variant.model_copy(update={"context_bytes": variant.context_bytes + 1})
    name = MeasureName("context_bytes")
    assert changed.measures()[name] == before[name] + 1
    assert changed != variant and variant.model_copy() == variant


def test_the_longest_step_is_one_that_ran() -> None:
    ran = [Step(name=f"RUN {n}", cached=False, seconds=n) for n in (1.5, 7.25, 2.0)]
    kept = Step(name="COPY", cached=True, seconds=9.0)
    made = factory.build().model_copy(update={"steps": (kept, *ran)})
    assert made.longest_step_seconds == 7.25
    assert factory.build(run=0).longest_step_seconds == 0


def test_the_cold_build_comes_first() -> None:
    assert results.replay_names(factory.result()) == (
        *("cold", "unchanged", "edit-source", "add-dependency"),
    )
    builds = {"edit": factory.build(), "cold": factory.build()}
    result = factory.result().model_copy(update={"variants": {"good": factory.variant(**builds)}})
    assert results.replay_names(result) == ("cold", "edit")


@pytest.mark.parametrize(
    ("samples", "median", "spread"),
    [((1.0,), 1.0, (1.0, 1.0)), ((3.0, 1.0, 2.0), 2.0, (1.0, 3.0)), ((1.0, 2.0), 1.5, (1.0, 2.0))],
)
def test_timings(samples: tuple[float, ...], median: float, spread: tuple[float, float]) -> None:
    timing = results.Timing(samples=samples)
    assert (timing.median, timing.spread) == (median, spread)


def test_a_half_written_file_of_a_dead_writer_goes(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    dead, alive = tmp_path / f".x.json.{gone.pid}.abc", tmp_path / f".x.json.{os.getppid()}.abc"
    other = tmp_path / f".y.json.{gone.pid}.abc"
    for half in (dead, alive, other):
        half.write_text("half")
    files_.write_whole(tmp_path / "x.json", "text")
    left = {path for path in tmp_path.iterdir() if path.is_file()}
    assert left == {tmp_path / "x.json", alive, other}
