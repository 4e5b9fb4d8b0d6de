"""Says how many of an image's files its service opens, from its start to its first page.

Python tells a hook of ours of each file that it opens, and the kernel which files processes have
mapped. That is a lower bound: what else opens files by C alone is not heard, nor is a program that
ended before we asked, such as a health check. The hook is a file that is put into the container,
not into the image.
Sources: https://docs.python.org/3/library/audit_events.html and proc_pid_maps(5).
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Collection, Mapping
from typing import Any

from advices.core import NeverAnswered
from advices.engine import Start
from advices.images import Entry, Tree, listings
from advices.probes.containers import answering
from advices.probes.programs import program
from advices.probes.subject import Found, Subject
from advices.results import Value

METHOD = 1

_FOLDER = "docker-advices-hook"


def probe(subject: Subject) -> Found:
    """Return the files of the image, and how many of them were opened. Bytes are unpacked.

    Without an answer there is nothing to look at; nothing is said of what was opened where Python
    ignores its environment. Raises NeverAnswered, and EngineLost when the engine breaks off.
    """
    opened = paths_opened(subject)
    if opened is None:
        return Found()
    layers = listings(subject.engine, subject.image, subject.base_ids, subject.workshop.memory)
    return Found(values(Tree(layers), opened))


def paths_opened(subject: Subject) -> list[str] | None:
    """Return the files that a container opens from its start to its first page.

    None if it does not answer, or if its Python ignores its environment. Raises as `probe` does.
    """
    if not subject.answered:
        return None
    how = Start(env={"PYTHONPATH": _search_path(subject.image.config)}, files=_hook())
    with answering(subject, how) as container:
        # Isolated, or it would be heard itself.
        argv = ["python3", "-I", "-c", program("opened")]
        said = subject.engine.exec_output(container, argv)
    if said is None:
        raise NeverAnswered(f"{subject.variant}: it answered and then ended, or has no python3")
    opened: list[str] | None = json.loads(said.splitlines()[-1])
    if opened is None:
        subject.workshop.say(f"{subject.variant}: its Python takes no hook: nothing is counted")
    return opened


def values(tree: Tree, opened: Collection[str]) -> dict[str, Value]:
    """Return the measures of an image whose containers opened the files at these paths."""
    paths = {path.strip("/") for path in opened}

    def kind(entry: Entry) -> str:
        return "opened" if entry.path in paths else "left alone"

    there = [entry.path for entry in tree.files()]
    return {
        "files_in_image": len(there),
        "files_opened": sum(path in paths for path in there),
        "opened_bytes": tree.bytes_by(kind, "hidden").get("opened", 0),
    }


def _search_path(config: Mapping[str, Any]) -> str:
    """Return where Python looks for modules: our folder first, then what the image says."""
    given = [str(one).partition("=") for one in config.get("Env") or ()]
    own = [value for name, _, value in given if name == "PYTHONPATH" and value]
    return ":".join([f"/{_FOLDER}", *own])


def _hook() -> bytes:
    """Return the hook as a tar that is unpacked at /, as a module that Python imports at start."""
    content, sink = program("opened_hook").encode(), io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        folder = tarfile.TarInfo(_FOLDER)
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(folder)
        file = tarfile.TarInfo(f"{_FOLDER}/sitecustomize.py")
        file.size, file.mode = len(content), 0o644
        tar.addfile(file, io.BytesIO(content))
    return sink.getvalue()
