"""Who may reach the server of `advices learn`, and who may not."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from learning import ROOT, learning

from advices.core.process import poll

pytestmark = pytest.mark.browser
LAB = "learn/labs/build-cache/"


class Client:
    """A browser without a window: it keeps cookies and follows redirects."""

    def __init__(self) -> None:
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def ask(self, address: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
        """Return status, final address and text."""
        request = urllib.request.Request(address, method=method)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        if method == "POST":
            request.data = json.dumps({"name": "python3"}).encode()
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, answer.url, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.url, error.read().decode("utf-8", "replace")

    def xsrf(self) -> str:
        return next(one.value for one in self.cookies if one.name == "_xsrf")


@pytest.fixture(scope="module")
def server(site):
    with learning(site) as started:
        started.first = started.entry()
        yield started


@pytest.fixture(scope="module")
def inside(server):
    client = Client()
    status, address, _ = client.ask(server.first)
    assert (status, address) == (200, f"{server.base}learn/")
    server.second = server.entry()
    return client


def test_a_code_lets_one_browser_in_and_the_next_code_another(server, inside):
    status, _, text = Client().ask(server.first)
    assert status == 403
    assert "lets nobody in any more" in text
    assert server.second != server.first
    assert Client().ask(f"{server.base}learn-enter?code=wrong")[0] == 403
    assert Client().ask(f"{server.base}learn-enter")[0] == 403


def test_pages_are_for_who_was_let_in_and_their_files_for_workers_too(server, inside):
    status, address, text = Client().ask(server.base + LAB)
    assert "/login" in address
    assert "learn.js" not in text
    assert Client().ask(f"{server.base}api/kernels")[0] == 403
    assert Client().ask(f"{server.base}learn/search/search_index.json")[0] == 200
    status, _, text = inside.ask(server.base + LAB)
    assert status == 200
    assert "learn-client/learn.js" in text


@pytest.mark.parametrize(
    "path",
    [
        *("../mkdocs.yml", "..%2fmkdocs.yml", "%2e%2e/%2e%2e/mkdocs.yml", "/etc/passwd"),
        *("assets/..%2f..%2fmkdocs.yml", "nowhere/", "labs/nowhere"),
    ],
)
def test_what_is_no_page_is_the_sites_own_404(server, inside, path):
    status, _, text = inside.ask(f"{server.base}learn/{path}")
    assert status == 404
    assert "docs_dir" not in text and "root:" not in text


def test_an_address_without_its_last_slash_finds_the_page(server, inside):
    assert inside.ask(server.base + LAB.rstrip("/"))[1] == server.base + LAB
    assert inside.ask(f"{server.base}learn")[1] == f"{server.base}learn/"
    assert inside.ask(server.base)[1] == f"{server.base}learn/"


def test_another_hosts_name_is_refused(server, inside):
    for path in (LAB, "api/kernels", "learn-enter?code=x", "learn/assets/logo.svg"):
        assert inside.ask(server.base + path, Host="evil.example")[0] == 403


def test_another_origin_may_neither_ask_nor_open_a_channel(server, inside):
    headers = {"Origin": "http://evil.example", "X_XSRFToken": inside.xsrf()}
    assert inside.ask(f"{server.base}api/kernels", "POST", **headers)[0] in (403, 404)
    status, _, made = inside.ask(f"{server.base}api/kernels", "POST", X_XSRFToken=inside.xsrf())
    assert status == 201
    kernel = json.loads(made)["id"]
    cookies = "; ".join(f"{one.name}={one.value}" for one in inside.cookies)
    for origin, wanted in (("http://evil.example", "403"), (server.base.rstrip("/"), "101")):
        assert channel(server.base, kernel, origin, cookies) == wanted
    assert channel(server.base, kernel, server.base.rstrip("/"), "") == "403"


def channel(base: str, kernel: str, origin: str, cookies: str) -> str:
    """Return the status that answers the opening of a kernel's websocket."""
    host, port = re.search(r"//([\d.]+):(\d+)", base).groups()
    lines = [
        f"GET /api/kernels/{kernel}/channels HTTP/1.1",
        f"Host: {host}:{port}",
        *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *(f"Origin: {origin}", f"Cookie: {cookies}"),
    ]
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return line.recv(4096).decode("latin-1").split()[1]


def test_what_changes_something_needs_the_xsrf_token(server, inside):
    assert inside.ask(f"{server.base}api/kernels", "POST")[0] == 403
    assert inside.ask(f"{server.base}api/kernels", "POST", X_XSRFToken="wrong")[0] == 403


def test_it_listens_on_this_machine_alone(server):
    port = int(re.search(r":(\d+)", server.base.removeprefix("http:"))[1])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    rows += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]


def test_no_token_is_in_a_script_a_page_or_what_is_printed(site):
    with learning(site) as server:
        client = Client()
        client.ask(server.entry())
        server.entry()
        runtime = json.loads(next(runtime_files(server.process.pid)).read_text())
        token = runtime["token"]
        assert len(token) == 64
        page = client.ask(server.base + LAB)[2]
        client.ask(f"{server.base}api/kernels?token={token}x")
        printed = server.stop()
    assert token not in page
    assert token not in printed
    for script in (ROOT / "src" / "advices" / "learn" / "client").iterdir():
        text = script.read_text().lower()
        assert "token" not in text.replace("x-xsrftoken", "").replace("no script knows a token", "")


def runtime_files(pid: int):
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir()).glob(f"jpserver-{pid}.json")


def test_a_site_that_was_not_built_and_a_port_that_is_taken_are_said(site, tmp_path):
    with learning(tmp_path) as server:
        printed = server.stop_when_ended()
    assert server.process.returncode == 36
    assert "holds no site" in printed and "`./run learn` does both" in printed
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with learning(site, "--port", port) as server:
            printed = server.stop_when_ended()
    assert server.process.returncode == 24
    assert f"port {port} on 127.0.0.1 is in use" in printed
    assert "Traceback" not in printed


def test_it_works_below_a_hubs_address(site):
    with learning(site, under=("/user/ada/", 1800)) as server:
        client = Client()
        status, address, _ = client.ask(server.entry())
        assert (status, address) == (200, f"{server.base}learn/")
        assert server.base.endswith("/user/ada/")
        status, _, text = client.ask(server.base + LAB)
        assert '"/user/ada/learn-client/learn.js"' in text
        assert client.ask(f"{server.base}learn-client/learn.js")[0] == 200


def test_any_jupyter_server_can_load_it_as_an_extension(tmp_path):
    # As JupyterHub starts one: elsewhere, with the project as the folder whose files it shows.
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [
        *(sys.executable, "-m", "jupyter_server", "--ServerApp.jpserver_extensions"),
        *("advices.learn=True", f"--ServerApp.port={port}", f"--ServerApp.root_dir={ROOT}"),
        *("--ServerApp.ip=127.0.0.1", "--ServerApp.open_browser=False", "--allow-root"),
    ]
    address = f"http://127.0.0.1:{port}/learn-client/learn.js"
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in poll(timeout_seconds=60):
                with contextlib.suppress(urllib.error.URLError):
                    assert Client().ask(address)[0] == 200
                    break
            else:
                pytest.fail("no server answered")
        finally:
            process.kill()
