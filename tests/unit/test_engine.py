"""What the engine is asked for when a container is started or removed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from advices.engine import RUN_LABEL, Engine, Start
from advices.errors import CommandFailed


class FakeDocker:
    """Records what it is asked for; its containers print and end with exit code 3."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.containers = SimpleNamespace(run=self._run, create=self._create)
        self.networks = SimpleNamespace(get=self._network, create=self._network)
        self.status = "exited"

    def _run(self, *words: Any, **options: Any) -> Any:
        self.calls.append(("run", *words, options))
        return self._container()

    def _create(self, *words: Any, **options: Any) -> Any:
        self.calls.append(("create", *words, options))
        return self._container()

    def _network(self, name: str, **_: Any) -> Any:
        def call(what: str) -> Any:
            return lambda *_, **options: self.calls.append((what, name, options))

        names = ("connect", "disconnect", "remove")
        return SimpleNamespace(**{what: call(what) for what in names})

    def _container(self) -> Any:
        return SimpleNamespace(
            start=lambda: self.calls.append(("start",)),
            remove=lambda **options: self.calls.append(("remove", options)),
            reload=lambda: None,
            status=self.status,
            attrs={"State": {"ExitCode": 3}},
            logs=lambda *, stdout, stderr: b"out" if stdout else b"err",
        )


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
