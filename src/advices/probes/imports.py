"""Says whether every distribution that is installed anywhere in the image imports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from advices.engine import Engine, Image
from advices.probes.caches import installed
from advices.probes.containers import output, printed, python
from advices.probes.subject import Found, Subject

METHOD = 1


def probe(subject: Subject) -> Found:
    """Return how many distributions do not import, and how many libraries they lack.

    What an installer keeps unpacked in its cache, as uv does, is not installed. Each other one is
    tried as the image's own user with the image's own python, and what fails there with the
    interpreter whose folder it lies in: a virtual environment has its own. An image without a
    python has no such measure. Raises CommandFailed when a container hangs.
    """
    # Root with its usual rights, so that nothing is overlooked. It only looks.
    finder = replace(python("imports", "find"), user="0:0", default_capabilities=True)
    said = output(subject, finder)
    if said is None:
        subject.workshop.say(
            f"{subject.variant}: the image has no python3, so no imports were tried"
        )
        return Found()
    beside = _found(said, subject.image)
    tried = _tried(subject, list(beside), "python3")
    if tried is None:
        failing = dict.fromkeys(beside, "python3 does not start")
        lacked: list[str] = []
    else:
        failing, lacked = dict(tried["failing"]), list(tried["missing"])
    for executable in sorted({beside[path] for path in failing} - {""}):
        if tried is not None and executable == tried["python"]:
            continue
        theirs = [path for path in failing if beside[path] == executable]
        again = _tried(subject, theirs, executable)
        if again is not None:
            for path in set(theirs) - set(again["failing"]):
                del failing[path]
    for path, why in sorted(failing.items()):
        subject.workshop.say(f"{subject.variant}: {name(path)} does not import: {why}")
    for library in lacked:
        subject.workshop.say(f"{subject.variant}: the shared library {library} is missing")
    return Found({"distributions_failing": len(failing), "missing_libraries": len(lacked)})


def libraries_missing(
    engine: Engine, image: Image, run_id: str, *, printed_bytes: int | None = None
) -> tuple[str, ...]:
    """Return the shared libraries that distributions in an image lack, none without a python.

    `printed_bytes` is how much of what its containers print is kept. Raises CommandFailed when one
    of them hangs.
    """
    finder = replace(python("imports", "find"), user="0:0", default_capabilities=True)
    try:
        said = printed(engine, image.id, run_id, replace(finder, printed_bytes=printed_bytes))
        paths = [*_found(said or "[]", image)]
        tries = replace(python("imports", "try", json.dumps(paths)), printed_bytes=printed_bytes)
        tried = printed(engine, image.id, run_id, tries) if paths else None
        return tuple(map(str, json.loads(tried)["missing"])) if tried else ()
    except (ValueError, KeyError, TypeError):  # what is called python3 there is none
        return ()


def _found(said: str, image: Image) -> Mapping[str, str]:
    """Return what is installed in an image, each with the interpreter that it lies beside."""
    return installed(dict(json.loads(said)), image.config.get("Env") or ())


def _tried(subject: Subject, paths: list[str], executable: str) -> dict[str, Any] | None:
    """Return what a python of the image says of distributions, None when it does not start."""
    said = output(subject, python("imports", "try", json.dumps(paths), executable=executable))
    return json.loads(said) if said is not None else None


def name(path: str) -> str:
    """Return name and version of a distribution from the path of its dist-info."""
    return PurePosixPath(path).name.removesuffix(".dist-info")
