"""What a server with our pages lets a learner and others do, wherever it was started.

The same holds under `advices learn`, a plain Jupyter Server and a hub: it is set when the
extension is loaded, after all settings of the user were read.
"""

from __future__ import annotations

import os
from typing import Any

from jupyter_server.auth import Authorizer, User
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.handlers import MainKernelHandler
from jupyter_server.services.sessions.handlers import SessionRootHandler
from jupyter_server.utils import url_path_join
from tornado import web
from traitlets.config import Config

from advices.learn.forwarded import SETTING, Forwarded
from advices.learn.kernels import PageKernel
from advices.measure import SAMPLES_VARIABLE

# One for each lab, which a learner may walk through in a day, and some more.
KERNELS_AT_MOST = 20
BODY_BYTES_AT_MOST = 4 << 20
REQUEST_SECONDS_AT_MOST = 60
KERNEL_IDLE_SECONDS = 1800

# What the pages ask for. Not among it: files, terminals, settings, the end of the server.
_OF_THE_PAGES = frozenset({"api", "kernels", "kernelspecs", "sessions"})


class PagesOnly(Authorizer):
    """Lets who is let in use kernels, and nothing else of Jupyter's."""

    def is_authorized(
        self, handler: JupyterHandler, user: User, action: str, resource: str
    ) -> bool:
        """Return whether the pages need what is asked for."""
        return resource in _OF_THE_PAGES


class _Kernels(MainKernelHandler):
    """Starts a kernel, unless as many run as may."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse one kernel more than there may be."""
        await super().prepare()
        if self.request.method == "POST":
            _refuse_too_many(self)


class _Sessions(SessionRootHandler):
    """Starts the kernel of a notebook, unless as many run as may; one that runs is found."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse one kernel more than there may be."""
        await super().prepare()
        if self.request.method == "POST":
            asked = self.get_json_body() or {}
            sessions: Any = self.session_manager
            if not await sessions.session_exists(path=asked.get("path")):
                _refuse_too_many(self)


def _refuse_too_many(handler: JupyterHandler) -> None:
    kernels = len(handler.kernel_manager.list_kernel_ids())
    if kernels >= KERNELS_AT_MOST:
        raise web.HTTPError(
            429,
            f"{kernels} kernels run here, as many as may. One that idles for half an hour ends.",
        )


def guard(app: Any, *, jupyterlab: bool, name: Forwarded | None = None) -> None:
    """Set limits, encryption and rights of a server; with `jupyterlab` all of Jupyter may be used.

    Under `name` it may be asked as under this machine's own names, by pages of that origin alone.

    A request has 60 s to arrive and at most 4 MiB, also before anybody is let in. Twenty kernels
    may run; one that idles for half an hour is ended, unless the server says another time. What
    kernels and server say to each other is encrypted where their library can.
    """
    # A learner waits for what a cell does: one sample of each timing.
    os.environ.setdefault(SAMPLES_VARIABLE, "1,1")
    kernels = app.kernel_manager
    kernels.cull_idle_timeout = kernels.cull_idle_timeout or KERNEL_IDLE_SECONDS
    kernels.cull_interval = min(60, max(1, kernels.cull_idle_timeout // 2))
    kernels.cull_connected = True
    kernels.update_config(Config({"KernelManager": {"transport_encryption": "auto"}}))
    # Whatever a file of the user says: pages of others may neither ask nor read.
    app.web_app.settings |= {
        "disable_check_xsrf": False,
        "allow_origin": name.origin if name else "",
        "allow_origin_pat": "",
        "allow_credentials": False,
    }
    if name is not None:
        known = app.web_app.settings.get("local_hostnames", ["localhost"])
        app.web_app.settings |= {SETTING: name, "local_hostnames": [*known, name.name]}
    if jupyterlab and not os.access(app.root_dir, os.W_OK):
        app.log.warning(
            f"JupyterLab can save nothing: {app.root_dir} is not this user's to write. "
            "Give each learner a separate clone: docs/hub.md says how."
        )
    if not jupyterlab:
        app.web_app.settings["authorizer"] = PagesOnly(parent=app)
        kernels.kernel_manager_class = f"{PageKernel.__module__}.{PageKernel.__name__}"
        # JupyterLab sends notebooks of any size; the pages send what a learner types.
        app.max_body_size = min(app.max_body_size, BODY_BYTES_AT_MOST)
    handlers = [
        (url_path_join(app.base_url, "api", "kernels"), _Kernels),
        (url_path_join(app.base_url, "api", "sessions"), _Sessions),
    ]
    app.web_app.add_handlers(".*$", handlers)
    # The server of requests is made after the extensions were loaded.
    app.io_loop.add_callback(_hurry, app)
    if not jupyterlab:
        # Its page asks for no right, and a hub loads its extension after this one.
        app.io_loop.add_callback(_close_jupyterlab, app)


def _close_jupyterlab(app: Any) -> None:
    """Let nobody open JupyterLab's page, whoever loaded it."""
    page = url_path_join(app.base_url, "(lab|doc)(/.*)?")
    app.web_app.add_handlers(".*$", [(page, _Off)])


class _Off(JupyterHandler):
    """What is off."""

    @web.authenticated
    def get(self, *_: str) -> None:
        """Say that there is no such page."""
        raise web.HTTPError(404)


def _hurry(app: Any) -> None:
    """End connections on which no whole request comes: each holds memory while it stays."""
    server = getattr(app, "http_server", None)
    if server is not None:
        server.conn_params.header_timeout = REQUEST_SECONDS_AT_MOST
        server.conn_params.body_timeout = REQUEST_SECONDS_AT_MOST
