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

from advices.core import AdvicesError
from advices.site.macros.lessons import Lessons
from advices.site.macros.numbers import Numbers
from advices.site.macros.pictures import Pictures
from advices.site.macros.tables import Tables

log = logging.getLogger("mkdocs.advices")


class Environment(Protocol):
    """What is read of the plugin: project folder, settings, current page, and `macro`."""

    project_dir: str
    conf: dict[str, object]
    page: Any

    def macro(self, function: Callable[..., str], name: str = "") -> object:
        """Make a function known to the pages under a name."""


class Macros(Numbers, Tables, Pictures, Lessons):
    """All macros of the pages."""


MACROS = (
    *("measure", "ratio", "compare", "measured", "says", "measures", "replays", "layers"),
    *("steps", "claims", "provenance", "bases", "bar_chart", "replay_chart", "layers_chart"),
    *("dockerfile", "mistakes", "exercise", "gains", "path", "probes", "measured_all"),
    *("scanners", "alerts", "alert", "dashboard", "bench", "progress", "progress_table"),
    *("cache_timeline", "cache_explorer", "alerts_by_risk", "stages"),
    *("doctor_checks", "doctor_steps", "need_a_mirror"),
)


def page_path(page: Any) -> str:
    """Return the path of a page below docs/, as MkDocs or its successor Zensical has it."""
    return str(page.file.src_uri if hasattr(page, "file") else page.path)


def define_env(env: Environment) -> None:
    """Register every macro with mkdocs-macros-plugin."""
    project = Path(env.project_dir)
    docs = project / str(env.conf["docs_dir"])
    macros = Macros(project / "labs", docs, lambda: page_path(env.page))
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
