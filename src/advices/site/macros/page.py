"""What every macro needs: results, labs, the current page, links to where numbers come from."""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Callable
from pathlib import Path
from typing import Any

from advices import results
from advices.core import ResultInvalid
from advices.lab import Lab, MeasureName, describe, labfile
from advices.results import escape, linting
from advices.site import linters, origin
from advices.site.shown import Shown
from advices.site.views import ViewsOf


class Page:
    """What all macros share. `page` gives the current page's path below docs/.

    `repository` is the address of the project's sources, as the site's publisher set it, or "".
    """

    def __init__(
        self, labs: Path, docs: Path, page: Callable[[], str], repository: str = ""
    ) -> None:
        self._labs, self._docs, self._page = labs, docs, page
        self._repository = repository
        # The pages of one build ask for the same files again and again; a new build asks again.
        self._lab = functools.cache(functools.partial(labfile.read, labs))
        self._in_order = functools.cache(
            lambda: labfile.ordered(map(self._lab, labfile.slugs(labs)))
        )
        self._result = functools.cache(self._load)
        self._reference = functools.cache(
            functools.partial(results.load, docs / "results" / "exercises")
        )
        self._linting = functools.cache(lambda: linting.load(docs / "results"))
        self._linted_one = functools.cache(
            lambda slug: linters.rows(
                [self._lab(slug)], {slug: self._result(slug)}, self._linting()
            )
        )
        self._needs_mirror = functools.cache(
            lambda slug: any(
                one.installs_system_packages for one in self._lab(slug).with_exercise()
            )
        )

    def _load(self, slug: str) -> results.Result:
        self._lab(slug)
        for needed in (self._docs / "results" / f"{slug}.json", self._docs / "labs" / f"{slug}.md"):
            if not needed.is_file():
                raise ResultInvalid(
                    f"docs/{needed.parent.name}/{needed.name} is not there",
                    why=f"the lab `{slug}` has not been measured yet",
                    next_step=f"`advices run {slug}` (`./run advices -- run {slug}`)",
                )
        return results.load(self._docs / "results", slug)

    def _exercise(self, slug: str) -> Lab:
        return self._lab(slug).its_exercise()

    def _says(self, slug: str) -> dict[str, str]:
        return self._lab(slug).says()

    def _source(self, slug: str) -> str:
        """Return the target of a link to the provenance of a lab, from the current page."""
        here = posixpath.dirname(self._page())
        return posixpath.relpath(f"labs/{slug}.md", here or ".") + "#provenance"

    def _number(self, result: results.Result, text: str, where: str, measure: MeasureName) -> str:
        stand_in = any(base.kind == "stand-in" for base in result.provenance.bases.values())
        about = describe(measure, self._says(result.slug))
        title = f"{about.label}. Measured {result.provenance.date[:10]}"
        title += " on a stand-in base image" if stand_in else ""
        return origin.link(escape(text), self._source(result.slug), where, title, "adv-value")

    def _view(self, slug: str, name: str, *args: Any, **kwargs: Any) -> str:
        """Return one of the views of a lab, as it is placed on the page."""
        view = getattr(ViewsOf(self._lab(slug), self._result(slug)), name)
        return self._placed(view(*args, **kwargs), slug)

    def _placed(self, shown: Shown, slug: str) -> str:
        """Return what is shown of a lab with the line on where it comes from."""
        if shown.origin is None:
            return shown.text
        line = origin.line(self._result(slug), self._source(slug), shown.origin)
        return f"{shown.text.rstrip()}\n\n{line}"

    def _chapter(self, lab: Lab) -> str:
        return f"[{escape(lab.title)}]({self._to_chapter(lab)})"

    def _to_chapter(self, lab: Lab) -> str:
        here = posixpath.dirname(self._page()) or "."
        return posixpath.relpath(f"chapters/{lab.slug}.md", here)
