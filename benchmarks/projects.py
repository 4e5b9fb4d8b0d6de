"""Projects to run the benchmark on: synthetic labs, one lab of this site, the site."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import yaml
from mkdocs.utils.yaml import yaml_load

from advices import results
from advices.core import Layout, ResultInvalid, write_whole
from advices.lab import NOT_SOURCE, code_cells, labfile
from advices.measure import QUICK, Kept, Keys
from advices.notebooks import drawn_key, marked
from advices.site import speed
from benchmarks.turns import ADVICES, MKDOCS, Place

SLUG = "build-cache"
WORK = """\
FROM python:3.14-slim
COPY notes.txt /srv/
RUN --network=none python -m venv /opt/venv
COPY . /srv
USER 1000
CMD ["python", "-m", "http.server", "8000", "--directory", "/srv"]
"""
"""What an install costs without a network: making an environment brings pip into it."""

GOOD = """\
FROM python:3.14-slim
COPY . /srv
USER 1000
CMD ["python", "-m", "http.server", "8000", "--directory", "/srv"]
"""
LAB = """\
title = "Lab {slug}"
advice = "Say who PID 1 is."
context = "site"
headline = "edit.new_transfer_bytes"
needs_free_bytes = 1_000_000
order = {order}

[serve]
path = "/index.html"
timeout_seconds = 60

[variants.bad]
dockerfile = "bad.Dockerfile"
says = "as root"

[variants.good]
dockerfile = "good.Dockerfile"
says = "as a user of its own"

[replays.edit]
says = "one line is edited"
file = "index.html"
append = "<p>{{sample}}</p>"

[[claims]]
id = "no-root"
says = "PID 1 has a user of its own."
measure = "uid"
equals = 1000
"""
CHAPTER = """\
# Lab {slug}

{{{{ says("{slug}") }}}}

{{{{ compare("{slug}", "edit.new_transfer_bytes") }}}}

{{{{ measured("{slug}") }}}}

{{{{ dockerfile("{slug}", "bad", "good") }}}}

{{{{ dockerfile("{slug}", "good", "bad") }}}}

{{{{ replay_chart("{slug}", "new_transfer_bytes") }}}}

After the edit the build takes {{{{ measure("{slug}", "good", "edit.seconds") }}}} and moves
{{{{ ratio("{slug}", "edit.new_transfer_bytes", "good", "bad") }}}} of what the bad one moves.

{{{{ measures("{slug}", ["uid", "disk_bytes", "transfer_bytes", "edit.seconds"]) }}}}

{{{{ steps("{slug}", "good", "edit") }}}}

{{{{ layers("{slug}", "good") }}}}

{{{{ replays("{slug}") }}}}

{{{{ claims("{slug}") }}}}
"""
PAGES = {
    "docs/index.md": "# All\n\n{{ gains() }}\n\n{{ path() }}\n",
    "docs/dashboard.md": "# Does it still hold?\n\n{{ dashboard() }}\n",
    "docs/bases.md": "# Bases\n\n{{ bases() }}\n",
}


def slugs(count: int) -> tuple[str, ...]:
    """Return the names of the labs of a project of `count`."""
    return tuple(f"tiny-{number:03}" for number in range(1, count + 1))


def notebook(cells: Sequence[str]) -> str:
    """Return a notebook of code cells."""
    made: Any = nbformat.v4
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    code = [made.new_code_cell(source) for source in cells]
    return str(made.writes(made.new_notebook(cells=code, metadata=kernel)))


def settings(layout: Layout, **others: object) -> str:
    """Return the text of this site's settings with other values; None takes a setting away."""
    # Some values come from the environment, which MkDocs' own reader knows.
    ours = yaml_load((layout.root / "mkdocs.yml").read_text("utf-8"))
    kept = {name: value for name, value in {**ours, **others}.items() if value is not None}
    return str(yaml.safe_dump(kept, sort_keys=False))


