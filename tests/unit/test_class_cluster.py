"""A class in a cluster, without one: what its hub reads, and when a seat counts as reset."""

from __future__ import annotations

import http.server
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster_class import ROOM, SHARE

from advices.classroom.board.facts import Facts
from advices.classroom.cluster import board
from advices.classroom.cluster.pod import pod_settings
from advices.classroom.cluster.records import Cluster, cluster, codes
from advices.classroom.cluster.reporting import reported
from advices.classroom.hub.address import board_url
from advices.classroom.progress.store import Store
from advices.core import ClassSettingInvalid, HubFailed

ROOT = Path(__file__).parents[2]


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def written(folder: Path, **changed: Any) -> Path:
    (folder / "class.json").write_text(json.dumps({**ROOM, **changed}))
    return folder


def test_a_class_is_read_and_its_page_knows_its_seats(tmp_path: Path) -> None:
    room = cluster(written(tmp_path))
    assert [seat.name for seat in room.seats] == ["seat-01", "seat-02"]
    assert board_url(room.address) == "https://trainer.class.example.org/services/class/"
    facts = Facts(room, Store(tmp_path, 14), 14, lambda _: None)
    assert facts.seat("seat-02") is not None
    assert facts.seat("seat-03") is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seat_count": 0}, "seat_count"),
        ({"origin": "http://class.example.org"}, "origin"),
        ({"isolation": "none"}, "isolation"),
        ({"bundle_file": "../x"}, "bundle_file"),
        ({"server": {**SHARE, "memory_mib": "much"}}, "server.memory_mib"),
        ({"more": 1}, "more"),
    ],
)
def test_what_the_chart_would_not_write_is_refused(
    changed: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ClassSettingInvalid, match=f"reads: {said}: "):
        cluster(written(tmp_path, **changed))


def test_a_missing_volume_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClassSettingInvalid, match=r"class\.json cannot be read") as told:
        cluster(tmp_path)
    assert "kubernetes/class" in told.value.next_step


@pytest.mark.parametrize(
    ("learners", "trainer", "is_good"),
    [
        ("ab3d-e5gh\n", "0123456789abcdef", True),
        ("AB3D-E5GH", "0123456789abcdef", False),
        ("ab3de5gh", "0123456789abcdef", False),
        ("ab3d-e5gh", "short", False),
    ],
)
def test_codes_are_of_the_form_that_learners_type(
    learners: str, trainer: str, is_good: bool, tmp_path: Path
) -> None:
    (tmp_path / "learners").write_text(learners)
    (tmp_path / "trainer").write_text(trainer)
    if is_good:
        assert codes(tmp_path).learners == "ab3d-e5gh"
        return
    with pytest.raises(ClassSettingInvalid, match="not of the form") as told:
        codes(tmp_path)
    assert trainer not in f"{told.value}{told.value.why}"


def test_hub_and_servers_have_one_major_version_of_jupyterhub() -> None:
    (hub,) = re.findall(r"^ARG JUPYTERHUB_MAJOR=(\d+)$", text("kubernetes/hub.Dockerfile"), re.M)
    lists = ("requirements/seat.txt", "requirements/kubernetes.txt")
    assert {re.findall(r"^jupyterhub==(\d+)\.", text(one), re.M)[0] for one in lists} == {hub}


def test_only_who_asks_for_it_gets_a_privileged_engine() -> None:
    def engine(isolation: str) -> dict[str, Any]:
        room = Cluster.model_validate({**ROOM, "isolation": isolation})
        security: dict[str, Any] = pod_settings(room)["init_containers"][0]["securityContext"]
        return security

    asked = ("user-namespaces", "sysbox", "privileged")
    assert [engine(one)["privileged"] for one in asked] == [False, False, True]


class _Hub(http.server.BaseHTTPRequestHandler):
    """Answers as the hub does about users: one has a server, one has none, others never came."""

    def do_GET(self) -> None:
        users = {"seat-01": {"servers": {"": {"ready": True}}}, "seat-02": {"servers": {}}}
        name = self.path.rpartition("/")[2]
        is_known = self.headers["Authorization"] == "token secret"
        status = 403 if not is_known else 200 if name in users else 404
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(users.get(name, {})).encode())

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("JUPYTERHUB_API_URL", f"http://127.0.0.1:{server.server_port}/hub/api")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    yield
    server.shutdown()
    server.server_close()


def test_what_is_kept_is_printed_in_the_hubs_pod(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cluster, "project", ROOT)
    room, store = cluster(written(tmp_path)), Store(tmp_path, 14)
    store.take("Ada", "1234", ["seat-01"])
    store.add("seat-01", "solved", "build-cache")
    table = reported(room, store, "").splitlines()
    assert len(table) == 2 and "Ada" in table[1]
    assert "Ada" in json.dumps(json.loads(reported(room, store, "json")))
    (statement,) = (
        one for one in json.loads(reported(room, store, "xapi")) if "build-cache" in str(one)
    )
    assert ROOM["origin"] in str(statement)


@pytest.mark.usefixtures("hub")
def test_a_seat_is_reset_when_its_pod_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    board.reset("seat-02")
    board.reset("seat-09")
    with pytest.raises(HubFailed, match="seat-01 still has a pod"):
        board.reset("seat-01")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "another")
    with pytest.raises(HubFailed, match="the hub answers 403"):
        board.reset("seat-02")
    monkeypatch.setenv("JUPYTERHUB_API_URL", "http://127.0.0.1:1/hub/api")
    with pytest.raises(HubFailed, match="says nothing"):
        board.reset("seat-02")
