"""Runs in a container: visitors on slow lines who keep asking a site while it is stopped.

Arguments: host, port, path. Each visitor sends a request over about a second, then the next,
until the site takes no more. They send the form of the page at `path` or at /sign/; where there
is none, a single visitor asks for the page. Prints `in flight` once the site has accepted a
request of every visitor, or of as many as it takes at once, and at the end one line of JSON:
how many were answered, lost and refused.

A request is accepted when the server says `100 Continue`, or, where there is no form, when more
of it could be sent after its first parts. It is lost when it was accepted and no whole answer
came.
"""

import html.parser
import http.client
import json
import socket
import sys
import threading
import time
import urllib.parse

VISITORS = 4
PIECES = 10
SECONDS = 1.0
LIMIT_SECONDS = 60.0
WAIT_SECONDS = 3.0
FORM_PATH = "/sign/"


class Refused(Exception):
    """The site did not take the request."""


class Form(html.parser.HTMLParser):
    """Finds the first form of a page that is sent by POST, and fills it in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: "list[tuple[str, str | None]]") -> None:
        """Note a form and its fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None and given.get("method", "").lower() == "post":
            self.action, self.inside = given.get("action", ""), True
        elif self.inside and tag == "textarea":
            self.fields[given.get("name", "")] = "A visitor on a slow line."
        elif self.inside and tag == "input" and given.get("type", "text") in ("text", "hidden"):
            self.fields[given.get("name", "")] = given.get("value") or "Slow"

    def handle_endtag(self, tag: str) -> None:
        """Note the end of the form."""
        self.inside = self.inside and tag != "form"


class Visit:
    """What the visitors ask, and what came of it."""

    def __init__(self, host: str, port: int, path: str) -> None:
        # Resolved once: the name goes with the container.
        self.address = (socket.gethostbyname(host), port)
        filled = self.form(path) or self.form(FORM_PATH)
        self.head, self.body = filled or (plain(path), b"")
        self.visitors = VISITORS if self.body else 1
        self.accepted: set[int] = set()
        self.count = {"answered": 0, "lost": 0, "refused": 0}
        self.lock = threading.Condition()

    def form(self, path: str) -> "tuple[bytes, bytes] | None":
        """Return head and body of the form of a page, None where there is none."""
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            answer = connection.getresponse()
            cookie = (answer.getheader("Set-Cookie") or "none=").partition(";")[0]
            form = Form(answer.read().decode("utf-8", "replace"))
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        if answer.status != 200 or form.action is None:
            return None
        # The last field is there to have something to send.
        body = urllib.parse.urlencode({**form.fields, "slow": "x" * 10 * PIECES})
        head = (
            f"POST {urllib.parse.urljoin(path, form.action)} HTTP/1.1\r\nHost: localhost\r\n"
            f"Connection: close\r\nCookie: {cookie}\r\nExpect: 100-continue\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode(), body.encode()

    def run(self) -> None:
        """Send all visitors, say when their requests are in flight, and wait for their end."""
        threads = [threading.Thread(target=self.visit, args=(n,)) for n in range(self.visitors)]
        for thread in threads:
            thread.start()
        with self.lock:
            self.lock.wait_for(lambda: self.accepted, LIMIT_SECONDS)
            self.lock.wait_for(lambda: len(self.accepted) == self.visitors, WAIT_SECONDS)
            self.lock.wait_for(lambda: self.accepted, LIMIT_SECONDS)
            print("in flight" if self.accepted else "nothing was accepted", flush=True)
        for thread in threads:
            thread.join()

    def visit(self, number: int) -> None:
        """Be one visitor, until the site takes no more requests or the time is over."""
        time.sleep(SECONDS * number / self.visitors)  # not all at one beat
        until = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < until:
            outcome = self.ask(number)
            with self.lock:
                self.count[outcome] += 1
            if outcome != "answered":
                break

    def ask(self, number: int) -> str:
        """Send one request slowly; return what came of it: answered, lost or refused."""
        accepted = False
        try:
            with socket.create_connection(self.address, timeout=5) as line:
                if self.body:
                    line.sendall(self.head)
                    if not line.recv(4096).startswith(b"HTTP/1.1 100"):
                        raise Refused
                    accepted = self.accept(number)
                for count, piece in enumerate(pieces(self.body or self.head)):
                    if count:
                        time.sleep(SECONDS / PIECES)
                    if count == 2 and not accepted:
                        accepted = self.accept(number)
                    line.sendall(piece)
                answer = http.client.HTTPResponse(line)
                answer.begin()
                answer.read()
        except (OSError, http.client.HTTPException, Refused):
            return "lost" if accepted else "refused"
        finally:
            with self.lock:
                self.accepted.discard(number)
        return "answered"

    def accept(self, number: int) -> bool:
        """Note that the site has accepted a visitor's request."""
        with self.lock:
            self.accepted.add(number)
            self.lock.notify_all()
        return True


def plain(path: str) -> bytes:
    """Return a plain request for a page."""
    slow = "".join(f"X-Slow-{number}: {number}\r\n" for number in range(PIECES))
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{slow}\r\n".encode()


def pieces(whole: bytes) -> "list[bytes]":
    """Return bytes in about PIECES parts."""
    size = -(-len(whole) // PIECES)
    return [whole[at : at + size] for at in range(0, len(whole), size)]


if __name__ == "__main__":
    visit = Visit(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    visit.run()
    print(json.dumps(visit.count), flush=True)
