"""A class in real browsers: a learner's pages, and the trainer's."""

from __future__ import annotations

import os
import re
import signal

import pytest
from class_pages import ENDS, fill_in, log_in, looked_at
from plain_seats import ROOT, a_class
from playwright.sync_api import expect

from advices.classroom.progress.store import Store

pytestmark = pytest.mark.classroom


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.fail("a class needs root: it starts servers of other accounts")
    if not (ROOT / "site" / "index.html").is_file():
        pytest.fail("there is no built site: `mkdocs build --strict` makes one")
    with a_class(tmp_path_factory.mktemp("class")) as running:
        yield running


@pytest.fixture(scope="module")
def learner(chromium, room):
    """The page of an exercise, of a learner who logged in."""
    tab = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    log_in(tab, room, "Ada <i>L</i>")
    tab.goto(f"{room.base(1)}learn/chapters/build-cache/")
    expect(tab.get_by_role("region", name="Your class")).to_be_visible()
    return tab


@pytest.fixture(scope="module")
def trainer(chromium, room, learner):
    """The trainer's page."""
    tab = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    tab.goto(room.origin)
    tab.get_by_role("link", name="I am the trainer").click()
    tab.get_by_label("The trainer’s code").fill(room.codes.trainer)
    tab.get_by_role("button", name="Open the page").click()
    expect(tab.get_by_role("heading", name="The class", level=1)).to_be_visible()
    return tab


def test_a_wrong_code_and_a_taken_name_say_what_to_do(chromium, room, learner) -> None:
    tab = chromium.new_context().new_page()
    tab.goto(room.origin)
    fill_in(tab, room, "Ben", code="wrong")
    expect(tab.get_by_role("alert")).to_have_text(
        "This is not the code of the class. Ask your trainer for it."
    )
    expect(tab.get_by_label("A name")).to_have_value("Ben")
    fill_in(tab, room, "ada <i>l</i>", pin="9999")
    expect(tab.get_by_role("alert")).to_contain_text("has a seat already. Was that you?")
    assert tab.locator("i").filter(has_text="l").count() == 0
    tab.context.close()


def test_the_form_is_for_everybody(chromium, room) -> None:
    tab = chromium.new_context().new_page()
    tab.goto(room.origin)
    found = looked_at(tab, "login")
    tab.goto(f"{room.origin}/hub/login?username=trainer")
    found += looked_at(tab, "login-trainer")
    tab.context.close()
    assert found == []


def test_a_learner_asks_for_help_and_the_trainer_sees_it(room, learner, trainer) -> None:
    learner.get_by_role("button", name="Ask for help").click()
    expect(learner.get_by_text("Your trainer sees that you ask for help.")).to_be_visible()
    asking = trainer.get_by_role("region", name="Who asks for help")
    expect(asking).to_contain_text("Ada <i>L</i>")
    trainer.get_by_role("button", name=re.compile("^Answered")).click()
    expect(asking).to_contain_text("Nobody.")
    expect(learner.get_by_role("button", name="Ask for help")).to_be_visible()


def test_the_first_page_says_that_it_runs_in_a_seat(room, learner) -> None:
    tab = learner.context.new_page()
    tab.goto(f"{learner.url.partition('/learn/')[0]}/learn/")
    expect(tab.get_by_text("its labs and exercises run in your seat.")).to_be_visible()
    expect(tab.get_by_role("region", name="Your class")).to_be_visible()
    # There it could not be read.
    assert tab.locator(".adv-hero .adv-class").count() == 0
    found = looked_at(tab, "first", ".adv-class")
    tab.close()
    assert found == []


def test_the_trainer_sees_which_exercise_is_open(room, learner, trainer) -> None:
    seats = trainer.get_by_role("region", name="Seats", exact=True)
    expect(seats).to_contain_text("Order for the cache: open")
    kept = Store(room.folder, 14).events()
    assert {(one.kind, one.exercise) for one in kept} >= {("opened", "build-cache")}


