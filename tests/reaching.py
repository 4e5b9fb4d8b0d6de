"""Pure: whether network policies let one pod reach another, or an address."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any, NamedTuple


class Peer(NamedTuple):
    """A pod by its labels and its namespace's, or what is outside of the cluster by its address."""

    labels: dict[str, str] | None = None
    namespace: str = "class"
    address: str = ""


def may(policies: Iterable[dict[str, Any]], source: Peer, to: Peer, port: int) -> bool:
    """Return whether a connection passes: out of its source, and into what it is for."""
    policies = list(policies)
    return _passes(policies, "Egress", source, to, port) and _passes(
        policies, "Ingress", to, source, port
    )


def _passes(policies: list[dict[str, Any]], way: str, pod: Peer, other: Peer, port: int) -> bool:
    """Return whether a pod's policies for a way let it; with none for it, all passes."""
    if pod.labels is None:
        return True
    chosen = [
        one["spec"]
        for one in policies
        if way in one["spec"]["policyTypes"]
        and pod.namespace == one["metadata"].get("namespace", "class")
        and _has(pod.labels, one["spec"]["podSelector"])
    ]
    side = "to" if way == "Egress" else "from"
    rules = [rule for spec in chosen for rule in spec.get(way.lower(), ())]
    return not chosen or any(
        (side not in rule or any(_is(other, peer) for peer in rule[side]))
        and ("ports" not in rule or any(one["port"] == port for one in rule["ports"]))
        for rule in rules
    )


def _is(other: Peer, rule: dict[str, Any]) -> bool:
    if block := rule.get("ipBlock"):
        if not other.address:
            return False
        address = ipaddress.ip_address(other.address)
        within = (ipaddress.ip_network(one) for one in block.get("except", ()))
        return address in ipaddress.ip_network(block["cidr"]) and not any(
            address in one for one in within
        )
    if other.labels is None:
        return False
    spaces = rule.get("namespaceSelector")
    named = {"kubernetes.io/metadata.name": other.namespace}
    is_there = other.namespace == "class" if spaces is None else _has(named, spaces)
    return is_there and _has(other.labels, rule.get("podSelector", {}))


def _has(labels: dict[str, str], selector: dict[str, Any]) -> bool:
    assert set(selector) <= {"matchLabels"}, f"not read here: {selector}"
    return selector.get("matchLabels", {}).items() <= labels.items()
