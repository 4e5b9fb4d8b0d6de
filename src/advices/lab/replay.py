"""What happens to a project between two builds, as lab.toml says it."""

from __future__ import annotations

import operator
from typing import Annotated

from pydantic import Field, model_validator

from advices.core import Record
from advices.lab.edit import SAMPLE, Edit
from advices.lab.mistake import Slug

FileName = Annotated[str, Field(pattern=r"^[\w.-]+$")]


def _is_none(value: object) -> bool:
    return value is None


class Replay(Record):
    """What happens to the project between two builds: nothing, text appended to a file, `edits`.

    `{sample}` in `append` and in what the edits write becomes different text for every sample, so
    that no sample is answered from the cache of the one before. `overlay` is a folder
    beside lab.toml that is copied over the context. `variants` are those that are built again,
    all of the lab's when none is named.

    What is built `again` is built as another machine does it: without a cache, from a new clone.
    `index` is then a list beside lab.toml of the newest version of each package that pip is offered
    on that day.
    """

    says: str
    file: str | None = None
    append: str | None = None
    edits: tuple[Edit, ...] = Field(default=(), exclude_if=operator.not_)
    variants: tuple[Slug, ...] = Field(default=(), exclude_if=operator.not_)
    overlay: FileName | None = Field(default=None, exclude_if=_is_none)
    again: bool = Field(default=False, exclude_if=operator.not_)
    index: FileName | None = Field(default=None, exclude_if=_is_none)

    @model_validator(mode="after")
    def _both_or_none(self) -> Replay:
        if (self.file is None) != (self.append is None):
            raise ValueError("`file` and `append` go together")
        if self.append is not None and SAMPLE not in self.append:
            raise ValueError("`append` must contain {sample}, or a later sample would be cached")
        if self.edits and not any(SAMPLE in edit.by for edit in self.edits):
            raise ValueError("an edit must write {sample}, or a later sample would be cached")
        if self.overlay is not None and not self.again:
            raise ValueError("`overlay` needs `again`: a later sample would be cached")
        if self.index is not None and not self.again:
            raise ValueError("`index` needs `again`: what pip is offered is part of the base")
        return self

    def is_for(self, variant: str) -> bool:
        """Return whether a variant is built again after it."""
        return not self.variants or variant in self.variants
