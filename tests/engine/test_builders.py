"""Builds on a real engine as people write and set them up: what the builder itself would refuse."""

from __future__ import annotations

import json
import os
import secrets
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine_project import ROOT
from faulty_builds import LATER
from faulty_builds import order as faulty_order
from second_engine import SecondEngine

from advices.bases import Bases
from advices.core import (
    AdvicesError,
    BaseUnavailable,
    BuilderUnusable,
    EngineRefused,
    RuntimeUnusable,
    run,
)
from advices.engine import BuildOrder, Engine, Start, client_settings, connect
from advices.images import LayerMemory
from advices.runs import own_run

pytestmark = pytest.mark.engine

SLIM = "python:3.14-slim"


@pytest.fixture
def tag() -> Iterator[str]:
    made = f"docker-advices-test/built:{secrets.token_hex(4)}"
    yield made
    connect().remove_image(made)


Builds = Callable[[str], None]


@pytest.fixture
def builds(tmp_path: Path, tag: str, slim_stand_in: str) -> Builds:
    """Return a function that builds a Dockerfile in which every image is the slim one."""

    def build(text: str, engine: Engine | None = None) -> None:
        file = tmp_path / "Dockerfile"
        file.write_bytes(text.encode())
        bases = dict.fromkeys((SLIM, "python"), slim_stand_in)
        (engine or connect()).build(BuildOrder(file, tmp_path, tag, bases))

    return build


WRITTEN = {
    "the frontend of a registry": "# syntax=docker/dockerfile:1\n# escape=`\nFROM python\n"
    "RUN --network=none true `\n && true\n",
    "a variable in FROM": "ARG PY=3.14\nFROM docker.io/library/python:${PY}-slim\nCOPY . /x\n",
    "a stage that is called like its base": "FROM python AS python\nRUN --network=none touch /m\n"
    "FROM python:3.14-slim\nCOPY --from=python /m /\n",
    "a later build's heredoc": "FROM python\nONBUILD RUN <<EOF\nFROM nowhere\nEOF\nUSER 1\n",
    "a shift that is no heredoc": "FROM python\nRUN --network=none [ $((1 << 2)) = 4 ]\n",
    "CRLF and a byte order mark": "\ufefffrom python\r\ncopy Dockerfile /x\r\nuser 1\r\n",
    "what the platform is": "FROM --platform=$BUILDPLATFORM python AS on-linux\n"
    'FROM on-${TARGETOS}\nARG TARGETARCH\nRUN --network=none test -n "$TARGETARCH"\n',
    "every mount": "FROM python AS a\nFROM python\nRUN --network=none --mount=type=tmpfs,target=/t "
    "--mount=type=cache,target=/c \\\n  # a comment\n  --mount=from=a,target=/a "
    "--mount=target=/m,readonly \\\n  test -f /m/Dockerfile\n",
    "flags of a copy": "FROM python AS a\nFROM python\nCOPY --link --chmod=0700 Dockerfile /d/\n"
    'COPY --from=0 --chown=1:1 ["/etc/passwd", "/p q"]\nRUN --network=none test -x /d/Dockerfile\n',
}


@pytest.mark.parametrize("name", WRITTEN)
def test_it_builds(name: str, builds: Builds) -> None:
    builds(WRITTEN[name])


@pytest.mark.parametrize("name", LATER)
def test_a_builder_knows_it_or_is_too_old_for_it(
    name: str, tmp_path: Path, slim_stand_in: str
) -> None:
    try:
        connect().build(faulty_order(name, tmp_path, slim_stand_in))
    except AdvicesError as error:
        LATER[name].check(error)


def test_a_base_for_another_platform_is_not_here(builds: Builds) -> None:
    other = "s390x" if "amd64" in connect().facts().platform else "amd64"
    with pytest.raises(BaseUnavailable, match=r"line 2: .* is not here for that platform"):
        builds(f"# one\nFROM --platform=linux/{other} python AS x\nUSER 1\n")


