"""What the server answers beside Jupyter's own: pages, their files, the client, the way in."""

from __future__ import annotations

import html
import json
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from advices.core import class_of, project
from advices.learn.auditing import Auditing
from advices.learn.audits import Audits
from advices.learn.classed import CLASS, TOKEN_VARIABLE, Classed
from advices.learn.forwarded import AskedByName, forwarded
from advices.learn.guard import guard
from advices.learn.listening import Listening
from advices.learn.live_page import (
    AUDIT,
    CLIENT,
    CLIENT_FILES,
    ENTER,
    MATERIAL,
    PAGES,
    POLICY,
    PREPARING,
    RUNS,
    below,
    hub_home,
    live,
    page_file,
)
from advices.learn.material import Material
from advices.learn.preparing import Preparing, Told
from advices.learn.sending import OF_CLASS, Sender

_OF_PREPARING = "advices_preparing"
OF_AUDITING = "advices_auditing"
"""The setting of a server that holds its audits."""
FILES = r"[^?]*\.(?:css|js|mjs|map|json|jsonl|svg|png|ico|xml|txt|gz)"


class Codes:
    """Codes that let a browser in, each good once. `used` hears that one was."""

    def __init__(self, used: Callable[[], object] = lambda: None) -> None:
        self._code = secrets.token_urlsafe(32)
        self._used = used

    def current(self) -> str:
        """Return the code that is good now."""
        return self._code

    def take(self, code: str) -> bool:
        """Return whether a code is good; it is not any more."""
        if not secrets.compare_digest(code.encode(), self._code.encode()):
            return False
        self._code = secrets.token_urlsafe(32)
        self._used()
        return True


def add_handlers(app: Any) -> None:
    """Add ours to a server's handlers, and its audits to its settings.

    The site is the folder in the setting `AdvicesLearn.site`, else site/ of the project that the
    server shows the files of. With `AdvicesLearn.jupyterlab` what JupyterLab needs may be used too,
    and `AdvicesLearn.forwarded_host` names the one host that it may be asked by besides this one.
    """
    told = app.config.get("AdvicesLearn", {})
    site = Path(told["site"]) if "site" in told else project(Path(app.root_dir)).root / "site"
    jupyterlab = told.get("jupyterlab") in (True, "True", "true", "1")
    guard(app, jupyterlab=jupyterlab, name=forwarded(told.get("forwarded_host", "")))

    auditing = Auditing(project(Path(app.root_dir)).root)
    app.web_app.settings[OF_AUDITING] = auditing

    def at(*parts: str) -> str:
        return url_path_join(app.base_url, *parts)

    of = class_of()
    if of is not None and of.url:
        add_class(app, Sender(of, lambda: os.environ.get(TOKEN_VARIABLE, "")))
    app.web_app.add_handlers(
        ".*$",
        [
            (at(CLIENT, r"[0-9a-f]{16}/(.*)"), _KeptFile, {"path": str(CLIENT_FILES)}),
            (at(CLIENT, "(.*)"), _File, {"path": str(CLIENT_FILES)}),
            (at(MATERIAL, r"([a-z0-9-]+)/(files|solution)"), Material, {"root": app.root_dir}),
            (
                at(AUDIT, "(report|stop|write|)"),
                Audits,
                {"auditing": auditing, "root": app.root_dir},
            ),
            (at(PREPARING), _Prepared),
            (at(CLASS), Classed),
            (at(RUNS, r"([\w-]+)"), _Ran, {"listening": Listening(app.kernel_manager)}),
            (at(PAGES, f"({FILES})"), _File, {"path": str(site)}),
            (at(PAGES), web.RedirectHandler, {"url": at(PAGES) + "/", "permanent": False}),
            (at(PAGES, "(.*)"), _Page, {"site": site, "jupyterlab": jupyterlab}),
        ],
    )


def add_way_in(app: Any, codes: Codes) -> None:
    """Let browsers in by codes. JupyterHub has its own way in and needs none."""
    ways = [
        (url_path_join(app.base_url, ENTER), _Enter, {"codes": codes}),
        (f"/(?!{re.escape(app.base_url[1:])}).*", _Elsewhere),
    ]
    app.web_app.add_handlers(".*$", ways)


def add_preparing(app: Any, preparing: Preparing) -> None:
    """Let pages ask how far the preparations are."""
    app.web_app.settings[_OF_PREPARING] = preparing


def add_class(app: Any, sender: Sender) -> None:
    """Let pages show the class that this server is in, and tell it what happens."""
    app.web_app.settings[OF_CLASS] = sender


