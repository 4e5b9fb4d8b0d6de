"""Pure: what RUN instructions leave in layers, and whether a later one removes it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fnmatch import fnmatchcase
from typing import Literal

from advices.lab.signs.calls import (
    Call,
    Options,
    apt_options,
    assignments,
    does,
    options,
    python_install,
    system_packages,
)
from advices.lab.signs.view import Placed, View, within

What = Literal["apt's lists", "pip's cache", "an installer's cache", "packages"]
Removed = Literal["never", "later"]

_LISTS = "/var/lib/apt/lists"
_PIP_CACHE = "/root/.cache/pip"
_NO_CACHE = "PIP_NO_CACHE_DIR"
_UV_CACHE = "/root/.cache/uv"
_UV_NO_CACHE = "UV_NO_CACHE"


def removed(view: View, what: What) -> Removed | None:
    """Return when what a RUN of the last image leaves there is removed, None if none leaves any."""
    if what == "packages":
        return _purged_later(view)
    leaves, removes = _READ[what]
    left = False
    for one in view.shipped:
        if one.name != "RUN":
            continue
        if removes(one):
            if left:
                return "later"
        elif leaves(one):
            left = True
    return "never" if left else None


def _updates(one: Placed) -> bool:
    if any(within(_LISTS, mount) for mount in one.mounted("cache", "tmpfs")):
        return False
    # apk keeps no lists at this place.
    return any(does(call) == "updates the lists" and call.program != "apk" for call in one.calls)


def _removes_lists(one: Placed) -> bool:
    return any(
        _removes(one, call, _LISTS)
        or (call.program in ("apt", "apt-get") and "distclean" in call.words)
        for call in one.calls
    )


def _keeps_pip_cache(one: Placed) -> bool:
    return _keeps_cache(one, "pip", _PIP_CACHE, _NO_CACHE)


def _keeps_any_cache(one: Placed) -> bool:
    return _keeps_pip_cache(one) or _keeps_cache(one, "uv", _UV_CACHE, _UV_NO_CACHE)


def _keeps_cache(one: Placed, by: str, folder: str, variable: str) -> bool:
    if any(within(folder, mount) for mount in one.mounted("cache", "tmpfs")):
        return False
    if one.env.get(variable) or any(name == variable for name, _ in assignments(one.calls)):
        return False
    installs = filter(None, map(python_install, one.calls))
    return any(one.by == by and not _without_cache(one.options) for one in installs)


def _without_cache(given: Options) -> bool:
    # pip takes the beginning of an option for the whole.
    return any(name == "-n" or name.startswith("--no-cache") for name, _ in given.pairs)


def _removes_pip_cache(one: Placed) -> bool:
    return any(
        _removes(one, call, _PIP_CACHE)
        or (call.program.startswith("pip") and call.words[:2] == ("cache", "purge"))
        for call in one.calls
    )


def _removes_caches(one: Placed) -> bool:
    """Return whether a RUN removes every cache that it made."""
    by_uv = any(
        _removes(one, call, _UV_CACHE)
        or (call.program == "uv" and call.words[:2] in (("cache", "clean"), ("cache", "prune")))
        for call in one.calls
    )
    keeps_uv = _keeps_cache(one, "uv", _UV_CACHE, _UV_NO_CACHE)
    return (
        (by_uv or not keeps_uv)
        and (_removes_pip_cache(one) or not _keeps_pip_cache(one))
        and (by_uv or _removes_pip_cache(one))
    )


def _removes(one: Placed, call: Call, folder: str) -> bool:
    """Return whether a call removes a folder, what is in it, or one above it."""
    if call.program not in ("rm", "find"):
        return False
    paths = options(call.words).plain
    whole = [one.path(path.replace("~", "/root")) for path in paths if path[:1] in "/~.$"]
    return any(within(folder, path) or within(path, folder) for path in whole)


def installed(view: View, packages: Collection[str], without: str = "") -> bool:
    """Return whether a RUN of the last image installs one of some system packages, and keeps it.

    `packages` are patterns. `without` names an option that this installation must lack.
    """
    found = [
        (step, name)
        for step in view.shipped
        for call in step.calls
        if does(call) == "installs system packages" and not (without and _has(call, without))
        for name in system_packages(call)
        if any(fnmatchcase(name, pattern) for pattern in packages)
    ]
    gone = {name for step in view.shipped for name in _purged(step)}
    return any(name not in gone for _, name in found)


def _has(call: Call, option: str) -> bool:
    """Return whether a call of apt has an option, by name or as a setting."""
    setting = option.removeprefix("--no-").title()
    given = apt_options(call)
    settings = [value.lower() for value in given.values("-o", "--option")]
    return given.has(option) or any(
        value in (f"apt::{setting}=false".lower(), f"apt::{setting}=0".lower())
        or value in (f"apt::install-{setting}=false".lower(), f"apt::install-{setting}=0".lower())
        for value in settings
    )


def _purged(one: Placed) -> set[str]:
    return {
        name
        for call in one.calls
        if does(call) == "purges packages"
        for name in system_packages(call)
    }


def purged_alone(view: View, packages: Collection[str]) -> bool:
    """Return whether apt purges an installed package, and what that brought with it stays.

    `packages` are patterns. apk removes by itself what nothing needs any more.
    """
    there: set[str] = set()
    alone = False
    for call in (call for one in view.shipped for call in one.calls if call.program != "apk"):
        if does(call) == "installs system packages":
            there |= {*system_packages(call)}
        elif does(call) == "purges packages":
            if _clears(call):
                alone = False
            elif named := there & {*system_packages(call)}:
                alone = alone or any(fnmatchcase(n, pattern) for n in named for pattern in packages)
    return alone


def _clears(call: Call) -> bool:
    """Return whether a call of apt removes what nothing needs any more."""
    given = apt_options(call)
    settings = [value.lower() for value in given.values("-o", "--option")]
    return (
        call.program == "aptitude"
        or given.plain[:1] in (("autoremove",), ("autopurge",))
        or given.has("--autoremove", "--auto-remove")
        or any(value.startswith("apt::get::automaticremove=") for value in settings)
    )


def _purged_later(view: View) -> Removed | None:
    """Return whether a RUN purges what one before it installed."""
    there: set[str] = set()
    for one in view.shipped:
        purged = _purged(one)
        if there & purged:
            return "later"
        there |= {
            name
            for call in one.calls
            if does(call) == "installs system packages"
            for name in system_packages(call)
        } - purged
    return "never" if there else None


_READ: dict[str, tuple[Callable[[Placed], bool], Callable[[Placed], bool]]] = {
    "apt's lists": (_updates, _removes_lists),
    "pip's cache": (_keeps_pip_cache, _removes_pip_cache),
    "an installer's cache": (_keeps_any_cache, _removes_caches),
}