def test_settings_of_docker_are_not_those_of_our_builds(
    builds: Builds, tmp_path: Path, slim_stand_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "settings"
    settings.mkdir()
    proxy = {"httpProxy": "http://192.0.2.1:3128", "noProxy": "example.org"}
    (settings / "config.json").write_text(json.dumps({"proxies": {"default": proxy}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(settings))
    monkeypatch.setenv("BUILDX_BUILDER", "of-another-project")
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/s390x")
    engine = connect()
    here = engine.bridge_address()
    wanted = f"example.org,{here},*"
    asks = f'case "$no_proxy,$NO_PROXY" in {wanted},{wanted}) ;; *) exit 9; esac'
    # Such arguments decide no step's cache: an earlier test would answer.
    builds(f"FROM python\nRUN --network=none : {secrets.token_hex(4)}; {asks}\n")
    rooted = f"docker-advices-test/rooted:{secrets.token_hex(4)}"
    with tarfile.open(tmp_path / "root.tar", "w"):
        pass
    engine.import_root(str(tmp_path / "root.tar"), rooted, ['CMD ["x"]'])
    imported = engine.image(rooted)
    engine.remove_image(rooted)
    assert imported is not None
    assert engine.facts().platform.endswith(imported.architecture)
    # Nor do its proxies get into an image or a container of ours.
    with_more = f"docker-advices-test/settings:{secrets.token_hex(4)}"
    made = engine.with_files(slim_stand_in, {"/x": b""}, with_more, run_id="none")
    try:
        assert not any("proxy" in one.lower() for one in made.config["Env"])
        told = engine.run_once(
            with_more, run_id="none", how=Start(command=("env",), network="none")
        )
        assert "proxy" not in told.stdout.lower()
    finally:
        engine.remove_image(with_more)


def test_the_builder_is_that_of_the_context_whatever_is_chosen(
    builds: Builds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugins = Path.home() / ".docker" / "cli-plugins"
    for name in ("settings", "builders"):
        (tmp_path / name).mkdir()
    if plugins.is_dir():
        (tmp_path / "settings" / "cli-plugins").symlink_to(plugins)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "settings"))
    monkeypatch.setenv("BUILDX_CONFIG", str(tmp_path / "builders"))
    monkeypatch.delenv("BUILDX_BUILDER", raising=False)
    # It is not started, which would pull an image.
    run(["docker", "buildx", "create", "--name", "mine", "--driver", "docker-container", "--use"])
    builds(f"FROM python\nENV A={secrets.token_hex(4)}\n")
    assert client_settings.builder_driver() == "docker"
    left = {name: says for name, says, _ in client_settings.left_out(connect().address)}
    assert left["your builder"] == "`mine` is chosen"
    address = f"host={connect().address}"
    run(["docker", "context", "create", "of-this-test", "--docker", address])
    monkeypatch.setenv("DOCKER_CONTEXT", "of-this-test")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    builds(f"FROM python\nENV A={secrets.token_hex(4)}\n")
    assert client_settings.builder_driver() == "docker"


def test_uv_finds_the_index_that_pip_finds(tmp_path: Path, tag: str) -> None:
    engine = connect()
    bases = Bases(engine, ROOT / "labs" / "bases", LayerMemory(tmp_path / "memory"), print)
    file = tmp_path / "Dockerfile"
    file.write_text(
        f"FROM {SLIM}\nRUN pip install --no-cache-dir uv\nUSER 1000\n"
        "RUN uv pip install --no-cache --target /tmp/here itsdangerous==2.2.0\n"
    )
    with own_run(engine) as ours:
        base = bases.resolve([SLIM])[SLIM]
        marked = bases.marked(base, ours.id, "uv")
        engine.build(BuildOrder(file, tmp_path, tag, {SLIM: marked.image}, run_id=ours.id))


BROKEN = """\
#!/bin/sh
case " $* " in
*" run "*|*" create "*)
    for word; do [ "$before" = --log ] && log=$word; before=$word; done
    said='unable to start container process: error mounting the cgroup: operation not permitted'
    text="{\\"level\\":\\"error\\",\\"msg\\":\\"runc create failed: $said\\"}"
    [ -n "$log" ] && echo "$text" >> "$log"
    echo "runc run failed: $said" >&2
    exit 1;;
esac
PATH=${PATH#*:} exec runc "$@"
"""


def test_a_broken_runtime_is_no_fault_of_a_dockerfile(
    builds: Builds,
    tmp_path: Path,
    slim_stand_in: str,
    second_engine: Callable[[Path], SecondEngine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A program that the image lacks is one, on the machine's own engine."""
    with pytest.raises(EngineRefused, match="executable file not found"):
        connect().start(slim_stand_in, run_id="none", how=Start(command=("nope",)))
    with pytest.raises(EngineRefused, match="unable to find user"):
        connect().start(slim_stand_in, run_id="none", how=Start(user="nobody-here"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/runc").write_text(BROKEN)
    (tmp_path / "bin/runc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    broken = second_engine(tmp_path / "engine")
    monkeypatch.setenv("DOCKER_HOST", broken.address)
    with pytest.raises(BuilderUnusable, match="operation not permitted"):
        builds("FROM python\nRUN --network=none id\n")
    with pytest.raises(RuntimeUnusable, match="operation not permitted"):
        connect().start(slim_stand_in, run_id="none", how=Start(command=("id",), network="none"))
