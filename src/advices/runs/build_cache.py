"""Room for the next runs: what old builds left in the cache of an engine that we started.

Each run builds anew, and an engine of Debian's age keeps every step of every build for good. Its
records carry no label, so those of an engine that others use are not touched. Not BuildKit's own
collector: it works in the background, beside what is measured.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import docker.errors
from requests.exceptions import RequestException

from advices.core import EngineLost
from advices.engine import connection, provision
from advices.runs.lifecycle import measuring

# All labs with their tests take less than this in one go.
ROOM_BYTES = 30_000_000_000


def make_room(data_folder: str, say: Callable[[str], None]) -> None:
    """Remove build cache, the least used first, until there is room where the engine keeps it.

    Does nothing where there is room, and in an engine that was not started by us. Waits for a run
    that measures. Raises EngineLost.
    """
    if provision.own_engine_pid() is None or not Path(data_folder).is_dir():
        return
    if shutil.disk_usage(data_folder).free >= ROOM_BYTES:
        return
    with measuring(say), contextlib.closing(connection.client()) as asked:
        # Somebody else may have made room while this waited.
        free_bytes = shutil.disk_usage(data_folder).free
        if free_bytes >= ROOM_BYTES:
            return
        # It takes minutes for some gigabytes.
        asked.api.timeout = 3600
        try:
            records = asked.df().get("BuildCache") or ()
            # What an image has too stays with the image.
            held_bytes = sum(int(one["Size"]) for one in records if not one["Shared"])
            if not held_bytes:
                return
            kept_bytes = max(0, held_bytes - (ROOM_BYTES - free_bytes))
            say(
                f"{free_bytes / 1e9:.1f} GB are free: the build cache goes from "
                f"{held_bytes / 1e9:.1f} to {kept_bytes / 1e9:.1f} GB, a matter of minutes"
            )
            asked.api.prune_builds(keep_storage=kept_bytes, all=True)
        except (docker.errors.DockerException, RequestException) as error:
            raise EngineLost(f"the build cache could not be made smaller: {error}") from None
