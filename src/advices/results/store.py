"""The files that hold results: read strictly, written whole."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from advices.core import ResultInvalid, write_whole
from advices.lab import meanings
from advices.results.record import SCHEMA_VERSION, Result


def load(folder: Path, slug: str) -> Result:
    """Return the stored result of one lab. Raises ResultInvalid if it cannot be used."""
    file = folder / f"{slug}.json"
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise ResultInvalid(
            f"there is no result {file.name}", why=f"the lab `{slug}` has not been measured yet"
        ) from None
    try:
        return Result.model_validate_json(content)
    except ValidationError as error:
        raise _invalid(file, slug, content, error) from None


def _invalid(file: Path, slug: str, content: bytes, error: ValidationError) -> ResultInvalid:
    """Return what is wrong with a file: damaged, of a newer toolkit, or not of the schema."""
    try:
        data = json.loads(content.decode("utf-8"))
    except ValueError as damage:
        return ResultInvalid(
            f"{file.name} is damaged: {damage}",
            why="somebody edited it, or a copy of it was cut off",
            next_step=f"`git checkout` it, or measure again: `advices run {slug}`",
        )
    _refuse_newer(file, data)
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    return ResultInvalid(
        f"{file.name} does not follow the schema: {where or 'top'}: {fault['msg']}",
        why="somebody edited it, or an older toolkit wrote it",
        next_step=f"measure again: `advices run {slug}`",
    )


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
            why="a newer toolkit wrote it, and this one can neither read nor replace it",
            next_step="update the toolkit; to keep this version for good, remove the file",
        )


def dump(result: Result) -> str:
    """Return the text of a result file: stable order, one final newline."""
    return json.dumps(result.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def save(folder: Path, result: Result) -> Path:
    """Write a result and return its path: the whole file or none of it."""
    return write_whole(folder / f"{result.slug}.json", dump(result))


def schema_text() -> str:
    """Return the JSON schema of a result file, as published beside the results.

    Its `x-measures` say what each measure is called and what it counts.
    """
    described = Result.model_json_schema() | {"x-measures": meanings()}
    return json.dumps(described, indent=1) + "\n"
