"""What learners' Dockerfiles measured on this machine, kept for a day by all that decides it.

Who asks for the same again is answered from here, and is told so. Of a build that failed and of an
image that did not answer nothing is kept: the network or a busy machine may be to blame.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

from pydantic import ValidationError

from advices.core import DiskFull, FileRefused, Record, cache_folder, now, write_whole
from advices.results import Page, VariantResult

_GOOD_FOR = dt.timedelta(days=1)
_AT_MOST = 20


class Answer(Record):
    """What a Dockerfile measured, and when; the page that its image served."""

    at: dt.datetime
    yours: VariantResult
    page: Page | None


def kept_answer(slug: str, key: str) -> Answer | None:
    """Return what was measured under a key in the last day, None when nothing was."""
    if not key:
        return None
    try:
        found = Answer.model_validate_json(_file(slug, key).read_bytes())
    except (OSError, ValidationError):
        return None
    return found if dt.timedelta() <= now() - found.at < _GOOD_FOR else None


def keep_answer(slug: str, key: str, yours: VariantResult, page: Page | None) -> None:
    """Keep what was measured under a key; of one exercise the last twenty are kept."""
    if not key or not yours.boot.answered:
        return
    file = _file(slug, key)
    with contextlib.suppress(DiskFull, FileRefused, OSError):
        write_whole(file, Answer(at=now(), yours=yours, page=page).model_dump_json())
        files = sorted(file.parent.glob(f"{slug}-*.json"), key=lambda one: one.stat().st_mtime)
        for old in files[:-_AT_MOST]:
            old.unlink(missing_ok=True)


def _file(slug: str, key: str) -> Path:
    return cache_folder() / "answers" / f"{slug}-{key[:16]}.json"
