"""Which store a class sends to: its address, its login, and whether it is one."""

from __future__ import annotations

import getpass
import os
import socket
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from fake_lrs import LOGIN, FakeLrs

from advices import classroom
from advices.classroom.hub import files
from advices.classroom.hub.address import HERE, address
from advices.classroom.sending import choosing
from advices.classroom.sending.choosing import chosen
from advices.classroom.sending.destination import Destination, login_of, store_url
from advices.classroom.sending.lrs import Lrs
from advices.cli import class_hub
from advices.core import AdvicesError, ClassSettingInvalid, XapiStoreUnfit

SECRET = LOGIN[1]


@pytest.fixture
def lrs() -> Iterator[FakeLrs]:
    made = FakeLrs(lambda _: [])
    yield made
    made.down()


@pytest.fixture
def login_file(tmp_path: Path) -> Path:
    file = tmp_path / "login"
    file.write_text(":".join(LOGIN) + "\n")
    file.chmod(0o600)
    return file


def never(_: str) -> tuple[str, str]:
    raise AssertionError("nobody is to be asked")


def choose(folder: Path, url: str = "", file: Path | None = None) -> tuple[object, list[str]]:
    said: list[str] = []
    return chosen(folder, url, file, never, said.append), said


def keep(folder: Path, to: Destination | None) -> None:
    """Be a class that was started with a store."""
    files.save_opened(folder, files.Opened(address=address(HERE), xapi=to))


@pytest.mark.parametrize(
    ("text", "kept", "host"),
    [
        ("https://lrs.example.org/xapi/", "https://lrs.example.org/xapi", "lrs.example.org"),
        ("https://LRS.example.org:443", "https://lrs.example.org", "lrs.example.org"),
        ("https://a.example:8443/data/xAPI", "https://a.example:8443/data/xAPI", "a.example:8443"),
        ("http://127.0.0.1:8080/xapi", "http://127.0.0.1:8080/xapi", "127.0.0.1:8080"),
        ("http://localhost:80/x", "http://localhost/x", "localhost"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x", "[::1]:8080"),
    ],
)
def test_an_address_is_kept_as_it_is_asked(text: str, kept: str, host: str) -> None:
    assert store_url(text) == kept
    assert Destination(url=kept, user="u", password="p").host == host


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("http://lrs.example.org/xapi", "unencrypted"),
        ("http://localhost.example.org/xapi", "unencrypted"),
        ("http://127.0.0.1.example.org", "unencrypted"),
        ("https://key:a-password@lrs.example.org/xapi", "has a login in it"),
        ("https://lrs.example.org/xapi?key=a-password", "no address of a store"),
        ("https://lrs.example.org/#a-password", "no address of a store"),
        ("https://lrs.example.org:99999/", "no address of a store"),
        ("https://lrs.example.org/a\nb", "no address of a store"),
        ("https://[lrs", "no address of a store"),
        ("ftp://lrs.example.org", "no address of a store"),
        ("lrs.example.org", "no address of a store"),
    ],
)
def test_what_is_no_address_is_refused_and_no_password_shown(text: str, what: str) -> None:
    with pytest.raises(ClassSettingInvalid, match=what) as told:
        store_url(text)
    assert "a-password" not in whole(told.value)


def whole(error: AdvicesError) -> str:
    return f"{error}{error.what}{error.why}{error.next_step}{error.__cause__}"


def test_a_login_is_read_from_a_file_that_is_ones_own(login_file: Path) -> None:
    assert login_of(login_file) == LOGIN
    for mode in (0o640, 0o604, 0o620):
        login_file.chmod(mode)
        with pytest.raises(ClassSettingInvalid, match="can read or change") as told:
            login_of(login_file)
        assert "chmod 600" in told.value.next_step
    if os.geteuid() == 0:
        login_file.chmod(0o600)
        os.chown(login_file, 65534, 65534)
        with pytest.raises(ClassSettingInvalid, match="can read or change"):
            login_of(login_file)


@pytest.mark.parametrize(
    "text", ["", "no colon", ":a-secret", "user:", "u:a-secret\nmore", "u:a\0b", "x" * 2000]
)
def test_a_file_without_a_login_is_refused_and_not_shown(text: str, tmp_path: Path) -> None:
    file = tmp_path / "login"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(ClassSettingInvalid, match="holds no login") as told:
        login_of(file)
    assert "a-secret" not in whole(told.value)
    assert "xxx" not in whole(told.value)


