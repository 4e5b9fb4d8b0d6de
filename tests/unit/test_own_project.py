"""Every chapter has a box with plain commands for the reader's own project.

`tests/engine/test_own_project.py` runs them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from own_project import CHAPTERS, TITLE, box, commands

from advices.lab import labfile

LABS = Path(__file__).parents[2] / "labs"
SLUGS = labfile.slugs(LABS)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_box_comes_last_but_for_the_exercise(slug: str) -> None:
    text = (CHAPTERS / f"{slug}.md").read_text("utf-8")
    assert text.count(TITLE) == 1
    after = text.partition(TITLE)[2]
    # A chapter without an exercise ends with the box.
    end = r"## Exercise\n" if labfile.read(LABS, slug).exercise else r"\Z"
    assert re.match(rf"(?:(?: {{4}}[^\n]*)?\n)+{end}", after)


@pytest.mark.parametrize("slug", SLUGS)
def test_its_commands_need_nothing_of_ours(slug: str) -> None:
    lines = commands(slug)
    around = ("docker rm ", "sleep ")
    assert 2 <= len([line for line in lines if not line.startswith(around)]) <= 4
    assert any(line.startswith("docker ") for line in lines)
    assert not [line for line in lines if re.search(r"advices|\./run", line)]


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_is_published_to_the_network_and_nothing_remains(slug: str) -> None:
    lines = commands(slug)
    for line in lines:
        assert not re.search(r" -p[ =]|--publish[ =](?!127\.0\.0\.1:)", line)
    started = [line for line in lines if "docker run --detach" in line]
    removed = [line for line in lines if re.match(r"docker rm (?:--force )?my-app-check$", line)]
    assert len(started) == len(removed) == int("--detach" in "".join(lines))
    others = [line for line in lines if "docker run" in line and line not in started]
    assert all("docker run --rm" in line for line in others)


@pytest.mark.parametrize("slug", SLUGS)
def test_it_says_how_to_read_what_comes(slug: str) -> None:
    assert "should" in re.sub(r"```.*?```", "", box(slug), flags=re.S)
