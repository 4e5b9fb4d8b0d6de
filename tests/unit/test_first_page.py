"""The program that asks a target for its first page, against small servers of the test's own."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(str(resources.files("advices.scanners") / "inside" / "first_page.py"))
INSIDE: dict[str, Any] = {"__name__": "inside"}
exec(compile(PROGRAM.read_text("utf-8"), "inside/first_page.py", "exec"), INSIDE)

SHORT = 0.3
REDIRECTS = {
    "/here": "/shop/",
    "/whole": "http://{host}/shop/",
    "/relative": "shop/",
    "/round": "/round",
    "/host": "http://shop.example.org/",
    "/port": "http://127.0.0.1:1/",
    "/secure": "https://{host}/",
    "/broken": "http://[shop/",
    "/letters": "/caf\u00e9",
    "/nowhere": "",
}


class Site(http.server.BaseHTTPRequestHandler):
    """Answers 200 below /shop/, a redirect where one is listed, and 404 elsewhere."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in REDIRECTS:
            self.send_response(302)
            if REDIRECTS[path]:
                there = REDIRECTS[path].format(host=self.headers["Host"])
                self.send_header("Location", there)
        else:
            self.send_response(200 if path in ("/", "/shop/") else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def version_string(self) -> str:
        return "Shop/1.0"

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Return the address of a site."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def listening(answer: bytes | None) -> Iterator[str]:
    """Give the address of a server that says this to each visitor and hangs up; None: nothing."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        kept: list[socket.socket] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    visitor, _ = door.accept()
                    kept.append(visitor)
                    if answer is not None:
                        visitor.recv(65536)
                        visitor.sendall(answer)
                        visitor.close()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}/"
        door.shutdown(socket.SHUT_RDWR)
        for visitor in kept:
            visitor.close()


def ask(address: str, seconds: float = 10) -> dict[str, Any]:
    found: dict[str, Any] = INSIDE["first_page"](address, seconds)
    return found


@pytest.mark.parametrize("path", ["", "/", "/shop/", "/shop/?words=a%20b"])
def test_a_page_answers(site: str, path: str) -> None:
    assert ask(site + path) == {"status": 200, "server": "Shop/1.0"}


def test_a_page_that_is_not_there_is_an_answer(site: str) -> None:
    assert ask(f"{site}/gone") == {"status": 404, "server": "Shop/1.0"}


@pytest.mark.parametrize("path", ["/here", "/whole", "/relative"])
def test_a_redirect_within_the_site_is_followed(site: str, path: str) -> None:
    assert ask(site + path) == {"status": 200, "server": "Shop/1.0"}


def test_a_redirect_that_does_not_end_is_left(site: str) -> None:
    assert ask(f"{site}/round")["status"] == 302


def test_a_redirect_without_a_place_is_an_answer(site: str) -> None:
    assert ask(f"{site}/nowhere") == {"status": 302, "server": "Shop/1.0"}


@pytest.mark.parametrize("path", ["/host", "/port", "/secure"])
def test_a_redirect_to_another_place_is_told_and_not_followed(site: str, path: str) -> None:
    there = REDIRECTS[path].format(host=site.removeprefix("http://"))
    assert ask(site + path) == {"status": 302, "server": "Shop/1.0", "leads": there}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://site/", "http://site:80/login/", True),
        ("https://site:443/", "https://SITE/x", True),
        ("http://site/", "https://site/", False),
        ("http://site:8000/", "http://site/", False),
        ("http://site/", "http://sites/", False),
    ],
)
def test_a_place_is_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert (INSIDE["place"](one) == INSIDE["place"](other)) == same


@pytest.mark.parametrize(("path", "says"), [("/broken", "ValueError"), ("/letters", "Error")])
def test_a_redirect_that_makes_no_sense_is_a_fault_of_the_target(
    site: str, path: str, says: str
) -> None:
    # Long enough for one answer also where many tests run at once.
    assert says in ask(site + path, 10 * SHORT)["fault"]


def test_nothing_listens() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        fault = ask(f"http://127.0.0.1:{closed.getsockname()[1]}/", SHORT)["fault"]
    assert fault.startswith("ConnectionRefusedError: ")


def test_a_name_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> None:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setitem(INSIDE, "asked", asked)
    assert ask("http://shop:8000/", SHORT) == {"fault": "gaierror: Name or service not known"}


def test_what_accepts_and_never_answers() -> None:
    with listening(None) as address:
        found = ask(address, SHORT)
    assert found == {"fault": "it accepts connections and does not answer"}


@pytest.mark.parametrize(
    ("answer", "says"), [(b"", "RemoteDisconnected"), (b"SSH-2.0-OpenSSH\r\n", "BadStatusLine")]
)
def test_what_does_not_speak_http(answer: bytes, says: str) -> None:
    with listening(answer) as address:
        assert ask(address, SHORT)["fault"].startswith(f"{says}: ")


def test_a_target_that_comes_late_is_waited_for(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = INSIDE["asked"]
    faults = [ConnectionRefusedError("not yet"), ConnectionResetError("not yet")]

    def late(address: str, left: float) -> Any:
        if faults:
            raise faults.pop()
        return asked(address, left)

    monkeypatch.setitem(INSIDE, "asked", late)
    assert ask(site)["status"] == 200
    assert faults == []


def test_as_a_program_it_prints_one_line_of_json(site: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.read_text("utf-8"), f"{site}/shop/", "10"],
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = done.stdout.splitlines()
    assert json.loads(line) == {"status": 200, "server": "Shop/1.0"}
