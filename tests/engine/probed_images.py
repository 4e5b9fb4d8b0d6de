"""Tiny images that serve a page, as subjects of probes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fake_bench
import pytest

from advices.core import Layout
from advices.engine.buildx import BuildOrder, build
from advices.engine.client import connect
from advices.engine.records import Image
from advices.images.memory import LayerMemory
from advices.lab.model import Claim, Lab, Serve, Variant
from advices.probes.subject import Subject

ROOT = Path(__file__).parents[2]
SITE = "/usr/local/lib/python3.14/site-packages"
APP = """\
import http.server, signal, threading

class Page(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"hi")

class Server(http.server.ThreadingHTTPServer):
    daemon_threads = False  # it waits for them when it closes

server = Server(("", 8000), Page)
stop = lambda *_: threading.Thread(target=server.shutdown).start()
signal.signal(signal.SIGTERM, stop)
server.serve_forever()
server.server_close()
"""
SERVES = 'FROM python:3.14-slim\nWORKDIR /srv\nCOPY app.py notes.txt ./\nCMD ["python", "app.py"]\n'
# A library that is not there: the name in an extension module of Python's own is changed.
LACKS = """\
import glob, pathlib
module = pathlib.Path(glob.glob("/usr/local/lib/python3.14/lib-dynload/_bz2.*.so")[0])
lacking = module.read_bytes().replace(b"libbz2.so.1.0", b"libxz2.so.1.0")
pathlib.Path("SITE/lacks.so").write_bytes(lacking)
""".replace("SITE", SITE)
Make = Callable[..., Subject]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def make(tmp_path: Path, slim_stand_in: str, said: list[str]) -> Iterator[Make]:
    """Return a function that builds a Dockerfile and returns it as a probe's subject."""
    engine = connect()
    run_id = f"test-probes-{secrets.token_hex(4)}"
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "notes.txt").write_text("notes\n")
    (tmp_path / "lacks.py").write_text(LACKS)

    def made(dockerfile: str, *, samples: int = 1, **more: Any) -> Subject:
        file = tmp_path / "Dockerfile"
        file.write_text(dockerfile)
        bases = {"python:3.14-slim": slim_stand_in}
        tag = f"docker-advices-run/{run_id}:{secrets.token_hex(4)}"
        build(BuildOrder(dockerfile=file, context=tmp_path, tag=tag, bases=bases, run_id=run_id))
        image = engine.image(tag)
        assert isinstance(image, Image)
        lab = Lab(
            slug="tiny",
            folder=tmp_path,
            title="Tiny",
            advice="x",
            context=tmp_path,
            serve=Serve(timeout_seconds=60.0),
            variants={n: Variant(dockerfile="Dockerfile", says=n) for n in ("bad", "good")},
            claims=(Claim(id="x", says="x", measure="uid", equals=0),),
            **more,
        )
        memory = LayerMemory(tmp_path / "none")
        return Subject(
            workshop=fake_bench.workshop(Layout(ROOT), said.append, engine=engine, memory=memory),
            lab=lab,
            variant="good",
            targets=(),
            image=image,
            base_ids=frozenset(),
            answered=True,
            run_id=run_id,
            canary="",
            samples=samples,
            build_target=lambda _: image,
        )

    yield made
    left = [
        c for c in engine._docker.containers.list(ignore_removed=True) if run_id in str(c.labels)
    ]
    networks = [n for n in engine._docker.networks.list() if run_id in str(n.name)]
    engine.remove_run(run_id)
    assert (left, networks) == ([], [])
