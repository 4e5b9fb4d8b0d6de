"""Pure: which of the twelve factors a chapter is about, as its front matter names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

from advices.core import LabInvalid
from advices.site.tables import table

FACTORS: Mapping[str, str] = {
    "I": "Codebase",
    "II": "Dependencies",
    "III": "Config",
    "IV": "Backing services",
    "V": "Build, release, run",
    "VI": "Processes",
    "VII": "Port binding",
    "VIII": "Concurrency",
    "IX": "Disposability",
    "X": "Dev/prod parity",
    "XI": "Logs",
    "XII": "Admin processes",
}
"""The factors by number, named as on https://12factor.net."""


def of_chapter(page: str, name: str) -> tuple[str, ...]:
    """Return the factors of a chapter's Markdown, in their order.

    `name` is the page's file. Raises LabInvalid when its front matter names another factor.
    """
    found = (yaml.safe_load(page.split("---\n")[1]) or {}).get("factors", [])
    for number in found:
        if number not in FACTORS:
            raise LabInvalid(
                f"{name}: there is no factor `{number}`", why=f"they are {', '.join(FACTORS)}"
            )
    return tuple(number for number in FACTORS if number in found)


def named(number: str) -> str:
    """Return a factor's number and name."""
    return f"{number}, {FACTORS[number]}"


def factors_table(chapters: Mapping[str, Sequence[str]], frame: str) -> str:
    """Return the factors (rows) with the chapters about each; both are links.

    `chapters` has the factors of each link; `frame` is the link of the chapter about all of them,
    and stands where no other is about a factor.
    """
    rows = []
    for number in FACTORS:
        links = [link for link, factors in chapters.items() if number in factors]
        rows.append([named(number), ", ".join(links or [frame])])
    return table(["Factor", "Chapter"], rows)
