"""The site to learn with: one Jupyter server that serves the built pages and runs their cells.

It is an extension of Jupyter Server. Pages, kernels and JupyterLab have one origin, so that there
is no token in a script and no rule for other origins, and JupyterHub can serve it unchanged.
"""

from __future__ import annotations

from typing import Any

CHECKED = "application/vnd.advices.checked+json"
"""The type of a verdict, among what a cell displays."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "advices.learn"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Add the pages to a server. Called by Jupyter Server."""
    # Only a server needs what the handlers import; the toolkit's other commands do not.
    from advices.learn.handlers import add_handlers  # noqa: PLC0415

    add_handlers(app)
