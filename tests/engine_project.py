"""Tiny projects and a second engine, for tests on real engines."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from advices.core.paths import project
from advices.engine.client import connect
from advices.packages import proxy
from advices.runs import lifecycle

ROOT = project(Path(__file__).parent).root
GOOD = """\
FROM python:3.14-slim
COPY . /srv
USER 1000
CMD ["python", "-m", "http.server", "8000", "--directory", "/srv"]
"""
BAD = GOOD.replace("USER 1000\n", "")
LAB = """\
title = "Tiny"
advice = "Do not run as root."
context = "site"
headline = "disk_bytes"
needs_free_bytes = 1_000_000

[serve]
path = "/index.html"
timeout_seconds = 30

[variants.bad]
dockerfile = "bad.Dockerfile"
says = "root"

[variants.good]
dockerfile = "good.Dockerfile"
says = "no root"

[[claims]]
id = "no-root"
says = "PID 1 has a user of its own."
measure = "uid"
equals = 1000
"""
# Each is a build more of every variant: only for tests that look at them.
REPLAYS = """
[replays.unchanged]
says = "nothing changes"

[replays.edit]
says = "one line is edited"
file = "notes.txt"
append = "{sample}"
"""
MISTAKES = """
[[mistakes]]
id = "no-user"
says = "The USER line is missing."
replace = "USER 1000\\n"
breaks = ["no-root"]

[[mistakes]]
id = "no-page"
says = "There is nothing to copy."
replace = "COPY . /srv"
by = "COPY gone /srv"
breaks = ["builds"]
"""
EXERCISE = """\
title = "Tiny too"
advice = "Do not run as root."
context = "site"
needs_free_bytes = 1_000_000
build_timeout_seconds = 120
task = "Mend it."

[serve]
path = "/index.html"
timeout_seconds = 30

[[claims]]
id = "no-root"
says = "PID 1 has a user of its own."
measure = "uid"
equals = 1000

[[claims]]
id = "same-page"
says = "The page is the same."
measure = "page_digest"
relative_to = "good"
equals = true
fails_for = []

[[claims]]
id = "small"
says = "The image is hardly larger than the solution's."
measure = "disk_bytes"
relative_to = "good"
at_most = 1.1
fails_for = []

[[mistakes]]
id = "no-user"
says = "The USER line is missing."
replace = "USER 1000\\n"
breaks = ["no-root"]
hint = "Say [who] PID 1 is."

[[mistakes]]
id = "stuffed"
says = "Something large is left in the image."
replace = "COPY . /srv\\n"
by = "COPY . /srv\\nRUN --network=none head -c 20000000 /dev/zero > /srv/big\\n"
breaks = ["small"]
hint = "Look for what is large."

