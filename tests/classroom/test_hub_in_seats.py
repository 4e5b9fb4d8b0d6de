"""The hub with real seats: a server in each, which reaches the hub and no other port."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess

import pytest
from plain_seats import ROOT, free_ports
from seat_rooms import at, sh

from advices.classroom import FOLDER, Classroom, failures, inside, rehearse
from advices.classroom.hub import files, start
from advices.classroom.hub.address import address
from advices.classroom.progress.store import Store
from advices.classroom.rehearsing.browser import Browser
from advices.classroom.rehearsing.figures import STEPS

pytestmark = pytest.mark.classroom

# Asks for some addresses from where it runs; prints the status of each, or why there is none.
ASKS = """
import json, sys, urllib.error, urllib.request
found = {}
for name, url in json.load(sys.stdin).items():
    try:
        found[name] = urllib.request.urlopen(url, timeout=3).status
    except urllib.error.HTTPError as error:
        found[name] = error.code
    except OSError:
        found[name] = 0
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def opened(room: Classroom):
    os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    public, api, board = free_ports(3)
    at_port = address(f"http://class.localhost:{public}")
    how = start.how_opened(at_port, ROOT, hub_port=room.hub_port, inner_ports=(api, board))
    with start.running(FOLDER, how):
        yield how


def test_two_learners_at_once_get_as_far_as_their_images_let_them(
    room: Classroom, opened: files.Opened
) -> None:
    """These seats have one image and no packages: a lab opens, and its exercise cannot be built."""
    found = rehearse(FOLDER, 2)
    assert sorted(one.seat for one in found) == [seat.name for seat in room.seats]
    for one in found:
        assert set(one.seconds) >= set(STEPS[:3]), one.fault
        assert one.memory_bytes is not None
        assert 50e6 < one.memory_bytes < 768e6
    assert all(one.fault.startswith(STEPS[3]) for one in failures(found))
    # Nothing of them is left: the seats are free, and no server runs in them.
    store = Store(FOLDER, 14)
    assert (store.learners(), store.events()) == ([], [])
    for seat in room.seats:
        assert "singleuser" not in at(room, seat, "ps", "axo", "args").stdout


def test_a_seat_reaches_the_hub_and_no_other_port(room: Classroom, opened: files.Opened) -> None:
    ada, ben = room.seats
    # The hub listens at a gateway once a server started there.
    rehearse(FOLDER, 2)
    urls = {
        "hub": f"http://{ada.gateway}:{room.hub_port}/hub/api",
        "the trainer's page": f"http://{ada.gateway}:{opened.board_port}/services/class/",
        "the proxy": f"http://{ada.gateway}:{opened.address.port}/hub/api",
        "the proxy's own": f"http://{ada.gateway}:{opened.proxy_api_port}/api/routes",
        "the other's gateway": f"http://{ben.gateway}:{room.hub_port}/hub/api",
        "the other's server": f"http://{ben.address}:8700/",
    }
    done = subprocess.run(
        inside(room, ada, ["/usr/bin/python3", "-c", ASKS], clean=True),
        input=json.dumps(urls),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = json.loads(done.stdout)
    assert found.pop("hub") == 200
    # It is the same hub, which asks everybody for a token.
    assert found.pop("the other's gateway") in (0, 200)
    assert set(found.values()) == {0}, found


def test_the_trainers_page_resets_a_seat(room: Classroom, opened: files.Opened) -> None:
    ada, ben = room.seats
    for seat in room.seats:
        sh(room, seat, "echo mine > ~/kept; docker info --format '{{.ServerVersion}}'")

    async def reset() -> str:
        browser = Browser()
        try:
            login = f"{opened.address.origin}/hub/login"
            await browser.get(login)
            codes = files.codes(FOLDER)
            page = await browser.submit(login, username="trainer", password=codes.trainer)
            return (await browser.submit(f"{page.url}reset", seat=ada.name)).text
        finally:
            browser.close()

    assert "The seat is as it was prepared." in asyncio.run(reset())
    assert at(room, ada, "sh", "-c", "cat ~/kept").returncode != 0
    assert sh(room, ada, "docker info --format '{{.ServerVersion}}'")
    assert sh(room, ben, "cat ~/kept") == "mine"
