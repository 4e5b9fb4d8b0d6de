"""Who may reach the server of `advices learn`, and who may not."""

from __future__ import annotations

import json
import re
import socket
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from learning import ROOT, learning
from windowless import LAB, Client, channel, origin_of

from advices.learn.guard import KERNELS_AT_MOST

pytestmark = pytest.mark.browser


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


def test_what_a_learner_types_is_kept_in_no_file(site, tmp_path):
    with learning(site, IPYTHONDIR=str(tmp_path)) as started:
        client = Client()
        client.enter(started.entry())
        token = client.xsrf()
        made = json.loads(client.ask(f"{started.base}api/kernels", "POST", X_XSRFToken=token)[2])
        cookies = "; ".join(f"{one.name}={one.value}" for one in client.cookies)
        # The line opens when the kernel has answered.
        assert channel(started.base, made["id"], origin_of(started), cookies) == "101"
    assert (tmp_path / "profile_default").is_dir(), "its kernel was another IPython's"
    assert [one.name for one in tmp_path.rglob("history*")] == []


def test_what_changes_something_needs_the_xsrf_token(server, inside):
    assert inside.ask(f"{server.base}api/kernels", "POST")[0] == 403
    assert inside.ask(f"{server.base}api/kernels", "POST", X_XSRFToken="wrong")[0] == 403


def test_it_listens_on_this_machine_alone(server):
    port = int(re.search(r":(\d+)", server.base.removeprefix("http:"))[1])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    rows += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]


def test_its_cookies_go_to_no_other_port_and_end_with_the_browser(server, inside):
    path = urllib.parse.urlsplit(server.base).path
    assert re.fullmatch(r"/[0-9a-f]{16}/", path)
    for cookie in inside.cookies:
        assert (cookie.path, cookie.expires, cookie.discard) == (path, None, True), cookie.name
        assert cookie.get_nonstandard_attr("SameSite") == "Strict", cookie.name
    (login,) = (one for one in inside.cookies if one.name.startswith("username"))
    assert login.has_nonstandard_attr("HttpOnly")


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


@pytest.mark.parametrize(
    ("address", "kept"),
    [("learn-client/learn.js", False), ("learn-client/0123456789abcdef/learn.js", True)],
)
def test_only_what_has_an_address_of_its_own_is_kept(server, address, kept):
    with urllib.request.urlopen(server.base + address) as answer:
        assert ("immutable" in answer.headers["Cache-Control"]) == kept
