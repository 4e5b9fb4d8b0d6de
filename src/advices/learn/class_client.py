"""One request to a class, and what kept it from being answered. Used by seats and by laptops."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import socket
import ssl
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest
from tornado.netutil import DefaultExecutorResolver, Resolver
from tornado.simple_httpclient import HTTPTimeoutError, SimpleAsyncHTTPClient

from advices.core import ClassUnreachable

AUTHORITY_VARIABLE = "ADVICES_CLASS_AUTHORITY"
"""Names the certificate of an authority that a class has, for a class alone.

`SSL_CERT_FILE` would count for packages as well: builds would take another way to them.
"""
SECONDS = 10
_BYTES_AT_MOST = 1 << 20
_HERE = "127.0.0.1"


class Answer(NamedTuple):
    """What a class answered. The status is 0 without an answer, and `fault` is what happened."""

    status: int
    body: bytes = b""
    fault: Exception | None = None

    @property
    def is_well(self) -> bool:
        """Return whether the class did what it was asked for."""
        return 200 <= self.status < 300

    def told(self) -> dict[str, Any]:
        """Return the JSON object that came, an empty one for anything else."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class _Names(Resolver):
    """Finds names as this machine does, and names below localhost here, as browsers do."""

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        """Return the addresses of a name."""
        if is_below_localhost(host):
            return [(socket.AF_INET, (_HERE, port))]
        found: list[tuple[int, Any]] = await DefaultExecutorResolver().resolve(host, port, family)
        return found


def is_below_localhost(host: str) -> bool:
    """Return whether a name is this machine's own by its last word."""
    return host == "localhost" or host.endswith(".localhost")


def trusted() -> ssl.SSLContext:
    """Return what judges certificates: the system's authorities, and the one of the class.

    Raises OSError where the file that the variable names is none of a certificate.
    """
    return _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get(AUTHORITY_VARIABLE))


# Reading those of the system takes a moment. OpenSSL itself reads the file of its own variable.
@functools.lru_cache(maxsize=1)
def _trusted(_file: str | None, authority: str | None) -> ssl.SSLContext:
    found = ssl.create_default_context()
    if authority:
        found.load_verify_locations(authority)
    return found


async def ask(
    url: str,
    *,
    method: str = "GET",
    told: Mapping[str, Any] | None = None,
    token: str = "",
    seconds: float | None = None,
) -> Answer:
    """Ask a class at an address. The token goes there and nowhere else; no fault is raised."""
    seconds = seconds or SECONDS
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"token {token}"
    made: Any = SimpleAsyncHTTPClient
    client: AsyncHTTPClient = made(
        force_instance=True, resolver=_Names(), max_body_size=_BYTES_AT_MOST
    )
    try:
        request = HTTPRequest(
            url,
            method=method,
            body=None if method == "GET" else json.dumps(told or {}),
            headers=headers,
            connect_timeout=seconds,
            request_timeout=seconds,
            # Whoever answers must not send a token elsewhere.
            follow_redirects=False,
            ssl_options=trusted() if url[:6] == "https:" else None,
        )
        found = await client.fetch(request, raise_error=False)
    except (OSError, HTTPError, ValueError) as fault:
        return Answer(0, fault=fault)
    finally:
        client.close()
    return Answer(found.code, found.body or b"")


def asked(url: str, **how: Any) -> Answer:
    """Ask as `ask` does, where no loop runs."""
    return asyncio.run(ask(url, **how))


class _Seen(NamedTuple):
    """A kind of fault, and what is said of it: what was seen, and no more."""

    kinds: tuple[type[Exception], ...]
    what: str
    why: str
    next_step: str = ""


_FAULTS = (
    _Seen(
        (ssl.SSLCertVerificationError,),
        "the certificate at {place} is not good here: {fault}",
        "an authority signed it that this machine does not know, it has expired, it names another "
        "machine, or somebody else answers instead of the class",
        "ask your trainer. If the class has a separate authority: `ADVICES_CLASS_AUTHORITY=FILE` "
        "before the command, with its certificate in the file",
    ),
    _Seen(
        (ssl.SSLError,),
        "what answers at {place} does not encrypt as https does",
        "it is plain http, or another program",
    ),
    _Seen(
        (socket.gaierror, UnicodeError),
        "no machine named {host} is known here",
        "the name is mistyped, or only the network of the class knows it",
    ),
    _Seen(
        (ConnectionRefusedError,),
        "nothing listens at {place}",
        "the class is not started, or it is elsewhere",
    ),
    _Seen(
        (HTTPTimeoutError, TimeoutError),
        "{place} did not answer in time",
        "no way leads there from this network, or the class is busy",
    ),
    _Seen((Exception,), "{place} did not answer: {fault}", ""),
)


def unreachable(url: str, answer: Answer) -> ClassUnreachable:
    """Return the error for an answer that is none of a class."""
    at = urlsplit(url)
    place, fault = f"{at.scheme}://{at.netloc}", answer.fault
    if fault is None:
        return ClassUnreachable(
            f"what answers at {place} is no class that laptops can join: status {answer.status}",
            why="it is another program, a class of an older version, or one that is just starting",
        )
    seen = next(one for one in _FAULTS if isinstance(fault, one.kinds))
    said = getattr(fault, "verify_message", "") or str(fault)
    return ClassUnreachable(
        seen.what.format(place=place, host=at.hostname, fault=said),
        why=seen.why,
        next_step=seen.next_step,
    )
