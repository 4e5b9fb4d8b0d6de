"""Pure: the address of a class, and whether it may be served there."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

from advices.core import ClassSettingInvalid, Record

HERE = "http://class.localhost:8000"
"""The address by default: browsers look for names below localhost on their own machine."""

BOARD = "class"
"""The name of the trainer's service in the hub."""
BOARD_HOST = "trainer"
"""The name of its host, below that of the class."""
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class Address(Record):
    """Where a class is reached. `certificate` and `key` are files, None on this machine alone."""

    scheme: str
    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def origin(self) -> str:
        """Return scheme, name and port as a browser shows them."""
        usual = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{self.host}{'' if self.port == usual else f':{self.port}'}"

    def below(self, name: str) -> str:
        """Return the origin of a name below this one: a seat's, or `services`."""
        return self.origin.replace("://", f"://{name}.", 1)

    @property
    def listens_at(self) -> str:
        """Return the address that the proxy listens at: this machine's own unless encrypted."""
        return "127.0.0.1" if self.is_local else "0.0.0.0"

    @property
    def is_local(self) -> bool:
        """Return whether only this machine can mean itself by the name."""
        return self.host == "localhost" or self.host.endswith(".localhost")


def address(text: str, certificate: Path | None = None, key: Path | None = None) -> Address:
    """Return what an address says. It is one name, because each learner gets a name below it.

    Raises ClassSettingInvalid for a number, a path, plain HTTP in a network, or half a certificate.
    """
    asked = urlsplit(text)
    host = asked.hostname or ""
    try:
        port = asked.port
    except ValueError:
        raise ClassSettingInvalid(f"`{text}` has no port from 1 to 65535") from None
    if asked.scheme not in ("http", "https") or not host or asked.username is not None:
        raise ClassSettingInvalid(
            f"`{text}` is no address such as {HERE} or https://class.example.org"
        )
    if asked.path not in ("", "/") or asked.query or asked.fragment:
        raise ClassSettingInvalid(
            f"`{text}` has a path",
            why="each learner has a name below the host; a path divides no origins",
        )
    if _is_number(host) or not _NAME.fullmatch(host):
        raise ClassSettingInvalid(
            f"`{host}` is no name that a class can have",
            why="each learner gets a separate name below it, and nothing has a name below a number",
            next_step=f"use {HERE}, or a name with an entry in the DNS for it and for *.NAME",
        )
    found = Address(
        scheme=asked.scheme,
        host=host,
        port=port or {"http": 80, "https": 443}[asked.scheme],
        certificate=certificate,
        key=key,
    )
    if found.scheme == "http" and not found.is_local:
        raise ClassSettingInvalid(
            f"{text} is in a network and not encrypted",
            why="codes, PINs and cookies would cross the network where others can read them",
        )
    if found.scheme == "https" and (certificate is None or key is None):
        raise ClassSettingInvalid(
            f"{text} needs a certificate and its key",
            why=f"browsers believe https only with both; it must name {host} and *.{host}",
        )
    if found.scheme == "http" and (certificate or key):
        raise ClassSettingInvalid(f"{text} uses no certificate: write https:// to use it")
    for file in (certificate, key):
        if file is not None and not file.is_file():
            raise ClassSettingInvalid(
                f"there is no file {file}",
                why="a certificate or its key is named, and not there",
                next_step="check the path after --certificate and --key",
            )
    return found


def board_url(address: Address) -> str:
    """Return the address of the trainer's page."""
    return f"{address.below(BOARD_HOST)}/services/{BOARD}/"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
