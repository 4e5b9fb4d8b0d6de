"""Pure: the pod of a seat, as KubeSpawner is told to make it.

Two containers share nothing but a network and the folder with the engine's socket: the learner's
server, as a user with no rights, and an engine. No pod mounts a folder of its node, and none has
the engine of another one, of the node, or a token of the cluster.
"""

from __future__ import annotations

from typing import Any

from advices.classroom.cluster.records import PROJECT, Cluster, Isolation, Share

UID = 10001
"""The account of the learner's server, and its group."""
HOME = "/srv/learner"
SOCKET_FOLDER = "/run/engine"
DOCKER_HOST = f"unix://{SOCKET_FOLDER}/docker.sock"
LABELS = {
    "docker-advices/seat": "yes",
    # Z2JH's own rules let pods with this one reach the hub.
    "hub.jupyter.org/network-access-hub": "true",
}
"""What the network policies of the chart know a seat by."""
START_SECONDS = 900
_SURE_OF = 4
_SERVER_SECURITY: dict[str, Any] = {
    "runAsNonRoot": True,
    "runAsUser": UID,
    "runAsGroup": UID,
    "privileged": False,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
_ROOT: dict[str, Any] = {"runAsUser": 0, "runAsGroup": 0, "runAsNonRoot": False}
# The names in these are Kubernetes' own, because KubeSpawner hands them on.
_ENGINE_SECURITY: dict[Isolation, dict[str, Any]] = {
    # Root of the pod is nobody on the node. These rights hold in its user namespace and nowhere
    # else; an engine needs them to mount, to make networks, and to mount /proc in its containers.
    "user-namespaces": {
        **_ROOT,
        "privileged": False,
        "allowPrivilegeEscalation": True,
        "capabilities": {"add": ["NET_ADMIN", "SYS_ADMIN"]},
        "procMount": "Unmasked",
        "seccompProfile": {"type": "Unconfined"},
        "appArmorProfile": {"type": "Unconfined"},
    },
    # The runtime does all of it.
    "sysbox": {**_ROOT, "privileged": False},
    "privileged": {**_ROOT, "privileged": True},
}


def pod_settings(room: Cluster) -> dict[str, Any]:
    """Return what KubeSpawner is set to, besides the command of the server."""
    return {
        "image": room.image,
        "uid": UID,
        "gid": UID,
        # A group for all volumes would be the group of each file in a learner's images.
        "fs_gid": None,
        "supplemental_gids": [],
        "privileged": False,
        "allow_privilege_escalation": False,
        "container_security_context": _SERVER_SECURITY,
        "service_account": None,
        "automount_service_account_token": False,
        "extra_labels": LABELS,
        "storage_pvc_ensure": False,
        "volumes": _volumes(room),
        "volume_mounts": _server_mounts(),
        "init_containers": [_engine(room), *([_images(room)] if room.bundle_claim else [])],
        "extra_containers": [],
        "extra_pod_config": {
            "enableServiceLinks": False,
            "shareProcessNamespace": False,
            **_runtime(room),
        },
        "mem_limit": room.server.memory_mib << 20,
        "mem_guarantee": (room.server.memory_mib << 20) // _SURE_OF,
        "cpu_limit": room.server.cpus,
        "cpu_guarantee": room.server.cpus / _SURE_OF,
        "extra_resource_limits": {"ephemeral-storage": f"{room.server.disk_gib}Gi"},
        "start_timeout": START_SECONDS,
        "http_timeout": 90,
    }


def _runtime(room: Cluster) -> dict[str, Any]:
    if room.isolation == "sysbox":
        return {"runtimeClassName": "sysbox-runc"}
    if room.isolation == "privileged":
        return {}
    named = {"runtimeClassName": room.runtime_class} if room.runtime_class else {}
    return {"hostUsers": False, **named}


def _engine(room: Cluster) -> dict[str, Any]:
    """Return the container with the engine: it is up before what follows it, and stays."""
    return {
        "name": "engine",
        "image": room.engine_image,
        "restartPolicy": "Always",
        # A number is a group too: the server's, so that only it and root open the socket.
        "args": ["dockerd", f"--host={DOCKER_HOST}", f"--group={UID}", "--log-level=warn"],
        "securityContext": _ENGINE_SECURITY[room.isolation],
        "startupProbe": {
            "exec": {"command": ["docker", f"--host={DOCKER_HOST}", "info"]},
            "periodSeconds": 2,
            "timeoutSeconds": 5,
            "failureThreshold": 60,
        },
        "resources": _resources(room.engine),
        "volumeMounts": [
            {"name": "engine", "mountPath": "/var/lib/docker"},
            {"name": "socket", "mountPath": SOCKET_FOLDER},
        ],
    }


def _images(room: Cluster) -> dict[str, Any]:
    """Return the container that loads the bundle, and ends before the server starts."""
    return {
        "name": "images",
        "image": room.image,
        "command": ["advices", "bundle", "load", f"/bundle/{room.bundle_file}"],
        "workingDir": str(PROJECT),
        "env": [{"name": "DOCKER_HOST", "value": DOCKER_HOST}, {"name": "HOME", "value": HOME}],
        "securityContext": _SERVER_SECURITY,
        "resources": _resources(room.server),
        "volumeMounts": [
            *_server_mounts(),
            {"name": "bundle", "mountPath": "/bundle", "readOnly": True},
        ],
    }


def _server_mounts() -> list[dict[str, Any]]:
    return [
        {"name": "home", "mountPath": HOME},
        {"name": "tmp", "mountPath": "/tmp"},
        {"name": "socket", "mountPath": SOCKET_FOLDER},
    ]


def _volumes(room: Cluster) -> list[dict[str, Any]]:
    """Return the volumes. All but the bundle are the pod's own, and end with it."""
    sizes = {
        "home": f"{room.server.disk_gib}Gi",
        "tmp": f"{room.server.disk_gib}Gi",
        "socket": "1Mi",
        "engine": f"{room.engine.disk_gib}Gi",
    }
    found: list[dict[str, Any]] = [
        {"name": name, "emptyDir": {"sizeLimit": size}} for name, size in sizes.items()
    ]
    if room.bundle_claim:
        claim = {"claimName": room.bundle_claim, "readOnly": True}
        found.append({"name": "bundle", "persistentVolumeClaim": claim})
    return found


def _resources(share: Share) -> dict[str, Any]:
    return {
        "limits": {
            "memory": f"{share.memory_mib}Mi",
            "cpu": f"{round(share.cpus * 1000)}m",
            "ephemeral-storage": f"{share.disk_gib}Gi",
        },
        "requests": {
            "memory": f"{share.memory_mib // _SURE_OF}Mi",
            "cpu": f"{round(share.cpus * 1000 / _SURE_OF)}m",
        },
    }
