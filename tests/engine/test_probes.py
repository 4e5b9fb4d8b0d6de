"""The probes on tiny images."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import factory
import pytest

from advices.core import Layout
from advices.engine import Start
from advices.engine.buildx import BuildOrder, build
from advices.engine.client import connect
from advices.engine.records import Image
from advices.images import inventory_of
from advices.images.memory import LayerMemory
from advices.lab.model import Claim, Lab, Serve, Variant
from advices.probes import environment, health, imports, inventory, limits, opened, stop, user
from advices.probes.subject import Subject

pytestmark = pytest.mark.engine

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
            workshop=factory.workshop(Layout(ROOT), said.append, engine=engine, memory=memory),
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


def installed(name: str, site: str = SITE, source: str = "", also: str = "") -> str:
    """Return the lines of a Dockerfile that install a distribution of one module."""
    info = f"{site}/{name}-1.0.dist-info"
    return (
        f"RUN mkdir -p {info} && printf '%s' '{source}' > {site}/{name}.py"
        f" && printf '%s\\n' {name}.py,, {also} > {info}/RECORD\n"
    )


def test_all_that_is_installed_imports(make: Make, said: list[str]) -> None:
    found = imports.probe(make(SERVES + installed("sound") + "USER 4242\n"))
    assert found.values == {"distributions_failing": 0, "missing_libraries": 0}
    assert said == []


def test_what_does_not_import_is_counted_and_named(make: Make, said: list[str]) -> None:
    dockerfile = (
        SERVES
        + installed("sound")
        + installed("crashes", source="import os; os.abort()")
        + installed("lost", "/install/lib/python3.14/site-packages")
        + installed("shut", "/root/.local/lib/python3.14/site-packages")
        + "RUN chmod 700 /root\nUSER 1000\n"
    )
    found = imports.probe(make(dockerfile))
    assert found.values == {"distributions_failing": 3, "missing_libraries": 0}
    named = [line.split()[1] for line in said]
    assert sorted(named) == ["crashes-1.0", "lost-1.0", "shut-1.0"]


def test_a_missing_shared_library_is_found(make: Make, said: list[str]) -> None:
    lacking = installed("wraps", also="lacks.so,,") + "COPY lacks.py /tmp/\n"
    found = imports.probe(make(SERVES + lacking + "RUN python /tmp/lacks.py\n"))
    assert found.values["missing_libraries"] == 1
    assert "good: the shared library libxz2.so.1.0 is missing" in said


def test_a_virtual_environment_has_a_python_of_its_own(make: Make) -> None:
    venv = "RUN python -m venv --without-pip /venv\n"
    venv += installed("inner", "/venv/lib/python3.14/site-packages")
    assert imports.probe(make(SERVES + venv)).values["distributions_failing"] == 0
    first = SERVES + venv + "ENV PATH=/venv/bin:$PATH\n"
    assert imports.probe(make(first)).values["distributions_failing"] == 0
    broken = SERVES + venv + "RUN rm /venv/bin/python3\n"
    assert imports.probe(make(broken)).values["distributions_failing"] == 1


def test_an_image_without_python_has_no_such_measure(make: Make, said: list[str]) -> None:
    gone = "RUN rm -r /usr/local/bin\n"
    assert imports.probe(make(SERVES + gone)).values == {}
    assert "the image has no python3" in said[0]


@pytest.mark.parametrize(
    ("lines", "capabilities", "writable"),
    [
        ("", 14, 2),
        ("USER 1000\n", 0, 0),
        ("RUN chown 1000 app.py\nUSER 1000\n", 0, 1),
        ("RUN chgrp 50 notes.txt && chmod g+w notes.txt\nUSER 1000:50\n", 0, 1),
        (
            "RUN chown 1000 app.py\n"
            'ENTRYPOINT ["python", "-c", "import os; os.setgid(1000); os.setuid(1000);'
            " os.execvp('python', ['python', 'app.py'])\"]\n",
            0,
            1,
        ),
    ],
    ids=["root", "user", "owner", "group", "becomes-another"],
)
def test_the_rights_of_pid_1(make: Make, lines: str, capabilities: int, writable: int) -> None:
    found = user.probe(make(SERVES + lines))
    assert found.values == {"capabilities": capabilities, "writable_app_files": writable}


def test_a_server_that_hears_sigterm_stops_well(make: Make) -> None:
    found = stop.probe(make(SERVES, samples=2))
    assert found.values == {"stop_exit_code": 0, "requests_lost": 0}
    assert len(found.timings["stop_seconds"].samples) == 2
    assert found.timings["stop_seconds"].median < 6


def test_a_server_behind_a_shell_is_killed_and_loses_its_requests(make: Make) -> None:
    found = stop.probe(make(SERVES + "CMD python app.py\n"))
    assert found.values == {"stop_exit_code": 137, "requests_lost": 1}
    assert found.timings["stop_seconds"].median > 9


def test_a_server_that_ends_at_once_loses_its_requests(make: Make) -> None:
    found = stop.probe(make(SERVES + "STOPSIGNAL SIGKILL\n"))
    assert found.values == {"stop_exit_code": 137, "requests_lost": 1}
    assert found.timings["stop_seconds"].median < 6


def test_variables_arrive_as_they_were_meant(make: Make, said: list[str]) -> None:
    meant = {"A": "1", "B": "2"}
    found = environment.probe(make(SERVES + "ENV A=1 \\\n    B=2\n", intended_env=meant))
    assert found.values == {"env_wrong": 0}
    assert said == []


def test_a_line_that_swallows_the_next_is_found(make: Make, said: list[str]) -> None:
    meant = {"A": "1", "B": "2"}
    found = environment.probe(make(SERVES + "ENV A 1 \\\n    B=2\n", intended_env=meant))
    assert found.values == {"env_wrong": 2}
    assert said == ["good: A is '1     B=2'", "good: B is not set"]


# ---------- inventory ----------


def test_the_inventory_has_what_dpkg_and_pip_list(make: Make, said: list[str]) -> None:
    subject = make(SERVES)
    (subject.lab.context / "requirements.txt").write_text("pip\nabsent==1\n")
    tell = "import json, subprocess, sys; from importlib.metadata import distributions as of; "
    tell += "form = '--showformat=${Package} ${Version}\\n'; "
    tell += "dpkg = subprocess.run(['dpkg-query', '-W', form], capture_output=True, text=True); "
    tell += "print(json.dumps([dpkg.stdout.split(), [[d.name, d.version] for d in of()]]))"
    how = Start(entrypoint=("python3",), command=("-c", tell))
    ran = subject.engine.run_once(subject.image.id, run_id=subject.run_id, how=how)
    words, python = json.loads(ran.stdout)
    found = inventory_of(subject.engine, subject.image, frozenset(), subject.workshop.memory)
    debian = [(one.name, one.version) for one in found.of_kind("deb")]
    assert sorted(debian) == sorted(zip(words[::2], words[1::2], strict=True))
    assert len(debian) > 50
    assert [[one.name, one.version] for one in found.of_kind("pypi")] == python
    values = inventory.probe(subject).values
    assert values["components"] == len(debian) + len(python)
    # pip is not opened by a program of the standard library alone.
    assert (values["lock_unnamed"], values["idle_distributions"]) == (1, 1)
    assert "good: no list names absent" in said


def test_without_lists_an_image_looks_empty(make: Make) -> None:
    blind = "RUN rm -rf /var/lib/dpkg && find / -xdev -name '*.dist-info' -prune -exec rm -r {} +\n"
    label = "LABEL org.opencontainers.image.revision=abc org.opencontainers.image.source=\n"
    values = inventory.probe(make(SERVES + blind + label)).values
    assert (values["components"], values["origin_labels"]) == (0, 1)


# ---------- opened ----------


def test_what_a_service_opens_is_counted_against_what_is_there(make: Make) -> None:
    """Files that nothing opens are in the image, and change nothing of what is opened."""
    lean = opened.probe(make(SERVES)).values
    # With a PYTHONPATH of its own, and modules there of which the service imports none.
    more = "RUN mkdir /lib/own && for n in 1 2 3; do touch /lib/own/unused$n.py; done\n"
    fat = opened.probe(make(SERVES + more + "ENV PYTHONPATH=/lib/own\n")).values
    assert fat["files_in_image"] == int(lean["files_in_image"]) + 3
    assert fat["files_opened"] == lean["files_opened"]
    # The program, the C library, what http.server imports: more than a few, and far from all.
    assert 50 < int(lean["files_opened"]) < 0.2 * int(lean["files_in_image"])
    assert int(lean["opened_bytes"]) > 5_000_000
    reads = "RUN sed -i \"s/^server = /open('notes.txt').read()\\\\n&/\" app.py\n"
    assert opened.probe(make(SERVES + reads)).values["files_opened"] == (
        int(lean["files_opened"]) + 1
    )


def test_a_python_that_takes_no_hook_is_not_counted(make: Make, said: list[str]) -> None:
    isolated = SERVES.replace('"app.py"', '"-I", "app.py"')
    assert opened.probe(make(isolated)).values == {}
    assert said == ["good: its Python takes no hook: nothing is counted"]


# ---------- health and limits ----------

# The kernel takes lines for a server that hangs, as many as its queue holds.
ONE_AT_A_TIME = (
    'RUN sed -i "s/http.server.ThreadingHTTPServer):/http.server.HTTPServer):'
    '\\n    request_queue_size = 128/" app.py\n'
)
ASKS = "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/', timeout=2)"
KNOCKS = "import socket; socket.create_connection(('127.0.0.1', 8000), 2)"
TIMES = "--timeout=3s --start-period=9s --start-interval=1s"
CHECK = f'HEALTHCHECK {TIMES} CMD ["python", "-c", "{{0}}"]\n'


def healthy(make: Make, dockerfile: str) -> tuple[str, str, bool]:
    """Return the health soon after the start and while it hangs, and whether it answers then."""
    values = health.probe(make(dockerfile)).values
    return str(values["health"]), str(values["health_hung"]), bool(values["answers_hung"])


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer for a healthy container: other tests keep the machine busy."""
    monkeypatch.setattr(health, "_SOON_SECONDS", 60.0)


