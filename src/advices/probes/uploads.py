"""Visitors who upload a picture: a small file that takes much memory to open."""

from __future__ import annotations

import contextlib
import functools
import html.parser
import http.client
import struct
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from advices.core import at_once
from advices.probes.startup import get

# Of 24 megapixels, the most that the sample project takes: about 100 MB once it is unpacked.
_WIDTH, _HEIGHT = 6000, 4000
_COLOUR = b"\x80\x90\xa0"
_BOUNDARY = "docker-advices-picture"
_TIMEOUT_SECONDS = 60.0
_TOGETHER_SECONDS = 3.0


@dataclass(frozen=True)
class Form:
    """A form with a picture: where it goes, the cookie that it needs, its other fields."""

    action: str
    cookie: str
    picture: str
    fields: Mapping[str, str]

    def body(self) -> bytes:
        """Return it filled in, as multipart/form-data (RFC 7578)."""
        parts = [_part(f'name="{name}"', value.encode()) for name, value in self.fields.items()]
        about = f'name="{self.picture}"; filename="picture.png"\r\nContent-Type: image/png'
        return b"".join([*parts, _part(about, picture()), f"--{_BOUNDARY}--\r\n".encode()])


class _Forms(html.parser.HTMLParser):
    """Finds the first form of a page that takes a file."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside = False
        self.action = self.picture = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, its fields, and which of them takes a file."""
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "form" and not self.picture:
            self.inside = given.get("method", "").lower() == "post"
            self.action, self.fields = given.get("action", ""), {}
        elif self.inside and tag == "input" and kind == "file":
            self.picture = name
        elif self.inside and tag == "input" and kind in ("text", "hidden"):
            self.fields[name] = given.get("value") or "Visitor"
        elif self.inside and tag == "textarea":
            self.fields[name] = "With a picture."

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a form."""
        self.inside = self.inside and tag != "form"


def form_at(port: int, path: str) -> Form | None:
    """Return the form of a page that takes a picture, None where there is none.

    Raises OSError or HTTPException when the site does not answer.
    """
    page = get(port, path)
    found = _Forms(page.body.decode("utf-8", "replace"))
    if page.status != 200 or not found.picture:
        return None
    cookies = (value for name, value in page.headers if name.lower() == "set-cookie")
    pairs = "; ".join(cookie.partition(";")[0] for cookie in cookies)
    return Form(found.action or path, pairs, found.picture, found.fields)


def lost(port: int, form: Form, visitors: int) -> int:
    """Return how many visitors got no answer that their picture is kept, all at the same time.

    They send the last byte together, so that a server which takes them all opens all pictures at
    once, however slow the machine is.
    """
    body, together = form.body(), threading.Barrier(visitors)
    kept = at_once(
        {str(n): lambda: _is_kept(port, form, body, together) for n in range(visitors)}, visitors
    )
    return sum(not one for one in kept.values())


def _is_kept(port: int, form: Form, body: bytes, together: threading.Barrier) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    kind = f"multipart/form-data; boundary={_BOUNDARY}"
    try:
        connection.putrequest("POST", form.action)
        for name, value in (("Content-Type", kind), ("Cookie", form.cookie)):
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:-1])
        # A server with fewer workers than visitors may read so late that a line is full before.
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(_TOGETHER_SECONDS)
        connection.send(body[-1:])
        answer = connection.getresponse()
        answer.read()
        # A form that was kept leads on; one that was refused is shown again.
        return answer.status in (302, 303)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _part(about: str, content: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {about}\r\n\r\n"
    return head.encode() + content + b"\r\n"


@functools.cache
def picture() -> bytes:
    """Return a PNG of one colour (RFC 2083)."""
    row = b"\0" + _COLOUR * _WIDTH
    packing = zlib.compressobj(9)
    packed = b"".join(packing.compress(row) for _ in range(_HEIGHT)) + packing.flush()
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    chunks = (_chunk(b"IHDR", head), _chunk(b"IDAT", packed), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checked
