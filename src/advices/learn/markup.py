"""Pure: what a page of the site would show of Markdown, for a page that runs."""

from __future__ import annotations

import markdown

from advices.site import Shown

# As in mkdocs.yml, so that an output looks like what is recorded.
_EXTENSIONS = ["tables", "attr_list", "md_in_html", "pymdownx.highlight", "pymdownx.superfences"]
_SETTINGS = {"pymdownx.highlight": {"pygments_lang_class": True}}


def as_html(shown: Shown) -> str:
    """Return what a cell shows as HTML, made of Markdown as the site makes it."""
    if shown.figure:
        return shown.figure
    return str(
        markdown.markdown(shown.markdown, extensions=_EXTENSIONS, extension_configs=_SETTINGS)
    )
