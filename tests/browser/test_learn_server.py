"""Who may reach the server of `advices learn`, and who may not."""

from __future__ import annotations

import contextlib
import html
import http.cookiejar
import json
import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from learning import ROOT, learning
from processes import processes, wait

from advices.core.process import poll
from advices.learn.guard import KERNELS_AT_MOST

pytestmark = pytest.mark.browser
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


@pytest.fixture(scope="module")
def server(site):
    with learning(site) as started:
        started.first = started.entry()
        yield started


@pytest.fixture(scope="module")
def inside(server):
    client = Client()
    status, address, _ = client.enter(server.first)
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
    assert "learn-client/learn.css" in text


def test_an_exercises_files_and_solution_are_for_who_was_let_in(server, inside):
    for what in ("files", "solution"):
        address = f"{server.base}learn-material/non-root/{what}"
        status, asked, text = Client().ask(address)
        assert "/login" in asked or status == 403
        assert "FROM" not in text
        assert inside.ask(address)[0] == 200
    files = json.loads(inside.ask(f"{server.base}learn-material/non-root/files")[2])["files"]
    assert "import csv" in files["app.py"]
    assert not [name for name in files if "Dockerfile" in name or "toml" in name]


@pytest.mark.parametrize(
    "path",
    [
        *("nowhere/files", "app/files", "exercise-app/files", "non-root/exercise", "non-root/"),
        *("non-root/files/../../../mkdocs.yml", "..%2f..%2fetc/files", "non-root%00/files"),
        *("non-root/solution.Dockerfile", "%2e%2e/files"),
    ],
)
def test_what_belongs_to_no_exercise_is_not_sent(server, inside, path):
    status, _, text = inside.ask(f"{server.base}learn-material/{path}")
    assert status in (400, 404)
    assert "FROM" not in text and "docs_dir" not in text


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
    for origin, wanted in (("http://evil.example", "403"), (origin_of(server), "101")):
        assert channel(server.base, kernel, origin, cookies) == wanted
    assert channel(server.base, kernel, origin_of(server), "") == "403"


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
        client.enter(server.entry())
        server.entry()
        runtime = json.loads(next(runtime_files(server.process.pid)).read_text())
        token = runtime["token"]
        assert len(token) == 64
        page = client.ask(server.base + LAB)[2]
        client.ask(f"{server.base}api/kernels?token={token}x")
        printed = server.stop()
    assert token not in page
    assert token not in printed
    # A library calls the words of a language so, and it asks no server for anything.
    client = ROOT / "src" / "advices" / "learn" / "client"
    for script in {*client.glob("*.js")} - {client / "vendored.js"}:
        text = script.read_text().lower()
        assert "token" not in text.replace("x-xsrftoken", "").replace("no script knows a token", "")


def runtime_files(pid: int):
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir()).glob(f"jpserver-{pid}.json")


def test_its_cookies_go_to_no_other_port_and_end_with_the_browser(server, inside):
    path = urllib.parse.urlsplit(server.base).path
    assert re.fullmatch(r"/[0-9a-f]{16}/", path)
    for cookie in inside.cookies:
        assert (cookie.path, cookie.expires, cookie.discard) == (path, None, True), cookie.name
        assert cookie.get_nonstandard_attr("SameSite") == "Strict", cookie.name
    (login,) = (one for one in inside.cookies if one.name.startswith("username"))
    assert login.has_nonstandard_attr("HttpOnly")


def test_a_later_start_lets_in_nobody_from_before_and_keeps_its_path(site):
    client, bases = Client(), []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    for wanted in (200, 403):
        with learning(site, "--port", port) as server:
            address = server.entry()
            bases.append(server.base)
            if wanted == 200:
                client.enter(address)
            assert client.ask(f"{server.base}api/kernels")[0] == wanted
    assert bases[0] == bases[1], "drafts and progress are kept by path"


def test_another_path_says_where_the_address_is(server, inside):
    origin = origin_of(server)
    for path in ("/", "/learn/", "/0123456789abcdef/learn/labs/build-cache/"):
        status, _, text = inside.ask(origin + path)
        assert status == 404
        assert "The terminal shows it" in text
        assert server.base not in text


