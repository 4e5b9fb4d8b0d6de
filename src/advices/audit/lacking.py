"""An image that lacks shared libraries + engine -> the Debian packages that have them.

What a full base has and a slim one lacks is known to dpkg in an image of the full one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from advices.audit.reading.found import PRINTED_BYTES
from advices.core import CommandFailed, EngineRefused
from advices.engine import Engine, Image, Start
from advices.probes import libraries_missing

_SAID_MISSING = re.compile(r"(?<![\w./-])([\w.+-]+\.so[\w.]*): cannot open shared object file")
_LIBRARY = re.compile(r"[\w.+-]+\.so[\w.]*")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_SECONDS = 60.0


def lacking(
    engine: Engine, run_id: str, *, full: Image, image: Image | None, said: str
) -> tuple[str, ...]:
    """Return the packages that an image lacks and `full` has, none where dpkg knows of none.

    `image` is None for one that could not be built; `said` is what its build printed.
    """
    try:
        wanted = _libraries(engine, run_id, image, said)
        if not wanted:
            return ()
        asks = Start(
            entrypoint=("dpkg-query", "--search"),
            command=tuple(f"*/{name}" for name in wanted),
            user="0:0",
            printed_bytes=PRINTED_BYTES,
        )
        done = engine.run_once(full.id, run_id=run_id, how=asks, timeout_seconds=_SECONDS)
    except (CommandFailed, EngineRefused):
        return ()
    owners = owners_of(done.stdout, wanted)
    return tuple(dict.fromkeys(owners[name] for name in wanted if name in owners))


def _libraries(engine: Engine, run_id: str, image: Image | None, said: str) -> list[str]:
    """Return the names of the libraries that are missing. Raises CommandFailed."""
    found = {*_SAID_MISSING.findall(said)}
    if image is not None:
        found |= {*libraries_missing(engine, image, run_id, printed_bytes=PRINTED_BYTES)}
    return sorted(one for one in found if _LIBRARY.fullmatch(one))


def owners_of(said: str, libraries: Iterable[str]) -> Mapping[str, str]:
    """Return the package of each library that `dpkg-query --search` names: `libpq5:amd64: PATH`."""
    found: dict[str, str] = {}
    known = {*libraries}
    for line in said.splitlines():
        owners, sign, path = line.rpartition(": ")
        library = path.rpartition("/")[2]
        package = owners.partition(",")[0].partition(":")[0]
        if sign and library in known and _PACKAGE.fullmatch(package):
            found.setdefault(library, package)
    return found
