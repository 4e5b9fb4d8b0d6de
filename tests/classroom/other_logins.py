"""What tests of classes with another login share: a learner's way to the first page."""

from __future__ import annotations

import asyncio
from pathlib import Path

from advices.classroom.progress.store import Store
from advices.classroom.rehearsing.browser import Answer, Browser

SECONDS = 60


def names(room) -> dict[str, str]:
    """Return the name of who has each seat."""
    return names_in(room.folder)


def names_in(folder: Path) -> dict[str, str]:
    """Return the name of who has each seat of the class in a folder."""
    return {one.seat: one.name for one in Store(folder, 14).learners()}


async def first_page(room, browser: Browser, answer: Answer) -> str:
    """Wait for the first page of a seat; return the seat."""
    for _ in range(SECONDS):
        if "/learn/" in answer.url:
            return answer.url.partition("/user/")[2].partition("/")[0]
        assert answer.status < 400 or answer.status == 503, (answer.status, answer.url)
        await asyncio.sleep(1)
        answer = await browser.get(f"{room.origin}/hub/spawn")
    raise AssertionError(f"no server: {answer}")