@pytest.mark.parametrize(
    "path",
    [
        *("api/contents", "api/contents/README.md", "api/terminals", "files/README.md"),
        *("api/config/notebook", "nbconvert/html/notebooks/build-cache.ipynb", "lab", "tree"),
    ],
)
def test_files_terminals_and_settings_are_off(server, inside, path):
    assert inside.ask(server.base + path)[0] in (403, 404)


def test_nobody_uploads_or_ends_the_server(server, inside):
    for method, path in (
        ("POST", "api/contents"),
        ("PUT", "api/contents/new.txt"),
        ("POST", "api/terminals"),
        ("POST", "api/shutdown"),
    ):
        found = inside.ask(server.base + path, method, X_XSRFToken=inside.xsrf())[0]
        assert found in (403, 404, 405), path
    assert not (ROOT / "new.txt").exists()


def test_a_body_of_many_bytes_is_refused_before_anybody_is_let_in(server):
    host, port, path = re.search(r"//([\d.]+):(\d+)(/.*)", server.base).groups()
    lines = [f"POST {path}login HTTP/1.1", f"Host: {host}:{port}", "Content-Length: 300000000"]
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        # Closed at once: nothing of the body is waited for.
        assert line.recv(4096).split(b" ")[1:2] in ([], [b"400"], [b"413"])


@pytest.mark.parametrize("path", ["learn/%00", "learn/a%00.css", "learn-client/%00.js"])
def test_a_path_that_no_file_can_have_is_a_bad_request(server, inside, path):
    assert inside.ask(server.base + path)[0] == 400


def test_one_kernel_more_than_may_run_is_refused(server, inside):
    def kernels() -> list[str]:
        return [one["id"] for one in json.loads(inside.ask(f"{server.base}api/kernels")[2])]

    def post(path: str, body: object) -> tuple[int, str, str]:
        return inside.ask(server.base + path, "POST", body, X_XSRFToken=inside.xsrf())

    session = {"path": "notebooks/build-cache.ipynb", "name": "", "type": "notebook"}
    session["kernel"] = {"name": "python3"}
    try:
        assert post("api/sessions", session)[0] == 201
        while len(kernels()) < KERNELS_AT_MOST:
            assert post("api/kernels", {"name": "python3"})[0] == 201
        status, _, text = post("api/kernels", {"name": "python3"})
        assert (status, f"{KERNELS_AT_MOST} kernels run" in text) == (429, True)
        assert post("api/sessions", session)[0] == 201, "one that runs is found"
        session["path"] = "notebooks/non-root.ipynb"
        assert post("api/sessions", session)[0] == 429
    finally:
        for kernel in kernels():
            inside.ask(f"{server.base}api/kernels/{kernel}", "DELETE", X_XSRFToken=inside.xsrf())


@pytest.mark.root
def test_another_account_cannot_read_what_the_browser_is_told(site, tmp_path):
    told = tmp_path / "told"
    browser = tmp_path / "browser"
    # It keeps running, so that its command line can be read, as a browser's can.
    browser.write_text(
        # It lets go of the server's output, whose end this test waits for.
        "#!/bin/sh\nexec >/dev/null 2>&1\n"
        f'printf %s "$1" > {told}.half\nmv {told}.half {told}\nsleep 60\n'
    )
    browser.chmod(0o755)
    with learning(site, "--browser", BROWSER=f"{browser} %s") as server:
        address = server.entry()
        wait(told.is_file)
        code = address.partition("code=")[2]
        lines = [process.command for process in processes()]
        assert any(str(browser) in line for line in lines), "the browser runs"
        assert not any(code in line for line in lines)
        file = Path(urllib.parse.unquote(told.read_text().removeprefix("file://")))
        assert file.stat().st_mode & 0o777 == 0o600
        assert address in html.unescape(file.read_text())
        reading = subprocess.run(["cat", file], user=65534, capture_output=True, check=False)
        assert b"Permission denied" in reading.stderr
        assert Client().enter(address)[0] == 200
        server.entry()
        assert not file.exists(), "its code was used"


