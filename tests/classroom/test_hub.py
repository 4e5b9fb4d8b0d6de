"""A class with JupyterHub and its proxy: learners, a trainer, and what they must not do."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat

import pytest
from logging_in import SECONDS, asked, log_in, trainer
from plain_seats import FIRST_UID, a_class, as_json, processes
from processes import processes as every_process
from tornado.httpclient import HTTPRequest

from advices.classroom.hub import start
from advices.classroom.progress.store import Store
from advices.classroom.rehearsing.browser import Browser
from advices.core import PortTaken, poll

pytestmark = pytest.mark.classroom


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.fail("a class needs root: it starts servers of other accounts")
    with a_class(tmp_path_factory.mktemp("class")) as running:
        yield running


@pytest.fixture(scope="module")
def learners(room):
    """Two learners with a seat each, logged in, with their servers up."""

    async def both():
        found = [Browser(), Browser()]
        await asyncio.gather(
            *(log_in(room, one, name) for one, name in zip(found, ("Ada", "Ben"), strict=True))
        )
        return found

    # Seats are given in the order of logging in, so one after the other would be slower only.
    ada, ben = asyncio.run(both())
    seats = {one.name: int(one.seat[-1]) for one in Store(room.folder, 14).learners()}
    return {seats["Ada"]: ada, seats["Ben"]: ben}


def of_two(learners) -> tuple[tuple[int, Browser], tuple[int, Browser]]:
    (one, first), (two, second) = learners.items()
    return (one, first), (two, second)


def test_a_server_is_up_before_its_learner_comes(room) -> None:
    def up() -> bool:
        return all(room.servers(seat.number) for seat in room.room.seats)

    assert any(up() for _ in poll(SECONDS, 0.2))
    assert Store(room.folder, 14).learners() == []


def test_a_learner_gets_the_pages_with_what_is_recorded(room, learners) -> None:
    (number, browser), _ = of_two(learners)

    async def look():
        return await browser.get(f"{room.base(number)}learn/")

    page = asyncio.run(look())
    assert page.status == 200
    assert '<meta name="advices-class" content="14">' in page.text


def test_a_server_runs_as_its_seat_and_shows_no_secret(room, learners) -> None:
    for number in learners:
        process = room.server(number)
        assert process.stat().st_uid == FIRST_UID + number
        assert stat.S_IMODE((process / "environ").stat().st_mode) == 0o400
        token = room.token(number).encode()
        lines = [words for _, _, words in processes()]
        assert not any(token in one for one in lines)
        for secret in (room.codes.learners, room.codes.trainer):
            assert not any(secret.encode() in one for one in lines)
            assert secret.encode() not in (process / "environ").read_bytes()
    for name in (
        "codes.json",
        "hub.json",
        "progress.sqlite",
        "hub.sqlite",
        "cookie_secret",
        "hub.log",
    ):
        assert stat.S_IMODE((room.folder / name).stat().st_mode) & 0o077 == 0, name


def test_a_server_has_no_file_of_the_hub_open(room, learners) -> None:
    """A kernel inherits what its server has: a learner could fill the machine's disk by it."""
    for number in learners:
        held = {str(one.readlink()) for one in (room.server(number) / "fd").iterdir()}
        own = str(room.room.seats[number - 1].home)
        of_the_class = {one for one in held if one.startswith(str(room.folder))}
        assert of_the_class
        assert all(one.startswith(own) for one in of_the_class), of_the_class


def test_progress_is_the_seats_whatever_it_says(room, learners) -> None:
    (number, browser), (other, _) = of_two(learners)
    said = {
        "what": "happened",
        "kind": "tried",
        "exercise": "build-cache",
        "seat": f"adv-seat-{other:02}",
    }

    async def post():
        return await browser.call("POST", f"{room.base(number)}learn-class", json.dumps(said))

    answer = asyncio.run(post())
    assert answer.status == 200, answer
    found = Store(room.folder, 14).events()
    assert [(one.seat, one.kind, one.exercise) for one in found] == [
        (f"adv-seat-{number:02}", "tried", "build-cache")
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"what": "happened", "kind": "tried", "exercise": "FROM python"},
        {"what": "happened", "kind": "hint", "exercise": "build-cache", "hint": "my password"},
        {"what": "happened", "kind": "reset", "exercise": "build-cache"},
        {"what": "messages"},
        ["x"],
    ],
)
def test_nothing_else_is_kept(room, learners, said) -> None:
    (number, browser), _ = of_two(learners)
    before = Store(room.folder, 14).events()

    async def post():
        return await browser.call("POST", f"{room.base(number)}learn-class", json.dumps(said))

    assert asyncio.run(post()).status in (400, 502)
    assert Store(room.folder, 14).events() == before