def test_the_trainer_sees_what_was_tried_and_solved_and_the_last_hint(
    room, learner, trainer
) -> None:
    seats = trainer.get_by_role("region", name="Seats", exact=True)
    hint = {"id": "code-first", "line": "FROM a-secret"}
    learner.evaluate(ENDS, ["one", False, [hint]])
    expect(seats).to_contain_text("Order for the cache: tried, last hint code-first")
    # The same run, adopted after the page was loaded again, is told once.
    learner.evaluate(ENDS, ["one", False, [hint]])
    learner.evaluate(ENDS, ["two", True, []])
    expect(seats).to_contain_text("Order for the cache: solved, last hint code-first")
    kinds = [one.kind for one in Store(room.folder, 14).events()]
    assert (kinds.count("tried"), kinds.count("hint"), kinds.count("solved")) == (1, 1, 1)
    assert b"a-secret" not in (room.folder / "progress.sqlite").read_bytes()
    learner.evaluate("localStorage.clear()")


def test_a_message_reaches_every_page_and_can_be_taken_back(room, learner, trainer) -> None:
    trainer.get_by_label("What each learner sees above the page").fill("<b>Break</b> until ten")
    trainer.get_by_role("button", name="Send").click()
    said = learner.get_by_role("list", name="From your trainer")
    expect(said).to_contain_text("<b>Break</b> until ten")
    assert learner.locator(".adv-class__said b").count() == 0
    trainer.get_by_role("button", name=re.compile("^Take back")).click()
    expect(learner.get_by_text("until ten")).to_have_count(0)


def test_the_page_says_what_is_recorded(learner) -> None:
    bar = learner.get_by_role("region", name="Your class")
    expect(bar).to_contain_text("never what you write. Kept 14 days.")
    expect(bar).to_contain_text("Nothing of it leaves the machine of this class.")
    expect(bar).to_contain_text("times are not")


def test_the_trainers_pages_are_for_everybody(room, trainer) -> None:
    found = looked_at(trainer, "board")
    trainer.get_by_role("link", name="For the projector").click()
    expect(trainer.get_by_role("heading", name="How far we are")).to_be_visible()
    assert "Ada" not in trainer.content()
    found += looked_at(trainer, "projector")
    trainer.get_by_role("link", name="For the trainer").click()
    trainer.get_by_role("link", name="Free adv-seat-01").click()
    found += looked_at(trainer, "free")
    trainer.get_by_role("link", name="Leave it").click()
    assert found == []


def test_the_learners_bar_is_for_everybody(learner) -> None:
    assert looked_at(learner, "learner", ".adv-class") == []


def test_the_day_shows_what_is_on(room, trainer) -> None:
    now = trainer.evaluate("new Date().toTimeString().slice(0, 5)")
    trainer.get_by_label("Agenda", exact=True).first.select_option(label="A day")
    trainer.get_by_label("Begins at").fill(now)
    trainer.get_by_role("button", name="Show").click()
    expect(trainer.locator("[aria-current=time]")).to_contain_text("Welcome")
    expect(trainer.get_by_label("Begins at")).to_have_value(now)


def test_a_reset_is_asked_about_and_told_to_the_learner(chromium, room, learner, trainer) -> None:
    trainer.get_by_role("link", name="Reset adv-seat-01").click()
    expect(trainer.get_by_role("heading", name="Reset adv-seat-01?")).to_be_visible()
    trainer.get_by_role("button", name="Reset the seat").click()
    expect(trainer.get_by_text("The seat is as it was prepared.")).to_be_visible(timeout=60_000)
    assert (room.folder / "resets").read_text() == "adv-seat-01\n"
    expect(learner.locator(".adv-class__state")).to_contain_text("your trainer reset your seat")
    # From another browser, with the PIN.
    tab = chromium.new_context().new_page()
    log_in(tab, room, "Ada <i>L</i>")
    assert "adv-seat-01" in tab.url
    expect(tab.get_by_role("list", name="From your trainer")).to_contain_text("reset your seat")
    tab.context.close()


def test_the_page_of_a_server_that_died_comes_by_itself(chromium, room) -> None:
    tab = chromium.new_context().new_page()
    log_in(tab, room, "Cleo")
    title, seat = tab.title(), int(re.search(r"adv-seat-(\d+)", tab.url)[1])
    # The hub looks every two seconds: it may notice before the page asks.
    for _ in range(5):
        os.kill(int(room.server(seat).name), signal.SIGKILL)
        answer = tab.reload()
        if answer.status == 503:
            break
        expect(tab).to_have_title(title, timeout=60_000)
    assert answer.status == 503
    expect(tab.get_by_role("heading", name="No answer at the moment")).to_be_visible()
    expect(tab).to_have_title(title, timeout=60_000)
    tab.context.close()
