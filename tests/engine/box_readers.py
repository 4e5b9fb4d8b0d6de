"""What the boxes *On your own project* say to look for: the problems that a reader sees in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple

from engine_project import ROOT

from advices.lab import labfile
from advices.packages import locks


class Shown(NamedTuple):
    """What one command printed, on both of its streams, as a terminal shows it."""

    command: str
    text: str


def megabytes(size: str) -> float:
    """Return a size as docker or du prints it."""
    number, unit = re.fullmatch(r"([\d.]+)\s*([kKMG]?)B?", size).groups()  # type: ignore[union-attr]
    return float(number) * {"": 1e-6, "k": 1e-3, "K": 1e-3, "M": 1, "G": 1000}[unit]


def rows(history: str) -> list[tuple[str, float]]:
    """Return what created each row of `docker history`, top first, and its megabytes."""
    found = re.findall(r"^\S+ {2,}.+? ago +(.*?) {2,}([\d.]+[kMG]?B)\b", history, re.M)
    assert len(found) > 5, history
    return [(created, megabytes(size)) for created, size in found]


def build_cache(shown: list[Shown]) -> set[str]:
    install = shown[-1].text
    assert "RUN pip install" in install
    return set() if re.search(r"^#\d+ CACHED$", install, re.M) else {"installs again"}


def lock_and_install(shown: list[Shown]) -> set[str]:
    _, packages, left = (one.text for one in shown)
    lab = labfile.read(ROOT / "labs", "lock-and-install")
    lock = locks.versions((lab.folder / "project" / locks.NAME).read_text("utf-8"))
    listed = re.findall(r"^([\w.-]+)==(\S+)$", packages, re.M)
    assert len(listed) >= len(lock) - 1, packages
    others = {name for name, version in listed if name != "pip"} & lock.keys()
    found = {
        "another version" for name, version in listed if version not in lock.get(name, version)
    }
    assert others, packages
    return (
        found
        | {f"/{one}" for one in re.findall(r"/root/(\.cache/\w+)$", left, re.M)}
        | {"an installer" for _ in re.findall(r"^/\S+/(?:uv|poetry|pdm)$", left, re.M)}
    )


def base_image(shown: list[Shown]) -> set[str]:
    history, which = (one.text for one in shown)
    created = rows(history)
    first = next(n for n, (by, _) in enumerate(created) if by.startswith("WORKDIR"))
    large = sum(size for _, size in created[first:]) > 500
    tools = re.findall(r"^/\S+/(gcc|git)$", which, re.M)
    return {*tools, *(["a large base"] if large else [])}


def pin_what_you_build_on(shown: list[Shown]) -> set[str]:
    counted = re.findall(r"^ *(\d+) sha256:\w+$", shown[2].text, re.M)
    assert "2" in counted, shown
    return {"different in the two images"} if "1" in counted else set()


def multi_stage(shown: list[Shown]) -> set[str]:
    which, imported = (one.text for one in shown)
    found = {"prints a path"} if re.search(r"^/\S+/gcc$", which, re.M) else set()
    assert found or not which.strip()
    return found | ({"prints an error"} if imported.strip() else set())


def remove_tools(shown: list[Shown]) -> set[str]:
    history, du = (one.text for one in shown)
    copies = {"a second copy" for by, size in rows(history) if "chown -R" in by and size > 1}
    sizes = re.findall(r"^(\S+)\t(/\S+)$", du, re.M)
    assert "/var/lib/apt/lists" in {path for _, path in sizes}
    return copies | {path for size, path in sizes if megabytes(size) > 1}


def shared_layers(shown: list[Shown]) -> set[str]:
    same = len(re.findall(r"^sha256:\w+$", shown[0].text, re.M))
    fewest = min(int(count) for count in shown[1].text.split())
    if same >= fewest - 2:
        return set()
    return {"hardly any are the same" if same <= 2 else "some are the same"}


def know_what_is_inside(shown: list[Shown]) -> set[str]:
    labels, python, system = (one.text for one in shown)
    found = set() if "org.opencontainers.image.revision" in labels else {"no commit"}
    found |= set() if re.search(r"^Django +5", python, re.M) else {"no Python packages"}
    return found | (set() if re.search(r"^libc6\S*\t\d", system, re.M) else {"no system packages"})


def non_root(shown: list[Shown]) -> set[str]:
    _, status, files, _ = (one.text for one in shown)
    found = {name for name in ("Uid", "Gid") if re.search(rf"^{name}:\s+0\s", status, re.M)}
    capabilities = re.search(r"^CapEff:\s+(\w+)$", status, re.M)
    assert capabilities
    found |= {"CapEff"} if capabilities[1].strip("0") else set()
    return found | ({"files to change"} if "./manage.py" in files.splitlines() else set())


def configuration(shown: list[Shown]) -> set[str]:
    history, files = (one.text for one in shown)
    found = {"in the history"} if history.strip() else set()
    return found | ({"in a file"} if files.strip() else set())


def stop_and_start(shown: list[Shown]) -> set[str]:
    _, stop, code, _ = (one.text for one in shown)
    minutes, seconds = re.search(r"^real\s+(\d+)m([\d.]+)s$", stop, re.M).groups()  # type: ignore[union-attr]
    late = int(minutes) * 60 + float(seconds) > 9
    return {*(["ten seconds"] if late else []), *(["137"] if code.strip() == "137" else [])}


def health_and_limits(shown: list[Shown]) -> set[str]:
    _, state, needs, _ = (one.text for one in shown)
    found = {word for word in ("exited", "null") if word in state.split()}
    if found:
        return found
    assert state.startswith("running") and '"Status":"healthy"' in state, state
    memory, _, _, tasks = needs.split()
    assert re.fullmatch(r"[\d.]+[KMG]iB", memory), needs
    assert int(tasks) > 2, needs
    return set()


def twelve_factor(shown: list[Shown]) -> set[str]:
    _, page, log, diff, _ = (one.text for one in shown)
    assert "<!doctype html>" in page.lower()
    found = set() if re.search(r'"GET / HTTP', log) else {"no line about the request"}
    return found | (
        {"files in the project's folder"} if re.search(r"^. /app/", diff, re.M) else set()
    )


def web_scan(shown: list[Shown]) -> set[str]:
    _, head, page, _ = (one.text for one in shown)
    headers = ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options")
    found = {name for name in headers if not re.search(rf"^{name}: \S", head, re.M)}
    found |= {"Server"} if re.search(r"^Server: .*\d", head, re.M) else set()
    return found | ({"the page tells"} if "DEBUG = True" in page else set())


def whole_dockerfile(shown: list[Shown]) -> set[str]:
    history, user, command = (one.text for one in shown)
    created = [by for by, _ in rows(history)]
    code = next(n for n, by in enumerate(created) if by.startswith("COPY . ."))
    late = any("pip install" in by for by in created[:code])
    found = {"packages after the code"} if late else set()
    found |= {"uid=0"} if re.search(r"^uid=0\b", user) else set()
    return found | ({"/bin/sh"} if json.loads(command)[0] == "/bin/sh" else set())


READ: dict[str, tuple[Callable[[list[Shown]], set[str]], dict[str, set[str]]]] = {
    "build-cache": (build_cache, {"bad": {"installs again"}}),
    "lock-and-install": (
        lock_and_install,
        {
            "bad": {"another version", "/.cache/pip"},
            "uv-left": {"an installer", "/.cache/uv"},
        },
    ),
    "base-image": (base_image, {"bad": {"gcc", "git", "a large base"}}),
    "pin-what-you-build-on": (
        pin_what_you_build_on,
        {"bad": {"different in the two images"}, "locked": {"different in the two images"}},
    ),
    "multi-stage": (
        multi_stage,
        {"bad": {"prints a path"}, "no-libpq": {"prints an error"}},
    ),
    "remove-tools": (
        remove_tools,
        {"bad": {"a second copy", "/var/lib/apt/lists", "/root/.cache"}},
    ),
    "shared-layers": (shared_layers, {"bad": {"hardly any are the same"}}),
    "know-what-is-inside": (
        know_what_is_inside,
        {"bad": {"no commit", "no Python packages", "no system packages"}, "old": set()},
    ),
    "non-root": (non_root, {"bad": {"Uid", "Gid", "CapEff", "files to change"}}),
    "configuration": (
        configuration,
        {"bad": {"in the history", "in a file"}, "secret-removed": {"in the history"}},
    ),
    "stop-and-start": (stop_and_start, {"bad": {"ten seconds", "137"}}),
    "health-and-limits": (health_and_limits, {"bad": {"exited", "null"}}),
    "twelve-factor": (
        twelve_factor,
        {"bad": {"no line about the request", "files in the project's folder"}},
    ),
    "web-scan": (
        web_scan,
        {
            "bad": {
                "Server",
                "Content-Security-Policy",
                "X-Frame-Options",
                "X-Content-Type-Options",
                "the page tells",
            }
        },
    ),
    "whole-dockerfile": (
        whole_dockerfile,
        {
            "bad": {"packages after the code", "uid=0", "/bin/sh"},
            "build-cache": {"uid=0", "/bin/sh"},
            "configuration": {"/bin/sh"},
        },
    ),
}
