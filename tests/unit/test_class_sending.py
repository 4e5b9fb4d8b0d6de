"""What a learner's laptop sends to its class, how it joins and leaves, and what keeps it out."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import json
import socket
import ssl
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from class_of_laptops import CODE, a_class
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from advices.core import ClassOf, ClassSettingInvalid, ClassUnreachable, JoinRefused
from advices.learn import class_client, laptop, sending
from advices.packages import proxy


@pytest.fixture
def room(tmp_path: Path):
    (tmp_path / "class").mkdir()
    with a_class(tmp_path / "class") as running:
        yield running


def join(room, tmp_path: Path, name: str = "Ada", code: str = CODE, pin: str = "1234"):
    return laptop.join(room.origin, code=code, name=name, pin=pin, folder=tmp_path / "state")


# ---- the address


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://class.example.org", "https://class.example.org"),
        (" https://Class.Example.org:8443/hub/login?next=x ", "https://class.example.org:8443"),
        ("http://class.localhost:8000", "http://class.localhost:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://10.0.0.1", "https://10.0.0.1"),
    ],
)
def test_an_address_as_a_trainer_or_a_browser_shows_it_is_one(text: str, origin: str) -> None:
    assert laptop.origin_of(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "class.example.org",
        "ftp://class.example.org",
        "https://",
        "https://code@class.example.org",
        "https://class.example.org:99999",
        "https://class example.org",
        "https://<b>",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        laptop.origin_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://class.example.org",
        "http://10.0.0.1:8000",
        "http://localhost.example.org",
        "http://0.0.0.0:8000",
        "http://[fe80::1]:8000",
    ],
)
def test_nothing_is_sent_through_a_network_without_encryption(text: str) -> None:
    with pytest.raises(ClassSettingInvalid, match="not encrypted") as told:
        laptop.origin_of(text)
    assert told.value.exit_code == 81


# ---- joining


def test_a_laptop_joins_and_its_token_is_for_its_account_alone(room, tmp_path: Path) -> None:
    assert laptop.terms(room.origin).keep_days == 14
    joined = join(room, tmp_path)
    assert joined.of == ClassOf(room.url, 14, is_own=True)
    assert stat.S_IMODE(joined.file.stat().st_mode) == 0o600
    assert room.store.joined() == {"own-01"}
    kept = json.loads(joined.file.read_text())
    # Neither what lets somebody in, nor who it is.
    assert {*kept} == {"url", "keep_days", "token"}
    assert asyncio.run(joined.sender().mine()).told()["asks"] is False


def test_a_laptop_leaves_and_nothing_stays(room, tmp_path: Path) -> None:
    joined = join(room, tmp_path)
    sender = joined.sender()
    joined.leave(sender)
    assert sender.waiting == 0
    assert room.store.joined() == set()
    assert [*(tmp_path / "state").iterdir()] == []
    assert asyncio.run(sender.happened({"kind": "opened", "exercise": "build-cache"})).status == 403
    assert room.store.events() == []


def test_what_crashed_can_still_be_left(room, tmp_path: Path) -> None:
    join(room, tmp_path)
    (tmp_path / "state" / "class-1.json").write_text("half")
    (found,) = laptop.kept(tmp_path / "state")
    assert found.origin == room.origin
    found.leave()
    assert room.store.joined() == set()
    assert [*laptop.kept(tmp_path / "state")] == []


def test_a_class_that_is_away_is_left_later(room, tmp_path: Path) -> None:
    joined = join(room, tmp_path)
    room.stop()
    with pytest.raises(ClassUnreachable, match="nothing listens"):
        joined.leave()
    assert joined.file.is_file()
    room.start()
    joined.leave()
    assert room.store.joined() == set()
    assert not joined.file.exists()


def test_a_class_that_has_forgotten_the_laptop_is_left_too(room, tmp_path: Path) -> None:
    joined = join(room, tmp_path)
    room.store.free("own-01")
    joined.leave()
    assert not joined.file.exists()


@pytest.mark.parametrize(
    ("code", "pin", "says"),
    [
        ("wrong", "1234", "This is not the code of the class."),
        (CODE, "9999", "Was that you? Then the PIN is another one"),
        (CODE, "1", "Choose a PIN"),
    ],
)
def test_what_the_class_refuses_is_said_in_its_words(
    room, tmp_path: Path, code: str, pin: str, says: str
) -> None:
    laptop.join(room.origin, code=CODE, name="Ada", pin="1234", folder=tmp_path / "other")
    with pytest.raises(JoinRefused, match=says.replace("?", r"\?")) as told:
        join(room, tmp_path, code=code, pin=pin)
    assert told.value.exit_code == 88
    assert not (tmp_path / "state").exists()


def test_who_guesses_hears_that_they_must_wait(room, tmp_path: Path) -> None:
    for _ in range(20):
        with pytest.raises(JoinRefused, match="not the code"):
            join(room, tmp_path, code="wrong")
    with pytest.raises(JoinRefused, match="Too many wrong attempts"):
        join(room, tmp_path)
    assert room.store.learners() == []


# ---- what is no class


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


# ---- sending

TRIED = {"kind": "tried", "exercise": "build-cache"}
SOLVED = {"kind": "solved", "exercise": "build-cache"}


def test_a_class_that_is_started_again_misses_nothing(
    room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_AGAIN_SECONDS", 0.05)
    sender = join(room, tmp_path).sender()

    async def day() -> None:
        assert (await sender.happened({"kind": "opened", "exercise": "build-cache"})).is_well
        room.stop()
        assert (await sender.happened(TRIED)).status == 0
        assert (await sender.happened(SOLVED)).status == 0
        assert not (await sender.mine()).is_well
        assert not (await sender.wish(on=True)).is_well
        assert sender.waiting == 2
        room.start()
        # Nobody opens a page: it comes by itself.
        while sender.waiting:
            await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(day(), 30))
    assert [one.kind for one in room.store.events()] == ["opened", "tried", "solved"]
    # Who asked for help when nobody heard it was told so, and may not want it any more.
    assert room.store.wishes() == {}


def test_what_is_said_late_says_how_late(
    room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [1000.0]
    monkeypatch.setattr(sending, "clock", lambda: at[0])
    sender = join(room, tmp_path).sender()
    # The learner came long ago.
    room.store._clock = lambda: room.store.learners()[0].came + 5000

    async def day() -> None:
        room.stop()
        await sender.happened(TRIED)
        at[0] += 90
        room.start()
        await sender.happened(SOLVED)

    asyncio.run(day())
    tried, solved = room.store.events()
    assert solved.at - tried.at == 90


def test_what_the_class_refuses_does_not_stop_what_follows(room, tmp_path: Path) -> None:
    sender = join(room, tmp_path).sender()

    async def day() -> None:
        assert (await sender.happened({"kind": "tried", "exercise": "FROM python"})).status == 400
        assert (await sender.happened(TRIED)).is_well

    asyncio.run(day())
    assert sender.waiting == 0
    assert [one.kind for one in room.store.events()] == ["tried"]


def test_who_is_too_fast_is_told_later(room, tmp_path: Path) -> None:
    sender = join(room, tmp_path).sender()

    async def day() -> None:
        for _ in range(60):
            await sender.happened(TRIED)
        assert (await sender.happened(SOLVED)).status == 429

    asyncio.run(day())
    assert sender.waiting == 1


def test_what_waits_has_an_end(room, tmp_path: Path) -> None:
    sender = join(room, tmp_path).sender()
    room.stop()

    async def day() -> None:
        for _ in range(sending.WAITING_AT_MOST + 5):
            sender._waiting.append((0.0, TRIED))
        await sender.happened(SOLVED)

    asyncio.run(day())
    assert sender.waiting == sending.WAITING_AT_MOST
    assert sender._waiting[-1][1] == SOLVED


def test_a_laptop_that_the_trainer_removed_sends_nothing_more(room, tmp_path: Path) -> None:
    sender = join(room, tmp_path).sender()
    room.store.free("own-01")

    async def day() -> None:
        assert (await sender.mine()).status == 403
        assert sender.has_left
        room.stop()
        assert (await sender.happened(TRIED)).status == 403
        assert (await sender.wish(on=True)).status == 403

    asyncio.run(day())
    assert sender.waiting == 0


def test_what_waits_is_told_before_the_good_bye(room, tmp_path: Path) -> None:
    joined = join(room, tmp_path)
    sender = joined.sender()
    room.stop()
    asyncio.run(sender.happened(SOLVED))
    room.start()
    joined.leave(sender)
    assert sender.waiting == 0
    assert [one.kind for one in room.store.events()] == ["solved"]
