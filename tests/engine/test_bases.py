"""The bases of the labs: whatever stands behind a FROM name behaves like the official image."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_project import ROOT

from advices.bases.resolve import Base, Bases
from advices.core.files import write_whole
from advices.core.process import poll
from advices.engine.buildx import BuildOrder, build
from advices.engine.client import RUN_LABEL, connect
from advices.images.layers import layers_of
from advices.images.memory import LayerMemory
from advices.packages import proxy
from advices.runs.lifecycle import own_run

pytestmark = pytest.mark.engine

NAMES = ("python:3.14", "python:3.14-slim", "python:3.14-alpine")
# How far a stand-in's bytes to transfer may be from the official image's.
LIMITS = {"python:3.14": 0.15, "python:3.14-slim": 0.10, "python:3.14-alpine": 0.10}


@pytest.fixture(scope="module")
def bases() -> Bases:
    memory = LayerMemory()
    return Bases(connect(), ROOT / "labs" / "bases", memory, print)


@pytest.fixture(scope="module")
def resolved(bases: Bases) -> dict[str, Base]:
    return bases.resolve(NAMES)


def run_in(image: str, *words: str) -> str:
    argv = ["docker", "run", "--rm", "--network=none", image, *words]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_python_and_pip_are_where_the_official_image_has_them(
    resolved: dict[str, Base], name: str
) -> None:
    image = resolved[name].image
    look = "for name in python python3 pip; do command -v $name; done; readlink -f $(which python)"
    paths = run_in(image, "sh", "-c", look)
    assert paths.split() == [
        "/usr/local/bin/python",
        "/usr/local/bin/python3",
        "/usr/local/bin/pip",
        "/usr/local/bin/python3.14",
    ]
    assert run_in(image, "python", "--version").startswith("Python 3.14.")
    assert run_in(image, "pip", "--version").startswith("pip ")


@pytest.mark.parametrize("name", NAMES)
def test_a_stand_in_tells_the_versions_that_are_in_it(
    bases: Bases, resolved: dict[str, Base], name: str
) -> None:
    base = resolved[name]
    if base.kind == "official":
        assert base.contents is None, "its digest tells it from others"
        return
    assert base.contents is not None
    python = run_in(base.image, "python", "-c", "import platform; print(platform.python_version())")
    libc = run_in(base.image, "sh", "-c", "dpkg-query -Wf '${Version}' libc6 2>&1 || :").strip()
    assert f"python {python.strip()}" in base.contents.versions
    if "alpine" in name:
        assert any(one.startswith("musl ") for one in base.contents.versions)
    else:
        assert f"libc6 {libc}" in base.contents.versions
    assert bases.known(name) == base, "it is read from the image, and asked once"


@pytest.mark.parametrize("name", NAMES)
def test_the_modules_that_labs_count_on_work(resolved: dict[str, Base], name: str) -> None:
    program = """
