"""No measured number is typed into a page: the check of the prose, and the project's prose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from advices.lab import labfile
from advices.site import prose

ROOT = Path(__file__).parents[2]
# docs/labs is written by a run, from notebooks; architecture.md is about code, not about images.
PAGES = [
    *(
        ROOT / "docs" / f"{name}.md"
        for name in ("index", "start", "run", "offline", "commands", "trainers", "method", "bases")
    ),
    *sorted((ROOT / "docs" / "chapters").glob("*.md")),
    ROOT / "README.md",
    ROOT / "PYPI.md",
]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LABS = [
    *sorted((ROOT / "labs").glob("*/lab.toml")),
    *sorted((ROOT / "labs").glob("*/exercise/exercise.toml")),
]


def numbers(text: str) -> list[str]:
    return [one.text for one in prose.in_markdown("page.md", text)]


@pytest.mark.parametrize(
    "file", [*PAGES, *NOTEBOOKS, *LABS], ids=lambda f: str(f.relative_to(ROOT))
)
def test_the_prose_holds_no_typed_measurement(file: Path) -> None:
    check = {".ipynb": prose.in_notebook, ".toml": prose.in_lab}.get(file.suffix, prose.in_markdown)
    found = check(str(file.relative_to(ROOT)), file.read_text("utf-8"))
    assert not found, (
        "a number in prose looks measured:\n"
        + "\n".join(map(str, found))
        + "\nWrite it with a macro such as measure() or ratio(). A setting, a uid or an exit code "
        "goes into backticks; a figure of history into a block marked .adv-history; a claim may "
        "name its own threshold."
    )


def test_every_chapter_and_lab_is_looked_at() -> None:
    slugs = labfile.slugs(ROOT / "labs")
    assert {"build-cache", "base-image"} <= set(slugs)
    assert {f.parent.name for f in LABS if f.name == "lab.toml"} == set(slugs)


@pytest.mark.parametrize(
    "text",
    [
        "The image takes 12 MB.",
        "It takes 3.4kB.",
        "It takes 1,234,567 bytes.",
        "It takes **12** MB on disk.",
        "It takes 12&nbsp;MB.",
        "It takes 1.2\nGiB.",
        "a 12-MB image",
        "two hundred megabytes",
        "hundreds of megabytes",
        "Docker 29 MB",
        "SIZE=29 MB",
        "It takes `12 MB`.",
        'It takes {{ "12 MB" }}.',
        "It takes 12<!-- --> MB.",
        "The build took 3.5 s.",
        "It starts in 250 ms.",
        "It takes 250 microseconds.",
        "a 30-second build",
        "6 % of the bytes",
        "5 steps run again",
        "the 1200 executables",
        "2020 packages",
        "17 × more",
        "3 times",
        "It is three times as large.",
        "a tenfold gain",
        "It moves twice the bytes.",
        "It moves half of the bytes.",
        "a tenth of the bytes",
        "It is two thirds smaller.",
        "an order of magnitude",
        "It fell from 512 of them",
        "| Executables | 40 |",
        "It was 3.25 before.",
        "It runs as uid 1000.",
        "??? tip\n\n    It takes 12 MB.",
        "---\ndescription: It takes 12 MB.\n---\n",
    ],
)
def test_what_looks_measured_is_found(text: str) -> None:
    found = prose.in_markdown("page.md", f"First line.\n\n{text}\n\nLast line.")
    assert len(found) == 1
    assert found[0].line == 3 + text[: text.index(found[0].text.split()[0])].count("\n")


@pytest.mark.parametrize(
    "text",
    [
        'The image takes {{ measure("lab-12", "good", "edit-1.new_bytes") }}.',
        '{{ measures("lab",\n  ["12 MB"]) }}',
        "```text\n12 MB, 3 s, 5 steps\n```",
        "    ```sh\n    sleep 10 s\n    ```",
        "~~~\n12 MB\n~~~\n",
        "The exit code is `137`, the uid `1000`, the setting `--memory 512m`.",
        "It waits `10` seconds by default.",
        "Python 3.14, 3.14-slim, `python:3.14` and python:3.14-slim",
        "Docker 29.1.3 with buildx 0.13 or newer, Debian 13, Alpine 3.22, PostgreSQL 17",
        "Python 3.11, 3.12 or 3.14",
        "It listens on port 8000, at 127.0.0.1:8000.",
        "with DEBUG=1 and WEB_CONCURRENCY=2",
        "HTTP 200 and PID 1, SHA-256, UTF-8, amd64, x86_64, gzip at level 6",
        "Measured on 2026-11-23, since 2011, at the time of 4 August 2018.",
        "Factor 9, or IX, of the Twelve-Factor App; the twelve factors",
        "Root is uid 0, its group is 0, SIGKILL is signal 9. Port 80 needs no root.",
        "1. First\n2. Second\n",
        "> 1. First\n",
        "[a page](https://host.example/12/34) <https://host.example/99> https://host.example/5",
        '<div class="adv-12" data-x="3 MB">words</div>',
        "A paragraph.\n{ .adv-lead data-n=12 }",
        "<!-- 12 MB -->",
        "In one layer, two Dockerfiles, three variants, the second build, a second look",
        "A second container starts, and a third.",
        "Each chapter takes about ten minutes.",
        "ten minutes each",
        "Run it several times, a few seconds apart.",
        "It was 933 MB then.\n{ .adv-history }",
        '<div class="adv-history" markdown="1">\n<div>933 MB</div>\n\n| a | 179 MB |\n</div>',
    ],
)
def test_what_is_no_measurement_passes(text: str) -> None:
    assert numbers(text) == []


def test_history_ends_with_its_block() -> None:
    assert numbers("Old: 933 MB.\n{ .adv-history }\n\nNew: 412 MB.") == ["412 MB"]
    assert numbers('<div class="adv-history">\n<div>933 MB</div>\n</div>\n\n12 MB') == ["12 MB"]


def test_a_fault_names_file_line_and_text() -> None:
    (found,) = prose.in_markdown("docs/chapters/x.md", "# Title\n\nIt takes\n12 MB.\n")
    assert str(found) == "docs/chapters/x.md:4: 12 MB"


def test_a_number_is_found_once_and_in_order() -> None:
    text = "First 5 steps, then 12 MB in 3 s, and 7 more."
    assert numbers(text) == ["5 steps", "12 MB", "3 s", "7 more"]


def test_a_notebook_is_reported_by_the_line_of_its_file() -> None:
    cells = [
        {"cell_type": "code", "source": ["x = 12\n", "It takes 12 MB.\n"]},
        {"cell_type": "markdown", "source": ["# Title\n", "\n", "It takes 12 MB.\n"]},
        {"cell_type": "markdown", "source": "It takes 13 MB."},
    ]
    text = json.dumps({"cells": cells}, indent=1)
    found = prose.in_notebook("n.ipynb", text)
    assert [one.text for one in found] == ["12 MB", "13 MB"]
    lines = text.splitlines()
    assert all(one.text in lines[one.line - 1] for one in found)
    assert found[0].line > next(n for n, line in enumerate(lines, 1) if "Title" in line)


LAB = '''title = "A lab"
advice = "It gains 12 MB."

[variants.bad]
dockerfile = "12.Dockerfile"
says = "3 layers"

[[claims]]
id = "small"
says = "It has {says} of the bytes."
measure = "disk_bytes"
at_most = 0.25
relative_to = "bad"

[[mistakes]]
id = "m"
says = "A sentence."
replace = "RUN 12 MB"
hint = """
A first line.
Then it takes 5 s."""
'''


def in_lab(says: str) -> list[str]:
    text = LAB.replace("{says}", says)
    return [f"{one.line}: {one.text}" for one in prose.in_lab("lab.toml", text)]


OTHERS = ["2: 12 MB", "6: 3 layers", "21: 5 s"]


@pytest.mark.parametrize("says", ["a quarter", "at most 25 %", "0.25", "words"])
def test_a_claim_may_name_its_own_threshold(says: str) -> None:
    assert in_lab(says) == OTHERS


@pytest.mark.parametrize("says", ["at most 20 %", "0.5", "12 MB and a third"])
def test_a_claim_may_name_no_other_number(says: str) -> None:
    assert len(in_lab(says)) == len(OTHERS) + 1


def test_a_claim_without_a_threshold_may_name_no_multiple() -> None:
    text = LAB.replace('at_most = 0.25\nrelative_to = "bad"', 'holds_for = ["bad"]')
    found = prose.in_lab("lab.toml", text.replace("{says}", "twice the rest"))
    assert [one.text for one in found][2:-1] == ["twice the"]


@pytest.mark.parametrize(
    "page",
    [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs/chapters").glob("*.md")],
    ids=lambda page: page.name,
)
def test_what_a_page_says_of_itself_is_read(page: Path) -> None:
    """A description that goes on in the next line without an indent is text of the page."""
    _, head, _ = page.read_text("utf-8").split("---\n", 2)
    said = yaml.safe_load(head)
    assert isinstance(said, dict)
    assert said.get("description") or page.name == "index.md"
