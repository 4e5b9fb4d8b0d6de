"""Records beside the results, of what other programs found: read strictly, written whole."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from advices.core import ResultInvalid, write_whole

_Kept = TypeVar("_Kept", bound=BaseModel)


def read_record(file: Path, model: type[_Kept], again: str) -> _Kept:
    """Return the record in a file of docs/results.

    `again` says how it is made again. Raises ResultInvalid when it is missing or cannot be read.
    """
    try:
        return model.model_validate_json(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise ResultInvalid(
            f"docs/results/{file.name} cannot be read: {error}",
            why="it is missing, somebody edited it, or another version of the toolkit wrote it",
            next_step=f"`git checkout` it, or {again}",
        ) from None


def write_record(file: Path, record: BaseModel) -> Path:
    """Write a record as a whole file and return its path."""
    return write_whole(file, f"{record.model_dump_json(indent=1)}\n")
