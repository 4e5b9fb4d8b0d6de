"""A made-up project of two labs and an exercise, for tests. No number of it may reach the site."""

from __future__ import annotations

from pathlib import Path

from factory import result

from advices.lab import labfile
from advices.lab.model import Lab
from advices.results.record import MistakeResult
from advices.results.store import save

LAB = """\
title = "Order for the cache"
advice = "Copy what changes often last."
context = "app"
headline = "edit-source.new_transfer_bytes"
order = 10

[variants.bad]
dockerfile = "bad.Dockerfile"
says = "everything copied before pip install"

[variants.good]
dockerfile = "good.Dockerfile"
says = "requirements first, source last"

[variants.cache-mount]
dockerfile = "cache-mount.Dockerfile"
says = "as good, and pip's downloads in a cache mount"

[replays.unchanged]
says = "nothing changes"

[replays.edit-source]
says = "one line of source is edited"
file = "views.py"
append = "# edited {sample}"

[replays.add-dependency]
says = "a dependency is added"
file = "requirements.txt"
append = "# {sample}"

[[claims]]
id = "a-deploy-moves-little"
says = "After an edit a deploy moves at most a tenth of what it moved."
measure = "edit-source.new_transfer_bytes"
relative_to = "bad"
at_most = 0.1
holds_for = ["good", "cache-mount"]

[[claims]]
id = "not-root"
says = "PID 1 has a user of its own."
measure = "uid"
equals = 1000
fails_for = []

[[mistakes]]
id = "all-first"
says = "All is copied | first."
replace = "COPY requirements.txt .\\n"
by = "COPY . .\\n"
breaks = ["a-deploy-moves-little"]

[[mistakes]]
id = "no-user"
says = "The USER line is missing."
replace = "USER 1000\\n"
breaks = ["not-root"]
"""
GOOD = """\
FROM python:3.14-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
USER 1000
CMD ["python", "views.py"]
"""
BAD = GOOD.replace("COPY requirements.txt .\n", "COPY . .\n").replace("USER 1000\n", "")
EXERCISE = """\
title = "Order another project"
advice = "Copy what changes often last."
context = "app"
task = \"\"\"
Mend the **Dockerfile**.
\"\"\"

[[claims]]
id = "small"
says = "The image is at most a tenth larger than the solution's."
measure = "disk_bytes"
relative_to = "good"
at_most = 1.1

[[claims]]
id = "not-root"
says = "PID 1 has a user of its own."
measure = "uid"
equals = 1000

[[mistakes]]
id = "no-user"
says = "The USER line is missing."
replace = "USER 1000\\n"
breaks = ["not-root"]
hint = "Who is PID 1?"
"""
SECOND = """\
title = "A small <base>"
advice = "Take a small base."
context = "app"
headline = "uid"
order = 5
claims = []

[variants.bad]
dockerfile = "bad.Dockerfile"
says = "large"

[variants.good]
dockerfile = "good.Dockerfile"
says = "small"
"""


def project(root: Path) -> Path:
    """Write a project of two labs, one with an exercise, and made-up results of all; return it."""
    order, base = "labs/build-cache", "labs/base-image"
    files = {
        "mkdocs.yml": "site_name: made up\n",
        "labs/app/views.py": "x = 1\n",
        "labs/app/requirements.txt": "django\n",
        f"{order}/lab.toml": LAB,
        f"{order}/bad.Dockerfile": BAD,
        f"{order}/good.Dockerfile": GOOD,
        f"{order}/cache-mount.Dockerfile": GOOD.replace("RUN pip", "RUN --mount=type=cache pip"),
        f"{order}/exercise/exercise.toml": EXERCISE,
        f"{order}/exercise/Dockerfile": BAD,
        f"{order}/exercise/solution.Dockerfile": GOOD,
        f"{base}/lab.toml": SECOND,
        f"{base}/bad.Dockerfile": "FROM python:3.14\n",
        f"{base}/good.Dockerfile": "FROM python:3.14-slim\n",
        "notebooks/build-cache.ipynb": '{"cells": []}',
        "docs/labs/build-cache.md": "# Lab\n",
        "docs/labs/base-image.md": "# Lab\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    made = result()
    both = {name: made.variants[name] for name in ("bad", "good")}
    mistakes = {
        "all-first": MistakeResult(says="", red=("a-deploy-moves-little",)),
        "no-user": MistakeResult(says="", red=("not-root",)),
    }
    save(root / "docs/results", made.model_copy(update={"mistakes": mistakes}))
    save(root / "docs/results", made.model_copy(update={"slug": "base-image", "variants": both}))
    save(root / "docs/results/exercises", made.model_copy(update={"variants": both}))
    return root


def read_lab(folder: Path, toml: str = LAB) -> Lab:
    """Return the made-up lab with another lab.toml, read from a folder that it is written to."""
    (project(folder) / "labs/build-cache/lab.toml").write_text(toml, "utf-8")
    return labfile.read(folder / "labs", "build-cache")


def read_exercise(folder: Path, toml: str = EXERCISE) -> Lab:
    """Return the made-up exercise with another exercise.toml, likewise."""
    (project(folder) / "labs/build-cache/exercise/exercise.toml").write_text(toml, "utf-8")
    return labfile.read(folder / "labs", "build-cache").its_exercise()
