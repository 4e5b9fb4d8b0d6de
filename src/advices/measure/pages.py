"""The pages that solutions serve, kept on this machine by the digest of their bodies.

A committed result holds the digest alone. A page comes from whoever served it: the solution, or a
learner's image that serves the same.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from pydantic import ValidationError

from advices.core import AdvicesError, DiskFull, FileRefused, cache_folder, write_whole
from advices.lab import COLD
from advices.measure.bench import Bench
from advices.measure.candidate import of_variant
from advices.measure.plan import BuildImage, ServeImage
from advices.measure.variant import Measurer
from advices.results import Page, VariantResult


def keep_page(page: Page | None, good: VariantResult) -> None:
    """Keep a page if it is the solution's."""
    if page is None or page.digest != good.boot.page_digest:
        return
    file = _file(page.digest)
    if not file.is_file():
        with contextlib.suppress(DiskFull, FileRefused):
            write_whole(file, page.model_dump_json())


def kept_page(good: VariantResult) -> Page | None:
    """Return the solution's page, None where nobody has served it here yet."""
    if good.boot.page_digest is None:
        return None
    try:
        return Page.model_validate_json(_file(good.boot.page_digest).read_bytes())
    except (OSError, ValidationError):
        return None


def page_of_solution(bench: Bench, measurer: Measurer, good: VariantResult) -> Page | None:
    """Return the solution's page; where it is not kept, the solution is built and asked for it.

    None where that fails: the page is there to be looked at, and no claim needs it.
    """
    if kept_page(good) is None and good.boot.page_digest is not None:
        bench.workshop.say("the solution's page is fetched to compare with, once on this machine")
        solution = of_variant(bench.lab, "good", hidden=True)
        with contextlib.suppress(AdvicesError):
            measurer.measure(solution, (BuildImage(COLD, 1), ServeImage(1)))
            keep_page(measurer.pages.get(solution.name), good)
    return kept_page(good)


def _file(digest: str) -> Path:
    return cache_folder() / "pages" / f"{digest}.json"
