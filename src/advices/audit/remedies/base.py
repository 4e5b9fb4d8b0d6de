"""Pure: a smaller base for the image that ships, of the same Python and the same Debian."""

from __future__ import annotations

import re

from advices.audit.remedies.libraries import bringing, installing
from advices.audit.remedies.source import Change, Source, replaced

# python:3.14, python:3.14.2, python:3.14-trixie; nothing that is slim, Alpine or Windows already.
_FULL = re.compile(
    r"(?P<name>(?:docker\.io/)?(?:library/)?python):(?P<line>\d+(?:\.\d+)*(?:-?rc\d*)?)"
    r"(?:-(?P<release>bookworm|bullseye|trixie|forky))?"
)
_SLIM = re.compile(
    r"(?:docker\.io/)?(?:library/)?python:\d+(?:\.\d+)*(?:-?rc\d*)?-slim(?:-[a-z]+)?"
)
# python:${PYTHON_VERSION}
_VERSION = re.compile(r"(?:docker\.io/)?(?:library/)?python:(?:\$\w+|\$\{\w+(?::-[^}]*)?\})")

_REGISTRY = re.compile(r"\$(?:\w+|\{\w+(?::-[^}]*)?\})/")


def slim(source: Source) -> Change | None:
    """Return the file on the slim variant of its full Python image, None where there is none."""
    dockerfile = source.dockerfile
    stages = dockerfile.stages
    if not stages:
        return None
    last = stages[-1]
    while last.base.stage is not None:
        last = stages[last.base.stage]
    smaller = slim_of(last.base_written, last.base.name)
    if smaller is None:
        return None
    first = next(
        one
        for number, one in enumerate(o for o in dockerfile.instructions if o.name == "FROM")
        if number == last.number
    )
    lines = [line.replace(last.base_written, smaller, 1) for line in source.written(first)]
    lines += installing(source, first, source.packages)
    says = f"The image starts from `{smaller}`{bringing(source.packages)}."
    return Change(says, source.edited([replaced(first, *lines)]))


def slim_of(written: str, name: str) -> str | None:
    """Return the slim variant of a base as it is written; `name` is it without variables.

    None for what is no full Python image, and where a variable is more than its version.
    """
    known = _FULL.fullmatch(name)
    # ${REGISTRY}/python:3.14
    registry = _REGISTRY.match(written) if known is not None else None
    start = registry[0] if registry else ""
    found = _FULL.fullmatch(written.removeprefix(start))
    if found is not None:
        release = f"-{found['release']}" if found["release"] else ""
        return f"{start}{found['name']}:{found['line']}-slim{release}"
    is_version = _VERSION.fullmatch(written) is not None
    return f"{written}-slim" if is_version and known is not None and not known["release"] else None


def is_python_of_debian(name: str) -> bool:
    """Return whether a base is a full or a slim Python image."""
    return _FULL.fullmatch(name) is not None or _SLIM.fullmatch(name) is not None
