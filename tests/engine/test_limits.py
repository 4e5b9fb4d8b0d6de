"""What a learner's build may take on a real engine, and that nothing is left after any end."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engine_project import Project, message
from jupyter_client.blocking.client import BlockingKernelClient
from processes import named, wait

from advices.core import BuildHung, BuildLimited, free_bytes, poll
from advices.engine import BuildOrder, Limits, base_tag, connect
from advices.engine.client import DockerEngine
from advices.runs import own_run

pytestmark = [pytest.mark.engine, pytest.mark.root]

MB = 1_000_000
# Its own in each process: another one may run these tests at the same time.
SLEEPER = f"sleep 7{secrets.randbelow(10**6):06}"
CROWD = f"RUN --network=none for i in $(seq 99); do {SLEEPER} & done; wait\n"
HOG = "RUN --network=none python -c \"print(len(b'1' * 400_000_000))\"\n"
# The kernel ends a child, and the step ends with a code of its own.
NURSE = "RUN --network=none python -c \"print(len(b'1' * 400_000_000))\" || exit 3\n"
WRITER = "RUN --network=none head -c 600000000 /dev/zero > /big && sleep 5\n"


@pytest.fixture
def build(tmp_path: Path, slim_stand_in: str) -> Iterator[Callable[..., object]]:
    """Return what builds a Dockerfile's text within limits, in a run of its own."""
    engine = connect()
    with own_run(engine, guarded=True) as run:
        base = f"{base_tag(run.id)}of-a-test"
        engine.with_files(slim_stand_in, {"/run-of": run.id.encode()}, base, run_id=run.id)

        def built(text: str, *, seconds: float = 60, name: str = "", **limits: int) -> object:
            file = tmp_path / f"{name}Dockerfile"
            file.write_text(f"FROM base\n{text}")
            allowed = {"processes": 1000, "memory_bytes": 1000 * MB, "disk_bytes": 4000 * MB}
            order = BuildOrder(
                *(file, tmp_path, f"docker-advices-run/{run.id}:limits", {"base": base}),
                run_id=run.id,
                no_cache=True,
                limits=Limits(run.id, **{**allowed, **limits}),
                timeout_seconds=seconds,
            )
            return engine.build(order)

        yield built
    assert not list(Path("/sys/fs/cgroup").glob(f"*/docker-advices-{run.id}"))


@pytest.mark.parametrize(
    ("text", "limits", "says"),
    [
        (CROWD, {"processes": 50}, "had all 50 processes that it may have, and was ended"),
        (HOG, {"memory_bytes": 100 * MB}, "took all 100 MB of memory that it may have"),
        (NURSE, {"memory_bytes": 100 * MB}, "took all 100 MB of memory that it may have"),
        (WRITER, {"disk_bytes": 150 * MB}, "had 150 MB less than at its beginning"),
    ],
    ids=["processes", "memory", "memory-of-a-child", "disk"],
)
def test_a_build_that_takes_too_much_is_ended_and_told(
    build: Callable[..., object], text: str, limits: dict[str, int], says: str
) -> None:
    with pytest.raises(BuildLimited) as told:
        build(text, **limits)
    assert says in told.value.what
    assert "the running step was: [1/2] RUN" in told.value.what
    assert "look at the step named above" in told.value.next_step
    wait(lambda: not named(SLEEPER))


def test_a_container_sees_how_much_is_free_on_the_engines_disk(slim_stand_in: str) -> None:
    engine = DockerEngine()
    with own_run(engine) as run, engine.disk_seen_by(slim_stand_in, run.id) as free:
        wait(free)
        here = free_bytes(engine.facts().data_folder)
        assert abs((free() or 0) - (here or 0)) < 500 * MB
        assert run.id in engine.run_ids()
    assert run.id not in engine.run_ids()


def test_a_build_within_its_limits_is_not_disturbed(build: Callable[..., object]) -> None:
    # Files that the kernel keeps in memory are not what a build needs of it.
    build(WRITER.replace("&& sleep 5", ""), memory_bytes=150 * MB, disk_bytes=4000 * MB)
    build("RUN --network=none for i in $(seq 20); do sleep 0.2 & done; wait\n", processes=50)


def test_output_without_an_end_is_cut_by_the_builder(build: Callable[..., object]) -> None:
    before = _resident_kb()
    with pytest.raises(BuildHung, match=r"did not end within 6 s"):
        build("RUN yes\n", seconds=6)
    assert _resident_kb() - before < 20_000


def _resident_kb() -> int:
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in one)
    return int(line.split()[1])


def test_builds_side_by_side_are_all_held(build: Callable[..., object]) -> None:
    short = "RUN --network=none sleep 0.3\n"
    long = f"RUN --network=none sleep 2; for i in $(seq 99); do {SLEEPER} & done; wait\n"
    faults: list[BaseException] = []

    def crowd() -> None:
        try:
            build(long, processes=50, name="long")
        except BuildLimited as error:
            faults.append(error)

    thread = threading.Thread(target=crowd)
    thread.start()
    # Both are in one group, and on a busy machine the short one may still run when it is full.
    with contextlib.suppress(BuildLimited):
        build(short, processes=50)
    thread.join()
    assert len(faults) == 1


CACHES = """\
FROM base AS made
WORKDIR /srv
RUN --network=none echo {word} > /srv/made
FROM base
COPY --from=made /srv/made /srv/
RUN --network=none --mount=type=cache,target=/cache echo {word} | tee /cache/x
"""


