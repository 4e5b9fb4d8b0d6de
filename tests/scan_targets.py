"""Containers of somebody who lets them be scanned: not ours, with a small site in them."""

from __future__ import annotations

import json
import secrets
import subprocess
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from docker.models.containers import Container
from engine_project import Project

from advices.core.process import poll
from advices.engine.client import RUN_LABEL, connect
from advices.lab.scans import Scan

# Argument: the address that it listens on. The path chooses how the site behaves.
SITE = """
import http.server, os, sys, time, urllib.parse

MORE = ["slow"], ["frail"]

class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path, _, query = self.path.partition("?")
        word = path.strip("/").split("/")
        if word[0] == "hang":
            time.sleep(3600)
        if word[0] == "slow":
            time.sleep(1)
        if word == ["frail", "0"]:
            os._exit(1)
        links = "".join(f"<a href='/{word[0]}/{n}'>x</a>" for n in range(9 * (word in MORE)))
        fault = f"<!-- zap-stub: {word[1]} -->" if word[0] == "order" else ""
        echo = "<form action='/echo'><input name='word'></form>" if word[0] == "echo" else ""
        echo += urllib.parse.unquote_plus(query)
        page = f"<html><title>Theirs</title>{links}{fault}{echo}</html>".encode()
        self.send_response({"gone": 404, "away": 302}.get(word[0], 200))
        if word[0] == "away":
            self.send_header("Location", "http://example.com/")
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def version_string(self):
        return "Theirs/1.0"

http.server.ThreadingHTTPServer((sys.argv[1], 8000), Site).serve_forever()
"""


def docker(*words: str) -> str:
    """Run docker and return what it prints."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@dataclass
class Theirs:
    """A running container with a site on port 8000, which is published on 127.0.0.1."""

    image: str
    options: tuple[str, ...] = ()
    listens_on: str = "0.0.0.0"
    name: str = field(default_factory=lambda: f"theirs-{secrets.token_hex(4)}")

    def start(self) -> Theirs:
        """Create and start the container."""
        program = (self.image, "python", "-c", SITE, self.listens_on)
        port = () if "--network=host" in self.options else ("--publish=127.0.0.1::8000",)
        docker("run", "--detach", f"--name={self.name}", *port, *self.options, *program)
        return self

    def remove(self) -> None:
        """Remove the container."""
        subprocess.run(
            ["docker", "rm", "--force", "--volumes", self.name], capture_output=True, check=True
        )

    @property
    def facts(self) -> dict[str, Any]:
        """Return what the engine knows of the container."""
        found: list[dict[str, Any]] = json.loads(docker("inspect", self.name))
        return found[0]

    @property
    def networks(self) -> dict[str, str]:
        """Return the addresses of the container by network."""
        found = self.facts["NetworkSettings"]["Networks"]
        return {name: on["IPAddress"] for name, on in found.items()}

    @property
    def port(self) -> int:
        """Return the port of 127.0.0.1 that leads to the site."""
        return int(docker("port", self.name, "8000/tcp").rpartition(":")[2])

    def state(self) -> tuple[bool, str, dict[str, str]]:
        """Return whether it runs, since when, and its networks: what a scan may not change."""
        state = self.facts["State"]
        return state["Running"], state["StartedAt"], self.networks

    def answers(self) -> bool:
        """Return whether the site answers on its published port."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
            return bool(answer.status == 200)


Start = Callable[..., Theirs]
Scans = Callable[..., tuple[Scan, ...]]


def found_container(project: Project, program: str) -> Container:
    """Return the container of ours that runs a program, as soon as it does."""
    engine, owner = connect(), project.owner()
    for _ in poll(60):
        for one in engine._docker.containers.list(ignore_removed=True):
            mine = str(one.labels.get(RUN_LABEL)).startswith(owner)
            if mine and one.attrs["Path"] == program:
                return one
    raise AssertionError(f"{program} never ran")


def clean(project: Project) -> None:
    """Assert that nothing of any run is left, in the engine or on the host."""
    assert project.leftovers() == []
    assert project.run_ids() == set()
