"""Fixtures for tests on real seats. One class at a time is on a machine, so they run in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsers import a_chromium
from playwright.sync_api import Browser
from seat_rooms import class_of, slim

from advices.classroom import Classroom, Seat


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
    with a_chromium() as browser:
        yield browser
