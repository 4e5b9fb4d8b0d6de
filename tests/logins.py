"""Where learners of a test log in: an OpenID provider of others, and a learning platform of ours.

Both are on this machine. The settings of a class are those that docs/hub.md shows; what stands
there for one example is replaced, and nothing else.
"""

from __future__ import annotations

import contextlib
import html
import http.server
import json
import re
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from advices.core import now

PAGE = Path(__file__).parents[1] / "docs" / "hub.md"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
COURSE, CLIENT = "4711", "a-class"
_FILE = re.compile(r'^```python title="/etc/docker-advices/class.py"\n(.*?)^```', re.M | re.S)
_FIELD = re.compile(r'<input name="(\w+)" value="([^"]*)">')


def of_page(word: str, **replaced: str) -> str:
    """Return the file of settings in the page that has a word, with some of its words replaced."""
    (found,) = [one for one in _FILE.findall(PAGE.read_text("utf-8")) if word in one]
    for old, new in replaced.items():
        assert old in found, f"{PAGE.name} has no {old}"
        found = found.replace(old, new)
    return found


class Provider:
    """An OpenID provider with accounts, each with its number and its address of mail."""

    def __init__(self, origin: str, accounts: dict[str, str]) -> None:
        self.origin = origin
        for number, mail in accounts.items():
            _send(f"{origin}/users/{number}", {"email": mail}, "PUT")

    def settings(self, at: str) -> str:
        """Return the settings of the page for a class at an origin, which registers as a client."""
        back = f"{at}/hub/oauth_callback"
        told = {"redirect_uris": [back], "token_endpoint_auth_method": "client_secret_post"}
        given = _send(f"{self.origin}/oauth2/clients", told, "POST")
        words = {
            "https://login.example.org": self.origin,
            "https://class.example.org": at,
            '"docker-advices"': json.dumps(given["client_id"]),
            "SECRET": given["client_secret"],
        }
        return of_page("generic-oauth", **words)


@contextlib.contextmanager
def a_provider(accounts: dict[str, str]) -> Iterator[Provider]:
    """Run an OpenID provider that lets in only clients which registered."""
    with oidc_provider_mock.run_server_in_thread(require_client_registration=True) as server:
        yield Provider(f"http://localhost:{server.server_port}", accounts)


def _send(url: str, told: object, method: str) -> Any:
    request = urllib.request.Request(url, json.dumps(told).encode(), method=method)
    request.add_header("Content-Type", "application/json")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.loads(answer.read() or b"null")


class Platform:
    """A learning platform: what it shows of its key, and what it signs.

    `forge` changes the claims of the next launches; `key` signs them, and is known as `known`.
    """

    def __init__(self) -> None:
        self.key = self.known = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.forge: Callable[[dict[str, Any]], None] = lambda _claims: None
        self.people: dict[str, dict[str, Any]] = {}
        self.origin = ""

    def settings(self, at: str) -> str:
        """Return the settings of the page for a class at an origin."""
        del at
        words = {
            "https://learn.example.org": self.origin,
            '"COURSE"': json.dumps(COURSE),
            '"CLIENT"': json.dumps(CLIENT),
        }
        return of_page("lti13", **words)

    def launch(self, at: str, who: str) -> str:
        """Return the address that a learner's browser is sent to, to begin."""
        told = {
            "iss": self.origin,
            "login_hint": who,
            "target_link_uri": f"{at}/hub",
            "client_id": CLIENT,
            "lti_deployment_id": "1",
        }
        return f"{at}/hub/lti13/oauth_login?{urlencode(told)}"

    def token(self, who: str, nonce: str, client: str) -> str:
        """Return what the platform says of somebody, signed."""
        at = int(now().timestamp())
        claims = {
            "iss": self.origin,
            "aud": client,
            "nonce": nonce,
            "iat": at,
            "exp": at + 60,
            "sub": who,
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}version": "1.3.0",
            f"{LTI}deployment_id": "1",
            f"{LTI}target_link_uri": "http://class/hub",
            f"{LTI}resource_link": {"id": "1"},
            f"{LTI}context": {"id": COURSE, "label": "DA", "title": "Docker Advices"},
            f"{LTI}roles": [LEARNER],
            **self.people[who],
        }
        self.forge(claims)
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def answers(self, path: str) -> tuple[str, str]:
        """Return the kind and the text of what the platform answers."""
        if path.startswith("/mod/lti/certs.php"):
            return "application/json", json.dumps(KeySet([self.known]).as_dict(private=False))
        asked = dict(parse_qsl(urlsplit(path).query))
        token = self.token(asked["login_hint"], asked["nonce"], asked["client_id"])
        back = html.escape(asked["redirect_uri"])
        fields = "".join(
            f'<input name="{name}" value="{html.escape(value)}">'
            for name, value in (("id_token", token), ("state", asked["state"]))
        )
        send = "<script>document.forms[0].submit()</script>"
        return "text/html", f'<form method="post" action="{back}">{fields}</form>{send}'


@contextlib.contextmanager
def a_platform() -> Iterator[Platform]:
    """Run a learning platform."""
    platform = Platform()

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = platform.answers(self.path)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        platform.origin = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield platform
        finally:
            server.shutdown()
            thread.join()


def fields(page: str) -> dict[str, str]:
    """Return what the form of a platform's page sends."""
    return {name: html.unescape(value) for name, value in _FIELD.findall(page)}
