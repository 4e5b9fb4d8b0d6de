"""The probe `limits`: uploads that are lost, what is not measured without a limit, and pictures."""

from __future__ import annotations

import http.server
import json
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from container_programs import Program
from local_sites import serving, site
from memory_engine import MemoryEngine
from pydantic import ValidationError

from advices.core import NeverAnswered
from advices.engine.start import Start, options
from advices.lab import MeasureName
from advices.lab.model import AnotherStart, Serve
from advices.probes import limits, processes, startup, uploads
from advices.results import Boot, VariantResult

FORM = (
    b'<form method="get"><input name="q"></form><form method="post" action="/sign/">'
    b'<input type="hidden" name="token" value="abc"><input name="name">'
    b'<textarea name="message"></textarea><input type="file" name="picture"></form>'
)


@contextmanager
def guestbook(*answers: int) -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    """Give the port of a site with a form, and what was sent; 0 ends a line without an answer."""
    left, sent, lock = list(answers), list[tuple[str, bytes]](), threading.Lock()

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Set-Cookie", "csrftoken=xyz; Path=/")
            self.end_headers()
            self.wfile.write(FORM)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                sent.append((self.headers["Cookie"], body))
                status = left.pop(0)
            if status:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with serving(Site) as port:
        yield port, sent


def inside(limit: int | None, peak: int | None = 300) -> str:
    found = {"tasks": 3, "rest_bytes": 100, "worker_bytes": 40}
    return json.dumps({**found, "limit_bytes": limit, "peak_bytes": peak})


def probed(program: Program, *, answered: bool = True) -> tuple[Any, MemoryEngine]:
    engine = MemoryEngine(lambda _image, _how: program)
    subject: Any = SimpleNamespace(
        engine=engine,
        answered=answered,
        lab=SimpleNamespace(slug="tiny", serve=Serve(port=80)),
        variant="good",
        run_id="run-1",
        image=SimpleNamespace(id="sha256:1"),
        how=Start(),
    )
    return limits.probe(subject), engine


def test_nobody_is_lost_where_memory_is_enough() -> None:
    peaks = iter((250, 270, 300))
    with guestbook(*[302] * 9) as (port, sent):
        found, engine = probed(
            Program(port, answers=lambda _: inside(limits.MEMORY_BYTES, next(peaks)))
        )
    assert found.values == {
        "paths_written": 0,
        "rest_bytes": 100,
        "worker_bytes": 40,
        "upload_bytes": 20,
        "uploads_lost": 0,
        "container_survives": True,
        "out_of_memory": False,
        "peak_bytes": 300,
    }
    assert found.unmeasured == {}
    assert len(sent) == 9  # one alone, then eight
    assert {cookie for cookie, _ in sent} == {"csrftoken=xyz"}
    assert all(b'name="token"\r\n\r\nabc\r\n' in body for _, body in sent)
    assert all(uploads.picture() in body for _, body in sent)
    (started,) = engine.started
    assert (started.how.memory, started.how.tmpfs) == ("384m", ("/tmp",))
    assert not started.how.swaps
    assert engine.programs == {}


def test_who_gets_no_answer_or_another_one_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_HEARS_SECONDS", 0.2)
    program = Program(
        answers=lambda _: inside(limits.MEMORY_BYTES, None),
        out_of_memory=True,
        files={"/var/log/access.log": b""},
    )
    with guestbook(302, 0, 0, 302, 303, 500, 200, 302, 302) as (port, _):
        found, _ = probed(Program(**{**vars(program), "port": port}))
    assert found.values["uploads_lost"] == 4
    assert (found.values["container_survives"], found.values["out_of_memory"]) == (True, True)
    assert found.values["paths_written"] == 1
    assert "peak_bytes" not in found.values
    assert found.unmeasured == {"upload_bytes": limits.NO_PEAK, "peak_bytes": limits.NO_PEAK}