def test_a_token_of_one_seat_is_of_no_use_for_another(room, learners) -> None:
    (one, _), (two, _) = of_two(learners)
    token, seat = room.token(one), f"adv-seat-{two:02}"
    hub = f"http://127.0.0.1:{room.opened.hub_port}/hub"

    async def tries() -> dict[str, int]:
        return {
            "itself": await asked(f"{hub}/api/user", token),
            "mine": await asked(f"{hub}/class/mine", token),
            "the other": await asked(f"{hub}/api/users/{seat}", token),
            "all": await asked(f"{hub}/api/users", token),
            "start": await asked(f"{hub}/api/users/{seat}/server", token, "POST", ""),
            "end": await asked(f"{hub}/api/users/{seat}/server", token, "DELETE"),
            "a token": await asked(f"{hub}/api/users/{seat}/tokens", token, "POST", "{}"),
            "routes": await asked(f"{hub}/api/proxy", token),
            "a clearing": await asked(f"{hub}/api/class/clear/{seat}", token, "POST", "{}"),
            "shutdown": await asked(f"{hub}/api/shutdown", token, "POST", "{}"),
            "made up": await asked(f"{hub}/class/mine", "made-up"),
            "no token": await asked(f"{hub}/class/mine", ""),
            "the other's server": await asked(
                f"http://127.0.77.{two}:8700/user/{seat}/learn/", token
            ),
            "the trainer's page": await asked(
                f"http://127.0.0.1:{room.opened.board_port}/services/class/parts", token
            ),
            "a message": await asked(
                f"http://127.0.0.1:{room.opened.board_port}/services/class/say",
                token,
                "POST",
                "text=x",
            ),
        }

    found = asyncio.run(tries())
    assert (found.pop("itself"), found.pop("mine")) == (200, 200)
    assert {name: status for name, status in found.items() if status not in (403, 404)} == {}
    assert Store(room.folder, 14).messages() == []


def test_a_learners_browser_opens_neither_the_trainers_page_nor_another_seat(
    room, learners
) -> None:
    (_, browser), (other, _) = of_two(learners)

    async def look():
        return [
            await browser.get(room.board),
            await browser.get(f"{room.base(other)}learn/"),
            await browser.get(f"{room.origin}/hub/admin"),
        ]

    for answer in asyncio.run(look()):
        assert answer.status in (403, 404), answer
        assert "Who asks for help" not in answer.text


def test_another_origin_is_refused(room, learners) -> None:
    """A page of B's origin may not post to A's server, even in A's browser."""
    (number, browser), (other, _) = of_two(learners)

    async def post(origin: str, xsrf: str) -> int:
        url = f"{room.base(number)}learn-class"
        request = HTTPRequest(
            url,
            method="POST",
            body=json.dumps({"what": "wish", "on": True}),
            headers={"Cookie": browser._header(url), "Origin": origin, "X-XSRFToken": xsrf},
        )
        return (await browser._client.fetch(request, raise_error=False)).code

    theirs = room.opened.address.below(f"adv-seat-{other:02}")

    async def tries() -> list[int]:
        return [await post(theirs, ""), await post(theirs, "made-up")]

    assert asyncio.run(tries()) == [403, 403]
    assert Store(room.folder, 14).wishes() == {}


