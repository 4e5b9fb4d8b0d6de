"""A machine that has all that a class needs, and a class that fits on it."""

from __future__ import annotations

from advices.classroom import Facts, Limits, Wanted

GB = 1_000_000_000
FACTS = Facts(
    is_root=True,
    system="Linux",
    kernel=(6, 1),
    user_namespaces="",
    cgroup_version=2,
    controllers_missing=(),
    has_tun=True,
    has_loop=True,
    disk_free_bytes=300 * GB,
    memory_bytes=16 * GB,
    cpus=8,
    programs_missing=(),
    sub_ids_missing="",
    proxy="/usr/local/bin/configurable-http-proxy",
)
LIMITS = Limits(memory_bytes=2 * GB, disk_bytes=8 * GB, processes=1500, cpus=1.0)
WANTED = Wanted(seats=10, limits=LIMITS)
