"""The pod of a seat, as KubeSpawner makes it of the settings that the chart leads to."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jupyterhub.app
import kubernetes_validate
import kubespawner
import pytest
from pod_faults import faults
from tornado import web
from traitlets.config import Config

from advices.classroom.hub.authenticator import ClassAuthenticator

Pod = dict[str, Any]
Make = Callable[..., Pod]
VERSIONS = ("1.33", kubernetes_validate.latest_version())


@pytest.mark.parametrize("isolation", ["user-namespaces", "sysbox", "privileged"])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_api_takes_it_and_it_is_closed(isolation: str, version: str, pod: Make) -> None:
    made = pod(isolation=isolation, **{"bundle.claim": "labs"})
    kubernetes_validate.validate(made, version, strict=True)
    assert faults(made, isolation) == []


def test_who_does_not_ask_for_privileged_gets_none(pod: Make) -> None:
    assert '"privileged": true' not in json.dumps(pod())
    assert faults(pod(isolation="privileged"), "user-namespaces") == [
        "root of the pod is root of the node",
        "engine is privileged",
    ]


def _at(*path: Any, to: Any) -> Callable[[Pod], None]:
    def change(made: Pod) -> None:
        place: Any = made["spec"]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


ENGINE = ("initContainers", 0)
SOCKET = {"name": "x", "hostPath": {"path": "/var/run/docker.sock"}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            _at("initContainers", 0, "securityContext", "privileged", to=True),
            "engine is privileged",
        ),
        (_at("volumes", 0, to=SOCKET), "the volume x is a hostPath"),
        (_at("volumes", 0, "emptyDir", to={}), "the volume home has no size"),
        (_at("hostUsers", to=True), "root of the pod is root of the node"),
        (_at("hostNetwork", to=True), "the pod has hostNetwork"),
        (_at("automountServiceAccountToken", to=True), "the pod has a token of the cluster"),
        (
            _at(*ENGINE, "resources", "limits", to={"cpu": "1", "memory": "1Gi"}),
            "engine has no limit of ephemeral-storage",
        ),
        (_at("containers", 0, "resources", to={}), "notebook has no limit of cpu, ephemeral-"),
        (_at("containers", 0, "securityContext", "runAsUser", to=0), "notebook may be root"),
        (_at("containers", 0, "securityContext", "capabilities", to={}), "notebook has capab"),
    ],
)
def test_a_pod_can_be_at_fault(change: Callable[[Pod], None], said: str, pod: Make) -> None:
    made = copy.deepcopy(pod())
    change(made)
    (found,) = faults(made, "user-namespaces")
    assert found.startswith(said)


def test_a_schema_can_be_violated(pod: Make) -> None:
    made = pod()
    made["spec"]["hostUser"] = False
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(made, VERSIONS[0], strict=True)


def test_server_and_engine_share_a_socket_and_the_images_are_there_first(pod: Make) -> None:
    spec = pod(**{"bundle.claim": "labs", "bundle.file": "a.bundle"})["spec"]
    engine, images = spec["initContainers"]
    (server,) = spec["containers"]
    assert (engine["restartPolicy"], "restartPolicy" in images) == ("Always", False)
    assert images["command"] == ["advices", "bundle", "load", "/bundle/a.bundle"]
    # What all have in common is the socket's folder, and the engine's disk is the engine's.
    mounts = [{one["name"] for one in box["volumeMounts"]} for box in (engine, images, server)]
    assert set.intersection(*mounts) == {"socket"}
    assert mounts == [
        {"engine", "socket"},
        {"home", "tmp", "socket", "bundle"},
        mounts[1] - {"bundle"},
    ]
    told = {one["name"]: one.get("value") for one in server["env"]}
    (host,) = {one["value"] for one in images["env"] if one["name"] == "DOCKER_HOST"}
    assert f"--host={host}" in engine["args"] and told["DOCKER_HOST"] == host
    assert host in " ".join(engine["startupProbe"]["exec"]["command"])
    assert json.loads(told["ADVICES_CLASS"]) == {
        "url": "http://hub:8081/hub/class",
        "keep_days": 14,
    }
    assert f"--group={server['securityContext']['runAsGroup']}" in engine["args"]
    assert "fsGroup" not in spec.get("securityContext", {})
    assert [one["name"] for one in pod()["spec"]["initContainers"]] == ["engine"]


def test_the_values_of_a_runtime_get_there(pod: Make) -> None:
    assert pod()["spec"]["runtimeClassName"] == "docker-advices"
    assert "runtimeClassName" not in pod(runtimeClass="")["spec"]
    assert "hostUsers" not in pod(isolation="sysbox")["spec"]


def test_each_setting_is_one_that_its_class_has(configured: Callable[..., Config]) -> None:
    made = configured(seats=3)
    classes = {
        "JupyterHub": jupyterhub.app.JupyterHub,
        "Seating": ClassAuthenticator,
        "ClassAuthenticator": ClassAuthenticator,
        "KubeSpawner": kubespawner.KubeSpawner,
    }
    assert set(made) == set(classes)
    for name, of in classes.items():
        assert set(made[name]) <= set(of.class_traits(config=True)), name
    assert "host_users" not in kubespawner.KubeSpawner.class_traits(config=True)


def test_the_hub_has_what_a_class_needs_beside_what_z2jh_set(
    configured: Callable[..., Config],
) -> None:
    made = configured(seats=3, address="https://lab.example.org")
    assert made.Seating.allowed_users == {"seat-01", "seat-02", "seat-03", "trainer"}
    assert made.ClassAuthenticator.user_password == "ab3d-e5gh"
    hub = made.JupyterHub
    assert [one["name"] for one in hub.services] == ["jupyterhub-idle-culler", "class"]
    assert [one["name"] for one in hub.load_roles] == ["board", "trainer"]
    assert hub.subdomain_host == "https://lab.example.org"
    assert hub.subdomain_hook("seat-01", "lab.example.org", "user") == "seat-01.lab.example.org"


def test_no_pod_starts_for_who_has_no_seat(configured: Callable[..., Config]) -> None:
    refuse = configured().KubeSpawner.pre_spawn_hook
    user = type("User", (), {"name": "seat-12"})()
    spawner = type("Spawner", (), {"user": user})()
    assert refuse(spawner) is None
    user.name = "trainer"
    with pytest.raises(web.HTTPError, match="trainer has no seat"):
        refuse(spawner)
