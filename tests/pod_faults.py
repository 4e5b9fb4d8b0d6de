"""Pure: what is wrong with a seat's pod, as a cluster would get it."""

from __future__ import annotations

from typing import Any

# Volumes that a seat may have: its own disks, and a claim that is only read.
_OWN = {"emptyDir", "persistentVolumeClaim"}
_LIMITS = {"memory", "cpu", "ephemeral-storage"}
_OF_THE_HOST = ("hostNetwork", "hostPID", "hostIPC")


def faults(pod: dict[str, Any], isolation: str) -> list[str]:
    """Return a sentence for each thing that a seat's pod must not be."""
    spec = pod["spec"]
    found = [f"the pod has {name}" for name in _OF_THE_HOST if spec.get(name)]
    if isolation == "user-namespaces" and spec.get("hostUsers") is not False:
        found.append("root of the pod is root of the node")
    if isolation == "sysbox" and spec.get("runtimeClassName") != "sysbox-runc":
        found.append("another runtime than sysbox")
    if spec.get("automountServiceAccountToken") is not False:
        found.append("the pod has a token of the cluster")
    for volume in spec["volumes"]:
        (kind,) = set(volume) - {"name"}
        if kind not in _OWN:
            found.append(f"the volume {volume['name']} is a {kind}")
        if kind == "emptyDir" and "sizeLimit" not in volume[kind]:
            found.append(f"the volume {volume['name']} has no size")
        if kind == "persistentVolumeClaim" and not volume[kind].get("readOnly"):
            found.append(f"the volume {volume['name']} can be written")
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        found += _of_container(container, isolation)
    return found


def _of_container(container: dict[str, Any], isolation: str) -> list[str]:
    name, security = container["name"], container.get("securityContext", {})
    found = []
    missing = _LIMITS - set(container.get("resources", {}).get("limits", {}))
    if missing:
        found.append(f"{name} has no limit of {', '.join(sorted(missing))}")
    if security.get("privileged") and (isolation, name) != ("privileged", "engine"):
        found.append(f"{name} is privileged")
    if name == "engine":
        return found
    if not security.get("runAsUser") or not security.get("runAsNonRoot"):
        found.append(f"{name} may be root")
    if security.get("capabilities") != {"drop": ["ALL"]}:
        found.append(f"{name} has capabilities")
    if security.get("allowPrivilegeEscalation") is not False:
        found.append(f"{name} may gain rights")
    return found