def test_the_trainer_hears_speaks_and_resets(room, learners) -> None:
    (number, browser), (other, _) = of_two(learners)
    seat = f"adv-seat-{number:02}"

    async def day() -> None:
        page = await trainer(room)
        said = json.dumps({"what": "wish", "on": True})
        assert (await browser.call("POST", f"{room.base(number)}learn-class", said)).status == 200
        assert f"({seat})" in (await page.get(f"{room.board}parts")).text
        # Without the token of the page nothing is done.
        forged = await page.call("POST", f"{room.board}say", "text=forged")
        assert forged.status == 403 or "forged" not in forged.text
        await page.submit(f"{room.board}say", text="Break <b>until</b> ten")
        mine = as_json((await browser.get(f"{room.base(number)}learn-class")).text)
        assert mine["asks"] is True
        assert [one["text"] for one in mine["messages"]] == ["Break <b>until</b> ten"]
        await page.submit(f"{room.board}answered", seat=seat)
        assert Store(room.folder, 14).wishes() == {}
        process = room.server(number)
        asks = await page.get(f"{room.board}ask/reset/{seat}")
        assert "Everything that runs in the seat" in asks.text
        done = await page.submit(f"{room.board}reset", seat=seat)
        assert "as it was prepared" in done.text
        assert (room.folder / "resets").read_text() == f"{seat}\n"
        assert not process.exists()
        assert room.server(other).exists()
        projector = await page.get(f"{room.board}projector")
        assert "Ada" not in projector.text and "Ben" not in projector.text
        # The learner returns to the seat, and is told.
        back = Browser()
        name = next(one.name for one in Store(room.folder, 14).learners() if one.seat == seat)
        await log_in(room, back, name)
        mine = as_json((await back.get(f"{room.base(number)}learn-class")).text)
        assert any("reset your seat" in one["text"] for one in mine["messages"])
        learners[number] = back

    asyncio.run(day())


def test_a_seat_that_was_freed_is_closed_to_its_last_learner(room, learners) -> None:
    """The next one gets the same user of the hub, and the last one still has a cookie of it."""

    async def day() -> None:
        last = Browser()
        await log_in(room, last, "Cyd")
        (seat,) = [one.seat for one in Store(room.folder, 14).learners() if one.name == "Cyd"]
        number = int(seat[-1])
        assert (await last.get(f"{room.base(number)}learn/")).status == 200
        page = await trainer(room)
        assert "The seat is free." in (await page.submit(f"{room.board}free", seat=seat)).text
        # Nobody else has come yet, and the last one is out already.
        for _ in range(SECONDS * 5):
            answer = await last.get(f"{room.base(number)}learn/")
            if "/hub/login" in answer.url and seat not in Store(room.folder, 14).used():
                break
            await asyncio.sleep(0.2)
        assert "/hub/login" in answer.url
        assert seat not in Store(room.folder, 14).used()
        following = Browser()
        await log_in(room, following, "Dan")
        held = {one.name: one.seat for one in Store(room.folder, 14).learners()}
        assert held["Dan"] == seat
        assert "Cyd" not in held
        assert (await following.get(f"{room.base(number)}learn/")).status == 200
        answer = await last.get(f"{room.base(number)}learn/")
        assert "/hub/login" in answer.url, answer
        answer = await last.call("GET", f"{room.base(number)}learn-class")
        assert answer.status != 200 or "/hub/login" in answer.url

    asyncio.run(day())


def test_a_second_start_is_refused_while_the_first_runs(room) -> None:
    with pytest.raises(PortTaken, match="started already"), start.running(room.folder, room.opened):
        pass


def test_a_hub_that_was_killed_comes_back_and_nothing_is_lost(room, learners) -> None:
    (number, browser), _ = of_two(learners)
    before = room.server(number)
    store = Store(room.folder, 14)
    known = (store.learners(), store.events(), store.messages())
    hub = int((room.folder / "hub.pid").read_text())
    services = {
        one.pid: one.command
        for one in every_process()
        if one.parent == hub
        and not {*one.command.split()} & {"jupyterhub.singleuser"}
        and "http-proxy" not in one.command
    }
    assert len(services) == 3, services
    os.kill(hub, signal.SIGKILL)
    room.hub.wait(30)
    # Each hub starts its own.
    assert any(services.keys().isdisjoint(one.pid for one in every_process()) for _ in poll(20))
    with start.running(room.folder, room.opened):
        assert room.server(number) == before

        async def look():
            for _ in range(100):
                answer = await browser.get(f"{room.base(number)}learn/")
                if answer.status == 200:
                    return answer
                await asyncio.sleep(0.2)
            return answer

        assert '<meta name="advices-class"' in asyncio.run(look()).text
        assert (store.learners(), store.events(), store.messages()) == known
    assert room.server(number) == before
    for _ in poll(20):
        if not start.is_running(room.folder):
            break
    assert not start.is_running(room.folder)
