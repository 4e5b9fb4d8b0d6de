"""What all records of this package share: frozen, strict about unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """An immutable record. An unknown key is an error, never silently dropped."""

    # A record that only lies in another needs no validator of its own; each site build saves them.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
