"""What gunicorn.conf.py promises, tried with the real gunicorn."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from unittest import TestCase

from django.conf import settings


class ServerTest(TestCase):
    """One start as a container does it: no environment but the folder, the port and PATH."""

    def test_starts_on_nothing_answers_and_stops_cleanly(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory())) / "made-at-start"
        port = free_port()
        environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "PORT": str(port)}
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            body = first_answer(f"http://127.0.0.1:{port}/healthz", server)
            self.assertEqual(json.loads(body), {"status": "ok", "database": "ok"})
            self.assertTrue((folder / "guestbook.sqlite3").exists())
        finally:
            server.send_signal(signal.SIGTERM)
            output, _ = server.communicate(timeout=20)
        self.assertEqual(server.returncode, 0)
        self.assertIn("SECRET_KEY is not set", output)
        self.assertIn('"GET /healthz HTTP/1.1" 200', output)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def first_answer(address: str, server: subprocess.Popen, seconds: float = 30) -> bytes:
    """Ask until the server answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return response.read()
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"{address} did not answer")