import bz2, ctypes, hashlib, lzma, sqlite3, ssl, venv, zlib
assert zlib.decompress(zlib.compress(b"x" * 1000)) == b"x" * 1000
assert lzma.decompress(lzma.compress(b"y")) == bz2.decompress(bz2.compress(b"y")) == b"y"
assert sqlite3.connect(":memory:").execute("select 6 * 7").fetchone() == (42,)
assert ctypes.CDLL(None).abs(-3) == 3
assert ssl.create_default_context().cert_store_stats()["x509_ca"] > 50
venv.create("/tmp/venv", with_pip=True)
import subprocess
print(subprocess.check_output(["/tmp/venv/bin/pip", "list", "--format=freeze"], text=True))
"""
    assert run_in(resolved[name].image, "python", "-c", program).startswith("pip==")


def test_the_alpine_base_is_musl_and_busybox(resolved: dict[str, Base]) -> None:
    image = resolved["python:3.14-alpine"].image
    assert "BusyBox" in run_in(image, "sh", "-c", "busybox | head -1")
    libraries = run_in(image, "cat", "/proc/self/maps") + run_in(
        image, "python", "-c", "print(open('/proc/self/maps').read())"
    )
    assert "ld-musl-x86_64.so.1" in libraries
    assert "libc.so.6" not in libraries
    tags = run_in(image, "pip", "debug", "--verbose")
    assert "cp314-cp314-musllinux_1_2_x86_64" in tags
    assert "manylinux" not in tags


@pytest.mark.parametrize("name", NAMES)
def test_bytes_are_near_the_official_image(
    bases: Bases, resolved: dict[str, Base], name: str
) -> None:
    record = bases.record(resolved[name])
    assert record.published_transfer_bytes is not None
    distance = record.transfer_bytes / record.published_transfer_bytes - 1
    assert abs(distance) <= LIMITS[name], f"{distance:+.1%}"
    assert record.disk_bytes > record.transfer_bytes


@pytest.mark.parametrize("name", NAMES)
def test_a_build_on_it_installs_from_the_index(
    bases: Bases, resolved: dict[str, Base], name: str, tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text(
        f"FROM {name}\nRUN pip install --no-cache-dir itsdangerous==2.2.0\n", "utf-8"
    )
    engine = connect()
    with own_run(engine) as run, proxy.for_builds(engine):
        marked = bases.marked(resolved[name], run.id, "test")
        context = f"{name}=docker-image://{marked.image}"
        argv = ["docker", "buildx", "build", "--no-cache", "--build-context", context]
        done = subprocess.run([*argv, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


SETTINGS = """\
ENV GREETING="a word, and \\"another\\""
USER 1000
WORKDIR /srv
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=5s CMD ["python3", "--version"]
LABEL of=theirs
"""


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM base\n" + SETTINGS + 'ENTRYPOINT ["python3"]\nCMD ["-c", "print(\'\\\\\')"]\n',
        "FROM base\n" + SETTINGS,
        "FROM base\n" + SETTINGS + 'ENTRYPOINT ["python3"]\n',
        "FROM scratch\n" + SETTINGS + "COPY Dockerfile /\n",
    ],
    ids=["both", "command", "entry-point", "neither"],
)
def test_a_marked_base_has_one_small_layer_more_and_the_same_settings(
    bases: Bases, slim_stand_in: str, tmp_path: Path, dockerfile: str
) -> None:
    engine, tag = connect(), f"docker-advices-test/marked:{secrets.token_hex(4)}"
    order = BuildOrder(
        dockerfile=write_whole(tmp_path / "Dockerfile", dockerfile),
        context=tmp_path,
        tag=tag,
        bases={"base": slim_stand_in},
    )
    build(order)
    with own_run(engine) as run:
        try:
            marked = bases.marked(Base("theirs", tag, "stand-in", ""), run.id, "one")
            other = bases.marked(Base("theirs", tag, "stand-in", ""), run.id, "two")
            before, after = (engine.image(name) for name in (tag, marked.image))
            assert before is not None and after is not None
            *below, added = after.diff_ids
            assert tuple(below) == before.diff_ids
            assert marked.diff_ids == {*below, added}
            assert len(marked.diff_ids ^ other.diff_ids) == 2, "each mark is a layer of its own"
            layers = layers_of(engine, after, frozenset(), LayerMemory(tmp_path))
            assert layers[-1].disk_bytes < 1000
            was, is_now = (dict(image.config) for image in (before, after))
            assert is_now["Labels"].pop(RUN_LABEL) == run.id
            # Where the layer was made, which no build takes over, and a word for Windows alone.
            for name in ("Image", "Hostname", "AttachStdout", "AttachStderr", "ArgsEscaped"):
                was.pop(name, None), is_now.pop(name, None)
            if not (was["Cmd"] or was["Entrypoint"]):
                # Neither does anything that starts: a build that sets one of them drops it.
                del was["Cmd"], is_now["Cmd"]
            assert is_now == was
        finally:
            engine.remove_image(tag)


def test_a_stand_in_never_carries_an_official_name(resolved: dict[str, Base]) -> None:
    listed = subprocess.check_output(["docker", "images", "--format", "{{json .}}"], text=True)
    official = [name for name, base in resolved.items() if base.kind == "official"]
    assert all(name.startswith("python:") for name in official)
    assert '"Repository":"python"' not in listed or official


def test_a_second_resolution_builds_nothing(resolved: dict[str, Base]) -> None:
    heard: list[str] = []
    memory = LayerMemory()
    again = Bases(connect(), ROOT / "labs" / "bases", memory, heard.append)
    assert {n: b.image for n, b in again.resolve(NAMES).items()} == {
        n: b.image for n, b in resolved.items()
    }
    assert not [line for line in heard if "building" in line]


# How labs start a database: as its own user, without any capability. The second has no disk.
PLAIN = ("--user=postgres", "--cap-drop=ALL", "--security-opt=no-new-privileges")
READ_ONLY = (*PLAIN, "--read-only", "--tmpfs=/var/lib/postgresql/data:uid=999,gid=999,mode=700")
READ_ONLY += ("--tmpfs=/var/run/postgresql:uid=999,gid=999", "--tmpfs=/tmp")
ACCOUNT = ("--env=POSTGRES_USER=guest", "--env=POSTGRES_PASSWORD=secret")


@contextlib.contextmanager
def database(image: str, *options: str) -> Iterator[str]:
    """Give a container of a database server that is started, and remove it with its volume."""
    argv = ["docker", "run", "--detach", "--network=none", *options, image]
    container = subprocess.check_output(argv, text=True).strip()
    try:
        yield container
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", container], check=True)


def in_container(container: str, *words: str) -> subprocess.CompletedProcess[str]:
    argv = ["docker", "exec", "--env=PGPASSWORD=secret", container, *words]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def ready(container: str) -> bool:
    words = ("pg_isready", "--quiet", "--host=127.0.0.1")
    return any(in_container(container, *words).returncode == 0 for _ in poll(60, 0.2))


def query(container: str, name: str, statement: str) -> str:
    words = ("psql", "--host=127.0.0.1", "--username=guest", f"--dbname={name}", "-tAc", statement)
    done = in_container(container, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("options", [(), PLAIN, READ_ONLY])
def test_the_database_starts_keeps_and_stops(bases: Bases, options: tuple[str, ...]) -> None:
    image = bases.resolve(["postgres:17"])["postgres:17"].image
    with database(image, *options, *ACCOUNT, "--env=POSTGRES_DB=book") as container:
        assert ready(container)
        assert query(container, "book", "show server_version").startswith("17.")
        assert query(container, "book", "show server_encoding") == "UTF8"
        query(container, "book", "create table entries (name text)")
        query(container, "book", "insert into entries values ('Ada')")
        status = in_container(container, "cat", "/proc/1/status").stdout
        assert "Uid:\t999\t" in status
        subprocess.run(["docker", "stop", container], check=True, capture_output=True)
        look = ["docker", "inspect", "--format={{.State.ExitCode}}", container]
        assert subprocess.check_output(look, text=True).strip() == "0"
        if "--read-only" not in options:  # its disk is gone with the container's end
            subprocess.run(["docker", "start", container], check=True, capture_output=True)
            assert ready(container)
            assert query(container, "book", "select name from entries") == "Ada"


def test_the_database_wants_a_password(bases: Bases) -> None:
    image = bases.resolve(["postgres:17"])["postgres:17"].image
    argv = ["docker", "run", "--rm", "--network=none", image]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "POSTGRES_PASSWORD" in done.stderr
    with database(image, *ACCOUNT) as container:
        assert ready(container)
        # As in the official image: within the container none is asked for, from outside one is.
        rules = in_container(container, "cat", "/var/lib/postgresql/data/pg_hba.conf").stdout
        assert rules.splitlines()[-1].split() == ["host", "all", "all", "all", "scram-sha-256"]


def test_the_compiler_on_alpine_makes_programs_for_musl(bases: Bases) -> None:
    if bases.resolve(["python:3.14-alpine"])["python:3.14-alpine"].kind == "official":
        pytest.skip("the official image installs its own compiler")
    image = bases.resolve(["alpine-with-gcc"])["alpine-with-gcc"].image
    program = """
set -e
echo 'int answer(void) { return 42; }' >/tmp/answer.c
gcc -shared -fPIC -O2 -o /tmp/answer.so /tmp/answer.c
python -c 'import ctypes; print(ctypes.CDLL("/tmp/answer.so").answer())'
printf '#include <stdio.h>\nint main(void) { puts("ready"); }' >/tmp/main.c
gcc -o /tmp/main /tmp/main.c
/tmp/main
readelf -l /tmp/main | grep -o '/lib/ld-musl[^]]*'
python -c 'import sysconfig; print(sysconfig.get_config_var("CC"))'
"""
    wanted = ["42", "ready", "/lib/ld-musl-x86_64.so.1", "gcc"]
    assert run_in(image, "sh", "-c", program).split() == wanted
