"""What the build of a Dockerfile may take that nobody has read: it may hold any mistake there is.

Generous, for every exercise and its detours, and for any project that is audited; labs' own builds
have no limits but time.
"""

from __future__ import annotations

import os

from advices.core import SettingInvalid
from advices.engine import Limits

PROCESSES_VARIABLE = "ADVICES_BUILD_PROCESSES"
MEMORY_VARIABLE = "ADVICES_BUILD_MEMORY_MB"
DISK_VARIABLE = "ADVICES_BUILD_DISK_MB"
PROCESSES = 1000
MEMORY_MB = 4000
DISK_MB = 4000
# Compilers work side by side on large machines, and images for graphics cards have many gigabytes.
AUDIT_PROCESSES = 10_000
AUDIT_DISK_MB = 30_000


def for_learners(run_id: str) -> Limits:
    """Return the limits of a learner's builds in a run, as the environment says them.

    Raises SettingInvalid for what is no number above zero.
    """
    megabyte = 1_000_000
    return Limits(
        group=run_id,
        processes=setting(PROCESSES_VARIABLE, PROCESSES),
        memory_bytes=setting(MEMORY_VARIABLE, min(MEMORY_MB, _most_here_mb())) * megabyte,
        disk_bytes=setting(DISK_VARIABLE, DISK_MB) * megabyte,
    )


def for_audits(run_id: str) -> Limits:
    """Return the limits of the builds of a reader's own project: what one machine can spare.

    Raises SettingInvalid for what is no number above zero.
    """
    megabyte = 1_000_000
    return Limits(
        group=run_id,
        processes=setting(PROCESSES_VARIABLE, AUDIT_PROCESSES),
        memory_bytes=setting(MEMORY_VARIABLE, _most_here_mb()) * megabyte,
        disk_bytes=setting(DISK_VARIABLE, AUDIT_DISK_MB) * megabyte,
    )


def _most_here_mb() -> int:
    """Return three quarters of the memory of this machine, where a limit of memory can be kept."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4_000_000


def setting(name: str, default: int) -> int:
    """Return a number that the environment says. Raises SettingInvalid for what is none."""
    said = os.environ.get(name, "").strip()
    if not said:
        return default
    if not said.isdecimal() or int(said) < 1:
        raise SettingInvalid(f"{name} is `{said}`", next_step=f"leave it out, or say {default}")
    return int(said)