def test_a_file_of_settings_opens_nothing(site, tmp_path):
    (tmp_path / "jupyter_server_config.py").write_text(
        "c.ServerApp.disable_check_xsrf = True\n"
        "c.ServerApp.allow_origin = '*'\n"
        "c.ServerApp.allow_remote_access = True\n"
        "c.IdentityProvider.token = ''\n"
    )
    with learning(site, JUPYTER_CONFIG_DIR=str(tmp_path)) as server:
        client = Client()
        client.enter(server.entry())
        assert client.ask(f"{server.base}api/kernels", "POST")[0] == 403
        assert client.ask(server.base + LAB, Host="evil.example")[0] == 403
        assert Client().ask(f"{server.base}api/kernels")[0] == 403
        answer = {"Origin": "http://evil.example", "X_XSRFToken": client.xsrf()}
        assert client.ask(f"{server.base}api/kernels", "POST", **answer)[0] in (403, 404)


def test_a_site_that_was_not_built_and_a_port_that_is_taken_are_said(site, tmp_path):
    with learning(tmp_path) as server:
        printed = server.stop_when_ended()
    assert server.process.returncode == 36
    assert "holds no site" in printed and "`./run learn` builds and serves it" in printed
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
        status, address, _ = client.enter(server.entry())
        assert (status, address) == (200, f"{server.base}learn/")
        assert server.base.endswith("/user/ada/")
        status, _, text = client.ask(server.base + LAB)
        assert '"/user/ada/learn-client/learn.css"' in text
        assert client.ask(f"{server.base}learn-client/learn.js")[0] == 200


@contextlib.contextmanager
def plain_server(folder: Path, *argv: str):
    """A Jupyter server as a hub starts one: elsewhere, with the project as what it shows."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [
        *(sys.executable, "-m", "jupyter_server", "--ServerApp.jpserver_extensions"),
        *("advices.learn=True", f"--ServerApp.port={port}", f"--ServerApp.root_dir={ROOT}"),
        *("--ServerApp.ip=127.0.0.1", "--ServerApp.open_browser=False", "--allow-root", *argv),
    ]
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(folder), "JUPYTER_TOKEN": "known"}
    with subprocess.Popen(words, cwd=folder, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            base = f"http://127.0.0.1:{port}/"
            for _ in poll(timeout_seconds=60):
                with contextlib.suppress(urllib.error.URLError):
                    assert Client().ask(f"{base}learn-client/learn.js")[0] == 200
                    break
            else:
                pytest.fail("no server answered")
            yield base
        finally:
            process.terminate()


def test_any_jupyter_server_with_our_pages_has_the_same_limits(tmp_path):
    as_learner = {"Authorization": "token known"}
    with plain_server(tmp_path, "--ServerApp.disable_check_xsrf=True") as base:
        assert Client().ask(f"{base}learn/labs/build-cache/", **as_learner)[0] == 200
        assert Client().ask(f"{base}api/contents", **as_learner)[0] == 403
        client = Client()
        assert client.ask(f"{base}learn/?token=known")[0] == 200
        assert client.ask(f"{base}api/kernels", "POST")[0] == 403, "no XSRF token"
        status, _, text = client.ask(f"{base}api/kernels", "POST", X_XSRFToken=client.xsrf())
        assert status == 201
        # Who reads along on the loopback interface reads nothing.
        (connection,) = tmp_path.glob(f"*{json.loads(text)['id']}.json")
        assert json.loads(connection.read_text())["curve_publickey"]


def test_a_hub_that_offers_jupyterlab_says_so(tmp_path):
    with plain_server(tmp_path, "--AdvicesLearn.jupyterlab=True") as base:
        assert Client().ask(f"{base}api/contents", Authorization="token known")[0] == 200


@pytest.mark.parametrize(
    ("address", "kept"),
    [("learn-client/learn.js", False), ("learn-client/0123456789abcdef/learn.js", True)],
)
def test_only_what_has_an_address_of_its_own_is_kept(server, address, kept):
    with urllib.request.urlopen(server.base + address) as answer:
        assert ("immutable" in answer.headers["Cache-Control"]) == kept