[[mistakes]]
id = "elsewhere"
says = "Another folder is served."
replace = "/srv\\n"
by = "/srv/\\nRUN --network=none echo x >> /srv/index.html\\n"
breaks = ["same-page"]
hint = "Do not touch the page."
"""


def notebook(*cells: str) -> str:
    """Return a notebook of code cells."""
    made = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "source": source,
            "execution_count": None,
            "outputs": [],
        }
        for number, source in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def measuring(*calls: str) -> str:
    """Return a notebook that measures the lab and makes these calls before it ends."""
    opened = 'from advices import open_lab\nlab = open_lab("tiny")'
    return notebook(opened, 'lab.measure("bad", "good")', *calls, "lab.finish()")


def message(output: str) -> None:
    """Assert that a stranger can act on the output: what, why, next, and no traceback."""
    assert "Traceback" not in output
    assert output.count("error:") >= 1
    assert "why: " in output
    assert "next: " in output


def without_index(env: dict[str, str]) -> dict[str, str]:
    """Return `env` without the CA or index settings for which a run starts an index.

    Nor with what the tests' own process found out about the machine's engine.
    """
    settings = ("PIP_", "SSL_CERT", "REQUESTS_CA", "CURL_CA", proxy.WAY_VARIABLE)
    kept = {key: value for key, value in env.items() if not key.startswith(settings)}
    return {**kept, "PIP_CONFIG_FILE": os.devnull}


@dataclass
class Project:
    """A project of one lab, with a state folder of its own.

    `inside` are the words that start a program where the engine's published ports are, `python` is
    what the command runs on.
    """

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    python: str = sys.executable

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def read(self, name: str) -> str:
        """Return the text of a file of the project."""
        return (self.root / name).read_text("utf-8")

    def replay(self) -> None:
        """Let the lab build again, unchanged and after an edit."""
        self.write("labs/tiny/lab.toml", self.read("labs/tiny/lab.toml") + REPLAYS)

    def teach(self) -> None:
        """Give the lab an exercise."""
        folder = "labs/tiny/exercise"
        self.write(f"{folder}/exercise.toml", EXERCISE)
        self.write(f"{folder}/Dockerfile", BAD)
        self.write(f"{folder}/solution.Dockerfile", GOOD)

    def know_scanners(self, zap: str | None = None) -> None:
        """Give the project the scanners' recipes, with an image in the place of ZAP's if named."""
        folder = "labs/scanners"
        shutil.copytree(ROOT / folder, self.root / folder, dirs_exist_ok=True)
        if zap is not None:
            known = self.read(f"{folder}/scanners.toml")
            self.write(
                f"{folder}/scanners.toml", re.sub('(?m)^image = ".*"', f'image = "{zap}"', known)
            )

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the command `advices`."""
        return subprocess.Popen(
            [*self.inside, self.python, "-m", "advices", *words],
            cwd=self.root,
            env=self.env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def advices(self, *words: str) -> tuple[int, str]:
        """Run the command to its end; return exit code and output."""
        process = self.start(*words)
        output, _ = process.communicate(timeout=300)
        return process.returncode, output

    def kept(self) -> dict[Path, bytes]:
        """Return every file that a run may write and that is committed, with its bytes."""
        files = (self.root / "docs").rglob("*")
        return {file: file.read_bytes() for file in files if file.is_file()}

    def leftovers(self) -> list[str]:
        """Return everything of a run that still lies around: scratch folders, half files."""
        state = Path(self.env["XDG_STATE_HOME"]) / "docker-advices" / "runs"
        found = [str(path) for path in state.glob("*")]
        found += [str(path) for path in self.root.rglob(".*.json.*")]
        found += [str(path) for path in Path(self.env["TMPDIR"]).glob("docker-advices-*")]
        return found

    def run_ids(self) -> set[str]:
        """Return the runs of this project that the engine still holds something of."""
        return {run for run in connect().run_ids() if run.startswith(self.owner())}

    def owner(self) -> str:
        """Return what all run ids of this project begin with."""
        with mock.patch.dict(os.environ, self.env, clear=True):
            return lifecycle._owner()


def tiny_project(folder: Path) -> Project:
    """Return a project with one lab whose good variant passes; its state is in `folder` too."""
    made = Project(folder / "project")
    made.write("mkdocs.yml", "site_name: tiny\n")
    made.write("labs/site/index.html", "<h1>hello</h1>\n")
    made.write("labs/site/notes.txt", "notes\n")
    made.write("labs/tiny/lab.toml", LAB)
    made.write("labs/tiny/bad.Dockerfile", BAD)
    made.write("labs/tiny/good.Dockerfile", GOOD)
    made.write(
        "notebooks/tiny.ipynb",
        notebook(
            'from advices import open_lab\nlab = open_lab("tiny")\nlab',
            'lab.measure("bad", "good")',
            "lab.finish()",
        ),
    )
    shutil.copytree(ROOT / "labs" / "bases", made.root / "labs" / "bases")
    scratch = folder / "tmp"
    scratch.mkdir()
    made.env = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "TMPDIR": str(scratch)}
    return made
