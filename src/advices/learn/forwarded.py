"""The one name besides this machine's own under which a server may be asked, and who is told so.

A port is forwarded by a development container, an editor or a reverse proxy. Any of them may leave
the header Host as the browser sent it, or put this machine's name there and leave Origin.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

_NAME = re.compile(
    r"(?:(https?)://)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
    r"(:[0-9]{1,5})?/?",
    re.ASCII,
)
SETTING = "advices_forwarded"


@dataclass(frozen=True)
class Forwarded:
    """A host name, with the scheme and the port that browsers use for it."""

    scheme: str
    name: str
    port: str = ""

    @property
    def origin(self) -> str:
        """Return what browsers name as the origin of its pages."""
        return f"{self.scheme}://{self.name}{self.port}"

    def address(self, local: str) -> str:
        """Return an address of this machine as it is under the forwarded name."""
        return self.origin + re.sub(r"^http://[^/]+", "", local)


def forwarded(text: str) -> Forwarded | None:
    """Return what an option names: NAME or NAME:PORT, by HTTPS unless http:// stands before it.

    None for "". Raises ValueError for all else: a path, a pattern, several names.
    """
    if not text:
        return None
    found = _NAME.fullmatch(text.lower())
    if found is None:
        raise ValueError(f"`{text}` is no host name; one such as name.example.org is meant")
    return Forwarded(found[1] or "https", found[2], found[3] or "")


def refusal(asked: str) -> str:
    """Return the page for who asks under a name that was not allowed."""
    name = html.escape(asked)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Another name</title>'
        "<h1>This server does not answer under this name</h1>"
        f"<p>It was asked as <code>{name}</code>, and answers on its own machine alone. If that is "
        "a forwarded port or a reverse proxy of yours, start the server with exactly this name: "
        f"<code>./run learn -- --forwarded-host {name}</code>, "
        "with http:// before it where no HTTPS is used.</p></html>\n"
    )


class AskedByName(JupyterHandler):
    """Refuses a page under another name, and says what would allow it."""

    async def prepare(self, **how: Any) -> None:
        """Refuse what a proxy says that it was asked under another name than the allowed one."""
        await super().prepare(**how)
        told = self._told()
        if told and not self._is_known(told):
            raise web.HTTPError(403)

    def write_error(self, status_code: int, **how: Any) -> None:
        """Send the page that names the option, where the name is what was refused."""
        asked = self._told() or self.request.host
        if status_code == 403 and not self._is_known(asked):
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.finish(refusal(asked))
            return
        super().write_error(status_code, **how)

    def _told(self) -> str:
        """Return the name that a proxy says it was asked by, "" where none says so."""
        return self.request.headers.get("X-Forwarded-Host", "").partition(",")[0].strip().lower()

    def _is_known(self, host: str) -> bool:
        # A hub has names of its own, and checks them itself.
        if self.settings.get("allow_remote_access"):
            return True
        allowed: Forwarded | None = self.settings.get(SETTING)
        name = re.sub(r":\d+$", "", host.lower())
        here = {"localhost", "127.0.0.1", "[::1]"}
        return name in here | ({allowed.name} if allowed else set())
