"""What the engine is asked for, over a socket: containers, images, networks, what it refuses."""

from __future__ import annotations

import inspect
import io
import json
import tarfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from memory_engine import MemoryEngine
from socket_engine import CONTAINER, SocketEngine, frame, refusal, running

from advices.core import (
    AdvicesError,
    BundleRefused,
    CommandFailed,
    DiskFull,
    EngineLost,
    EngineRefused,
    ImageUnknown,
    PullForbidden,
    PullsLimited,
    ReferenceInvalid,
    RegistrySilent,
    RuntimeUnusable,
)
from advices.engine.client import RUN_LABEL, DockerEngine
from advices.engine.port import Engine
from advices.engine.records import Container, Image
from advices.engine.start import Start

MADE = Container(CONTAINER["Id"], "made", "exited")
ONE = f"/containers/{MADE.id}"
IMAGE: dict[str, Any] = {"Id": "sha256:1", "RootFS": {"Layers": ["sha256:2"]}, "Config": {}}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SocketEngine]:
    with running(tmp_path) as (made, address):
        monkeypatch.setenv("DOCKER_HOST", address)
        yield made


@pytest.fixture
def engine(asked: SocketEngine) -> Iterator[DockerEngine]:
    made = DockerEngine()
    yield made
    made.close()


@pytest.mark.parametrize("kind", [DockerEngine, MemoryEngine])
def test_every_engine_answers_what_the_port_names(kind: type) -> None:
    for name, wanted in inspect.getmembers(Engine, inspect.isfunction):
        if not name.startswith("_"):
            found = inspect.signature(getattr(kind, name)).parameters.values()
            assert [*map(str, found)] == [*map(str, inspect.signature(wanted).parameters.values())]


def started(engine: DockerEngine, asked: SocketEngine, **how: Any) -> dict[str, Any]:
    """Return the settings with which a container was started."""
    found = engine.start("image", run_id="run-1", port=8000, how=Start(**how))
    assert (found.id, found.name) == (MADE.id, "made")
    (create,) = asked.of("POST /containers/create")
    return {**create.body["HostConfig"], **create.body}


def test_a_container_is_hardened_and_on_one_port_of_this_machine(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    found = started(engine, asked)
    assert found["Image"] == "image"
    assert found["Labels"] == {RUN_LABEL: "run-1"}
    assert (found["Memory"], found["PidsLimit"]) == (512 << 20, 256)
    assert found["PortBindings"] == {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "0"}]}
    assert (found["CapDrop"], found["SecurityOpt"]) == (["ALL"], ["no-new-privileges"])
    assert not {"Binds", "Mounts", "Privileged"} & found.keys()
    assert [one.what for one in asked.asked][-1] == f"POST {ONE}/start"


@pytest.mark.parametrize(
    ("how", "option", "value"),
    [
        ({"env": {"A": "1"}}, "Env", ["A=1"]),
        ({"user": "4242:4242"}, "User", "4242:4242"),
        ({"read_only": True}, "ReadonlyRootfs", True),
        ({"command": ("a", "b")}, "Cmd", ["a", "b"]),
        ({"entrypoint": ("a", "b")}, "Entrypoint", ["a", "b"]),
        ({"entrypoint": ()}, "Entrypoint", []),
        ({"memory": "2g"}, "Memory", 2 << 30),
        ({"processes": 1024}, "PidsLimit", 1024),
        ({"default_capabilities": True}, "CapDrop", None),
        ({"default_capabilities": True}, "SecurityOpt", None),
        ({"network": "none"}, "NetworkMode", "none"),
        ({}, "User", None),
        ({}, "Entrypoint", None),
        ({}, "Cmd", None),
        ({}, "ReadonlyRootfs", False),
    ],
)
def test_each_way_to_start_is_an_option_of_docker_run(
    engine: DockerEngine, asked: SocketEngine, how: dict[str, Any], option: str, value: object
) -> None:
    assert started(engine, asked, **how).get(option) == value


def test_without_a_port_none_is_published(engine: DockerEngine, asked: SocketEngine) -> None:
    engine.start("image", run_id="run-1")
    assert "PortBindings" not in asked.of("POST /containers/create")[0].body["HostConfig"]


def changes(asked: SocketEngine) -> list[str]:
    """Return what was changed, in order."""
    return [one.what.replace(MADE.id, "made") for one in asked.asked if one.what[:4] != "GET "]