def test_the_build_cache_of_a_run_goes_and_no_other(tmp_path: Path, slim_stand_in: str) -> None:
    engine = connect()
    mine, theirs = (secrets.token_hex(8) for _ in range(2))

    def build(base: str, word: str, run_id: str) -> None:
        (tmp_path / "Dockerfile").write_text(CACHES.format(word=word))
        tag = f"docker-advices-run/{run_id}:of-a-test"
        order = BuildOrder(tmp_path / "Dockerfile", tmp_path, tag, {"base": base}, run_id=run_id)
        engine.build(replace(order, cache_namespace=f"{run_id}-1"))

    with own_run(engine) as other:
        base = f"{base_tag(other.id)}x"
        engine.with_files(slim_stand_in, {"/run-of": theirs.encode()}, base, run_id=other.id)
        build(base, theirs, other.id)
        with own_run(engine, guarded=True) as run:
            base = f"{base_tag(run.id)}x"
            engine.with_files(slim_stand_in, {"/run-of": mine.encode()}, base, run_id=run.id)
            build(base, mine, run.id)
            build(slim_stand_in, theirs, run.id)
            assert len(_cached(mine)) == 3
            before = _cached(theirs)
        wait(lambda: _cached(mine) == [])
        # What stands on an image that was not made for the run is not known to be its own.
        assert _cached(theirs) == [one for one in before if run.id not in one]
        engine.remove_marked(other.id, engine.mark_cache(other.id))


def _cached(word: str) -> list[str]:
    """Return the descriptions of the records in the build cache that have a word."""
    listed = subprocess.run(
        ["docker", "buildx", "du", "--verbose"], capture_output=True, text=True, check=True
    )
    lines = listed.stdout.splitlines()
    return sorted(one for one in lines if one.startswith("Description:") and word in one)


def test_what_a_check_of_the_command_hits_is_told(taught: Project) -> None:
    taught.write(MINE, f"FROM python:3.14-slim\n{CROWD}")
    taught.env["ADVICES_BUILD_PROCESSES"] = "50"
    code, output = taught.advices("check-exercise", "tiny")
    assert code == 55, output
    message(output)
    assert "all 50 processes" in output
    assert taught.leftovers() == []
    assert taught.run_ids() == set()


SERVER = """
import sys
from pathlib import Path
from advices.core import project
from advices.learn import server
say = lambda address: print(address, flush=True)
learning = server.Learning(Path(sys.argv[1]), 0, "/mine/", jupyterlab=True)
server.serve(project(), learning, say, say)
"""
MINE = "labs/tiny/exercise/Dockerfile"
SLEEPS = f"FROM python:3.14-slim\nRUN --network=none {SLEEPER}\n"
CHECK = "from advices.learn import cells; cells.check('tiny', {!r})"


@pytest.fixture
def serving(taught: Project) -> Iterator[subprocess.Popen[str]]:
    """Return a server of the page that checks a Dockerfile whose build sleeps."""
    site = taught.root / "site"
    taught.write("site/index.html", "<h1>hello</h1>")
    runtime = Path(taught.env["TMPDIR"]) / "runtime"
    env = {**taught.env, "JUPYTER_RUNTIME_DIR": str(runtime)}
    words = [sys.executable, "-c", SERVER, str(site)]
    with subprocess.Popen(
        words, cwd=taught.root, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            kernel = _kernel(process.stdout.readline().strip(), runtime)
            kernel.execute(CHECK.format(SLEEPS))
            wait(lambda: named(SLEEPER) and taught.leftovers() and taught.run_ids())
            yield process
            kernel.stop_channels()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _kernel(address: str, runtime: Path) -> BlockingKernelClient:
    """Start a kernel as a page does, and return a client of it."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
    )
    page = opener.open(address, timeout=20).read().decode()
    leads = re.search(r"0; url=([^\"]+)", page)
    assert leads is not None
    opener.open(urllib.parse.urljoin(address, leads[1]), timeout=20).read()
    xsrf = next(one.value for one in jar if one.name == "_xsrf")
    assert xsrf
    base = address.partition("learn-enter")[0]
    asked = urllib.request.Request(f"{base}api/kernels", b'{"name": "python3"}')
    asked.add_header("X-XSRFToken", xsrf or "")
    made = json.loads(opener.open(asked, timeout=60).read())
    client = BlockingKernelClient()
    client.load_connection_file(str(runtime / f"kernel-{made['id']}.json"))
    client.start_channels()
    for _ in poll(60):
        # On a busy machine a heartbeat is missed, which the client takes for the kernel's end.
        with contextlib.suppress(RuntimeError):
            client.wait_for_ready(timeout=20)
            return client
    raise AssertionError("the kernel does not answer")


def hub_stops(server: subprocess.Popen[str]) -> None:
    """Stop a server as a hub does that gives it no time."""
    server.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    os.killpg(server.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "ends",
    [
        lambda server: server.send_signal(signal.SIGTERM),
        lambda server: server.kill(),
        hub_stops,
    ],
    ids=["sigterm", "sigkill", "hub"],
)
def test_a_server_that_ends_in_a_build_leaves_nothing(
    serving: subprocess.Popen[str],
    taught: Project,
    ends: Callable[[subprocess.Popen[str]], object],
) -> None:
    ends(serving)
    wait(lambda: taught.leftovers() == [] and taught.run_ids() == set())
    wait(lambda: not named(SLEEPER))
    wait(lambda: not named(f"{taught.env['XDG_STATE_HOME']}/docker-advices/runs"))