def test_a_container_that_ends_tells_its_exit_code() -> None:
    with guestbook(*[0] * 9) as (port, _):
        engine = MemoryEngine(
            lambda _image, _how: Program(
                port, answers=lambda _: inside(limits.MEMORY_BYTES), exit_code=137
            )
        )
        subject: Any = SimpleNamespace(
            engine=engine, lab=SimpleNamespace(serve=Serve(port=80)), variant="good"
        )
        container = engine.start("image", run_id="run-1")
        before = engine.state

        def ended(one: Any) -> Any:
            engine.stop(one)
            engine.programs[one.id] = Program(port, False, 137, out_of_memory=True)
            return before(one)

        engine.state = ended  # type: ignore[method-assign]
        found = limits.Found()
        rest = processes.read(inside(limits.MEMORY_BYTES))
        limits._upload(subject, container, rest, found)
    assert found.values["container_survives"] is False
    assert found.values["exit_code_at_limit"] == 137


@pytest.mark.parametrize("limit", [None, 1 << 40])
def test_without_a_limit_nothing_is_measured_and_it_says_why(limit: int | None) -> None:
    with guestbook() as (port, sent):
        found, _ = probed(Program(port, answers=lambda _: inside(limit)))
    assert sent == []
    assert found.values == {"paths_written": 0, "rest_bytes": 100, "worker_bytes": 40}
    assert found.unmeasured["uploads_lost"] == limits.NO_LIMIT
    result = VariantResult(
        dockerfile="Dockerfile",
        context_bytes=0,
        layers=(),
        builds={},
        boot=Boot(answered=True),
        probed=found.values,
        unmeasured=found.unmeasured,
    )
    assert result.not_run(MeasureName("uploads_lost")) == limits.NO_LIMIT
    assert result.not_run(MeasureName("uploads_lost", "cold")) == ""
    assert result.not_run(MeasureName("paths_written")) == ""


def test_a_site_without_such_a_form_loses_nothing_and_says_nothing() -> None:
    with site(lambda path: (200, b"no form") if path == "/" else (404, b"")) as port:
        found, _ = probed(Program(port, answers=lambda _: inside(limits.MEMORY_BYTES)))
    assert "uploads_lost" not in found.values
    assert found.unmeasured == {}


def test_what_did_not_answer_has_no_measure() -> None:
    found, engine = probed(Program(), answered=False)
    assert (found.values, engine.started) == ({}, [])


def test_the_picture_is_a_small_file_of_many_pixels() -> None:
    picture = uploads.picture()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert width * height == 24_000_000
    assert len(picture) < 100_000
    at, kinds, packed = 8, [], b""
    while at < len(picture):
        (size,) = struct.unpack(">I", picture[at : at + 4])
        kind, content = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + size]
        assert picture[at + 8 + size : at + 12 + size] == struct.pack(
            ">I", zlib.crc32(kind + content)
        )
        kinds.append(kind)
        packed += content if kind == b"IDAT" else b""
        at += 12 + size
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]
    assert len(zlib.decompress(packed)) == height * (1 + 3 * width)


def test_a_start_of_a_lab_may_have_folders_in_memory() -> None:
    start = AnotherStart(says="x", read_only=True, tmpfs=("/tmp",))
    said = options(startup.how_of(start))
    assert (said["read_only"], said["tmpfs"]) == (True, {"/tmp": ""})
    with pytest.raises(ValidationError, match="tmpfs"):
        AnotherStart(says="x", tmpfs=("tmp",))


def test_a_limit_of_memory_holds_on_a_machine_with_swap() -> None:
    """Docker lets a container swap as much again unless it is told otherwise."""
    assert "memswap_limit" not in options(Start(memory="384m"))
    assert options(Start(memory="384m", swaps=False))["memswap_limit"] == "384m"


def test_the_limit_is_the_one_that_the_kernel_is_asked_for() -> None:
    assert f"{limits.MEMORY_BYTES // 1024**2}m" == limits.MEMORY


def test_a_container_without_python_is_told() -> None:
    with guestbook() as (port, _), pytest.raises(NeverAnswered, match="has no python3"):
        probed(Program(port, answers=lambda _: None))
