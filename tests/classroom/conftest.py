"""Fixtures for tests on real seats. One class at a time is on a machine, so they run in turn."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from seat_rooms import class_of, slim

from advices.classroom import Classroom, Seat

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@pytest.fixture(scope="session")
def image() -> str:
    """Return the image that each seat has."""
    return slim()


@pytest.fixture(scope="module")
def room(image: str) -> Iterator[Classroom]:
    """Return a class of two seats; each file of tests has its own."""
    with class_of(2, image) as made:
        yield made


@pytest.fixture
def ada(room: Classroom) -> Seat:
    """Return the seat whose learner tries everything."""
    return room.seats[0]


@pytest.fixture
def ben(room: Classroom) -> Seat:
    """Return the seat that must not notice."""
    return room.seats[1]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a browser."""
    path = os.environ.get("CHROME_PATH") or shutil.which("chromium")
    if not path:
        pytest.fail("there is no chromium: `apt-get install chromium`, or set CHROME_PATH")
    expect.set_options(timeout=20_000)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
