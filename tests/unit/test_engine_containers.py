"""How the engine starts containers, what it blames, and what those leave that end."""
# ruff: noqa: F401, F811  # the fixtures `asked` and `engine` are imported

from __future__ import annotations

import io
import tarfile
from typing import Any

import pytest
from asked_engine import MADE, ONE, asked, changes, engine
from socket_engine import CONTAINER, SocketEngine, frame, refusal

from advices.core import CommandFailed, DiskFull, EngineRefused, RuntimeUnusable
from advices.engine.client import RUN_LABEL, DockerEngine
from advices.engine.start import Start


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
