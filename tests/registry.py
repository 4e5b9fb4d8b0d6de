"""A registry on this machine's loopback: serves what `docker save` wrote, or refuses in each way.

`python registry.py PORT FOLDER`: the images are folders of FOLDER, one for each `NAME.TAG`, that
hold an OCI layout. The first part of a repository's name says how it is answered (`REFUSALS`).
"""

from __future__ import annotations

import http.server
import json
import sys
from pathlib import Path
from typing import ClassVar

REFUSALS = {
    "private": (401, "UNAUTHORIZED", "authentication required"),
    "denied": (403, "DENIED", "requested access to the resource is denied"),
    "limited": (429, "TOOMANYREQUESTS", "You have reached your unauthenticated pull rate limit."),
    "broken": (503, "UNAVAILABLE", "service unavailable"),
}
UNKNOWN = (404, "MANIFEST_UNKNOWN", "manifest unknown")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the distribution API says."""

    protocol_version = "HTTP/1.1"
    # An engine that begins with TLS must see that this is HTTP, or it does not try without.
    default_request_version = "HTTP/1.1"
    folder: ClassVar[Path]

    def do_GET(self) -> None:
        parts = self.path.partition("?")[0].strip("/").split("/")
        if parts == ["v2"]:
            self._answer(200, b"{}", "application/json")
        elif parts[1] in REFUSALS:
            self._refuse(*REFUSALS[parts[1]])
        elif parts[-2] == "manifests":
            self._manifest("/".join(parts[1:-2]), parts[-1])
        else:
            self._blob(parts[-1], "application/octet-stream")

    do_HEAD = do_GET

    def _manifest(self, name: str, reference: str) -> None:
        layout = self.folder / f"{name.rpartition('/')[2]}.{reference}" / "index.json"
        if reference.startswith("sha256:"):
            self._blob(reference)
        elif layout.is_file():
            # The manifest itself: a real index has several platforms, this one would have one.
            self._blob(json.loads(layout.read_text("utf-8"))["manifests"][0]["digest"])
        else:
            self._refuse(*UNKNOWN)

    def _blob(self, digest: str, media_type: str = "") -> None:
        found = next(self.folder.glob(f"*/blobs/sha256/{digest.removeprefix('sha256:')}"), None)
        if found is None:
            self._refuse(*UNKNOWN)
            return
        data = found.read_bytes()
        self._answer(200, data, media_type or json.loads(data)["mediaType"], digest)

    def _refuse(self, status: int, code: str, message: str) -> None:
        body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
        self._answer(status, body, "application/json")

    def _answer(self, status: int, body: bytes, media_type: str, digest: str = "") -> None:
        self.send_response(status)
        self.send_header("Docker-Distribution-API-Version", "registry/2.0")
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if digest:
            self.send_header("Docker-Content-Digest", digest)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


if __name__ == "__main__":
    port, Handler.folder = int(sys.argv[1]), Path(sys.argv[2])
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        print("up", flush=True)
        server.serve_forever()
