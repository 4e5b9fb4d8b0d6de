"""What the engine is asked for, over a socket: networks, its cache, what it is, what it refuses."""
# ruff: noqa: F401, F811  # the fixtures `asked` and `engine` are imported

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from asked_engine import MADE, ONE, asked, changes, engine
from memory_engine import MemoryEngine
from socket_engine import SocketEngine, refusal

from advices.core import EngineLost, EngineRefused
from advices.engine.client import RUN_LABEL, DockerEngine
from advices.engine.port import Engine
from advices.engine.start import Start


@pytest.mark.parametrize("kind", [DockerEngine, MemoryEngine])
def test_every_engine_answers_what_the_port_names(kind: type) -> None:
    for name, wanted in inspect.getmembers(Engine, inspect.isfunction):
        if not name.startswith("_"):
            found = inspect.signature(getattr(kind, name)).parameters.values()
            assert [*map(str, found)] == [*map(str, inspect.signature(wanted).parameters.values())]


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


def test_a_container_of_somebody_is_joined_and_left_whatever_happens(
    engine: DockerEngine, asked: SocketEngine
) -> None:
    with pytest.raises(KeyError), engine.joined(MADE, "net", "shop"):
        raise KeyError
    assert changes(asked) == ["POST /networks/net/connect", "POST /networks/net/disconnect"]
    assert asked.asked[-1].body == {"Container": MADE.id, "Force": True}


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