@pytest.mark.usefixtures("patient")
def test_a_check_that_asks_for_the_page_notices_a_hang(make: Make) -> None:
    one = SERVES.replace("CMD", ONE_AT_A_TIME + "CMD") + CHECK.format(ASKS)
    assert healthy(make, one) == ("healthy", "unhealthy", False)


@pytest.mark.usefixtures("patient")
def test_a_check_that_knocks_notices_nothing(make: Make) -> None:
    one = SERVES.replace("CMD", ONE_AT_A_TIME + "CMD") + CHECK.format(KNOCKS)
    assert healthy(make, one) == ("healthy", "healthy", False)


def test_a_check_that_the_image_cannot_run_is_never_healthy(make: Make) -> None:
    wrong = "HEALTHCHECK --start-period=9s --start-interval=1s CMD curl -f http://localhost:8000/\n"
    assert healthy(make, SERVES + wrong) == ("starting", "never healthy", True)


def test_without_a_check_there_is_no_health(make: Make) -> None:
    assert healthy(make, SERVES)[:2] == ("no check", "no check")


def test_what_a_container_writes_is_counted_but_in_memory(make: Make) -> None:
    writes = "RUN sed -i \"s|^server = |open('PLACE', 'w').close()\\n&|\" app.py\n"
    # Root's Python would leave bytecode.
    writes += "ENV PYTHONDONTWRITEBYTECODE=1\n"
    in_memory = SERVES.replace("CMD", writes.replace("PLACE", "/tmp/note") + "CMD")
    found = limits.probe(make(in_memory))
    assert found.values["paths_written"] == 0
    # No form: nobody uploads, and nothing is said of it.
    assert "uploads_lost" not in found.values
    assert found.values["rest_bytes"] > found.values["worker_bytes"] - 1 > 1_000_000
    in_its_layer = SERVES.replace("CMD", writes.replace("PLACE", "/srv/note") + "CMD")
    assert limits.probe(make(in_its_layer)).values["paths_written"] == 2  # the file, its folder
