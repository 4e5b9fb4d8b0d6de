"""Macro registration for the site: chapters read every number from docs/results.

The build fails on an unknown macro, lab, variant or measure, and on a missing result. This
module is loaded by mkdocs-macros-plugin, which calls `define_env`.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from advices.core import AdvicesError, collect_rarely
from advices.site.macros.audits import Audits
from advices.site.macros.lessons import Lessons
from advices.site.macros.numbers import Numbers
from advices.site.macros.overview import Overview
from advices.site.macros.training import Training
from advices.site.views import NAMES, Views

log = logging.getLogger("mkdocs.advices")


class Environment(Protocol):
    """What is read of the plugin: project folder, settings, current page, and `macro`."""

    project_dir: str
    conf: dict[str, object]
    page: Any

    def macro(self, function: Callable[..., str], name: str = "") -> object:
        """Make a function known to the pages under a name."""


class Macros(Numbers, Overview, Lessons, Training, Audits):
    """All macros of the pages: its own, and one for each of the views."""


def _macro(name: str) -> Callable[..., str]:
    """Return the macro that shows a view of a lab, which is named first."""

    @functools.wraps(getattr(Views, name))
    def macro(self: Macros, slug: str, *args: Any, **kwargs: Any) -> str:
        return self._view(slug, name, *args, **kwargs)

    return macro


for _name in NAMES:
    setattr(Macros, _name, _macro(_name))

MACROS = tuple(name for name in dir(Macros) if not name.startswith("_"))


def page_path(page: Any) -> str:
    """Return the path of a page below docs/, as MkDocs or its successor Zensical has it."""
    return str(page.file.src_uri if hasattr(page, "file") else page.path)


def define_env(env: Environment) -> None:
    """Register every macro with mkdocs-macros-plugin."""
    # To look for garbage 300 times takes a twentieth of a build, and keeps it 5 MB smaller.
    collect_rarely()
    project = Path(env.project_dir)
    docs = project / str(env.conf["docs_dir"])
    repository = str(env.conf.get("repo_url") or "")
    macros = Macros(project / "labs", docs, lambda: page_path(env.page), repository)
    for name in MACROS:
        env.macro(_reported(getattr(macros, name)), name)


def _reported(function: Callable[..., str]) -> Callable[..., str]:
    """Return the macro with its errors logged: the plugin hides them in a quiet build."""

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> str:
        try:
            return function(*args, **kwargs)
        except (AdvicesError, TypeError) as error:
            log.error("%s: %s", function.__name__, error)
            raise

    return call
