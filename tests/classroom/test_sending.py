"""A class that sends to a store: a learner's and the trainer's browser, a store that is down."""

from __future__ import annotations

import json
import os
import re
import signal
import stat

import pytest
from class_pages import ENDS, log_in, looked_at
from fake_lrs import LOGIN, FakeLrs
from plain_seats import ROOT, a_class, processes
from playwright.sync_api import expect
from xapi_faults import faults

from advices.classroom.hub import files, start
from advices.classroom.progress.store import Store
from advices.classroom.sending.destination import Destination
from advices.classroom.sending.outbox import Outbox
from advices.core import poll

pytestmark = pytest.mark.classroom
NAME = "Ada Lovelace"
SECONDS = 60


@pytest.fixture(scope="module")
def lrs():
    """A store that takes only what Learning Locker's validator finds no fault with."""
    made = FakeLrs(lambda got: [one for one in faults(got) if one])
    yield made
    made.down()


@pytest.fixture(scope="module")
def room(tmp_path_factory, lrs):
    if os.geteuid() != 0:
        pytest.fail("a class needs root: it starts servers of other accounts")
    if not (ROOT / "site" / "index.html").is_file():
        pytest.fail("there is no built site: `mkdocs build --strict` makes one")
    to = Destination(url=lrs.url, user=LOGIN[0], password=LOGIN[1])
    with a_class(tmp_path_factory.mktemp("class"), 1, to) as running:
        yield running


@pytest.fixture(scope="module")
def learner(chromium, room, lrs):
    """The page of an exercise, of a learner who read at the login where progress goes."""
    tab = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    tab.goto(room.origin)
    expect(tab.get_by_text(f"the class also sends to 127.0.0.1:{lrs.port}:")).to_be_visible()
    log_in(tab, room, NAME)
    tab.goto(f"{room.base(1)}learn/chapters/build-cache/")
    return tab


@pytest.fixture(scope="module")
def trainer(chromium, room, learner):
    tab = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    tab.goto(f"{room.origin}/hub/login?username=trainer")
    tab.get_by_label("The trainer’s code").fill(room.codes.trainer)
    tab.get_by_role("button", name="Open the page").click()
    return tab


def counts(room) -> tuple[int, int]:
    return Outbox(Store(room.folder, 14)).counts()[:2]


def test_the_bar_names_the_store_and_the_pseudonym(room, lrs, learner) -> None:
    bar = learner.get_by_role("region", name="Your class")
    expect(bar).to_contain_text(f"the class also sends to 127.0.0.1:{lrs.port}:")
    (word,) = Outbox(Store(room.folder, 14)).pseudonyms().values()
    expect(bar).to_contain_text(f"the pseudonym {word} instead of your name")
    expect(bar).not_to_contain_text("Nothing of it leaves")
    assert looked_at(learner, "learner-store", ".adv-class") == []


def test_what_a_learner_solves_arrives_and_the_trainer_sees_it(room, lrs, learner, trainer) -> None:
    hint = {"id": "code-first", "line": "FROM a-secret"}
    learner.evaluate(ENDS, ["first", False, [hint]])
    learner.evaluate(ENDS, ["second", True, []])
    expect(trainer.get_by_role("region", name=re.compile("^Progress to"))).to_contain_text(
        "2 sent, 0 waiting."
    )
    said = [one["verb"]["display"]["en"] for one in lrs.stored.values()]
    assert said == ["attempted", "passed"]
    for secret in (NAME, "adv-seat", "code-first", "a-secret"):
        assert secret not in json.dumps(lrs.posts)
    assert looked_at(trainer, "board-store") == []


def test_while_the_store_is_down_it_waits_also_over_a_killed_hub(
    room, lrs, learner, trainer
) -> None:
    lrs.down()
    learner.evaluate(ENDS, ["third", True, []])
    section = trainer.get_by_role("region", name=re.compile("^Progress to"))
    expect(section).to_contain_text(re.compile(r"2 sent, 1 waiting, since \d\d:\d\d"))
    expect(section).to_contain_text("the store does not answer: nothing listens there")
    os.kill(int((room.folder / "hub.pid").read_text()), signal.SIGKILL)
    room.hub.wait(30)
    assert counts(room) == (2, 1)
    lrs.up()
    # As `class start` alone does: it knows the store by the file of the class.
    with start.running(room.folder, files.opened(room.folder)):
        assert any(counts(room) == (3, 0) for _ in poll(SECONDS, 0.2))
    assert len(lrs.stored) == 3
    assert sum(map(len, lrs.posts)) == 3


def test_the_login_is_in_no_log_no_command_line_and_no_environment(room, lrs) -> None:
    secret = LOGIN[1].encode()
    assert secret in (room.folder / "hub.json").read_bytes()
    for file in room.folder.iterdir():
        if file.is_file() and secret in file.read_bytes():
            assert file.name == "hub.json"
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret not in (room.folder / start.LOG).read_bytes()
    with start.running(room.folder, files.opened(room.folder)):
        for process, _, words in processes():
            assert secret not in words
            try:
                assert secret not in (process / "environ").read_bytes()
            except OSError:
                # It ended while it was looked at.
                continue