def test_a_name_in_a_network_is_there_before_the_container_starts(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    engine.start("image", run_id="run-1", how=Start(network="net", alias="site"))
    assert changes(asked) == [
        *("POST /containers/create", "POST /networks/net/disconnect", "POST /networks/net/connect"),
        "POST /containers/made/start",
    ]
    (connect,) = asked.of("POST /networks/net/connect")
    assert connect.body == {"Container": MADE.id, "EndpointConfig": {"Aliases": ["site"]}}


def test_files_are_there_before_the_container_starts(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    engine.start("image", run_id="run-1", how=Start(files=b"tar"))
    assert changes(asked) == [
        *("POST /containers/create", "PUT /containers/made/archive", "POST /containers/made/start")
    ]
    (put,) = asked.of("PUT .*")
    assert (put.query["path"], put.raw) == ("/", b"tar")


@pytest.mark.parametrize("files", [b"", b"tar"])
def test_a_container_that_does_not_start_leaves_none_and_is_explained(
    files: bytes, engine: DockerEngine, asked: SocketEngine
) -> None:
    said = 'exec: "gone": executable file not found in $PATH'
    asked.answer(f"POST {ONE}/start", refusal(400, said))
    with pytest.raises(EngineRefused, match=r'^exec: "gone": executable') as raised:
        engine.start("image", run_id="run-1", how=Start(files=files))
    assert raised.value.exit_code == 37
    assert changes(asked)[-1] == "DELETE /containers/made"
    assert asked.asked[-1].query == {"v": "True", "link": "False", "force": "True"}


# As Docker 26.1 says it, with runc 1.1.
OCI = "failed to create task for container: failed to create shim task: OCI runtime create failed: "
STARTING = f"{OCI}runc create failed: unable to start container process: "


@pytest.mark.parametrize(
    ("status", "said", "cls"),
    [
        (400, f'{STARTING}exec: "/x": stat /x: no such file or directory: unknown', EngineRefused),
        (400, f'{STARTING}exec: "/etc": permission denied: unknown', EngineRefused),
        (400, "unable to find user nobody-here: no matching entries in passwd file", EngineRefused),
        (400, "unable to find group x: no matching entries in group file", EngineRefused),
        (404, "No such container", EngineRefused),
        (500, f'{STARTING}error mounting "cgroup": operation not permitted', RuntimeUnusable),
        (500, f'{OCI}namespace {{"time"}} does not exist: unknown', RuntimeUnusable),
        (500, "failed to set up container networking: iptables failed", RuntimeUnusable),
        (500, f"{OCI}write /x: no space left on device", DiskFull),
    ],
)
def test_an_image_is_blamed_for_its_program_and_user_only(
    status: int, said: str, cls: type[Exception], engine: DockerEngine, asked: SocketEngine
) -> None:
    asked.answer(f"POST {ONE}/start", refusal(status, said))
    with pytest.raises(cls) as raised:
        engine.start("image", run_id="run-1")
    assert type(raised.value) is cls


def test_where_a_login_cannot_be_read_a_registry_is_asked_without(
    engine: DockerEngine, asked: SocketEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"credsStore": "nowhere"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    asked.answer("POST /images/create", refusal(500, "unauthorized: authentication required"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PullForbidden) as raised:
            engine.pull("x:1")
    assert "`docker-credential-nowhere`, which Docker's settings name" in raised.value.why
    assert "install `docker-credential-nowhere`" in raised.value.next_step


def test_a_network_goes_at_the_end_whatever_happens(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    with pytest.raises(KeyError), engine.network("run-1") as name:
        assert name.startswith("docker-advices-run-1-")
        raise KeyError
    assert changes(asked) == ["POST /networks/create", f"DELETE /networks/{name}"]


@pytest.mark.parametrize("internal", [True, False])
def test_only_an_internal_network_leads_nowhere(
    engine: DockerEngine, asked: SocketEngine, internal: bool
) -> None:
    with engine.network("run-1", internal=internal):
        (made,) = asked.of("POST /networks/create")
    assert (made.body.get("Internal", False), made.body["Labels"]) == (
        internal,
        {RUN_LABEL: "run-1"},
    )
    assert ("com.docker.network.bridge.inhibit_ipv4" in made.body.get("Options", {})) == internal


def test_a_container_that_ran_to_its_end_left_this(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    once = engine.run_once("image", run_id="run-1", how=Start(command=("a",)))
    assert (once.exit_code, once.stdout, once.stderr) == (3, "out", "err")
    assert changes(asked)[-1] == "DELETE /containers/made"


def in_state(**state: Any) -> dict[str, Any]:
    return {**CONTAINER, "State": {**CONTAINER["State"], **state}}


def test_a_container_that_does_not_end_is_removed(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    asked.answer(f"GET {ONE}/json", in_state(Status="running"))
    with pytest.raises(CommandFailed, match=r"`a b` in a container did not end within 0 s") as late:
        engine.run_once("image", run_id="run-1", how=Start(command=("a", "b")), timeout_seconds=0.1)
    assert late.value.printed == "outerr"
    assert changes(asked)[-1] == "DELETE /containers/made"


def test_of_a_container_that_runs_the_seconds_and_the_last_line_are_told(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    asked.answer(f"GET {ONE}/json", in_state(Status="running"))

    class Heard(Exception):
        """Ends the wait as soon as something was told."""

    def hears(seconds: float, line: str) -> None:
        raise Heard(seconds, line)

    with pytest.raises(Heard) as heard:
        engine.run_once("image", run_id="run-1", how=Start(), hears=hears)
    seconds, line = heard.value.args
    assert 2 <= seconds < 60
    assert line == "outerr"
    assert changes(asked)[-1] == "DELETE /containers/made"


@pytest.mark.parametrize(
    ("more", "out_of_memory"),
    [({}, False), ({"OOMKilled": False}, False), ({"OOMKilled": True}, True)],
)
def test_a_container_that_the_kernel_killed_is_known(
    engine: DockerEngine, asked: SocketEngine, more: dict[str, bool], out_of_memory: bool
) -> None:
    asked.answer(f"GET {ONE}/json", in_state(**more))
    assert engine.run_once("image", run_id="r", how=Start()).out_of_memory == out_of_memory


def tar_of(name: str, content: bytes) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return sink.getvalue()


@pytest.mark.parametrize(
    ("there", "path", "fetched"),
    [
        (tar_of("report.json", b"{}" * 500), "/tmp/report.json", b"{}" * 500),
        (tar_of("report.json", b""), "/tmp/report.json", b""),
        (refusal(404, "no such file"), "/tmp/report.json", None),
        (tar_of("report.json", b"{}"), None, None),
    ],
)
def test_a_file_is_fetched_when_the_container_has_ended(
    engine: DockerEngine, asked: SocketEngine, there: Any, path: str | None, fetched: bytes | None
) -> None:
    asked.answer(f"GET {ONE}/archive", there)
    once = engine.run_once("image", run_id="run-1", how=Start(), fetch=path)
    assert once.fetched == fetched
    assert changes(asked)[-1] == "DELETE /containers/made"


@pytest.mark.parametrize(("code", "output"), [(0, "said"), (1, None)])
def test_a_command_inside_prints_or_fails(
    engine: DockerEngine, asked: SocketEngine, code: int, output: str | None
) -> None:
    asked.answer(f"POST {ONE}/exec", {"Id": "e"})
    asked.answer("POST /exec/e/start", frame(1, b"said"))
    asked.answer("GET /exec/e/json", {"ExitCode": code})
    assert engine.exec_output(MADE, ["a"]) == output
    asked.answer(f"POST {ONE}/exec", refusal(409, "it is not running"))
    assert engine.exec_output(MADE, ["a"]) is None


def test_a_published_port_is_that_of_this_machine(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    assert engine.published_port(MADE, 8000) is None
    ports = {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32768"}], "53/udp": None}
    asked.answer(f"GET {ONE}/json", {**CONTAINER, "NetworkSettings": {"Ports": ports}})
    assert engine.published_port(MADE, 8000) == 32768


def test_a_stopped_container_tells_its_exit_code(engine: DockerEngine, asked: SocketEngine) -> None:
    assert engine.stop(MADE) == 3
    assert changes(asked) == ["POST /containers/made/stop"]


@pytest.mark.parametrize(
    ("status", "labels", "theirs"),
    [("running", {}, True), ("exited", {}, False), ("running", {RUN_LABEL: "run-1"}, False)],
)
def test_containers_of_others_run_and_carry_no_label_of_ours(
    engine: DockerEngine, asked: SocketEngine, status: str, labels: dict[str, str], theirs: bool
) -> None:
    # The list of an engine may be a moment older than what it says of one container.
    one = {**in_state(Status=status), "Config": {"Labels": labels}}
    asked.answer("GET /containers/json", [{"Id": MADE.id}])
    asked.answer(f"GET {ONE}/json", one)
    assert [found.name for found in engine.others()] == (["made"] if theirs else [])


def test_a_container_of_somebody_is_joined_and_left_whatever_happens(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    with pytest.raises(KeyError), engine.joined(MADE, "net", "shop"):
        raise KeyError
    assert changes(asked) == ["POST /networks/net/connect", "POST /networks/net/disconnect"]
    assert asked.asked[-1].body == {"Container": MADE.id, "Force": True}


def test_an_image_is_told_as_the_engine_says_it(engine: DockerEngine, asked: SocketEngine) -> None:
    config = {"Cmd": ["a"], "Entrypoint": None, "Labels": None, "WorkingDir": ""}
    said = {**IMAGE, "RepoTags": ["a:1"], "RepoDigests": None, "Config": config}
    asked.answer("GET /images/a:1/json", said)
    found = engine.image("a:1")
    assert found is not None
    assert found == Image("sha256:1", ("sha256:2",), ("a:1",), config=config)
    assert (found.command, found.entrypoint) == (("a",), ())
    assert (found.labels, found.working_dir) == ({}, "/")
    assert engine.image("gone:1") is None


FILES = {"/etc/mark": b"one\n"}


@pytest.mark.parametrize(
    ("settings", "words", "change"),
    [
        ({"Cmd": ["a", 'print("é")']}, ["COPY /etc/mark /"], r'CMD ["a", "print(\"\u00e9\")"]'),
        ({"Cmd": ["a"], "Entrypoint": ["b"]}, ["COPY /etc/mark /"], 'CMD ["a"]'),
        ({"Cmd": None, "Entrypoint": ["b"]}, None, None),
        ({"Cmd": None, "Entrypoint": None}, ["COPY /etc/mark /"], None),
    ],
)
def test_an_image_with_more_files_keeps_its_command(
    engine: DockerEngine,
    asked: SocketEngine,
    settings: dict[str, Any],
    words: list[str] | None,
    change: str | None,
) -> None:
    asked.answer("GET /images/base/json", {**IMAGE, "Config": settings})
    asked.answer("POST /commit", {"Id": "sha256:3"})
    asked.answer("GET /images/sha256:3/json", {**IMAGE, "Id": "sha256:3"})
    made = engine.with_files("base", FILES, "ours:tag", run_id="run-1")
    assert made.id == "sha256:3"
    (create,) = asked.of("POST /containers/create")
    assert (create.body["Image"], create.body.get("Cmd")) == ("base", words)
    assert create.body["Labels"] == {RUN_LABEL: "run-1"}
    (put,) = asked.of("PUT .*")
    with tarfile.open(fileobj=io.BytesIO(put.raw)) as tar:
        found = tar.extractfile("etc/mark")
        assert found is not None and found.read() == b"one\n"
    (commit,) = asked.of("POST /commit")
    assert (commit.query["repo"], commit.query["tag"]) == ("ours", "tag")
    assert commit.query.get("changes") == change
    assert changes(asked)[-1] == "DELETE /containers/made"


def test_an_image_that_was_not_made_leaves_no_container(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    asked.answer("GET /images/base/json", IMAGE)
    asked.answer("POST /commit", refusal(500, "write: no space left on device"))
    with pytest.raises(DiskFull):
        engine.with_files("base", FILES, "ours:tag", run_id="run-1")
    assert changes(asked)[-1] == "DELETE /containers/made"


NUL = f"sha256:{'0' * 64}"
NAMED = [
    (f"zap@{NUL}", "zap", NUL),
    ("python:3.14", "python", "3.14"),
    ("python", "python", "latest"),
    ("registry:5000/x:tag", "registry:5000/x", "tag"),
    ("registry:5000/x", "registry:5000/x", "latest"),
    (f"host:5000/x@{NUL}", "host:5000/x", NUL),
]


@pytest.mark.parametrize(("name", "repository", "tag"), NAMED)
def test_an_image_is_pulled_by_digest_or_tag(
    engine: DockerEngine, asked: SocketEngine, name: str, repository: str, tag: str
) -> None:
    asked.answer("POST /images/create", lambda _: iter([b'{"status": "Pulling"}\r\n']))
    asked.answer(f"GET /images/{name}/json", IMAGE)
    assert engine.pull(name).id == "sha256:1"
    (pull,) = asked.of("POST /images/create")
    assert (pull.query["fromImage"], pull.query["tag"]) == (repository, tag)


def test_a_pull_says_how_far_it_is(
    engine: DockerEngine, asked: SocketEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = (
        {"status": "Pulling from library/x", "id": "1"},
        {"status": "Pulling fs layer", "id": "a"},
        {"status": "Downloading", "id": "a", "progressDetail": {"current": 1e6, "total": 4e6}},
        {"status": "Downloading", "id": "b", "progressDetail": {"current": 5e5, "total": 1e6}},
        {"status": "Download complete", "id": "a"},
        {"status": "Pull complete", "id": "b"},
        {"status": "Status: Downloaded newer image"},
    )
    answer = [f"{json.dumps(one)}\r\n".encode() for one in layers]
    asked.answer("POST /images/create", lambda _: iter(answer))
    asked.answer("GET /images/x:1/json", IMAGE)
    monkeypatch.setattr("advices.engine.pull_progress._EVERY_SECONDS", 0.0)
    said: list[str] = []
    engine.pull("x:1", said.append)
    of_five = [f"pulling x:1: {mb} of 5.0 MB" for mb in ("1.5", "4.5", "5.0")]
    assert said == ["pulling x:1", "pulling x:1: 1.0 of 4.0 MB", *of_five]


@pytest.mark.parametrize(("name", "repository", "tag"), [one for one in NAMED if "@" not in one[0]])
def test_an_image_is_named_by_repository_and_tag(
    engine: DockerEngine, asked: SocketEngine, name: str, repository: str, tag: str
) -> None:
    engine.tag(Image("sha256:1"), name)
    (named,) = asked.of("POST /images/sha256:1/tag")
    assert (named.query["repo"], named.query["tag"]) == (repository, tag)
    asked.answer("GET /images/(base|sha256:3)/json", IMAGE)
    asked.answer("POST /commit", {"Id": "sha256:3"})
    engine.with_files("base", FILES, name, run_id="run-1")
    (commit,) = asked.of("POST /commit")
    assert (commit.query["repo"], commit.query["tag"]) == (repository, tag)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(500, "manifest unknown"), ImageUnknown),
        (refusal(404, "x:1: not found"), ImageUnknown),
        (refusal(500, "toomanyrequests: You have reached your pull rate limit."), PullsLimited),
        (refusal(500, 'Get "https://x.example/v2/": dial tcp: no such host'), RegistrySilent),
        (refusal(500, "write /x: no space left on device"), DiskFull),
        # What goes wrong after the answer has begun.
        (lambda _: iter([b'{"status": "Pulling"}\r\n', b'{"error": "denied"}\r\n']), PullForbidden),
    ],
)
def test_a_pull_that_fails_says_why(
    engine: DockerEngine, asked: SocketEngine, answer: Any, kind: type[AdvicesError]
) -> None:
    asked.answer("POST /images/create", answer)
    with pytest.raises(kind):
        engine.pull("x.example/x:1")


def test_a_registry_is_asked_without_a_pull(engine: DockerEngine, asked: SocketEngine) -> None:
    asked.answer("GET /distribution/.*/json", {"Descriptor": {"digest": NUL}, "Platforms": []})
    engine.ask_registry("x.example/x:1")
    asked.answer("GET /distribution/.*/json", refusal(403, "denied"))
    with pytest.raises(PullForbidden, match="was not pulled: denied"):
        engine.ask_registry("x.example/x:1")


def test_a_name_that_no_engine_reads_reaches_none(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    # An engine would pull python:x.
    with pytest.raises(ReferenceInvalid):
        engine.pull("python:1:x")
    assert asked.of("POST /images/create") == []


def test_images_without_names_are_told_in_one_piece(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    for one in ("sha256:a", "sha256:b", "some:1"):
        asked.answer(f"GET /images/{one}/json", {**IMAGE, "Id": one})
    for said, wanted in (
        ("Loaded image ID: sha256:a\nLoaded image ID: sha256:b\n", ["sha256:a", "sha256:b"]),
        ("Loaded image: some:1\n", ["some:1"]),
    ):
        lines = [json.dumps({"status": "Loading"}), json.dumps({"stream": said})]
        asked.answer(
            "POST /images/load", lambda _, lines=lines: (f"{one}\r\n".encode() for one in lines)
        )
        assert [image.id for image in engine.load(io.BytesIO())] == wanted


@pytest.mark.parametrize(
    ("error", "kind"),
    [("invalid tar header", BundleRefused), ("x: no space left on device", DiskFull)],
)
def test_an_engine_that_cannot_load_is_told(
    error: str, kind: type[Exception], engine: DockerEngine, asked: SocketEngine
) -> None:
    text = json.dumps({"error": error}).encode()
    asked.answer("POST /images/load", lambda _: iter([text]))
    with pytest.raises(kind):
        engine.load(io.BytesIO())


def test_the_build_cache_is_counted_without_what_images_have_and_shrunk(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    records = [{"Size": 20, "Shared": False}, {"Size": 5, "Shared": True}]
    asked.answer("GET /system/df", {"BuildCache": records})
    asked.answer("POST /build/prune", {})
    assert engine.build_cache_bytes() == 20
    engine.shrink_build_cache(7)
    assert asked.asked[-1].query == {"keep-storage": "7", "all": "True"}


def test_an_engine_that_refuses_or_goes_away_is_told_in_our_words(
    engine: DockerEngine, asked: SocketEngine, tmp_path: Path
) -> None:
    asked.answer(f"GET {ONE}/json", refusal(500, "it does not want to"))
    with pytest.raises(EngineRefused, match="it does not want to"):
        engine.running(MADE)
    (tmp_path / "engine.sock").unlink()
    engine.close()
    with pytest.raises(EngineLost, match="no longer answers"):
        engine.running(MADE)


def test_an_engine_without_room_to_pack_an_image_says_so(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    asked.answer("GET /images/get", refusal(500, "write /tmp/x: no space left on device"))
    with pytest.raises(DiskFull):
        list(engine.saved([Image("sha256:1")]))
    asked.answer("GET /images/get", refusal(404, "no such image: sha256:1"))
    with pytest.raises(EngineRefused, match="no such image"):
        list(engine.saved([Image("sha256:1")]))


@pytest.mark.parametrize(
    ("options", "rootless"),
    [(["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"], True), ([], False)],
)
def test_an_engine_says_whether_it_is_rootless(
    options: list[str], rootless: bool, asked: SocketEngine, engine: DockerEngine
) -> None:
    asked.answer(
        "GET /info",
        {"Driver": "overlay2", "NCPU": 2, "DockerRootDir": "/x", "SecurityOptions": options},
    )
    said = {"Version": "26.1.5", "ApiVersion": "1.45", "Os": "linux", "Arch": "amd64"}
    asked.answer("GET /version", said)
    assert engine.facts().rootless is rootless


def test_a_container_is_in_further_networks_before_it_starts(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    engine.start("x", run_id="r", port=80, how=Start(also=("a", "b")))
    did = [one.what for one in asked.asked if one.what.startswith("POST")]
    assert did[-3:] == [
        *("POST /networks/a/connect", "POST /networks/b/connect", f"POST {ONE}/start"),
    ]


def test_a_start_with_more_says_both() -> None:
    first = Start(
        env={"A": "1", "B": "1"},
        user="1",
        read_only=True,
        tmpfs=("/tmp",),
        default_capabilities=True,
        command=("c",),
        entrypoint=("e",),
        also=("n",),
    )
    assert first.with_more(Start()) == first
    assert Start().with_more(first) == first
    more = Start(
        env={"B": "2"}, user="2", command=("d",), entrypoint=(), tmpfs=("/x",), memory="1g"
    )
    both = first.with_more(more)
    assert (both.env, both.user) == ({"A": "1", "B": "2"}, "2")
    assert (both.command, both.entrypoint, both.memory) == (("d",), (), "1g")
    assert (both.tmpfs, both.also, both.read_only) == (("/tmp", "/x"), ("n",), True)
