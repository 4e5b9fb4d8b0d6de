"""Docker's contexts, as the docker command writes them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import socket_engine

from advices.core import EngineMissing
from advices.engine import connection, contexts

CERTIFICATE = "-----BEGIN CERTIFICATE-----\n"


@pytest.fixture(params=["DOCKER_CONFIG", "HOME"])
def client(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the docker command's settings, named or by default."""
    for name in ("DOCKER_CONFIG", "DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / (".docker" if request.param == "HOME" else "client")
    if request.param == "DOCKER_CONFIG":
        monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    return folder


def created(client: Path, name: str, host: str, **more: Any) -> Path:
    """Do what `docker context create` does; return the folder of its keys."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    file = client / "contexts" / "meta" / digest / "meta.json"
    file.parent.mkdir(parents=True)
    endpoint = {"Host": host, "SkipTLSVerify": False, **more}
    file.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    return client / "contexts" / "tls" / digest / "docker"


def test_a_context_is_found_where_the_command_wrote_no_settings(
    client: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket_engine.running(tmp_path) as (_, address):
        created(client, "second", address)
        monkeypatch.setenv("DOCKER_CONTEXT", "second")
        assert connection.context_name() == "second"
        assert connection.address() == address
        assert connection.answers()


def test_the_context_in_use_is_that_of_the_settings(
    client: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.context_name() == "default"
    created(client, "second", "tcp://127.0.0.1:2375")
    (client / "config.json").write_text('{"currentContext": "second"}')
    assert connection.address() == "tcp://127.0.0.1:2375"
    monkeypatch.setenv("DOCKER_HOST", "unix:///other.sock")
    assert (connection.context_name(), connection.address()) == ("default", "unix:///other.sock")


@pytest.mark.parametrize("by", ["settings", "environment"])
def test_a_context_that_is_gone_is_named(
    by: str, client: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.mkdir()
    if by == "settings":
        (client / "config.json").write_text('{"currentContext": "gone"}')
    else:
        monkeypatch.setenv("DOCKER_CONTEXT", "gone")
    with pytest.raises(EngineMissing, match="`gone` does not exist"):
        connection.address()


@pytest.mark.parametrize("skips", [True, False])
def test_a_context_with_keys_is_asked_with_them(skips: bool, client: Path) -> None:
    keys = created(client, "far", "tcp://192.0.2.1:2376", SkipTLSVerify=skips)
    keys.mkdir(parents=True)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (keys / name).write_text(CERTIFICATE)
    found = contexts.endpoint("far")
    assert found is not None
    assert found.tls is not None
    assert found.tls.cert == (str(keys / "cert.pem"), str(keys / "key.pem"))
    assert found.tls.ca_cert == str(keys / "ca.pem")
    assert found.tls.verify is not skips


@pytest.mark.parametrize("text", ["", "[]", "{", '{"Endpoints": {}}', '{"Endpoints": null}'])
def test_what_is_damaged_is_no_context(text: str, client: Path) -> None:
    created(client, "second", "unix:///x")
    next(client.rglob("meta.json")).write_text(text)
    assert contexts.endpoint("second") is None
