"""Learners and the trainer of a class with a hub: they log in, and ask with a token."""

from __future__ import annotations

import asyncio

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from advices.classroom.rehearsing.browser import Browser

SECONDS = 90


async def log_in(room, browser: Browser, name: str, pin: str = "1234") -> str:
    """Log in and wait for the first page; return its text."""
    await browser.get(f"{room.origin}/hub/login")
    form = {"username": name, "password": room.codes.learners, "pin": pin}
    answer = await browser.submit(f"{room.origin}/hub/login", **form)
    for _ in range(SECONDS * 5):
        if "/learn/" in answer.url:
            return answer.text
        await asyncio.sleep(0.2)
        answer = await browser.get(f"{room.origin}/hub/spawn")
    raise AssertionError(f"no server: {answer}")


async def trainer(room) -> Browser:
    browser = Browser()
    await browser.get(f"{room.origin}/hub/login")
    form = {"username": "trainer", "password": room.codes.trainer}
    answer = await browser.submit(f"{room.origin}/hub/login", **form)
    assert answer.url == room.board, answer
    return browser


async def asked(url: str, token: str, method: str = "GET", body: str | None = None) -> int:
    request = HTTPRequest(
        url, method=method, body=body, headers={"Authorization": f"token {token}"}
    )
    return (await AsyncHTTPClient().fetch(request, raise_error=False)).code
