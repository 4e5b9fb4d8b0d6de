"""What a laptop says of an address that is no class, or one that it may not trust."""
# ruff: noqa: F401, F811  # the fixture `room` is imported

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from class_of_laptops import a_class
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joining_laptop import join, room

from advices.core import ClassSettingInvalid, ClassUnreachable
from advices.learn import class_client, laptop
from advices.packages import proxy


def unreachable(act) -> str:
    with pytest.raises(ClassUnreachable) as told:
        act()
    assert told.value.exit_code == 87
    return str(told.value)


def test_an_address_where_nothing_listens_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    said = unreachable(lambda: laptop.terms(f"http://127.0.0.1:{port}"))
    assert said.startswith(f"nothing listens at http://127.0.0.1:{port}\n")


def test_a_name_that_nobody_knows_says_so() -> None:
    said = unreachable(lambda: laptop.terms("https://no-such-class.invalid"))
    assert said.startswith("no machine named no-such-class.invalid is known here\n")


def test_names_below_localhost_are_this_machine(room) -> None:
    assert laptop.terms(f"http://class.localhost:{room.port}").keep_days == 14


@contextmanager
def program(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one request with these bytes; give the address without its scheme, and what came."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as one:

        def serve() -> None:
            line, _ = one.accept()
            # Who has heard enough may cut it off.
            with line, suppress(OSError):
                heard.append(line.recv(4096))
                line.sendall(answer)
                line.shutdown(socket.SHUT_WR)
                line.recv(4096)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{one.getsockname()[1]}", heard
        thread.join(10)


def test_another_program_is_no_class() -> None:
    with program(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as (place, _):
        said = unreachable(lambda: laptop.terms(f"http://{place}"))
    assert "is no class that laptops can join: status 404" in said
    with program(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") as (place, _):
        assert "is no class" in unreachable(lambda: laptop.terms(f"http://{place}"))
    with program(b"SSH-2.0-OpenSSH_9.2\r\n") as (place, _):
        assert "did not answer" in unreachable(lambda: laptop.terms(f"http://{place}"))
    # As the proxy of a class answers.
    with program(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") as (place, _):
        said = unreachable(lambda: laptop.terms(f"https://{place}"))
    assert "does not encrypt as https does" in said


def test_who_says_nothing_is_waited_for_no_longer_than_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_client, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        said = unreachable(lambda: laptop.terms(f"http://127.0.0.1:{port}"))
    assert "did not answer in time" in said


def test_an_answer_that_has_no_end_fills_no_memory() -> None:
    with program(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\nx") as (place, _):
        assert "did not answer" in unreachable(lambda: laptop.terms(f"http://{place}"))


def test_a_token_is_not_sent_where_an_answer_leads(room) -> None:
    moved = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
    with program(moved + room.url.encode() + b"/mine\r\n\r\n") as (place, heard):
        answer = class_client.asked(f"http://{place}/hub/class/mine", token="own.secret")
    assert answer.status == 302
    line, _, headers = heard[0].partition(b"\r\n")
    assert b"own.secret" in headers and b"own.secret" not in line


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return a certificate of 127.0.0.1 that nobody signed but itself, and what serves it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a class")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    file.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    )
    how = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    how.load_cert_chain(file)
    return file, how


def test_https_is_for_certificates_that_are_known_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, how = certificate(tmp_path)
    with a_class(tmp_path, how) as room:
        said = unreachable(lambda: laptop.terms(room.origin))
        assert said.startswith(f"the certificate at {room.origin} is not good here: self")
        with pytest.raises(ClassUnreachable, match="certificate"):
            join(room, tmp_path)
        # Nothing that was typed was sent.
        assert room.store.learners() == []
        monkeypatch.setenv("ADVICES_CLASS_AUTHORITY", str(file))
        # Packages are fetched as before.
        assert "ADVICES_CLASS_AUTHORITY" not in proxy.host_settings()
        joined = join(room, tmp_path)
        asyncio.run(joined.sender().happened({"kind": "tried", "exercise": "build-cache"}))
        assert [one.seat for one in room.store.events()] == ["own-01"]


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_an_authority_that_is_none_is_one_message(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "authority.pem"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("ADVICES_CLASS_AUTHORITY", str(file))
    with pytest.raises(ClassSettingInvalid, match=r"authority\.pem is no certificate") as told:
        laptop.terms("https://class.example.org")
    assert "ADVICES_CLASS_AUTHORITY names it" in str(told.value)
