"""The build cache of an engine: how much it holds, and what of it goes.

Its records carry no label. A record names those below it, so what a run's builds left is found from
below: each of them stands on a base that was made for that run.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import docker.errors

from advices.core import CommandFailed, run
from advices.engine import connection
from advices.engine.client_settings import build_environment
from advices.engine.link import RUN_LABEL, EngineLink, base_tag

# Counting and pruning take minutes for some gigabytes.
_PRUNE_SECONDS = 3600
_MARK_SECONDS = 20
# How many bases one build looks for: its Dockerfile has a stage for each.
_AT_ONCE = 50


class EngineCache(EngineLink):
    """Counts and removes build cache."""

    def build_cache_bytes(self) -> int:
        return sum(int(one["Size"]) for one in self._records() if not one["Shared"])

    def shrink_build_cache(self, to_bytes: int) -> None:
        with self._asking(), contextlib.closing(connection.client(_PRUNE_SECONDS)) as patient:
            patient.api.prune_builds(keep_storage=to_bytes, all=True)

    def cached_since(self, moment: datetime) -> int:
        """Return the bytes of the build cache that steps left which ended since a moment."""
        return sum(
            int(one["Size"])
            for one in self._records()
            if one["Type"] == "regular" and datetime.fromisoformat(one["CreatedAt"]) >= moment
        )

    def mark_cache(self, run_id: str) -> str:
        with self._asking():
            labelled: dict[str, str | list[str] | bool] = {"label": f"{RUN_LABEL}={run_id}"}
            images = self._docker.api.images(filters=labelled)
        names = [
            tag
            for one in images
            for tag in one["RepoTags"] or ()
            if tag.startswith(base_tag(run_id))
        ]
        if not names:
            return ""
        word = f"{run_id}-{secrets.token_hex(4)}"
        for start in range(0, len(names), _AT_ONCE):
            self._mark(names[start : start + _AT_ONCE], word)
        return word

    def remove_marked(self, run_id: str, word: str) -> int:
        ids = sorted(_above(self._records(), word, run_id)) if word else []
        if not ids:
            return 0
        # The engine takes one value, and reads it as a pattern.
        wanted: Any = {"id": f"/^({'|'.join(ids)})$/"}
        with self._asking(), contextlib.closing(connection.client(_PRUNE_SECONDS)) as patient:
            return int(patient.api.prune_builds(filters=wanted, all=True)["SpaceReclaimed"])

    def _mark(self, names: list[str], word: str) -> None:
        """Let the cache have a record above each image that is recognised by its description."""
        stages = [f"FROM base{n} AS s{n}\nWORKDIR /{word}-{n}\n" for n in range(len(names))]
        copies = [f"COPY --from=s{n} /{word}-{n} /{word}-{n}\n" for n in range(len(names))]
        bases = [f"base{n}=docker-image://{name}" for n, name in enumerate(names)]
        words = ["docker", "buildx", "build", "--output=type=cacheonly", "--provenance=false"]
        text = "".join([*stages, "FROM scratch\n", *copies])
        # One that is gone meanwhile has nothing above it that is looked for here.
        with contextlib.suppress(CommandFailed), tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "Dockerfile").write_text(text, "utf-8")
            contexts = (word for one in bases for word in ("--build-context", one))
            run([*words, *contexts, folder], timeout_seconds=_MARK_SECONDS, env=build_environment())

    def _records(self) -> list[Mapping[str, Any]]:
        # The SDK's call counts images and containers too.
        with self._asking(), contextlib.closing(connection.client(_PRUNE_SECONDS)) as patient:
            api: Any = patient.api
            place = f"{api.base_url}/v{api.api_version}/system/df"
            answer = api.get(place, params={"type": "build-cache"}, timeout=_PRUNE_SECONDS)
            if answer.status_code >= 400:
                raise docker.errors.APIError(f"it lists no build cache: {answer.text[:200]}")
            return list(json.loads(answer.content).get("BuildCache") or ())


def _above(records: Iterable[Mapping[str, Any]], word: str, run_id: str) -> set[str]:
    """Return the ids of what was marked with a word, of what it stands on, and of all above that.

    Caches of RUN mounts stand on nothing; those of a run have its id in their namespace.
    """
    known = {str(one["ID"]): one for one in records}
    below = {id_: _parents(one) for id_, one in known.items()}
    marked = {id_ for id_, one in known.items() if f"/{word}-" in str(one["Description"])}
    mounts = {
        id_
        for id_, one in known.items()
        if one["Type"] == "exec.cachemount" and f'with id "{run_id}-' in str(one["Description"])
    }
    ours = marked | mounts | {parent for id_ in marked for parent in below[id_]}
    while more := {id_ for id_ in known if id_ not in ours and ours & below[id_]}:
        ours |= more
    return ours & known.keys()


def _parents(record: Mapping[str, Any]) -> set[str]:
    # Engines before 27 write the name with a space before it.
    return set(record.get("Parents") or record.get(" Parents") or ())