def test_a_login_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClassSettingInvalid, match="cannot be read"):
        login_of(tmp_path / "none")
    with pytest.raises(ClassSettingInvalid):
        login_of(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    with pytest.raises(ClassSettingInvalid, match="is no file"):
        login_of(pipe)


def test_a_store_that_is_one_is_taken(tmp_path: Path, lrs: FakeLrs, login_file: Path) -> None:
    for may_read in (True, False):
        lrs.may_read = may_read
        to, said = choose(tmp_path, f"{lrs.url}/", login_file)
        assert to == Destination(url=lrs.url, user=LOGIN[0], password=LOGIN[1])
        assert said == []
    assert [path.partition("?")[0] for _, path in lrs.asked[:2]] == [
        "/xapi/about",
        "/xapi/statements",
    ]
    assert lrs.posts == []
    assert SECRET not in repr(to)


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ("down", "nothing listens there"),
        ("slow", "did not answer within"),
        (401, r"does not take the login \(401\)"),
        (404, "is not an xAPI store"),
        ("page", "is not an xAPI store"),
        (302, "redirect"),
        (503, "answers 503"),
        ("2.0.0", r"does not know xAPI 1\.0\.3"),
        ("<b>", r"does not know xAPI 1\.0\.3"),
        ({}, "is not an xAPI store"),
    ],
)
def test_a_new_store_that_is_not_well_is_refused(
    fault: object,
    what: str,
    tmp_path: Path,
    lrs: FakeLrs,
    login_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choosing, "Lrs", lambda to: Lrs(to, 0.5))
    if fault == "down":
        lrs.down()
    elif fault in ("2.0.0", "<b>"):
        lrs.versions = [fault]
    elif fault == {}:
        lrs.versions = {}
    else:
        lrs.fault = fault  # type: ignore[assignment]
    with pytest.raises(XapiStoreUnfit, match=what) as told:
        choose(tmp_path, lrs.url, login_file)
    assert SECRET not in whole(told.value)
    assert "<b>" not in whole(told.value)
    assert told.value.exit_code == 89
    assert all("elsewhere" not in path for _, path in lrs.asked)


def test_a_wrong_login_is_found_even_if_everybody_may_ask_about(
    tmp_path: Path, lrs: FakeLrs, login_file: Path
) -> None:
    login_file.write_text("key:another-secret")
    with pytest.raises(XapiStoreUnfit, match="does not take the login") as told:
        choose(tmp_path, lrs.url, login_file)
    assert "another-secret" not in whole(told.value)


def test_a_store_that_nobody_finds_or_trusts_is_named(tmp_path: Path, login_file: Path) -> None:
    with pytest.raises(XapiStoreUnfit, match="does not resolve"):
        choose(tmp_path, "https://there-is-no-such-host.invalid/xapi", login_file)
    untrusted = pytest.raises(XapiStoreUnfit, match="certificate that this machine does not trust")
    with server_of_tls(tmp_path) as port, untrusted:
        choose(tmp_path, f"https://localhost:{port}/xapi", login_file)


@contextmanager
def server_of_tls(folder: Path) -> Iterator[int]:
    """Listen with a certificate that no authority signed; yield the port."""
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    files_of = ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*words, *files_of, *names], check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    listening = socket.create_server(("127.0.0.1", 0))

    def refused() -> None:
        with listening.accept()[0] as one:
            try:
                context.wrap_socket(one, server_side=True).close()
            except OSError:
                return

    waiting = threading.Thread(target=refused, daemon=True)
    waiting.start()
    yield listening.getsockname()[1]
    listening.close()
    waiting.join(5)


def test_a_class_keeps_its_store_and_starts_while_that_is_down(
    tmp_path: Path, lrs: FakeLrs, login_file: Path
) -> None:
    assert choose(tmp_path) == (None, [])
    to, _ = choose(tmp_path, lrs.url, login_file)
    assert isinstance(to, Destination)
    keep(tmp_path, to)
    assert stat.S_IMODE((tmp_path / "hub.json").stat().st_mode) == 0o600
    assert choose(tmp_path) == (to, [])
    lrs.down()
    for url in ("", lrs.url):
        again, said = choose(tmp_path, url)
        assert again == to
        assert "nothing listens there; what is to be sent waits" in "".join(said)
    # A new login is a new store: it must answer.
    with pytest.raises(XapiStoreUnfit):
        choose(tmp_path, "", login_file)
    keep(tmp_path, None)
    assert choose(tmp_path) == (None, [])


def test_a_login_without_a_store_is_refused(tmp_path: Path, login_file: Path) -> None:
    with pytest.raises(ClassSettingInvalid, match="no store that it is for"):
        choose(tmp_path, "", login_file)


def test_without_a_file_the_login_is_asked_for_in_a_terminal(
    tmp_path: Path, lrs: FakeLrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: False))
    with pytest.raises(ClassSettingInvalid, match="nothing says the login"):
        chosen(tmp_path, lrs.url, None, class_hub._login, print)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(typer, "prompt", lambda _: LOGIN[0])
    monkeypatch.setattr(getpass, "getpass", lambda _: LOGIN[1])
    to = chosen(tmp_path, lrs.url, None, class_hub._login, print)
    assert to == Destination(url=lrs.url, user=LOGIN[0], password=LOGIN[1])
    monkeypatch.setattr(getpass, "getpass", lambda _: "")
    with pytest.raises(ClassSettingInvalid, match="no login of a store"):
        chosen(tmp_path, lrs.url, None, class_hub._login, print)


def test_on_and_off_at_once_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classroom, "class_in", lambda _: None, raising=False)
    with pytest.raises(typer.BadParameter, match="on or off"):
        class_hub.start(xapi_store="https://lrs.example.org", no_xapi_store=True)
