"""What a start shows: the first answer, who PID 1 is, and what a silent container says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from container_programs import Program, printed
from local_sites import site
from memory_engine import MemoryEngine, Started

from advices.core import EngineRefused, NeverAnswered
from advices.engine.start import HARDENED, Start
from advices.lab.model import AnotherStart, Lab, Serve, Variant
from advices.probes import startup
from advices.probes.startup import Answer, Image
from advices.results.record import Boot

STATUS = "Name:\tx\nUid:\t1000\t1001\t1002\t1003\nCapEff:\t00000000a80425fb\n"


def answer(status: int = 200, body: bytes = b"x", **headers: str) -> str:
    pairs = {"Server": "y", "Date": "1", "Set-Cookie": "token=1", **headers}
    return Answer(status, tuple(pairs.items()), body).digest()


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"Date": "2"}, True),
        ({"Set-Cookie": "token=2"}, True),
        ({"status": 404}, False),
        ({"body": b"y"}, False),
        ({"Server": "z"}, False),
        ({"X-Frame-Options": "DENY"}, False),
        ({"Last-Modified": "1"}, False),
    ],
)
def test_two_answers_are_alike_but_for_clock_and_cookies(
    change: dict[str, Any], same: bool
) -> None:
    assert (answer(**change) == answer()) == same


def test_the_order_and_case_of_headers_do_not_matter() -> None:
    one = Answer(200, (("A", "1"), ("B", "2"), ("DATE", "3"), ("set-cookie", "4")), b"")
    assert one.digest() == Answer(200, (("B", "2"), ("A", "1")), b"").digest()


@pytest.fixture
def port() -> Iterator[int]:
    """Return the port of a site that answers each path with the status that it names."""
    with site(lambda path: (int(path[1:]), b"the page")) as found:
        yield found


TCP = "  sl  local_address rem_address   st\n"
EVERYWHERE, LOOPBACK = "00000000:0050", "0100007F:0050"


def on(
    port: int | None, *, status: str | None = STATUS, listens: str | None = EVERYWHERE, **end: Any
) -> MemoryEngine:
    """Return an engine whose containers are one local port, or end at once.

    They tell by Python alone, and listen on an address as the kernel writes it.
    """

    def answers(argv: list[str]) -> str | None:
        if argv[0] != "python3" or "tcp6" in argv[2]:
            return None
        if "/proc/net/tcp" not in argv[2]:
            return status
        return None if listens is None else f"{TCP}   0: {listens} 00000000:0000 0A\n"

    ended = printed("the end", **end)
    return MemoryEngine(lambda *_: Program(port, answers=answers) if port else ended)


def image(engine: MemoryEngine, path: str = "/200", timeout_seconds: float = 0.6) -> Image:
    lab = Lab(
        slug="tiny",
        folder=Path(),
        title="",
        advice="",
        context=Path(),
        serve=Serve(port=80, path=path, timeout_seconds=timeout_seconds),
        variants={n: Variant(dockerfile=n, says="") for n in ("bad", "good")},
        claims=(),
    )
    return Image(engine, lab, "sha256:1", "good", "run-1")


def test_the_first_page_is_recorded_and_the_container_goes(port: int) -> None:
    engine = on(port)
    found, page = startup.first_page(image(engine))
    assert (found.answered, found.status, found.uid, found.capabilities) == (True, 200, 1000, 14)
    assert (page.digest, page.text, page.type) == (found.page_digest, "the page", "")
    assert found.first_200 is not None
    assert engine.started == [Started("sha256:1", "run-1", 80, HARDENED)]
    assert engine.did == ["start container-1", "remove container-1"]


@pytest.mark.parametrize(
    ("engine", "says", "why", "next_step"),
    [
        (on, r"1 s \(HTTP 404\)", "listens on 0.0.0.0:80", "last lines"),
        (lambda _: on(1), r"\(ConnectionRefusedError: ", "listens on 0.0.0.0:80", "last lines"),
        (lambda _: on(1, listens=LOOPBACK), "Refused", "on 127.0.0.1:80", "on 0.0.0.0:80: "),
        (lambda _: on(1, listens="00000000:1F90"), "Refused", ":8080", "on port 80"),
        (lambda _: on(1, listens=""), "Refused", "on no port", "last lines"),
        (lambda _: on(1, listens=None), "Refused", "is unknown", "last lines"),
    ],
    ids=["404", "refused", "loopback", "port", "nowhere", "unknown"],
)
def test_a_page_that_does_not_come(
    engine: Callable[[int], MemoryEngine], says: str, why: str, next_step: str, port: int
) -> None:
    made = engine(port)
    with pytest.raises(NeverAnswered, match=says) as raised:
        startup.first_page(image(made, "/404"))
    assert "`good` did not answer HTTP 200 at /404 on port 80" in raised.value.what
    assert why in raised.value.why
    assert next_step in raised.value.next_step
    assert made.programs == {}


@pytest.mark.parametrize(
    ("end", "why"),
    [
        ({"exit_code": 1}, "its program ended by itself"),
        ({"exit_code": 139}, "signal 11 ended it"),
        ({"exit_code": 137, "out_of_memory": True}, "more than its limit of 512m of memory"),
    ],
)
def test_a_container_that_ended_is_not_waited_for(end: dict[str, Any], why: str) -> None:
    made = on(None, **end)
    with pytest.raises(NeverAnswered) as raised:
        startup.first_page(image(made, timeout_seconds=600))
    told = f"of `good` ended with exit code {end['exit_code']} after 0.3 s, before it answered. "
    assert f"{told}Its last lines:\nthe end" in raised.value.what
    assert why in raised.value.why
    assert made.programs == {}


def test_a_container_that_cannot_be_started_is_told() -> None:
    engine = MemoryEngine(lambda *_: EngineRefused('exec: "gone": not found'))
    with pytest.raises(
        NeverAnswered, match='could not start the container of `good`: exec: "gone"'
    ):
        startup.first_page(image(engine))
    assert startup.another_start(image(engine), AnotherStart(says="")) == Boot(answered=False)


def test_a_container_that_does_not_tell_its_pid_1(port: int) -> None:
    engine = on(port, status=None)
    with pytest.raises(NeverAnswered, match="no way to read its PID 1"):
        startup.first_page(image(engine))
    assert engine.programs == {}


@pytest.mark.parametrize(
    ("start", "answered", "status"),
    [
        ({}, True, 200),
        ({"path": "/404"}, False, 404),
        ({"path": "/404", "status": 404}, True, 404),
        ({"status": 404}, False, 200),
        ({"path": "/503", "status": 503}, True, 503),
    ],
)
def test_the_first_answer_to_another_start_counts_whatever_it_is(
    port: int, start: dict[str, Any], answered: bool, status: int
) -> None:
    found = startup.another_start(image(on(port)), AnotherStart(says="", **start))
    assert (found.answered, found.status) == (answered, status)


def test_no_answer_to_another_start_is_a_result() -> None:
    assert startup.another_start(image(on(None)), AnotherStart(says="")) == Boot(answered=False)


def test_another_start_is_started_as_it_says(port: int) -> None:
    engine = on(port)
    how: dict[str, Any] = {"env": {"A": "1"}, "user": "1:2", "read_only": True}
    start = AnotherStart(says="", port=81, default_capabilities=True, **how)
    startup.another_start(image(engine), start)
    assert engine.started[0].port == 81
    assert engine.started[0].how == Start(default_capabilities=True, **how)


STARTS = {
    "one": AnotherStart(says="", env={"A": "1"}),
    "two": AnotherStart(says="", env={"A": "2"}),
    "plain": AnotherStart(says="", read_only=True),
}


@pytest.mark.parametrize(
    ("digests", "wanted"),
    [
        ({"one": "x", "two": "y", "plain": "z"}, 2),
        ({"one": "x", "two": "x", "plain": "z"}, 1),
        # What did not answer did not behave in another way.
        ({"one": "x", "two": None, "plain": "z"}, 1),
        ({"one": None, "two": None, "plain": "z"}, None),
        # A mistake is started only as its claims need it.
        ({"one": "x"}, None),
        ({}, None),
    ],
)
def test_behaviours_are_the_different_answers_of_starts_with_an_environment(
    digests: dict[str, str | None], wanted: int | None
) -> None:
    lab = image(on(1)).lab.model_copy(update={"starts": STARTS})
    boots = {name: Boot(answered=bool(d), answer_digest=d) for name, d in digests.items()}
    assert startup.behaviours(lab, boots) == wanted


def test_starts_without_an_environment_show_no_behaviours() -> None:
    plain = {"plain": STARTS["plain"]}
    lab = image(on(1)).lab.model_copy(update={"starts": plain})
    assert startup.behaviours(lab, {"plain": Boot(answered=True, answer_digest="x")}) is None
