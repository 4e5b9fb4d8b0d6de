"""A page of the built site as a server with kernels sends it."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from pathlib import Path

from advices.core import ClassOf

PAGES = "learn"
"""Where the site lies below the server's base address."""

CLIENT = "learn-client"
"""Where the scripts lie that run cells."""

ENTER = "learn-enter"
"""Where a browser is let in by a code that is good once."""

PREPARING = "learn-preparing"
"""Where the page asks how far the preparations are."""

RUNS = "learn-runs"
"""Where the page asks what its kernel runs and ran."""

MATERIAL = "learn-material"
"""Where the page asks for the files of an exercise, and for its solution."""

AUDIT = "learn-audit"
"""Where the page has the learner's own project audited."""

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
"""The Content-Security-Policy of a page: nothing from elsewhere. Material has scripts inline."""


CLIENT_FILES = Path(__file__).parent / "client"
_LOADING = (CLIENT_FILES / "loading.js").read_text("utf-8")
_SCRIPTS = sorted(file.name for file in CLIENT_FILES.glob("*.js") if file.name != "loading.js")


def _digest() -> str:
    """Return what stands in the addresses of the scripts: other scripts have other addresses."""
    whole = hashlib.sha256()
    for name in _SCRIPTS:
        whole.update((CLIENT_FILES / name).read_bytes())
    return whole.hexdigest()[:16]


def hub_home(environment: Mapping[str, str]) -> str:
    """Return the address of the hub's control panel for a server of a hub, else ""."""
    if "JUPYTERHUB_SERVICE_PREFIX" not in environment:
        return ""
    # The host is named where each learner's server has one of its own.
    host, base = (environment.get(f"JUPYTERHUB_{name}", "") for name in ("HOST", "BASE_URL"))
    return f"{host}{base or '/'}hub/home"


def live(
    page: str,
    base_url: str,
    *,
    jupyterlab: bool = False,
    hub: str = "",
    of: ClassOf | None = None,
) -> str:
    """Return a page with the scripts that run its cells. Published, it has none of them.

    With `jupyterlab` they offer to open a lab's notebook there; `hub` is where they lead back to,
    and `of` the class that they tell of progress.
    """
    client = html.escape(f"{base_url}{CLIENT}", quote=True)
    named = {
        "advices-hub": hub,
        "advices-jupyterlab": "yes" if jupyterlab else "",
        "advices-class": f"{of.keep_days}" if of is not None and of.url else "",
        "advices-own": "yes" if of is not None and of.is_own else "",
    }
    head = (
        f'<link rel="stylesheet" href="{client}/vendored.css">'
        f'<link rel="stylesheet" href="{client}/learn.css">'
        + "".join(
            f'<meta name="{name}" content="{html.escape(content, quote=True)}">'
            for name, content in named.items()
            if content
        )
        + f'<meta name="advices-client" data-client="{client}/{_digest()}/" '
        f'data-scripts="{" ".join(_SCRIPTS)}">'
        f'<script type="module">{_LOADING}</script></head>'
    )
    return page.replace("</head>", head, 1)


def below(page: str, base_url: str) -> str:
    """Return the site's 404 page for a site that does not lie at the root of its host.

    The generator gives that page alone addresses from the root: it is shown at every depth.
    """
    pages = html.escape(f"{base_url}{PAGES}", quote=True)
    found = re.sub(r'\b(href|src|action)="/(?!/)', rf'\1="{pages}/', page)
    return found.replace('"base": "/"', f'"base": "{pages}"')


def page_file(site: Path, path: str) -> Path | None:
    """Return the file of a page by its path in an address, None when the site has no such page."""
    asked = site / path
    file = asked / "index.html" if path.endswith("/") or not path else asked
    file = file.resolve()
    if not file.is_relative_to(site.resolve()) or not file.is_file():
        return None
    return file
