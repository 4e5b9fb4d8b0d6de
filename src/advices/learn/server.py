"""`advices learn`: the server for one learner, on this machine only."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_dir
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from traitlets.config import Config

from advices.core import Layout, PortTaken, SiteMissing
from advices.learn.forwarded import Forwarded
from advices.learn.guard import KERNEL_IDLE_SECONDS
from advices.learn.handlers import OF_AUDITING, Codes, add_class, add_preparing, add_way_in
from advices.learn.live_page import ENTER, PAGES
from advices.learn.preparing import Preparing
from advices.learn.sending import Sender

ADDRESS = "127.0.0.1"
_NO_CONFIG = "JUPYTER_NO_CONFIG"
PORT = 8890


@dataclass(frozen=True)
class Learning:
    """How a server is started. `port` 0 is any free one; `base_url` begins and ends with /."""

    site: Path
    port: int = PORT
    base_url: str = "/"
    kernel_idle_seconds: int = KERNEL_IDLE_SECONDS
    jupyterlab: bool = False
    forwarded: Forwarded | None = None


def settings(layout: Layout, learning: Learning) -> Config:
    """Return the settings of the server: who may reach it, and for how long a kernel idles.

    Jupyter's own checks stay as they are: other hosts' names and other origins are refused, and
    every request that changes something needs the XSRF token. What `guard` sets is not here.
    """
    # It goes with the browser, and to no other port: what listens there has other paths.
    cookie: dict[str, Any] = {"path": learning.base_url, "samesite": "Strict", "expires_days": None}
    name = learning.forwarded
    if name is not None and name.scheme == "https":
        # Browsers send it to this machine without encryption as well, for that is no network.
        cookie["secure"] = True
    return Config(
        {
            "AdvicesLearn": {
                "site": str(learning.site),
                "jupyterlab": learning.jupyterlab,
                "forwarded_host": name.origin if name else "",
            },
            "ServerApp": {
                "ip": ADDRESS,
                "port": learning.port,
                # A port that was named is meant.
                "port_retries": 50 if learning.port == PORT else 0,
                "allow_remote_access": False,
                "base_url": learning.base_url,
                "default_url": url_path_join(learning.base_url, PAGES) + "/",
                "root_dir": str(layout.root),
                "jpserver_extensions": {
                    "advices.learn": True,
                    "jupyterlab": learning.jupyterlab,
                    "jupyter_server_terminals": learning.jupyterlab,
                },
                "terminals_enabled": learning.jupyterlab,
                # A cookie of an earlier start, or of another clone's server, lets nobody in.
                "cookie_secret": secrets.token_bytes(32),
                "tornado_settings": {"xsrf_cookie_kwargs": cookie},
                "open_browser": False,
                # Who may use the engine could be root anyway.
                "allow_root": True,
                "answer_yes": True,
                "log_level": "WARN",
            },
            # Nobody is told this token: a browser is let in by a code that is good once.
            "IdentityProvider": {
                "token": secrets.token_hex(32),
                "cookie_options": {**cookie, "httponly": True},
            },
            "MappingKernelManager": {"cull_idle_timeout": learning.kernel_idle_seconds},
            "LabApp": {
                "log_level": "WARN",
                "expose_app_in_browser": False,
                "extension_manager": "readonly",
            },
        }
    )


def serve(
    layout: Layout,
    learning: Learning,
    ready: Callable[[str], object],
    show: Callable[[str], object],
    *,
    ended: Callable[[], object] = lambda: None,
    preparing: Preparing | None = None,
    sender: Sender | None = None,
) -> None:
    """Serve until somebody stops it, and end the process then.

    `ready` is told the first address, `show` every later one, and `ended` is called when the server
    has ended. `preparing` goes on beside it and ends with it, and so does an audit. `sender` tells
    the class that this laptop has joined.

    Raises SiteMissing when the site was not built, PortTaken when the port is in use.
    """
    if not (learning.site / "index.html").is_file():
        raise SiteMissing(f"{learning.site} holds no site")
    # A file of settings could let others in, and none is needed: Jupyter makes an empty folder.
    os.environ[_NO_CONFIG] = "1"
    settings_folder = jupyter_config_dir()
    codes = Codes(used=lambda: show(address()))
    app: Any = ServerApp.instance(config=settings(layout, learning))

    def address() -> str:
        path = url_path_join(learning.base_url, ENTER)
        return f"http://{ADDRESS}:{app.port}{path}?code={codes.current()}"

    try:
        app.initialize(argv=[])
    except SystemExit:
        raise PortTaken(
            f"port {learning.port} on {ADDRESS} is in use",
            why="another program, or another `advices learn`, listens there",
            next_step="stop it, or choose another: `advices learn --port 0` takes a free one",
        ) from None
    finally:
        del os.environ[_NO_CONFIG]
        shutil.rmtree(settings_folder, ignore_errors=True)
    add_way_in(app, codes)
    if sender is not None:
        add_class(app, sender)
    if preparing is not None:
        add_preparing(app, preparing)
        preparing.start()
    app.io_loop.add_callback(lambda: ready(address()))
    app.start()
    app.web_app.settings[OF_AUDITING].end()
    if preparing is not None:
        preparing.stop()
    ended()
    # The kernels are shut down by now. A thread that waited for a file would keep the process for
    # ever; a kernel that did not heed ends with its parent.
    sys.stdout.flush()
    os._exit(0)