def written(place: Place, name: str, count: int, good: str = GOOD) -> Layout:
    """Return a new project of `count` labs of two variants, `good` and the same as root."""
    layout = Layout(place.scratch / name)
    files = {
        "mkdocs.yml": settings(place.project, nav=None, watch=None),
        "labs/site/index.html": "<h1>hello</h1>\n",
        "labs/site/notes.txt": "notes\n",
        **PAGES,
    }
    for order, slug in enumerate(slugs(count), start=1):
        files[f"labs/{slug}/lab.toml"] = LAB.format(slug=slug, order=order)
        files[f"labs/{slug}/good.Dockerfile"] = good
        files[f"labs/{slug}/bad.Dockerfile"] = good.replace("USER 1000\n", "")
        files[f"docs/chapters/{slug}.md"] = CHAPTER.format(slug=slug)
        files[f"notebooks/{slug}.ipynb"] = notebook(
            (
                f'from advices import open_lab\n\nlab = open_lab("{slug}")\nlab',
                'lab.measure("bad", "good")',
                'lab.compare("uid", "disk_bytes", "edit.seconds")',
                "lab.finish()",
            )
        )
    for file, text in files.items():
        write_whole(layout.root / file, text)
    for folder in ("labs/bases", "labs/scanners", "docs/assets", "overrides"):
        shutil.copytree(place.project.root / folder, layout.root / folder)
    return layout


def measured(place: Place, name: str, count: int) -> Layout:
    """Return a new project of which every lab stands as `advices run --quick` leaves it.

    The first lab is measured. The others are the same but for their names, so each gets a copy
    of the first one's result and page, with digests of its own.
    """
    layout = written(place, name, count)
    first, *others = slugs(count)
    place.say(f"  measuring a lab of {name}")
    place.run(f"{ADVICES} run {first} --quick", layout.root)
    keys = Keys(place.workshop(layout), QUICK)
    for slug in others:
        for file in (
            *(layout.results / f"{first}.svg", layout.lab_pages / f"{first}.md"),
            *(layout.results / f"{first}.json", layout.results / "history" / f"{first}.jsonl"),
        ):
            text = file.read_text("utf-8").replace(first, slug)
            write_whole(file.with_name(file.name.replace(first, slug)), text)
        lab = labfile.read(layout.labs, slug)
        copied = results.load(layout.results, slug)
        parts = keys.parts(lab)
        own = {"key": parts.key if parts else "", "key_parts": parts}
        source = copied.provenance.model_copy(update=own)
        result = copied.model_copy(update={"provenance": source})
        results.save(layout.results, result)
        page = layout.lab_pages / f"{slug}.md"
        drawn = drawn_key(layout, lab, Kept(result=result))
        write_whole(page, marked(page.read_text("utf-8"), drawn))
    return layout


def variants_alone(place: Place) -> Layout:
    """Return a project of one lab of this site: its variants, replays, claims and notebook.

    The script has no words for mistakes and exercises, which judge and need no time of their own.
    """
    theirs, ours = place.project, Layout(place.scratch / "lab")
    left_out = shutil.ignore_patterns(*NOT_SOURCE, "exercise")
    for folder in ("labs/bases", "labs/scanners", "labs/app", f"labs/{SLUG}"):
        shutil.copytree(theirs.root / folder, ours.root / folder, ignore=left_out)
    lab = ours.labs / SLUG / "lab.toml"
    write_whole(lab, lab.read_text("utf-8").partition("[[mistakes]]")[0])
    cells = [one for one in code_cells(theirs.notebook(SLUG)) if "lab.mistakes" not in one]
    write_whole(ours.notebook(SLUG), notebook(cells))
    write_whole(ours.root / "mkdocs.yml", settings(theirs, nav=None, watch=None))
    return ours


def sites(place: Place) -> tuple[Path, Path]:
    """Return a copy of this site's sources, and one of its pages as the macros leave them.

    The second has the same theme and extensions, and no plugin.
    """
    ours, plain = place.scratch / "ours", place.scratch / "plain"
    for folder in ("docs", "labs", "overrides"):
        shutil.copytree(place.project.root / folder, ours / folder)
    try:
        speed.load(ours / "docs" / "results")
    except ResultInvalid:
        # The first record of all would need itself.
        nothing = speed.Speed(date="", commit="", machine=(), pairs={})
        speed.save(ours / "docs" / "results", nothing)
    # Only `mkdocs serve` looks at the folders to watch, and the toolkit is not copied.
    write_whole(ours / "mkdocs.yml", settings(place.project, watch=None))
    hook = str(Path(__file__).with_name("keep.py"))
    write_whole(ours / "keep.yml", settings(Layout(ours), hooks=[hook]))
    for folder in ("docs", "overrides"):
        shutil.copytree(ours / folder, plain / folder)
    place.run(f"{MKDOCS} --config-file keep.yml --site-dir ../kept", ours, KEPT=str(plain / "docs"))
    write_whole(plain / "mkdocs.yml", settings(Layout(ours), plugins=[]))
    return ours, plain
