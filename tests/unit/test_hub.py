"""A learner's server as a JupyterHub starts it: a hub of this test answers whose token it is."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from traitlets.config import Config

from advices.core.process import poll

ROOT = Path(__file__).parents[2]
TOKENS = {"of-ada": "ada", "of-ben": "ben"}


class Hub(http.server.BaseHTTPRequestHandler):
    """Knows two learners by their tokens. Each may use the server that is named after them."""

    def do_GET(self) -> None:
        name = TOKENS.get(self.headers.get("Authorization", "").partition(" ")[2])
        if self.path.startswith("/hub/api/user"):
            scopes = [f"access:servers!server={name}/", f"read:users:name!user={name}"]
            user = {"name": name, "kind": "user", "admin": False, "groups": [], "scopes": scopes}
            self._send(user if name else {"message": "Forbidden"}, 200 if name else 403)
        else:
            self._send({"version": "6.1.1"})

    def do_POST(self) -> None:
        self._send({})

    def _send(self, told: dict[str, object], status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Server:
    """A server of the learner ada."""

    base: str

    def ask(self, path: str, token: str = "of-ada", data: bytes | None = None) -> tuple[int, str]:
        """Return status and text; nobody is asked who has no token."""
        asks = urllib.request.Request(self.base + path, data=data)
        # As a hub's proxy hands on what a browser asked.
        asks.add_header("X-Forwarded-Host", "hub.example.org")
        if token:
            asks.add_header("Authorization", f"token {token}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(asks, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hub")
    for name in ("labs", "site/labs/build-cache"):
        (folder / name).mkdir(parents=True)
    (folder / "mkdocs.yml").touch()
    for page in ("site/index.html", "site/labs/build-cache/index.html"):
        (folder / page).write_text("<html><head></head><body>a lesson</body></html>")
    port = _free_port()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as hub:
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{hub.server_port}"
        env = {
            **{name: value for name, value in os.environ.items() if name != "ADVICES_SAMPLES"},
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT / "src"),
            "JUPYTERHUB_API_TOKEN": "of-ada",
            "JUPYTERHUB_API_URL": f"{at}/hub/api",
            "JUPYTERHUB_BASE_URL": "/",
            "JUPYTERHUB_CLIENT_ID": "jupyterhub-user-ada",
            "JUPYTERHUB_OAUTH_SCOPES": json.dumps(["access:servers!server=ada/"]),
            "JUPYTERHUB_SERVICE_PREFIX": "/user/ada/",
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}/user/ada/",
            "JUPYTERHUB_USER": "ada",
            "JUPYTERHUB_DISABLE_USER_CONFIG": "1",
        }
        words = [sys.executable, "-m", "jupyterhub.singleuser", *_arguments(), "--allow-root"]
        log = (folder / "log").open("wb")
        process = subprocess.Popen(words, cwd=folder, env=env, stdout=log, stderr=log)
        try:
            made = Server(f"http://127.0.0.1:{port}/user/ada/")
            assert any(_answers(made) for _ in poll(60, 0.2)), (folder / "log").read_text()
            yield made
        finally:
            process.terminate()
            process.wait(30)
            log.close()
            hub.shutdown()


def _arguments() -> list[str]:
    """Return the arguments that docs/hub.md tells a hub to start servers with."""
    settings = (ROOT / "docs" / "hub.md").read_text("utf-8").split("```python\n")[1]
    code = settings.partition("```")[0]
    c = Config()
    exec(code, {"get_config": lambda: c})
    assert c.Spawner.default_url == "/learn/"
    return list(c.Spawner.args)


def _free_port() -> int:
    with http.server.HTTPServer(("127.0.0.1", 0), Hub) as one:
        return one.server_port


def _answers(server: Server) -> bool:
    with contextlib.suppress(OSError):
        return server.ask("api")[0] == 200
    return False


def test_a_page_is_the_learners_and_leads_back_to_the_hub(server: Server) -> None:
    status, page = server.ask("learn/labs/build-cache/")
    assert status == 200
    assert "a lesson" in page
    assert '<meta name="advices-hub" content="/hub/home">' in page
    assert "/user/ada/learn-client/learn.css" in page
    assert server.ask("learn-client/hub.js")[0] == 200


@pytest.mark.parametrize("path", ["learn/", "api/kernels", "learn-preparing", "learn-runs/x"])
def test_another_learner_and_a_stranger_get_nothing(server: Server, path: str) -> None:
    assert server.ask(path, "of-ben")[0] == 403
    assert server.ask(path, "made-up")[0] in (403, 404)
    assert "a lesson" not in server.ask(path, "")[1]


@pytest.mark.parametrize("path", ["api/contents", "api/terminals", "lab"])
def test_files_and_terminals_are_off(server: Server, path: str) -> None:
    assert server.ask(path)[0] in (403, 404)


def test_nothing_is_prepared_here_and_the_page_is_told_so(server: Server) -> None:
    status, told = server.ask("learn-preparing")
    assert (status, json.loads(told)["state"]) == (200, "ready")


def test_a_kernel_takes_one_sample_and_speaks_in_secret(server: Server) -> None:
    status, told = server.ask("api/kernels", data=b'{"name": "python3"}')
    assert status == 201, told
    kernel = json.loads(told)["id"]
    found = [
        process
        for process in Path("/proc").glob("[0-9]*")
        if kernel.encode() in _read(process / "cmdline")
    ]
    (process,) = found
    assert b"ADVICES_SAMPLES=1,1\0" in _read(process / "environ")
    words = _read(process / "cmdline").decode().split("\0")
    file = next(Path(word) for word in words if word.endswith(".json"))
    assert json.loads(file.read_text())["curve_publickey"]


def _read(file: Path) -> bytes:
    with contextlib.suppress(OSError):
        return file.read_bytes()
    return b""
