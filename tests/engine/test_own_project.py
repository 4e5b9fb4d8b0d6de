"""The commands of each chapter's box *On your own project*, on the lab's own images.

What a box says to look for is seen on the bad image, and not on the good one. Each run tries a
third of the boxes, others the next day: the weekly workflow tries all.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from engine_project import ROOT
from own_project import commands

from advices.core import CommandFailed, Layout, run
from advices.engine import RUN_LABEL, BuildOrder, connect
from advices.engine.buildx import build
from advices.engine.client_settings import build_environment
from advices.lab import Lab, labfile
from advices.measure import of_variant
from advices.measure.candidate import CANARY, copied
from advices.packages import locks, proxy
from advices.runs.lifecycle import own_run
from advices.workshop import Workshop

pytestmark = pytest.mark.engine

SECRET = "made-up-for-this-test"
READY = "import urllib.request as u; u.urlopen('http://127.0.0.1:{port}{path}?ready', timeout=2)"


class Shown(NamedTuple):
    """What one command printed, on both of its streams, as a terminal shows it."""

    command: str
    text: str


@dataclass(frozen=True)
class Project:
    """A lab's variant as a reader's project: its folder and how docker is to be called there."""

    lab: Lab
    folder: Path
    order: BuildOrder
    name: str

    def image(self, stage: str | None = None) -> str:
        """Build the image, or one of its stages, and return its tag."""
        order = self.order.for_target(stage) if stage else self.order
        tag = f"{order.tag}{f'-{stage}' if stage else ''}"
        build(BuildOrder(**{**vars(order), "tag": tag}))
        return tag

    def shown(self) -> list[Shown]:
        """Run the box's commands in the project's folder and return what each showed."""
        names = {"my-app-check": self.name}
        if self.lab.slug == "shared-layers":
            names |= {"my-web": self.image("web"), "my-report": self.image("report")}
        elif self.lab.slug == "build-cache":
            names |= {"my-app": self.order.tag, "my_code.py": self._code()}
        else:
            names["my-app"] = self.image()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            names["127.0.0.1:8000"] = f"127.0.0.1:{free.getsockname()[1]}"
        found = []
        for command in commands(self.lab.slug):
            filled = command
            for placeholder, meant in names.items():
                filled = filled.replace(placeholder, meant)
            if command.startswith("sleep "):
                self._wait()
            else:
                found.append(self._run(filled))
        return found

    def _code(self) -> str:
        (file,) = {one.file for one in self.lab.replays.values() if str(one.file).endswith(".py")}
        return str(file)

    def _run(self, command: str) -> Shown:
        label = f"--label {RUN_LABEL}={self.order.run_id}"
        bases = (f"--build-context {n}=docker-image://{i}" for n, i in self.order.bases.items())
        builds = f"docker build --file {self.order.dockerfile} {' '.join(bases)} {label} "
        command = command.replace("docker build ", builds).replace(
            "docker run ", f"docker run {label} "
        )
        both = f"cd {self.folder}; {{ {command}; }} 2>&1 || true"
        return Shown(command, run(["bash", "-c", both], env=build_environment()).stdout)

    def _wait(self) -> None:
        """Wait until the container answers, or ended: what a box sleeps for.

        One with a check has been checked by then.
        """
        health = "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}"
        state = ["docker", "inspect", "--format", health, self.name]
        ask = READY.format(port=self.lab.serve.port, path=self.lab.serve.path)
        end = time.monotonic() + 60
        while True:
            try:
                run(["docker", "exec", self.name, "python", "-c", ask])
            except CommandFailed:
                if not run(state).stdout.startswith("running"):
                    return
                if time.monotonic() > end:
                    raise
            else:
                if not run(state).stdout.endswith("starting\n") or time.monotonic() > end:
                    return
            time.sleep(0.3)


@pytest.fixture(scope="module")
def project() -> Iterator[Callable[[str, str], Project]]:
    """Return a function that makes a lab's variant a project. All of them share their bases."""
    engine = connect()
    workshop = Workshop(Layout(ROOT), print, engine)
    bases: dict[str, str] = {}
    with own_run(engine) as mine, proxy.for_builds(engine):

        def made(slug: str, variant: str) -> Project:
            lab = labfile.read(ROOT / "labs", slug)
            for name in set(lab.from_names()) - set(bases):
                base = workshop.bases.resolve([name])[name]
                bases[name] = workshop.bases.marked(base, mine.id, "own-project").image
            one, folder = of_variant(lab, variant), mine.scratch / f"{slug}-{variant}"
            copied(lab, one, folder, canary=SECRET)
            proxy.lead(folder, engine)
            secrets = {}
            for key, text in one.variant.secrets.items():
                secrets[key] = mine.scratch / f"{slug}-{variant}-{key}"
                secrets[key].write_text(text.replace(CANARY, SECRET), "utf-8")
            order = BuildOrder(
                dockerfile=one.dockerfile,
                context=folder,
                tag=f"docker-advices-run/{mine.id}:{slug}-{variant}",
                bases={name: bases[name] for name in lab.from_names()},
                run_id=mine.id,
                build_args={
                    key: text.replace(CANARY, SECRET)
                    for key, text in one.variant.build_args.items()
                },
                secrets=secrets,
            )
            return Project(lab, folder, order, f"own-{mine.id}-{slug}-{variant}")

        yield made


# ---------- what each box says to look for: the problems that a reader sees ----------


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


def test_every_lab_has_its_reader() -> None:
    assert set(READ) == set(labfile.slugs(ROOT / "labs"))


@pytest.mark.rare(3)
@pytest.mark.parametrize("slug", READ)
def test_the_bad_image_shows_it_and_the_good_one_does_not(
    slug: str, project: Callable[[str, str], Project]
) -> None:
    if any(line.startswith("curl ") for line in commands(slug)) and not shutil.which("curl"):
        pytest.skip("this box asks with curl, which is not installed")
    read, problems = READ[slug]
    for variant, expected in {**problems, "good": set[str]()}.items():
        shown = project(slug, variant).shown()
        assert read(shown) == expected, (variant, shown)
