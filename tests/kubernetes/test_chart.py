"""The chart of a class, rendered by helm: what the API would take, and what it lets through."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from charts import CHART, VALUES, of_kind
from reaching import Peer, may

from advices.classroom.cluster.pod import LABELS

Helm = Callable[..., subprocess.CompletedProcess[str]]
Render = Callable[..., list[dict[str, Any]]]
SEAT = Peer({"app": "jupyterhub", "component": "singleuser-server", **LABELS})
ACCESS = {"hub.jupyter.org/network-access-singleuser": "true"}
HUB = Peer({"app": "jupyterhub", "component": "hub", **ACCESS})
PROXY = Peer({"app": "jupyterhub", "component": "proxy", **ACCESS})
OTHER = Peer({"app": "another"})
DNS = Peer({"k8s-app": "kube-dns"}, namespace="kube-system")
OPEN = {"network.outside": True, "network.except": ["203.0.113.7/32", "2001:db8::/32"]}
ALL = (
    {},
    OPEN,
    {"isolation": "privileged", "codes.existingSecret": "mine", "bundle.claim": "labs"},
    {"server.cpus": 0.5, "engine.cpus": 1.5, "seats": 1},
)


@pytest.mark.parametrize("values", ALL)
@pytest.mark.parametrize("version", ["1.33", kubernetes_validate.latest_version()])
def test_the_api_takes_all_of_it(values: dict[str, Any], version: str, rendered: Render) -> None:
    made = rendered(**values)
    assert len(made) == (4 if "codes.existingSecret" in values else 5)
    for manifest in made:
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"images.seat": ""}, "/images/seat"),
        ({"seats": 0}, "/seats"),
        ({"seats": "many"}, "/seats"),
        ({"address": "http://class.example.org"}, "/address"),
        ({"address": "https://192"}, "/address"),
        ({"isolation": "none"}, "/isolation"),
        ({"engine.memoryMiB": 1}, "/engine/memoryMiB"),
        ({"bundle.file": "../x"}, "/bundle/file"),
        ({"network.except": ["everything"]}, "/network/except"),
        ({"privileged": True}, "privileged"),
    ],
)
def test_wrong_values_are_refused(values: dict[str, Any], said: str, helm: Helm) -> None:
    done = helm(**values)
    assert done.returncode != 0
    assert said in done.stderr


# Helm shows NOTES.txt only where it reaches a cluster, so a copy of the chart has it as a manifest.
SAID = 'kind: Said\ntext: |\n{{ tpl (.Files.Get "notes.txt") . | indent 2 }}\n'


def test_privileged_and_seats_without_images_are_warned_of(helm: Helm, tmp_path: Path) -> None:
    chart = shutil.copytree(CHART, tmp_path / "chart")
    (chart / "templates" / "NOTES.txt").rename(chart / "notes.txt")
    (chart / "templates" / "said.yaml").write_text(SAID)

    def said(**values: Any) -> str:
        done = helm(chart, **values)
        assert done.returncode == 0, done.stderr
        return str(of_kind([*yaml.safe_load_all(done.stdout)], "Said")["text"])

    def warned(**values: Any) -> list[str]:
        return re.findall(r"WARNING: (\w+)", said(**values))

    assert warned(**{"bundle.claim": "labs"}) == []
    assert warned() == ["seats"]
    assert warned(isolation="privileged", **OPEN) == ["isolation"]
    assert "kubectl get secret mine " in said(**{"codes.existingSecret": "mine"})
    assert "{{ range $k, $v := .data }}" in said()


def test_codes_are_made_anew_and_of_the_form_that_learners_type(rendered: Render) -> None:
    one, two = (
        {k: base64.b64decode(v).decode() for k, v in of_kind(made, "Secret")["data"].items()}
        for made in (rendered(), rendered())
    )
    assert re.fullmatch(r"[a-z0-9]{4}-[a-z0-9]{4}", one["learners"])
    assert len(one["trainer"]) == 32
    assert set(one.values()).isdisjoint(two.values())


def test_the_quota_has_room_for_all_seats_and_some_more(rendered: Render) -> None:
    values = {"seats": 3, "server.cpus": 0.5, "reserve.memoryMiB": 1000, "reserve.cpus": 1}
    hard = of_kind(rendered(**values), "ResourceQuota")["spec"]["hard"]
    assert hard["pods"] == "13"
    assert hard["limits.memory"] == f"{3 * (1024 + 3072) + 1000}Mi"
    assert hard["limits.cpu"] == f"{3 * 2500 + 1000}m"


@pytest.mark.parametrize("outside", [False, True])
def test_a_seat_reaches_its_hub_and_names_and_no_seat(outside: bool, rendered: Render) -> None:
    rules = [of_kind(rendered(**(OPEN if outside else {})), "NetworkPolicy")]
    neighbour = SEAT._replace(address="10.1.2.3")
    for port in (8888, 8000, 2375, 22):
        assert not may(rules, SEAT, neighbour, port)
        assert not may(rules, OTHER, SEAT, port)
    assert may(rules, SEAT, HUB, 8081)
    assert not may(rules, SEAT, HUB, 8082)
    assert may(rules, SEAT, DNS, 53)
    assert not may(rules, SEAT, DNS._replace(namespace="class"), 53)
    assert may(rules, HUB, SEAT, 8888)
    assert may(rules, PROXY, SEAT, 8888)
    assert not may(rules, PROXY, SEAT, 8000)
    # The API by its usual addresses, a node, the addresses of clouds, an excepted one.
    closed = ("10.96.0.1", "172.17.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200")
    for address in (*closed, "203.0.113.7", "2001:db8::1", "fd00:ec2::254", "fe80::1", "::1"):
        assert not may(rules, SEAT, Peer(address=address), 443), address
    for address in ("203.0.113.8", "2606:4700::1"):
        assert may(rules, SEAT, Peer(address=address), 443) == outside, address


def test_rules_can_let_seats_reach_each_other(rendered: Render) -> None:
    rules = of_kind(rendered(), "NetworkPolicy")
    # Whoever adds a policy, or forgets this one: rules only ever allow more.
    wide = {
        "metadata": {},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "ingress": [{}]},
    }
    assert not may([rules, wide], SEAT, SEAT, 8888)
    wide["spec"]["egress"] = [{"to": [{"podSelector": {}}]}]  # type: ignore[index]
    assert may([rules, wide], SEAT, SEAT, 8888)
    assert may([], SEAT, SEAT, 8888)


def test_the_values_of_z2jh_name_what_the_chart_makes(rendered: Render) -> None:
    values = yaml.safe_load(VALUES.read_text())
    names = {one["metadata"]["name"] for one in rendered()}
    volumes = {one["name"]: one for one in values["hub"]["extraVolumes"]}
    assert volumes["class"]["configMap"]["name"] in names
    assert volumes["class-codes"]["secret"]["secretName"] in names
    from advices.classroom.cluster.records import CODES, FOLDER
    from advices.classroom.cluster.settings import BOARD_PORT

    at = {one["name"]: one["mountPath"] for one in values["hub"]["extraVolumeMounts"]}
    assert at == {"class": str(FOLDER), "class-codes": str(CODES)}
    (port,) = values["hub"]["service"]["extraPorts"]
    (rule,) = values["hub"]["networkPolicy"]["ingress"]
    assert port["port"] == port["targetPort"] == rule["ports"][0]["port"] == BOARD_PORT
    # Only the proxy comes to the trainer's page, and Z2JH's own rules for seats would add up.
    policy = {
        "metadata": {},
        "spec": {
            "podSelector": {"matchLabels": {"component": "hub"}},
            "policyTypes": ["Ingress"],
            "ingress": [rule],
        },
    }
    assert may([policy], PROXY, HUB, BOARD_PORT)
    assert not may([policy], SEAT, HUB, BOARD_PORT)
    learners = values["singleuser"]
    assert learners["networkPolicy"]["enabled"] is learners["cloudMetadata"]["blockWithIptables"]
    assert learners["networkPolicy"]["enabled"] is False
