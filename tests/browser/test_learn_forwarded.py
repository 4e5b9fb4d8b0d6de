"""Pages through a forwarded port: one name is let through where an option says so, no other."""

from __future__ import annotations

import json
import re

import pytest
from learning import learning
from windowless import LAB, Client, channel

pytestmark = pytest.mark.browser

NAME = "pages.example.org"
# A proxy may send the name on as it is, say it beside this machine's own, or leave Origin alone.
AS_IT_IS = {"Host": NAME}
BESIDE = {"X-Forwarded-Host": NAME}


@pytest.fixture(scope="module")
def closed(site):
    with learning(site) as server:
        client = Client()
        client.enter(server.entry())
        server.entry()
        yield server, client


@pytest.fixture(scope="module")
def opened(site):
    with learning(site, "--forwarded-host", f"http://{NAME}") as server:
        client = Client()
        client.enter(server.entry())
        yield server, client


@pytest.mark.parametrize("headers", [AS_IT_IS, BESIDE], ids=["as-it-is", "beside"])
@pytest.mark.parametrize("path", [LAB, "learn-enter?code=x"])
def test_without_the_option_a_name_is_refused_and_the_option_named(closed, headers, path):
    server, client = closed
    status, _, text = client.ask(server.base + path, **headers)
    assert status == 403
    assert f"./run learn -- --forwarded-host {NAME}" in text
    assert "learn.js" not in text


def test_without_the_option_its_pages_may_not_ask(closed):
    server, client = closed
    headers = {"Origin": f"http://{NAME}", "X_XSRFToken": client.xsrf()}
    assert client.ask(f"{server.base}api/kernels", "POST", **headers)[0] in (403, 404)


@pytest.mark.parametrize("headers", [AS_IT_IS, BESIDE, {}], ids=["as-it-is", "beside", "silent"])
def test_with_the_option_its_pages_may_ask_and_open_a_channel(opened, headers):
    server, _ = opened
    client, host = Client(), headers.get("Host", "")
    # Jupyter names its cookie after the host that it hears.
    page = client.ask(server.entry(), **headers)[2]
    assert (
        client.ask(server.base + re.search(r"0; url=/[^/]+/([^\"]+)", page)[1], **headers)[0] == 200
    )
    status, _, text = client.ask(server.base + LAB, **headers)
    assert (status, "learn-client/learn.css" in text) == (200, True)
    asks = {"Origin": f"http://{NAME}", "X_XSRFToken": client.xsrf(), **headers}
    status, _, made = client.ask(f"{server.base}api/kernels", "POST", **asks)
    assert status == 201, made
    kernel = json.loads(made)["id"]
    cookies = "; ".join(f"{one.name}={one.value}" for one in client.cookies)
    for origin, known, wanted in (
        (f"http://{NAME}", cookies, "101"),
        (f"http://{NAME}", "", "403"),
        (f"http://other.{NAME}", cookies, "403"),
    ):
        assert channel(server.base, kernel, origin, known, host) == wanted
    client.ask(f"{server.base}api/kernels/{kernel}", "DELETE", **asks)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": f"other.{NAME}"},
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Host": f"evil.example, {NAME}"},
    ],
)
def test_with_the_option_no_other_name_is_let_through(opened, headers):
    server, client = opened
    assert client.ask(server.base + LAB, **headers)[0] == 403


def test_the_token_is_still_needed(opened):
    server, client = opened
    asks = {"Origin": f"http://{NAME}", "Host": NAME}
    assert client.ask(f"{server.base}api/kernels", "POST", **asks)[0] == 403
    assert Client().ask(f"{server.base}api/kernels", **asks)[0] == 403


def test_the_address_under_the_name_is_printed_and_its_cookie_wants_https(site):
    with learning(site, "--forwarded-host", NAME) as server:
        here = server.entry()
        line = server.process.stdout.readline()
        path = re.sub(r"^http://[^/]+", "", here)
        assert line == f"under the forwarded name: https://{NAME}{path}\n"
        client = Client()
        assert client.ask(here, Host=NAME)[0] == 200
        assert client.cookies
        assert all(one.secure for one in client.cookies)


def test_a_pattern_is_no_name(site):
    with learning(site, "--forwarded-host", "*.example.org") as server:
        assert "is no host name" in server.stop_when_ended()
        assert server.process.returncode == 2
