"""The result record and its store: what is written is read, and nothing damaged is believed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import factory
import pytest
from pydantic import ValidationError

from advices import results
from advices.core import ResultInvalid

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
