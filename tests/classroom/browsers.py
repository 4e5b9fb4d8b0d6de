"""Debian's chromium, for pages of a class."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect, sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@contextmanager
def a_chromium():
    """Give a browser. While it is there, this thread runs no loop of asyncio besides."""
    path = os.environ.get("CHROME_PATH") or shutil.which("chromium")
    if not path:
        pytest.fail("there is no chromium: `apt-get install chromium`, or set CHROME_PATH")
    expect.set_options(timeout=60_000)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