class _Prepared(JupyterHandler):
    """Tells a page what is being prepared, for who is let in."""

    @web.authenticated
    def get(self) -> None:
        """Send how far it is as JSON. The page of a lab says which: that comes next."""
        self.set_header("Cache-Control", "no-store")
        preparing: Preparing | None = self.settings.get(_OF_PREPARING)
        if preparing and (slug := self.get_query_argument("lab", "")):
            preparing.prefer(slug)
        # A hub's administrator prepares before the class comes.
        self.finish(asdict(preparing.told() if preparing else Told("ready", "", 0)))


class _Ran(JupyterHandler):
    """Tells a page what its kernel runs and ran, for who is let in."""

    def initialize(self, listening: Listening) -> None:
        self._listening = listening

    @web.authenticated
    async def get(self, kernel: str) -> None:
        """Send it as JSON."""
        try:
            told = await self._listening.told(kernel)
        except KeyError:
            raise web.HTTPError(404) from None
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(told, default=str))


class _Enter(AskedByName):
    """Lets a browser in that knows the code of the moment: it gets Jupyter's own cookie."""

    def initialize(self, codes: Codes) -> None:
        self._codes = codes

    @allow_unauthenticated
    def get(self) -> None:
        """Set the cookie and go to the first page, without the code in its address."""
        self.set_header("Cache-Control", "no-store")
        if not self._codes.take(self.get_query_argument("code", "")):
            self.set_status(403)
            self.finish(
                _plain(
                    "This address lets nobody in any more",
                    "Each address that <code>./run learn</code> prints works once. "
                    "The terminal shows the one that is good now.",
                )
            )
            return
        provider = self.identity_provider
        provider.set_login_cookie(self, provider.generate_anonymous_user(self))
        # Not by the status 302: a browser that a file or another site sent here keeps a strict
        # cookie back until a page of ours asks.
        first = html.escape(url_path_join(self.base_url, PAGES) + "/", quote=True)
        self.finish(
            _plain(
                "Docker Advices",
                f'<a href="{first}">The first page</a>',
                f'<meta http-equiv="refresh" content="0; url={first}">',
            )
        )


class _Elsewhere(AskedByName):
    """What is asked for outside of this start's addresses: an old bookmark, the bare port."""

    @allow_unauthenticated
    def get(self) -> None:
        """Say where the address of this start is."""
        self.set_status(404)
        self.finish(
            _plain(
                "There is nothing at this address",
                "Each start of <code>./run learn</code> has its own address. "
                "The terminal shows it.",
            )
        )


def _plain(title: str, says: str, more: str = "") -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>{more}'
        f"<h1>{title}</h1><p>{says}</p></html>\n"
    )


class _Page(AskedByName):
    """A page of the site, for who is let in."""

    def initialize(self, site: Path, *, jupyterlab: bool) -> None:
        self._site = site
        self._jupyterlab = jupyterlab

    @property
    def content_security_policy(self) -> str:
        """Return the policy of the site's pages."""
        return POLICY

    @web.authenticated
    def get(self, path: str) -> None:
        """Send a page with the scripts that run its cells, or the site's own 404."""
        _refuse_zero(path)
        file = page_file(self._site, path)
        if file is None and page_file(self._site, f"{path}/"):
            self.redirect(url_path_join(self.base_url, PAGES, path) + "/")
            return
        found = file or page_file(self._site, "404.html")
        if found is None:
            raise web.HTTPError(404)
        page = found.read_text("utf-8")
        if file is None:
            self.set_status(404)
            page = below(page, self.base_url)
        # The scripts send it back with what they ask for; asking for it here sets its cookie.
        _ = self.xsrf_token
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        sender: Sender | None = self.settings.get(OF_CLASS)
        hub, of = hub_home(os.environ), sender.of if sender else None
        self.finish(live(page, self.base_url, jupyterlab=self._jupyterlab, hub=hub, of=of))


def _refuse_zero(path: str) -> None:
    """Refuse a path that no file can have: the system's calls do not take it."""
    if "\0" in path:
        raise web.HTTPError(400)


class _File(JupyterHandler, web.StaticFileHandler):
    """A file that pages load. They are public: workers ask for some without a cookie."""

    @allow_unauthenticated
    async def get(self, path: str, include_body: bool = True) -> None:
        """Send the file."""
        _refuse_zero(path)
        await web.StaticFileHandler.get(self, path, include_body)

    @allow_unauthenticated
    async def head(self, path: str) -> None:
        """Send what is known of the file."""
        _refuse_zero(path)
        await web.StaticFileHandler.get(self, path, include_body=False)

    def set_extra_headers(self, path: str) -> None:
        """Let a browser ask whether the file is still the same: a new build makes a new one."""
        self.set_header("Cache-Control", "no-cache")


class _KeptFile(_File):
    """A file whose address changes when it does."""

    def set_extra_headers(self, path: str) -> None:
        """Let a browser keep the file: it need not ask for it again."""
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
