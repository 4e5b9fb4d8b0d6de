"""Prints in the hub's pod what is kept: `python -m advices.classroom.cluster.reporting`.

`json` or `xapi` behind it chooses what is printed; without one it is a table.
"""

from __future__ import annotations

import sys

from advices.classroom.cluster.records import STORE, Cluster, cluster
from advices.classroom.progress.store import Store
from advices.classroom.progress.telling import told_of


def reported(room: Cluster, store: Store, form: str) -> str:
    """Return what is kept of a class as `json`, as `xapi`, or, for another word, as lines."""
    told = told_of(
        store, id=room.id, origin=room.origin, project=room.project, keep_days=room.keep_days
    )
    if form in ("json", "xapi"):
        return told.json if form == "json" else told.xapi
    return "\n".join("\t".join(row) for row in (told.header, *told.rows))


if __name__ == "__main__":
    found = cluster()
    print(reported(found, Store(STORE, found.keep_days), "".join(sys.argv[1:2])))
