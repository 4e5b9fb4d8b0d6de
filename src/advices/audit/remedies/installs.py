"""Pure: an install leaves nothing behind that the container does not need."""

from __future__ import annotations

import re

from advices.audit.remedies.source import Change, Source, replaced
from advices.lab import Placed, does, python_install

_PIP_INSTALL = re.compile(r"(\bpip(?:3(?:\.\d+)?)?\s+install)(?=\s|$)")
_APT_INSTALL = re.compile(r"(\bapt(?:-get)?\b(?:\s+-\S+)*\s+install)(?=\s|$)")
_LISTS = "/var/lib/apt/lists"


def no_pip_cache(source: Source) -> Change | None:
    """Return the file with `--no-cache-dir` wherever pip would keep its downloads in a layer."""
    edits = []
    for number in range(len(source.dockerfile.stages)):
        for one in source.view.stage(number):
            if not _keeps_downloads(one):
                continue
            lines = source.written(one.instruction)
            new = [_PIP_INSTALL.sub(r"\1 --no-cache-dir", line) for line in lines]
            if new != [*lines]:
                edits.append(replaced(one.instruction, *new))
    if not edits:
        return None
    return Change("pip keeps no downloads in a layer.", source.edited(edits))


def _keeps_downloads(one: Placed) -> bool:
    installs = [found for call in one.calls if (found := python_install(call))]
    by_pip = [found for found in installs if found.by == "pip"]
    off = one.env.get("PIP_NO_CACHE_DIR", "") not in ("", "0", "false")
    # A mount takes the downloads out of the layer, and they are wanted there.
    return (
        bool(by_pip)
        and not off
        and not one.mounted("cache")
        and not all(found.options.has("--no-cache-dir") for found in by_pip)
    )


def apt_hygiene(source: Source) -> Change | None:
    """Return the file with `--no-install-recommends` and without apt's lists in its layers.

    An update in a step by itself joins the install behind it: its lists would stay in its layer,
    and be as old as the cache.
    """
    edits, did = [], False
    for number in range(len(source.dockerfile.stages)):
        pending: Placed | None = None
        for one in source.view.stage(number):
            if one.name != "RUN" or one.instruction.is_json or one.instruction.heredocs:
                pending = None if one.name == "RUN" else pending
                continue
            kinds = [does(call) for call in one.calls]
            if kinds == ["updates the lists"] and one.calls[0].program != "apk":
                pending = one
                continue
            if "installs system packages" not in kinds or _by_apk(one):
                pending = None
                continue
            lines = list(source.written(one.instruction))
            new = [_with_option(line) for line in lines]
            if pending is not None:
                new[0] = re.sub(r"^(\s*RUN\s+)", r"\1apt-get update && ", new[0], flags=re.I)
            if _LISTS not in "\n".join(lines) and not one.mounted("cache"):
                new[-1] = f"{new[-1].rstrip()} \\"
                new.append(f" && rm -rf {_LISTS}/*")
            if new != lines:
                edits.append(replaced(one.instruction, *new))
                did = True
                if pending is not None:
                    edits.append(replaced(pending.instruction))
            pending = None
    if not did:
        return None
    return Change(
        "apt installs only what is named, and its lists are in no layer.", source.edited(edits)
    )


def _with_option(line: str) -> str:
    option = "--no-install-recommends"
    return line if option in line else _APT_INSTALL.sub(rf"\1 {option}", line)


def _by_apk(one: Placed) -> bool:
    return any(call.program == "apk" for call in one.calls)
