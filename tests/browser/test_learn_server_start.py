"""How a server of `advices learn` starts: whom it tells what, what it heeds, and below a hub."""

from __future__ import annotations

import contextlib
import html
import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
from pathlib import Path

import pytest
from learning import ROOT, learning
from processes import processes, wait
from windowless import LAB, Client

from advices.core.process import poll

pytestmark = pytest.mark.browser


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
