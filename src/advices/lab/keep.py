"""What a learner's Dockerfile must still do, read from its text: no measure shows it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from advices.core import Record
from advices.lab.dockerfile import Dockerfile
from advices.lab.mistake import Slug


class Keep(Record):
    """Something that an exercise asks to keep, in a sentence.

    It is kept where an instruction, or a here-document of one, has one of the `words`; comments do
    not count. Choose words that each way to do it needs: who does it in an odd way keeps it too.
    """

    id: Slug
    says: str
    words: Annotated[tuple[str, ...], Field(min_length=1)]

    def is_kept(self, dockerfile: Dockerfile) -> bool:
        """Return whether a Dockerfile keeps it, as far as its text shows."""
        texts = [one.text for one in dockerfile.instructions]
        return any(word in text for word in self.words for text in texts)
