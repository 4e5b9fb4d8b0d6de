"""A browser without a window, and its line to a kernel: what does a server let it do?"""

from __future__ import annotations

import http.cookiejar
import json
import re
import socket
import urllib.error
import urllib.parse
import urllib.request

LAB = "learn/labs/build-cache/"


class Client:
    """A browser without a window: it keeps cookies and follows redirects."""

    def __init__(self) -> None:
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def ask(
        self, address: str, method: str = "GET", body: object = None, **headers: str
    ) -> tuple[int, str, str]:
        """Return status, final address and text."""
        request = urllib.request.Request(address, method=method)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        if method == "POST":
            request.data = json.dumps(body or {"name": "python3"}).encode()
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, answer.url, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.url, error.read().decode("utf-8", "replace")

    def enter(self, address: str) -> tuple[int, str, str]:
        """Go in by a code, and on to where its page leads."""
        status, _, text = self.ask(address)
        assert status == 200, text
        return self.ask(urllib.parse.urljoin(address, re.search(r"0; url=([^\"]+)", text)[1]))

    def xsrf(self) -> str:
        return next(one.value for one in self.cookies if one.name == "_xsrf")


def origin_of(server) -> str:
    return re.match(r"http://[^/]+", server.base)[0]


def channel(base: str, kernel: str, origin: str, cookies: str, name: str = "") -> str:
    """Return the status that answers the opening of a kernel's websocket, asked by a name."""
    host, port, path = re.search(r"//([\d.]+):(\d+)(/.*)", base).groups()
    lines = [
        f"GET {path}api/kernels/{kernel}/channels HTTP/1.1",
        f"Host: {name or f'{host}:{port}'}",
        *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *(f"Origin: {origin}", f"Cookie: {cookies}"),
    ]
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return line.recv(4096).decode("latin-1").split()[1]
