"""What the engine is asked for when a container is started or removed."""

from __future__ import annotations

import io
import tarfile
from types import SimpleNamespace
from typing import Any

import docker.errors
import pytest

from advices.core.errors import BundleRefused, CommandFailed, DiskFull
from advices.engine.client import RUN_LABEL, Engine
from advices.engine.start import Start


class FakeDocker:
    """Records what it is asked for; its containers print and end with exit code 3."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.running: list[Any] = []
        self.containers = SimpleNamespace(
            run=self._run, create=self._create, list=lambda **_: self.running
        )
        self.networks = SimpleNamespace(get=self._network, create=self._network)
        self.status = "exited"
        self.state: dict[str, Any] = {"ExitCode": 3}
        self.files: dict[str, bytes] = {}
        self.fault: Exception | None = None
        self.made: dict[str, Any] = {}

    def _run(self, *words: Any, **options: Any) -> Any:
        self.calls.append(("run", *words, options))
        return self._container()

    def _create(self, *words: Any, **options: Any) -> Any:
        self.calls.append(("create", *words, options))
        return self._container()

    def _network(self, name: str, **options: Any) -> Any:
        self.made |= options

        def call(what: str) -> Any:
            return lambda *_, **options: self.calls.append((what, name, options))

        names = ("connect", "disconnect", "remove")
        return SimpleNamespace(**{what: call(what) for what in names})

    def _container(self) -> Any:
        return SimpleNamespace(
            start=self._start,
            put_archive=lambda *words: self.calls.append(("put", *words)),
            commit=self._commit,
            get_archive=self._get,
            remove=lambda **options: self.calls.append(("remove", options)),
            reload=lambda: None,
            status=self.status,
            attrs={"State": self.state},
            logs=lambda *, stdout, stderr: b"out" if stdout else b"err",
        )

    def _commit(self, *words: Any, **options: Any) -> str:
        self.calls.append(("commit", *words, options))
        if self.fault:
            raise self.fault
        return "the new image"

    def _start(self) -> None:
        self.calls.append(("start",))
        if self.fault:
            raise self.fault

    def _get(self, path: str) -> Any:
        """Give a file of a container as docker does, as a tar in pieces."""
        if path not in self.files:
            raise docker.errors.NotFound("no such file")
        sink = io.BytesIO()
        with tarfile.open(fileobj=sink, mode="w") as tar:
            member = tarfile.TarInfo(path.rpartition("/")[2])
            member.size = len(self.files[path])
            tar.addfile(member, io.BytesIO(self.files[path]))
        whole = sink.getvalue()
        return iter([whole[:100], whole[100:]]), {"size": 1}


@pytest.fixture
def engine() -> Engine:
    made = Engine.__new__(Engine)
    made.address = "here"
    made._docker = FakeDocker()  # type: ignore[assignment]
    return made


def calls(engine: Engine) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = engine._docker.calls  # type: ignore[attr-defined]
    return found


def started(engine: Engine, **how: Any) -> dict[str, Any]:
    """Return the options with which a container was started."""
    engine.start("image", run_id="run-1", port=8000, how=Start(**how))
    ((_, image, command, options),) = calls(engine)
    assert image == "image"
    return {"command": command, **options}


def test_a_container_is_hardened_and_on_one_port_of_this_machine(engine: Engine) -> None:
    assert started(engine) == {
        "command": None,
        "detach": True,
        "labels": {RUN_LABEL: "run-1"},
        "mem_limit": "512m",
        "pids_limit": 256,
        "environment": {},
        "read_only": False,
        "ports": {"8000/tcp": ("127.0.0.1", 0)},
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
    }


@pytest.mark.parametrize(
    ("how", "option", "value"),
    [
        ({"env": {"A": "1"}}, "environment", {"A": "1"}),
        ({"user": "4242:4242"}, "user", "4242:4242"),
        ({"read_only": True}, "read_only", True),
        ({"command": ("a", "b")}, "command", ["a", "b"]),
        ({"entrypoint": ("a", "b")}, "entrypoint", ["a", "b"]),
        ({"entrypoint": ()}, "entrypoint", []),
        ({"memory": "2g"}, "mem_limit", "2g"),
        ({"processes": 1024}, "pids_limit", 1024),
        ({"default_capabilities": True}, "cap_drop", None),
        ({"default_capabilities": True}, "security_opt", None),
        ({}, "user", None),
        ({}, "entrypoint", None),
    ],
)
def test_each_way_to_start_is_an_option_of_docker_run(
    engine: Engine, how: dict[str, Any], option: str, value: object
) -> None:
    assert started(engine, **how).get(option) == value


def test_without_a_port_none_is_published(engine: Engine) -> None:
    engine.start("image", run_id="run-1")
    assert "ports" not in calls(engine)[0][-1]


def test_a_name_in_a_network_is_there_before_the_container_starts(engine: Engine) -> None:
    engine.start("image", run_id="run-1", how=Start(network="net", alias="site"))
    names = [call[0] for call in calls(engine)]
    assert names == ["create", "disconnect", "connect", "start"]
    assert calls(engine)[0][-1]["network"] == "net"
    assert calls(engine)[2][-1] == {"aliases": ["site"]}


def test_a_network_goes_at_the_end_whatever_happens(engine: Engine) -> None:
    with pytest.raises(KeyError), engine.network("run-1") as name:
        assert name.startswith("docker-advices-run-1-")
        raise KeyError
    assert calls(engine) == [("remove", name, {})]


def test_a_container_that_ran_to_its_end_left_this(engine: Engine) -> None:
    once = engine.run_once("image", run_id="run-1", how=Start(command=("a",)))
    assert (once.exit_code, once.stdout, once.stderr) == (3, "out", "err")
    assert calls(engine)[-1] == ("remove", {"force": True, "v": True})


def test_a_container_that_does_not_end_is_removed(engine: Engine) -> None:
    engine._docker.status = "running"  # type: ignore[attr-defined]
    with pytest.raises(CommandFailed, match=r"`a b` in a container did not end within 0 s"):
        engine.run_once("image", run_id="run-1", how=Start(command=("a", "b")), timeout_seconds=0.1)
    assert calls(engine)[-1][0] == "remove"


def test_files_are_there_before_the_container_starts(engine: Engine) -> None:
    engine.start("image", run_id="run-1", how=Start(files=b"tar"))
    assert [call[0] for call in calls(engine)] == ["create", "put", "start"]
    assert calls(engine)[1] == ("put", "/", b"tar")
    assert "network" not in calls(engine)[0][-1]


def test_a_container_that_does_not_start_leaves_none(engine: Engine) -> None:
    engine._docker.fault = docker.errors.APIError("no such program")  # type: ignore[attr-defined]
    with pytest.raises(docker.errors.APIError):
        engine.start("image", run_id="run-1", how=Start(files=b"tar"))
    assert calls(engine)[-1] == ("remove", {"force": True, "v": True})


FILES = {"/etc/mark": b"one\n"}


@pytest.mark.parametrize(
    ("settings", "words", "changes"),
    [
        ({"Cmd": ["a", 'print("é")']}, ["COPY /etc/mark /"], r'CMD ["a", "print(\"\u00e9\")"]'),
        ({"Cmd": ["a"], "Entrypoint": ["b"]}, ["COPY /etc/mark /"], 'CMD ["a"]'),
        ({"Cmd": None, "Entrypoint": ["b"]}, None, None),
        ({"Cmd": None, "Entrypoint": None}, ["COPY /etc/mark /"], None),
    ],
)
def test_an_image_with_more_files_keeps_its_command(
    engine: Engine, settings: dict[str, Any], words: list[str] | None, changes: str | None
) -> None:
    image = SimpleNamespace(attrs={"Config": settings})
    engine._docker.images = SimpleNamespace(get=lambda _: image)  # type: ignore[misc]
    made: Any = engine.with_files("base", FILES, "ours:tag", run_id="run-1")
    assert made == "the new image"
    created, put, committed, removed = calls(engine)
    assert created == ("create", "base", words, {"labels": {RUN_LABEL: "run-1"}})
    with tarfile.open(fileobj=io.BytesIO(put[2])) as tar:
        found = tar.extractfile("etc/mark")
        assert found is not None and found.read() == b"one\n"
    assert committed == ("commit", "ours", "tag", {"changes": changes})
    assert removed == ("remove", {"force": True, "v": True})


def test_an_image_that_was_not_made_leaves_no_container(engine: Engine) -> None:
    image = SimpleNamespace(attrs={"Config": {}})
    engine._docker.images = SimpleNamespace(get=lambda _: image)  # type: ignore[misc]
    engine._docker.fault = docker.errors.APIError("no space left on device")  # type: ignore[attr-defined]
    with pytest.raises(DiskFull):
        engine.with_files("base", FILES, "ours:tag", run_id="run-1")
    assert calls(engine)[-1] == ("remove", {"force": True, "v": True})


@pytest.mark.parametrize(
    ("status", "labels", "theirs"),
    [("running", {}, True), ("exited", {}, False), ("running", {RUN_LABEL: "run-1"}, False)],
)
def test_containers_of_others_run_and_carry_no_label_of_ours(
    engine: Engine, status: str, labels: dict[str, str], theirs: bool
) -> None:
    # The list of an engine may be a moment older than what it says of one container.
    one = SimpleNamespace(status=status, labels=labels)
    engine._docker.running = [one]  # type: ignore[attr-defined]
    assert engine.others() == ([one] if theirs else [])


@pytest.mark.parametrize("internal", [True, False])
def test_only_an_internal_network_leads_nowhere(engine: Engine, internal: bool) -> None:
    with engine.network("run-1", internal=internal):
        made = engine._docker.made  # type: ignore[attr-defined]
        assert (made["internal"], made["labels"]) == (internal, {RUN_LABEL: "run-1"})


@pytest.mark.parametrize(
    ("files", "path", "fetched"),
    [
        ({"/tmp/report.json": b"{}" * 500}, "/tmp/report.json", b"{}" * 500),
        ({"/tmp/report.json": b""}, "/tmp/report.json", b""),
        ({}, "/tmp/report.json", None),
        ({"/tmp/report.json": b"{}"}, None, None),
    ],
)
def test_a_file_is_fetched_when_the_container_has_ended(
    engine: Engine, files: dict[str, bytes], path: str | None, fetched: bytes | None
) -> None:
    engine._docker.files = files  # type: ignore[attr-defined]
    once = engine.run_once("image", run_id="run-1", how=Start(), fetch=path)
    assert once.fetched == fetched
    assert calls(engine)[-1][0] == "remove"


@pytest.mark.parametrize(
    ("more", "out_of_memory"),
    [({}, False), ({"OOMKilled": False}, False), ({"OOMKilled": True}, True)],
)
def test_a_container_that_the_kernel_killed_is_known(
    engine: Engine, more: dict[str, bool], out_of_memory: bool
) -> None:
    engine._docker.state |= more  # type: ignore[attr-defined]
    assert engine.run_once("image", run_id="r", how=Start()).out_of_memory == out_of_memory


def test_a_container_of_somebody_is_joined_and_left_whatever_happens(engine: Engine) -> None:
    theirs: Any = SimpleNamespace()
    with pytest.raises(KeyError), engine.joined(theirs, "net", "shop"):
        raise KeyError
    assert calls(engine) == [
        ("connect", "net", {"aliases": ["shop"]}),
        ("disconnect", "net", {"force": True}),
    ]


@pytest.mark.parametrize(
    ("name", "repository", "tag"),
    [
        ("zap@sha256:1", "zap", "sha256:1"),
        ("python:3.13", "python", "3.13"),
        ("python", "python", "latest"),
    ],
)
def test_an_image_is_pulled_by_digest_or_tag(
    engine: Engine, name: str, repository: str, tag: str
) -> None:
    asked: list[tuple[str, str]] = []
    pull = SimpleNamespace(pull=lambda repository, *, tag: asked.append((repository, tag)))
    engine._docker.images = pull  # type: ignore[misc, assignment]
    engine.pull(name)
    assert asked == [(repository, tag)]


def loading(*said: dict[str, str]) -> Engine:
    """Return an engine that says this when it loads; it has images a and b."""
    made = Engine.__new__(Engine)
    made.address = "unix:///x"
    made._docker = SimpleNamespace(
        api=SimpleNamespace(load_image=lambda _: iter(said)),
        images=SimpleNamespace(get=lambda name: SimpleNamespace(id=name)),
    )
    return made


def test_images_without_names_are_told_in_one_piece() -> None:
    said = {"stream": "Loaded image ID: sha256:a\nLoaded image ID: sha256:b\n"}
    found = loading({"status": "Loading layer"}, said).load(io.BytesIO())
    assert [image.id for image in found] == ["sha256:a", "sha256:b"]
    (named,) = loading({"stream": "Loaded image: some:1\n"}).load(io.BytesIO())
    assert named.id == "some:1"


@pytest.mark.parametrize(
    ("error", "kind"),
    [("invalid tar header", BundleRefused), ("x: no space left on device", DiskFull)],
)
def test_an_engine_that_cannot_load_is_told(error: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        loading({"error": error}).load(io.BytesIO())
