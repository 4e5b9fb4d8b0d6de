"""The site: its build beside the same pages without plugins."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.base import Config
from mkdocs.exceptions import MkDocsException
from mkdocs.plugins import BasePlugin, event_priority

from advices.core.errors import CommandFailed, ResultInvalid
from advices.core.files import write_whole
from advices.core.paths import Layout
from advices.results.record import Timing
from advices.site import speed
from advices.site.speed import Comparison, Machine, Speed
from benchmarks.suites import settings
from benchmarks.taking import Place, program


class _Nothing(Config):  # type: ignore[no-untyped-call]
    """No settings."""


class _Keeper(BasePlugin[_Nothing]):  # type: ignore[no-untyped-call]
    """Keeps the text of each page as the macros left it."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}

    @event_priority(-100)
    def on_page_markdown(self, markdown: str, /, *, page: Any, **_: Any) -> str:
        """Hear of a page after all other plugins."""
        # The plugins take the head of a page away; what it says goes on the page as well.
        head = f"---\n{yaml.safe_dump(dict(page.meta))}---\n" if page.meta else ""
        self.pages[page.file.src_uri] = f"{head}{markdown}"
        return markdown


_NOTHING = Speed(
    date="2000-01-01",
    commit="none",
    machine=Machine(
        cores=1,
        memory_bytes=1,
        platform="none",
        engine_version="none",
        buildx_version="none",
        storage_driver="none",
        versions={},
    ),
    comparisons=(
        Comparison(
            id="nothing",
            what="nothing",
            against="nothing",
            ours=Timing(samples=(1.0,)),
            theirs=Timing(samples=(1.0,)),
        ),
    ),
)


def copied(place: Place) -> Path:
    """Return a copy of this site's sources.

    Where speed was never measured, the copy gets a record of nothing: the first record of all
    would need itself otherwise.
    """
    root, ours = place.project.root, place.scratch / "ours"
    for folder in ("docs", "labs", "overrides"):
        shutil.copytree(root / folder, ours / folder)
    # Only `mkdocs serve` looks at the folders to watch, and the toolkit is not copied.
    write_whole(ours / "mkdocs.yml", settings(place.project, watch=None))
    try:
        speed.load(ours / "docs" / "results")
    except ResultInvalid:
        speed.save(ours / "docs" / "results", _NOTHING)
    return ours


def without_plugins(ours: Path, plain: Path) -> Path:
    """Return a copy of a site with its pages as the macros left them, and no plugin.

    Raises CommandFailed when the site cannot be built.
    """
    keeper = _Keeper()
    try:
        config = load_config(str(ours / "mkdocs.yml"), site_dir=str(plain / "kept"))
        config.plugins["keeper"] = keeper
        build(config)
    except MkDocsException as error:
        raise CommandFailed(
            f"the site cannot be built: {error}", next_step="`mkdocs build` says more"
        ) from None
    shutil.copytree(ours / "docs", plain / "docs")
    shutil.copytree(ours / "overrides", plain / "overrides")
    for name, text in keeper.pages.items():
        write_whole(plain / "docs" / name, text)
    write_whole(plain / "mkdocs.yml", settings(Layout(ours), plugins=[]))
    return plain


def site(place: Place) -> tuple[Comparison, ...]:
    """Return `mkdocs build` of this site beside the same pages without plugins."""
    place.say("  the pages as the macros leave them")
    ours = copied(place)
    plain = without_plugins(ours, place.scratch / "plain")
    into = place.scratch / "built"
    words = [program("mkdocs"), "build", "--strict", "--quiet", "--site-dir"]
    times = place.in_turns(
        ours=lambda: place.timed([*words, str(into / "ours")], ours),
        plain=lambda: place.timed([*words, str(into / "plain")], plain),
    )
    built = [pages(into / name) for name in ("ours", "plain")]
    if not built[0] or built[0] != built[1]:
        raise CommandFailed(
            "the site without plugins has not the pages of the site",
            why=f"only one of them has {', '.join(sorted(built[0] ^ built[1])[:3]) or 'any'}",
        )
    return (
        Comparison(
            id="site-build",
            what="mkdocs build of this site",
            against="the same pages, their macros done, without plugins",
            goal=1.5,
            ours=times["ours"],
            theirs=times["plain"],
        ),
    )


def pages(folder: Path) -> frozenset[str]:
    """Return the pages of a built site."""
    return frozenset(os.path.relpath(file, folder) for file in folder.rglob("*.html"))
