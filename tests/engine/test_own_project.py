"""The commands of each chapter's box *On your own project*, on the lab's own images.

What a box says to look for is seen on the bad image, and not on the good one. Each run tries a
third of the boxes, others the next day: the weekly workflow tries all.
"""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from box_readers import READ, Shown
from engine_project import ROOT
from own_project import commands

from advices.core import CommandFailed, Layout, run
from advices.engine import RUN_LABEL, BuildOrder, connect
from advices.engine.buildx import build
from advices.engine.client_settings import build_environment
from advices.lab import Lab, labfile
from advices.measure import of_variant
from advices.measure.candidate import CANARY, copied
from advices.packages import proxy
from advices.runs.lifecycle import own_run
from advices.workshop import Workshop

pytestmark = pytest.mark.engine

SECRET = "made-up-for-this-test"
READY = "import urllib.request as u; u.urlopen('http://127.0.0.1:{port}{path}?ready', timeout=2)"


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
