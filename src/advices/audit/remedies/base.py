"""Pure: a smaller base for the image that ships, of the same Python and the same Debian."""

from __future__ import annotations

import re

from advices.audit.remedies.source import Change, Source, replaced

# python:3.14, python:3.14.2, python:3.14-trixie; nothing that is slim, Alpine or Windows already.
_FULL = re.compile(
    r"(?P<name>(?:docker\.io/)?(?:library/)?python):(?P<line>\d+(?:\.\d+)*(?:-?rc\d*)?)"
    r"(?:-(?P<release>bookworm|bullseye|trixie|forky))?"
)


def slim(source: Source) -> Change | None:
    """Return the file on the slim variant of its full Python image, None where there is none."""
    dockerfile = source.dockerfile
    stages = dockerfile.stages
    if not stages:
        return None
    last = stages[-1]
    while last.base.stage is not None:
        last = stages[last.base.stage]
    found = _FULL.fullmatch(last.base_written)
    if found is None:
        return None
    release = f"-{found['release']}" if found["release"] else ""
    smaller = f"{found['name']}:{found['line']}-slim{release}"
    first = next(
        one
        for number, one in enumerate(o for o in dockerfile.instructions if o.name == "FROM")
        if number == last.number
    )
    lines = [line.replace(last.base_written, smaller, 1) for line in source.written(first)]
    return Change(f"The image starts from `{smaller}`.", source.edited([replaced(first, *lines)]))
