"""Sets Z2JH's hub, from the files that the chart gave its pod."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from advices.classroom.cluster.records import CODES, FOLDER, STORE, cluster, codes
from advices.classroom.cluster.settings import hub_settings
from advices.classroom.progress.store import Store

_ADDED_TO = ("services", "load_roles")


def configure(c: Any, folder: Path = FOLDER, secret: Path = CODES, store: Path = STORE) -> None:
    """Set the hub for the class whose files are in these folders. `c` is its configuration.

    Raises ClassSettingInvalid for files that are missing or not as the chart writes them.
    """
    room, both = cluster(folder), codes(secret)
    store.mkdir(mode=0o700, exist_ok=True)
    for name, values in hub_settings(room, both, Store(store, room.keep_days)).items():
        for key, value in values.items():
            if key in _ADDED_TO:
                c[name][key].extend(value)
            else:
                c[name][key] = value
